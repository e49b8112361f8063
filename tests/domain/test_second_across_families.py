from tests.domain.build import fact, live


def test_a_request_after_completion_is_read_after_what_ended_one_before_it():
    """`order-life.md` section 2: the answers of its second are those that may speak of it."""
    life = live((10, 0), (12, 10), (20, 100), (18, 200), (22, 300), (30, 300))
    assert [read.code for read in life.read if read.second == 300] == [22, 30]
    assert (life.waimai_state, life.state) == (30, "refunding")


def test_a_request_of_a_family_with_an_open_case_is_read_after_the_answers_of_its_second():
    life = live((10, 0), (12, 10), (18, 200), (30, 250), fact(32, 300), fact(30, 300))
    assert [read.code for read in life.read if read.second == 300] == [32, 30]
    assert [case.status for case in life.cases] == ["rejected", "requested"]
