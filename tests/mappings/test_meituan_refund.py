import json

import pytest

from connector.domain.errors import Refused
from connector.domain.order import Claim, Goods, Kind, Statement, Terms
from connector.domain.replay import replay
from mappings.meituan import read_event
from tests.mappings.meituan import NOW, ORDER, order, pulled, read, stored
from tests.vectors import DATA

AT = NOW * 1000


def refund(kind="refund", **changes):
    known = {
        "refund_id": "65000000001",
        "notify_type": "apply",
        "res_type": "0",
        "is_appeal": "0",
        "ctime": f"{NOW - 100}",
        "reason": "不想要了",
        **changes,
    }
    return read(kind, **known)


def test_the_real_instant_refund_is_a_grant_at_its_own_time():
    sent = json.loads((DATA / "samples/meituan/push_full_refund_2023_instant.json").read_text("utf-8"))["params"]
    said = read_event(stored("refund", sent))
    (fact,) = said.facts
    assert (said.order, fact.key) == ("2100800000000000008", "refund:65290000001:apply:6:0")
    assert (fact.kind, fact.code, fact.basis, fact.who) == (Kind.GRANT, 23, "case", "platform")
    assert fact.at == 1702277777000
    assert fact.claim == Claim(key="65290000001", asked_at=1702277776000, sent_at=1702277777000)
    assert (fact.refund.scope, fact.refund.money, fact.refund.reason) == ("full", None, "不想要了 / 临时有事")


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        ({"notify_type": "apply"}, Kind.ASK, 20),
        ({"notify_type": "apply", "res_type": ...}, Kind.ASK, 20),
        ({"notify_type": "apply", "is_appeal": "1"}, Kind.APPEAL, 20),
        ({"notify_type": "agree", "res_type": "2"}, Kind.GRANT, 23),
        ({"notify_type": "agree", "res_type": "0"}, Kind.GRANT, 23),
        ({"notify_type": "agree", "res_type": ...}, Kind.GRANT, 23),
        ({"notify_type": "apply", "res_type": "4", "is_appeal": "1"}, Kind.GRANT, 23),
        ({"notify_type": "agree", "res_type": "5"}, Kind.GRANT, 23),
        ({"notify_type": "reject", "res_type": "1"}, Kind.REJECT, 22),
        ({"notify_type": "agree", "res_type": "3"}, Kind.REJECT, 22),
        ({"notify_type": "reject", "res_type": ""}, Kind.REJECT, 22),
        ({"notify_type": "cancelRefund", "res_type": "7"}, Kind.WITHDRAW, 21),
        ({"notify_type": "cancelRefundComplaint", "res_type": "8"}, Kind.WITHDRAW, 21),
        ({"notify_type": "cancelRefund"}, Kind.WITHDRAW, 21),
    ],
)
def test_the_outcome_is_read_from_the_result_first_and_dated_by_what_it_is(words, kind, code):
    (fact,) = refund(**words).facts
    assert (fact.kind, fact.code, fact.basis) == (kind, code, "case")
    assert fact.at == (AT - 100_000 if kind in {Kind.ASK, Kind.APPEAL} else AT)
    assert (fact.claim.asked_at, fact.claim.sent_at) == (AT - 100_000, AT)
    assert fact.claim.appeal is (words.get("is_appeal") == "1")


@pytest.mark.parametrize(
    ("status", "service", "kind"),
    [
        ("1", "1", Kind.ASK),
        ("10", "1", Kind.GRANT),
        ("10", "2", Kind.NOTE),
        ("10", "0", Kind.NOTE),
        ("10", ..., Kind.NOTE),
        ("11", "2", Kind.REJECT),
        ("16", "1", Kind.APPEAL),
        ("17", "1", Kind.GRANT),
        ("17", "2", Kind.NOTE),
        ("17", "", Kind.NOTE),
        ("18", "2", Kind.REJECT),
        ("20", "2", Kind.NOTE),
        ("21", "2", Kind.GRANT),
        ("22", "2", Kind.REJECT),
        ("26", "2", Kind.APPEAL),
        ("27", "2", Kind.GRANT),
        ("28", "2", Kind.REJECT),
        ("30", "2", Kind.WITHDRAW),
        ("99", "2", Kind.NOTE),
    ],
)
def test_where_goods_can_come_back_the_status_tells_the_outcome(status, service, kind):
    (fact,) = refund(notify_type=..., res_type=..., status=status, service_type=service).facts
    assert (fact.kind, fact.key) == (kind, f"refund:65000000001:{status}::0")


@pytest.mark.parametrize(("appeal", "answer"), [("16", "18"), ("26", "28")])
def test_an_appeal_and_its_answer_of_one_second_end_as_answered(appeal, answer):
    steps = [("1", 0), ("11", 60), (appeal, 120), (answer, 120)]
    told = [refund(notify_type=..., res_type=..., is_appeal=..., status=s, timestamp=f"{NOW + t}") for s, t in steps]
    paid = read_event(stored("order-paid", order())).facts
    (case,) = replay([*paid, *(fact for push in told for fact in push.facts)], sold=False, terms=Terms()).cases
    assert case.status == "rejected"


def test_a_notification_that_nobody_knows_is_a_note():
    assert refund(notify_type="unheard").facts[0].kind is Kind.NOTE


def test_every_step_of_a_case_has_a_key_of_its_own_and_a_repeat_the_same():
    steps = [
        {},
        {"is_appeal": "1"},
        {"notify_type": "reject", "res_type": "1"},
        {"notify_type": "agree", "res_type": "2"},
        {"refund_id": "65000000002"},
    ]
    keys = [refund(**step).facts[0].key for step in steps]
    assert len(set(keys)) == len(steps)
    assert [refund(**step, timestamp=f"{NOW + 60}").facts[0].key for step in steps] == keys


FOOD = {
    "app_food_code": "F001",
    "food_name": "宫保鸡丁",
    "sku_id": "F001-L",
    "spec": "大份",
    "food_price": 28.5,
    "count": 2,
    "box_num": 1.0,
    "box_price": 1.0,
    "refund_price": 3.33,
}


def part(food=(FOOD,), **changes):
    words = {"notify_type": "part", "money": "6.66", "food": json.dumps(list(food)), **changes}
    return refund("partial-refund", **words).facts[0]


def test_a_part_names_its_goods_and_its_money():
    fact = part()
    assert (fact.kind, fact.refund.scope, fact.refund.money) == (Kind.ASK, "part", 666)
    assert fact.refund.goods == (
        Goods(
            name="宫保鸡丁",
            quantity=2,
            amount=666,
            platform_item="F001",
            platform_sku="F001-L",
            spec="大份",
        ),
    )


@pytest.mark.parametrize(
    ("money", "amounts"),
    [("8.00", [333, 467]), ("20.01", [333, 1668]), ("1.00", [100, 0]), ("0", [0, 0])],
)
def test_the_money_is_authoritative_and_the_last_lines_have_the_difference(money, amounts):
    goods = part([{**FOOD, "count": 1}, FOOD], money=money).refund.goods
    assert [line.amount for line in goods] == amounts


@pytest.mark.parametrize(("money", "amounts"), [("6.65", [665, 0]), ("6.67", [667, 0]), ("6.66", [666, 0])])
@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_line_that_cost_nothing_bears_no_difference(price, money, amounts):
    goods = part([FOOD, {**FOOD, "count": 1, "refund_price": price}], money=money).refund.goods
    assert [line.amount for line in goods] == amounts


def test_where_no_line_tells_its_price_the_last_one_has_the_money():
    untold = {**FOOD, "refund_price": None}
    assert [line.amount for line in part([untold, untold]).refund.goods] == [0, 666]


def test_without_its_sum_the_lines_are_the_money_and_without_either_the_case_must_tell_it():
    assert part(money=...).refund.money == 666
    assert part(money="", food=()).refund.money is None
    granted = part(money=..., food=(), notify_type="agree", res_type="2")
    assert (granted.kind, granted.refund.scope, granted.refund.money) == (Kind.GRANT, "part", None)


@pytest.mark.parametrize("kind", ["refund", "partial-refund"])
@pytest.mark.parametrize(
    "told",
    [
        {"notify_type": "part", "money": "5.00", "food": "[]"},
        {"notify_type": "part"},
        {"notify_type": "agree", "res_type": "2", "money": "5.00", "food": "[]"},
        {"notify_type": "agree", "res_type": "2", "food": json.dumps([FOOD])},
        {"notify_type": ..., "res_type": ..., "status": "1", "money": "5.00"},
    ],
)
def test_what_names_a_part_is_one_whatever_address_it_comes_to(kind, told):
    assert refund(kind, **told).facts[0].refund.scope == "part"


@pytest.mark.parametrize(
    ("told", "scope"),
    [
        ({"notify_type": "apply"}, "full"),
        ({"notify_type": "apply", "res_type": "6"}, "full"),
        ({"notify_type": ..., "res_type": ..., "status": "1"}, "full"),
        ({"notify_type": "agree", "res_type": "2"}, None),
        ({"notify_type": "agree", "res_type": "2", "money": "", "food": ""}, None),
        ({"notify_type": "reject", "res_type": "1"}, None),
        ({"notify_type": "cancelRefund", "res_type": "7"}, None),
        ({"notify_type": ..., "res_type": ..., "status": "16"}, None),
        ({"notify_type": ..., "res_type": ..., "status": "21"}, None),
    ],
)
def test_an_answer_that_names_nothing_is_of_its_address_or_leaves_it_to_its_case(told, scope):
    words = refund("refund-answer", **told).facts[0].refund
    assert (words.scope, words.money, words.goods) == (scope, None, ())
    assert refund("refund", **told).facts[0].refund.scope == "full"


def test_a_difference_in_weight_is_money_without_pieces():
    refunded = part([{**FOOD, "count": 0}], money="1.20").refund
    assert (refunded.money, refunded.goods[0].quantity, refunded.goods[0].amount) == (120, 0, 120)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"money": "-1"}, "refund: money"),
        ({"money": "viel"}, "refund: money"),
        ({"food": ["viel"]}, "refund: food.0"),
        ({"food": [{**FOOD, "count": -1}]}, "refund: food.0: count"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(change, path):
    with pytest.raises(Refused) as refusal:
        part(**change)
    assert str(refusal.value).startswith(path)
    assert "viel" not in str(refusal.value)


def stated(said, what):
    return [(fact.at, fact.statement) for fact in said.facts if fact.key.startswith(f"pull:{what}")]


def test_a_pulled_order_states_each_thing_at_the_time_that_it_tells():
    said = pulled(status=8, order_completed_time=NOW + 1800)
    assert said.order == ORDER
    assert stated(said, "accepted") == [(AT + 20_000, Statement(accepted=True))]
    assert stated(said, "finished") == [(AT + 1_800_000, Statement(finished=True))]
    assert stated(said, "void") == []
    (known,) = [fact for fact in said.facts if fact.content]
    assert (known.key, known.kind, known.at, known.pulled) == ("pulled:lacks-1", Kind.ORDER, AT, True)


def test_what_it_dates_itself_is_one_fact_however_often_it_is_pulled():
    keys = [{fact.key for fact in pulled(at=AT + after).facts} for after in (1000, 2000)]
    assert keys[0] == keys[1]


def test_what_it_does_not_date_is_dated_by_the_asking():
    said = pulled(status=8, order_confirm_time=0, at=AT + 7000)
    assert stated(said, "accepted")[0][0] == stated(said, "finished")[0][0] == AT + 7000


def test_an_order_that_nobody_has_accepted_states_nothing():
    said = pulled(status=2, order_confirm_time=0)
    assert [fact.key for fact in said.facts] == ["pulled:lacks-1"]


@pytest.mark.parametrize(("status", "words"), [(4, {"accepted"}), (6, {"accepted"}), (8, {"accepted", "finished"})])
def test_the_status_tells_what_has_no_time(status, words):
    said = pulled(status=status, order_confirm_time=0)
    assert {fact.key.split(":")[1] for fact in said.facts if fact.kind is Kind.PULL} == words


CASE = {
    "refund_id": 65000000001,
    "ctime": NOW + 100,
    "utime": NOW + 200,
    "refund_type": 1,
    "res_type": 2,
    "apply_reason": "不想要了",
    "money": "33.0",
    "wmAppRetailForOrderPartRefundList": None,
}


def test_a_cancelled_order_states_it_unless_its_refund_does():
    cancelled = {"status": 9, "order_cancel_time": NOW + 300}
    assert stated(pulled(**cancelled), "void") == [(AT + 300_000, Statement(void=True))]
    assert stated(pulled([CASE], **cancelled), "void") == []
    assert len(stated(pulled([{**CASE, "res_type": 1}], **cancelled), "void")) == 1
    assert len(stated(pulled([{**CASE, "refund_type": 2}], **cancelled), "void")) == 1


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"res_type": 0}, "requested"),
        ({"res_type": 0, "apply_type": 6}, "arbitrating"),
        ({"res_type": 1}, "rejected"),
        ({"res_type": 2}, "granted"),
        ({"res_type": 6}, "granted"),
        ({"res_type": 7}, "withdrawn"),
        ({"res_type": None, "status": 22}, "rejected"),
        ({"res_type": None, "status": 26}, "arbitrating"),
        ({"res_type": None, "status": 10}, "requested"),
        ({"res_type": None, "status": 10, "service_type": 2}, "requested"),
        ({"res_type": None, "status": 10, "service_type": 1}, "granted"),
        ({"res_type": None}, "requested"),
    ],
)
def test_each_refund_that_is_read_back_states_how_its_case_stands(told, status):
    (fact,) = [fact for fact in pulled([{**CASE, **told}]).facts if fact.claim]
    assert (fact.kind, fact.code, fact.basis, fact.at) == (Kind.PULL, 20, "case", AT + 200_000)
    assert (fact.claim.key, fact.claim.asked_at) == ("65000000001", AT + 100_000)
    assert (fact.statement.case, fact.statement.refund.scope) == (status, "full")


def test_a_part_that_is_read_back_names_its_money_and_goods():
    case = {**CASE, "refund_type": 2, "money": "7.00", "wmAppRetailForOrderPartRefundList": [FOOD]}
    (fact,) = [fact for fact in pulled([case]).facts if fact.claim]
    words = fact.statement.refund
    assert (words.scope, words.money, words.goods[0].amount, words.goods[0].name) == ("part", 700, 700, "宫保鸡丁")


def test_a_difference_in_weight_that_is_read_back_is_a_part_and_a_whole_one_names_no_goods():
    case = {**CASE, "refund_type": 3, "money": "1.20", "wmAppRetailForOrderPartRefundList": [{**FOOD, "count": 0}]}
    weight, whole = [fact.statement.refund for fact in pulled([case, {**case, "refund_type": 1}]).facts if fact.claim]
    assert (weight.scope, weight.money, len(weight.goods)) == ("part", 120, 1)
    assert (whole.scope, whole.money, whole.goods) == ("full", None, ())


@pytest.mark.parametrize("told", [{"res_type": 9}, {"res_type": "x", "status": 20}])
def test_a_result_that_nobody_knows_states_nothing_of_its_case(told):
    assert [fact for fact in pulled([{**CASE, **told}]).facts if fact.claim] == []


def test_refunds_that_are_not_told_are_not_none():
    assert {fact.key for fact in pulled(None).facts} == {fact.key for fact in pulled([]).facts}
    assert [fact.claim for fact in pulled([{**CASE, "refund_id": ""}]).facts if fact.claim] == []


@pytest.mark.parametrize(
    "refunds",
    [{}, "[]", [7], [{**CASE, "money": []}], [{**CASE, "refund_type": 2, "wmAppRetailForOrderPartRefundList": 7}]],
)
def test_refunds_that_cannot_be_read_are_refused(refunds):
    with pytest.raises(Refused, match=r"^refunds"):
        pulled(refunds)
