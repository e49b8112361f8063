import pytest

from connector.domain.ledger import CONTRADICTION, UNKNOWN_REFUND
from connector.domain.order import Fact, Goods, Kind, RefundWords, Statement
from tests.domain.build import fact, live, press

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


def test_an_appeal_after_a_merchants_part_refund_speaks_of_the_rejected_request():
    steps = [*SOLD, fact(20, 200, **PART), (22, 210), fact(39, 220, scope="part", money=500), (24, 300), (25, 400)]
    assert [(case.key, case.status, case.amount) for case in live(*steps).cases] == [
        ("cancel-1", "granted", 800),
        ("merchant-1", "granted", 500),
    ]


def test_a_merchants_part_is_a_part_whatever_the_wire_says():
    assert live(*SOLD, fact(39, 200, scope="full", money=800)).granted == 800


@pytest.mark.parametrize("later", [fact(39, 300, **PART), fact(20, 300), fact(33, 300, **PART), fact(15, 300)])
def test_once_all_is_back_later_seconds_change_nothing(later):
    life = live(*SOLD, (17, 200), later)
    assert [(case.key, case.amount) for case in life.cases] == [("void", 3000)]


def test_a_free_order_is_not_all_back_before_a_case_is_granted():
    free = fact(10, 0, paid=0)
    assert live(free, (12, 10)).state == "paid"
    assert live(free, (12, 10), (17, 200)).state == "refunded"


def test_all_that_is_left_is_full_where_the_scope_is_not_named():
    assert live(*SOLD, fact(39, 100, **PART), fact(20, 200, money=2200)).cases[1].scope == "full"


@pytest.mark.parametrize(("consume_at", "sale"), [("paid", "reversed"), ("preparing", "cancelled")])
def test_any_return_imports_and_uses_materials_before_it_is_read(consume_at, sale):
    assert live(*SOLD, fact(33, 30, scope="full"), due=False, consume_at=consume_at).sale == sale


def test_an_order_that_is_all_back_is_never_completed():
    life = live(*SOLD, (17, 200), (18, 300))
    assert (life.sale, life.completed_at, life.progress) == ("cancelled", None, "paid")


def test_a_press_uses_nothing_of_an_order_that_was_never_sold():
    life = live(*SOLD, (17, 20), press("start", 30))
    assert (life.state, life.consumed) == ("cancelled", False)


def test_taking_over_uses_nothing_after_the_money_went_back():
    assert live(*SOLD, (17, 200), press("accept", 300), consume_at="accepted").consumed is False


def test_a_finished_sale_is_done_also_while_a_request_is_open():
    life = live(*SOLD, (18, 200), (30, 300))
    assert (life.state, life.sale) == ("refunding", "done")


def test_goods_of_the_return_that_imports_were_used_at_the_import():
    part = fact(33, 30, scope="part", money=800, goods=[("牛肉面", 1)])
    assert live(*SOLD, part, due=False, consume_at="paid").unused == ()
