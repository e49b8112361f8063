from dataclasses import replace as changed

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.ledger import CONTRADICTION, UNKNOWN_REFUND
from connector.domain.order import Fact, Goods, Kind, RefundWords, Statement, Terms
from connector.domain.replay import replay
from tests.domain.build import DUE, content, fact, live, press

SOLD = [(10, 0), (12, 10)]
PART = {"scope": "part", "money": 800}
REST = {"scope": "part", "money": 2200}


def test_before_acceptance_an_order_waits_on_the_desk_and_is_no_sale():
    life = live((10, 0), due=False)
    assert (life.state, life.sale) == ("new", None)


def test_inside_the_window_an_accepted_order_is_no_sale():
    life = live(*SOLD, due=False)
    assert (life.state, life.sale) == ("waiting", None)


def test_at_the_end_of_the_window_it_becomes_a_sale():
    life = live(*SOLD)
    assert (life.state, life.sale, life.consumed) == ("paid", "confirmed", False)


def test_a_rung_row_without_an_acceptance_imports_nothing():
    assert live((10, 0)).state == "new"


@pytest.mark.parametrize("code", [14, 15, 17])
def test_cancelled_inside_the_window_it_never_becomes_a_sale(code):
    life = live(*SOLD, (code, 70))
    assert (life.state, life.sale) == ("cancelled", None)


def test_one_second_after_the_window_the_cancellation_is_a_refund():
    life = live(*SOLD, (17, 71))
    assert (life.state, life.sale) == ("refunded", "cancelled")


def test_a_window_of_zero_imports_in_the_second_of_acceptance():
    assert live(*SOLD, (17, 11), cancel_window=0).sale == "cancelled"


def test_a_rider_who_overtakes_the_acceptance_counts_at_the_import():
    life = live((10, 0), (53, 5), (12, 10))
    assert (life.state, life.consumed) == ("prepared", True)


@pytest.mark.parametrize("answer", [21, 22])
def test_preparing_and_asked_and_refused_is_preparing_again(answer):
    asked = [*SOLD, press("start", 100), (20, 200)]
    assert live(*asked).state == "refunding"
    assert live(*asked, (answer, 300)).state == "preparing"


def test_while_a_request_is_open_the_own_state_moves_on():
    life = live(*SOLD, (20, 200), (55, 300))
    assert (life.state, life.order_state) == ("refunding", "delivering")


def test_one_refund_after_completion_granted_in_full():
    life = live(*SOLD, (55, 200), (18, 300), (30, 400), (33, 500))
    assert (life.state, life.sale, life.granted) == ("refunded", "reversed", 3000)


def test_one_refund_after_completion_granted_in_part():
    life = live(*SOLD, (18, 300), fact(30, 400, **PART), (33, 500))
    assert (life.state, life.sale, life.granted) == ("partially_refunded", "done", 800)


@pytest.mark.parametrize("answer", [31, 32])
def test_one_refund_after_completion_refused(answer):
    assert live(*SOLD, (18, 300), (30, 400), (answer, 500)).state == "completed"


def test_a_part_refunded_before_delivery_and_then_finished():
    life = live(*SOLD, fact(20, 200, **PART), (23, 210), (18, 900))
    assert (life.state, life.sale) == ("partially_refunded", "done")


def test_a_part_granted_inside_the_window_shows_at_the_import():
    life = live(*SOLD, fact(20, 20, **PART), (23, 30))
    assert (life.state, life.sale, life.granted) == ("paid", "confirmed", 800)


def test_parts_that_reach_the_sum_are_all_the_money():
    life = live(*SOLD, (18, 300), fact(39, 100, **PART), fact(30, 400, **REST), (33, 500))
    assert (life.state, life.granted) == ("refunded", 3000)


def test_unanswered_then_invalid_then_granted_goes_back_once():
    life = live(*SOLD, (20, 200), (15, 1100), (23, 1101))
    assert (life.state, life.granted, len(life.cases)) == ("refunded", 3000, 1)


def test_granted_and_the_repeating_cancellation_of_the_same_second_go_back_once():
    life = live(*SOLD, (20, 200), (23, 300), (15, 300))
    assert [(case.key, case.amount) for case in life.cases] == [("cancel-1", 3000)]


def test_finish_after_everything_went_back_changes_nothing():
    assert live((10, 0), (12, 10), (17, 20), (18, 300)).state == "cancelled"


def test_finish_inside_the_window_imports_at_once():
    life = live(*SOLD, (18, 30), due=False)
    assert (life.state, life.sale, life.consumed) == ("completed", "done", True)


def test_a_return_inside_the_window_imports_before_it_is_read():
    life = live(*SOLD, (33, 30), fact(30, 20), due=False)
    assert (life.state, life.sale) == ("refunded", "cancelled")


def test_arbitration_upheld_grants_the_rejected_case():
    asked = [*SOLD, (20, 200), (22, 300), (24, 400)]
    assert (live(*asked).state, live(*asked).cases[0].status) == ("refunding", "arbitrating")
    assert live(*asked, (25, 500)).state == "refunded"
    assert live(*asked, (26, 500)).cases[0].status == "rejected"


def test_a_request_while_one_is_open_is_the_same_case_with_newer_words():
    life = live(*SOLD, fact(20, 200, **PART), fact(20, 210, scope="part", money=900))
    assert [(case.key, case.amount) for case in life.cases] == [("cancel-1", 900)]


def test_a_merchants_part_refund_answers_no_open_request():
    life = live(*SOLD, (20, 200), fact(39, 300, **PART))
    assert [(case.key, case.status) for case in life.cases] == [
        ("cancel-1", "requested"),
        ("merchant-1", "granted"),
    ]


def test_a_full_grant_has_what_was_left_whatever_the_wire_says():
    life = live(*SOLD, fact(39, 100, **PART), fact(20, 200, scope="full", money=3000), (23, 300))
    assert [case.amount for case in life.cases] == [800, 2200]


def test_less_money_than_is_left_is_a_part_where_the_scope_is_not_named():
    assert live(*SOLD, fact(20, 200, money=800)).cases[0].scope == "part"
    assert live(*SOLD, fact(20, 200, money=3000)).cases[0].scope == "full"
    assert live(*SOLD, fact(20, 200, goods=[("牛肉面", 1)])).cases[0].scope == "part"


def test_a_void_with_an_open_part_request_grants_a_case_of_its_own():
    life = live(*SOLD, fact(20, 200, **PART), (15, 300))
    assert [(case.key, case.status, case.amount) for case in life.cases] == [
        ("cancel-1", "withdrawn", 800),
        ("void", "granted", 3000),
    ]


def test_parts_beyond_the_sum_contradict_each_other_and_nothing_is_cut():
    life = live(*SOLD, fact(39, 100, scope="part", money=2000), fact(39, 200, scope="part", money=1500))
    assert (life.standstill, life.silent, life.granted) == (CONTRADICTION, False, 3500)


def test_a_grant_of_an_unknown_request_stands_still_until_it_is_told():
    told = Fact(
        key="pull:1",
        kind=Kind.PULL,
        at=400_000,
        pulled=True,
        statement=Statement(case="granted", refund=RefundWords(scope="part", money=800)),
    )
    waiting = live(*SOLD, (23, 300))
    assert (waiting.standstill, waiting.silent, waiting.cases) == (UNKNOWN_REFUND, True, ())
    life = live(*SOLD, (23, 300), told)
    assert (life.standstill, life.granted, len(life.cases)) == ("", 800, 1)


def test_without_content_nothing_is_imported_and_no_sum_is_judged():
    life = live((12, 10), (18, 900), fact(39, 100, scope="part", money=999999))
    assert (life.imported, life.standstill, life.state) == (False, "", "waiting")


def test_content_whole_beats_slim_and_pushed_beats_pulled():
    slim = changed(fact(10, 0, key="slim"), content=content(paid=1000, whole=False))
    pulled = changed(fact(10, 0, key="pulled"), content=content(paid=2000), pulled=True)
    assert live(slim, pulled).content.paid == 2000
    assert live(slim, pulled, (10, 5)).content.paid == 3000


@pytest.mark.parametrize(
    ("consume_at", "consumed"),
    [("paid", True), ("accepted", True), ("preparing", True), ("prepared", True), ("delivering", False)],
)
def test_materials_are_used_from_the_moment_that_the_store_names(consume_at, consumed):
    assert live(*SOLD, (53, 100), consume_at=consume_at).consumed is consumed


def test_all_back_before_the_kitchen_began_uses_nothing():
    assert live(*SOLD, (20, 200), (23, 300), (53, 301)).consumed is False


def test_what_the_kitchen_reports_has_happened_even_after_the_money_went_back():
    life = live(*SOLD, (20, 100), (23, 200), press("start", 300))
    assert (life.sale, life.consumed) == ("reversed", True)


def test_a_press_below_the_stores_moment_uses_nothing_after_the_money_went_back():
    assert live(*SOLD, (17, 200), press("start", 300), consume_at="delivering").consumed is False


def test_sold_and_then_heard_that_it_was_cancelled_in_the_window():
    life = live(*SOLD, (17, 50), sold=True)
    assert (life.state, life.sale, life.consumed) == ("refunded", "cancelled", False)


def test_refunded_goods_are_unused_only_if_the_refund_came_before_the_kitchen():
    part = {"scope": "part", "money": 800, "goods": [("牛肉面", 1)]}
    before = live(*SOLD, fact(39, 100, **part), press("start", 200))
    after = live(*SOLD, fact(39, 300, **part), press("start", 200))
    assert before.unused == (Goods(name="牛肉面", quantity=1),)
    assert after.unused == ()


def test_the_newest_rider_news_counts_by_its_milliseconds():
    news = [
        changed(fact(55, 100, key=key), at=at, code=code) for key, at, code in [("a", 100_900, 55), ("b", 100_100, 54)]
    ]
    assert live(*SOLD, *news).rider_state == 55


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


def pull(t, **statement):
    return Fact(key=f"pull:{t}", kind=Kind.PULL, at=t * 1000, pulled=True, statement=Statement(**statement))


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


def test_an_appeal_after_a_merchants_part_refund_speaks_of_the_rejected_request():
    steps = [*SOLD, fact(20, 200, **PART), (22, 210), fact(39, 220, scope="part", money=500), (24, 300), (25, 400)]
    assert [(case.key, case.status, case.amount) for case in live(*steps).cases] == [
        ("cancel-1", "granted", 800),
        ("merchant-1", "granted", 500),
    ]


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


def test_a_slim_order_that_comes_again_later_does_not_change_when_it_began():
    late = changed(fact(10, 500, key="217"), content=None)
    life = live(*SOLD, late)
    assert (life.waimai_state, [each.code for each in life.read][:3]) == (12, [10, 10, 12])


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


CODES = st.sampled_from([10, 12, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 39, 53, 55, 56])
FACTS = st.lists(
    st.builds(
        lambda code, t, part: fact(code, t, **(PART if part and 20 <= code <= 39 else {})),
        CODES,
        st.integers(0, 200),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
)


@settings(max_examples=300)
@given(FACTS, st.randoms(), st.booleans())
def test_the_order_of_arrival_never_matters(facts, random, sold):
    shuffled = [*facts, DUE]
    random.shuffle(shuffled)
    first, second = (replay(each, sold=sold, terms=Terms()) for each in ([*facts, DUE], shuffled))
    assert first == second


@settings(max_examples=300)
@given(FACTS)
def test_money_never_goes_back_twice(facts):
    life = replay([*facts, DUE], sold=False, terms=Terms())
    if not life.standstill and life.content is not None:
        assert 0 <= life.granted <= life.content.paid
    assert (life.sale is None) == (not life.became_sale)
    assert life.state in {"cancelled", "refunded"} or not life.all_back
