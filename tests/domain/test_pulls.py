import pytest

from connector.domain.ledger import UNKNOWN_REFUND
from connector.domain.order import Fact, Kind, RefundWords, Statement
from tests.domain.build import fact, live, pull

SOLD = [(10, 0), (12, 10)]
PART = {"scope": "part", "money": 800}


def ends(life):
    return (
        life.state,
        life.order_state,
        life.sale,
        life.cases,
        life.consumed,
        life.granted,
        life.waimai_state,
    )


def test_a_pulled_statement_fills_only_what_is_missing():
    pull = Fact(
        key="pull:9",
        kind=Kind.PULL,
        at=900_000,
        pulled=True,
        statement=Statement(accepted=True, finished=True),
    )
    assert live((10, 0), pull).state == "completed"
    assert ends(live(*SOLD, (18, 300), pull)) == ends(live(*SOLD, (18, 300)))


def test_a_pull_after_a_withdrawal_speaks_of_the_case_before_it():
    told = pull(900, accepted=True, case="granted", refund=RefundWords(scope="part", money=800))
    life = live(*SOLD, fact(20, 200, **PART), (23, 210), (20, 400), (21, 500), told)
    assert [(case.key, case.status) for case in life.cases] == [("cancel-1", "granted"), ("cancel-2", "withdrawn")]
    assert life.granted == 800


@pytest.mark.parametrize(
    ("steps", "said", "status"),
    [
        ([], "requested", "requested"),
        ([(20, 200)], "granted", "granted"),
        ([(20, 200)], "rejected", "rejected"),
        ([(20, 200), (22, 300)], "arbitrating", "arbitrating"),
        ([(20, 200)], "withdrawn", "withdrawn"),
        ([(20, 200), (22, 300)], "withdrawn", "rejected"),
    ],
)
def test_a_pull_replaces_the_push_that_never_came_and_the_late_push_changes_nothing(steps, said, status):
    told = pull(900, accepted=True, case=said)
    assert live(*SOLD, *steps, told).cases[-1].status == status
    late = {"requested": (20, 500), "granted": (23, 500), "rejected": (22, 500), "arbitrating": (24, 500)}.get(said)
    if late:
        life = live(*SOLD, *steps, late, told)
        assert (len(life.cases), life.cases[-1].status) == (1, status)


def test_a_pull_that_tells_of_the_end_and_of_the_refund_uses_the_materials_first():
    life = live(*SOLD, pull(900, finished=True, case="granted", refund=RefundWords(scope="full")))
    assert (life.state, life.sale, life.consumed_at) == ("refunded", "reversed", 900_000)


@pytest.mark.parametrize("answer", [22, 24])
def test_arbitration_upheld_for_a_request_that_was_never_heard_stands_still(answer):
    life = live(*SOLD, (answer, 300), (25, 400))
    assert (life.standstill, life.granted) == (UNKNOWN_REFUND, 0)
    assert live(*SOLD, fact(20, 200, **PART), (answer, 300), (25, 400)).granted == 800


def test_what_was_pulled_before_a_grant_does_not_tell_its_sum():
    early = pull(250, case="granted", refund=RefundWords(scope="part", money=800))
    rejected = pull(500, case="rejected", refund=RefundWords(scope="part", money=700))
    assert live(*SOLD, fact(39, 200, **PART), (23, 300), early, rejected).standstill == UNKNOWN_REFUND
    told = pull(600, case="granted", refund=RefundWords(scope="part", money=900))
    assert live(*SOLD, fact(39, 200, **PART), (23, 300), early, told).granted == 1700


def test_a_pulled_request_after_a_rejection_is_a_new_case():
    life = live(*SOLD, fact(20, 200, **PART), (22, 300), pull(900, case="requested"))
    assert [(case.key, case.status) for case in life.cases] == [("cancel-1", "rejected"), ("cancel-2", "requested")]


@pytest.mark.parametrize(
    ("steps", "said", "statuses"),
    [
        ([fact(20, 200, **PART), (22, 300)], "requested", ["rejected"]),
        ([fact(20, 200, **PART), (22, 210), (24, 300)], "rejected", ["arbitrating"]),
        ([fact(20, 200, **PART), (22, 210), (20, 300)], "rejected", ["rejected", "requested"]),
        ([fact(20, 200, **PART), (23, 210), (20, 300)], "granted", ["granted", "requested"]),
        ([(20, 300)], "withdrawn", ["requested"]),
    ],
)
def test_a_pull_may_have_been_asked_before_what_happened_in_its_second(steps, said, statuses):
    life = live(*SOLD, *steps, pull(300, accepted=True, case=said))
    assert [case.status for case in life.cases] == statuses


def test_a_pull_that_names_nothing_of_a_grant_that_was_never_heard_stands_still():
    assert live(*SOLD, pull(900, case="granted")).standstill == UNKNOWN_REFUND
    assert live(*SOLD, (20, 200), pull(900, case="granted")).state == "refunded"


def test_a_pulled_full_grant_after_a_part_is_another_one():
    told = pull(900, finished=True, case="granted", refund=RefundWords(scope="full", money=2200))
    life = live(*SOLD, fact(20, 200, **PART), (23, 300), told)
    assert [(case.key, case.scope, case.amount) for case in life.cases] == [
        ("cancel-1", "part", 800),
        ("return-1", "full", 2200),
    ]
    late = fact(33, 850, scope="full")
    assert live(*SOLD, fact(20, 200, **PART), (23, 300), late, told).granted == 3000


@pytest.mark.parametrize("second", [{"scope": "part", "money": 500}, {"scope": "full"}, {}])
def test_a_pull_that_shows_the_granted_part_again_withdraws_what_was_asked_since(second):
    told = pull(900, case="granted", refund=RefundWords(**PART))
    life = live(*SOLD, fact(39, 200, **PART), fact(20, 300, **second), told)
    assert (life.state, life.cases[1].status, life.granted) == ("paid", "withdrawn", 800)


@pytest.mark.parametrize("said", ["requested", "rejected"])
def test_a_pull_does_not_speak_of_a_merchants_part_refund_unless_it_says_granted(said):
    life = live(*SOLD, fact(20, 200, **PART), fact(39, 210, scope="part", money=500), pull(900, case=said))
    assert [(case.key, case.status) for case in life.cases] == [("cancel-1", said), ("merchant-1", "granted")]
