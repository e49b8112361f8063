from tests.domain.build import fact, live


def test_a_request_is_read_before_the_answers_of_its_second_also_those_of_the_other_family():
    """`order-life.md` section 2: unless a case of its own family was open when the second began."""
    life = live((10, 0), (12, 10), (20, 100), (18, 200), (22, 300), (30, 300))
    assert [read.code for read in life.read if read.second == 300] == [30, 22]
    assert (life.waimai_state, life.state) == (22, "refunding")


def test_a_request_of_a_family_with_an_open_case_is_read_after_the_answers_of_its_second():
    life = live((10, 0), (12, 10), (18, 200), (30, 250), fact(32, 300), fact(30, 300))
    assert [read.code for read in life.read if read.second == 300] == [32, 30]
    assert [case.status for case in life.cases] == ["rejected", "requested"]
