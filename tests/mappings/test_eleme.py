import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import Refused
from connector.domain.order import Kind, Rider
from mappings.eleme import order_number, read_pulled, read_push
from tests.vectors import DATA

SAMPLES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((DATA / "samples/eleme").glob("*.json"))}
ORDERS = {name: sample for name, sample in SAMPLES.items() if sample["kind"].startswith("10 ")}


def body(push, **message):
    """A push with keys of its message changed (``...`` takes a key away)."""
    inner = {**json.loads(push["message"]), **message}
    inner = {key: value for key, value in inner.items() if value is not ...}
    return json.dumps({**push, "message": json.dumps(inner)}).encode()


def read(name, **message):
    return read_push(body(SAMPLES[name]["push"], **message))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read(name):
    number, fact, note = read(name)
    sample = SAMPLES[name]["push"]
    if int(sample["type"]) == 100:
        assert (number, fact, note) == ("", None, "type 100 is not read")
    else:
        assert number == json.loads(sample["message"])["orderId"]
        assert (fact.code, note) == (int(sample["type"]), "")
        assert fact.at > 1_400_000_000_000


@pytest.mark.parametrize("name", ORDERS)
def test_items_and_fees_add_up_to_what_the_customer_paid(name):
    content, sums = read(name)[1].content, SAMPLES[name]["arithmetic"]
    kinds = {kind: sum(fee.amount for fee in content.fees if fee.kind == kind) for kind in ("box", "rounding")}
    delivery = sum(fee.amount for fee in content.fees if fee.kind.startswith("delivery"))
    assert len(content.items) == sums["lines_in_normal_groups"]
    assert sum(item.total for item in content.items) == fen(sums["sum_normal_groups"])
    assert kinds["box"] == fen(sums["sum_extra_group"])
    assert delivery == fen(sums["deliverFee"])
    assert content.income == fen(sums["income"])
    assert content.paid == fen(sums["totalPrice"])
    assert sum(item.total for item in content.items) + sum(fee.amount for fee in content.fees) == content.paid
    assert (kinds["rounding"] == 0) == content.whole


@pytest.mark.parametrize("name", ORDERS)
def test_our_revenue_is_income_and_commission(name):
    """The taxed lines of the sale are the income before the platform takes its commission."""
    content = read(name)[1].content
    if content.whole and "income_residual" in SAMPLES[name]["arithmetic"]:
        ours = sum(item.total for item in content.items)
        ours += sum(fee.amount for fee in content.fees if fee.kind in {"box", "delivery", "discount_shop"})
        assert ours == content.income - content.commission - fen(SAMPLES[name]["arithmetic"]["income_residual"])


def fen(yuan):
    return int((Decimal(str(yuan)) * 100).to_integral_exact())


def test_an_order_shows_what_the_customer_saw():
    content = read("push_10_new_order_2019")[1].content
    assert [(item.name, item.sku_code, item.platform_sku) for item in content.items] == [
        ("天使意面", "204050613044", "200000338894214456"),
        ("吮指鸡块6块", "537549679808", "200000351401186616"),
    ]
    assert (content.day_seq, content.customer.phone) == (2, "13800000001,227")


def delivered(income):
    """4.00 of 34.00 are the delivery, of which the shop's income of 25.00 has nothing."""
    line = {"name": "牛肉面", "price": 30, "quantity": 1}
    sums = {"totalPrice": 34, "originalPrice": 34, "deliverFee": 4, "packageFee": 0, "serviceFee": -5, "income": income}
    nothing = {"hongbao": 0, "shopPart": 0, "elemePart": 0, "merchantDeliverySubsidy": 0}
    groups = [{"name": "1号篮子", "type": "normal", "items": [line]}]
    return read("push_10_new_order_2019", groups=groups, **sums, **nothing)[1].content


@pytest.mark.parametrize(
    ("income", "kind", "warnings"),
    [(25, "delivery_platform", 0), (29, "delivery", 0), (24, "delivery_platform", 0), (27, "delivery_platform", 1)],
)
def test_an_income_that_the_shops_own_delivery_explains_is_no_warning(income, kind, warnings):
    content = delivered(income)
    assert ([fee.kind for fee in content.fees], len(content.warnings)) == ([kind], warnings)


def test_two_baskets_keep_their_names():
    content = read("push_10_new_order_2018_two_baskets")[1].content
    assert {item.basket for item in content.items} == {"用户 发起人1号... 的篮子", "用户 发起人2号... 的篮子"}
    assert [fee.amount for fee in content.fees if fee.kind.startswith("discount")] == [-1700, -800]


def test_times_without_a_zone_are_chinas():
    assert read("push_10_new_order_2019")[1].at == 1556077338_000


def test_a_downgraded_order_explains_its_difference_and_is_not_whole():
    fact = read("push_10_doc_example_downgraded")[1]
    assert (fact.content.whole, fact.key, bool(fact.content.warnings)) == (False, "10:slim", True)
    assert [(fee.kind, fee.amount) for fee in fact.content.fees] == [("rounding", 500)]


def test_a_slim_order_has_no_content_yet():
    push = {**SAMPLES["push_10_new_order_2019"]["push"], "type": 217}
    number, fact, _ = read_push(body(push, groups=..., activeAt=...))
    assert (number, fact.content, fact.code, fact.kind) == ("3040000000000000398", None, 10, Kind.ORDER)


def test_a_part_refund_names_its_goods_and_money():
    fact = read("push_30_constructed_part_refund_request")[1]
    assert (fact.kind, fact.refund.scope, fact.refund.money, fact.refund.reason) == (Kind.ASK, "part", 650, "餐品洒漏")
    assert [(goods.name, goods.quantity, goods.amount) for goods in fact.refund.goods] == [("吮指鸡块6块", 1, 650)]


def test_a_cancel_request_that_names_nothing_says_so():
    words = read("push_20_constructed_cancel_request", totalPrice=..., refundType=..., goodsList=None)[1].refund
    assert (words.scope, words.money, words.goods) == (None, None, ())


def test_the_rider_is_named():
    fact = read("push_55_delivery_2017")[1]
    assert fact.rider != Rider()
    assert fact.at % 1000 or fact.at == json.loads(SAMPLES["push_55_delivery_2017"]["push"]["message"])["updateAt"]


def test_two_part_refunds_of_the_merchant_in_one_second_are_two():
    push = {**SAMPLES["push_30_constructed_part_refund_request"]["push"], "type": 39}
    keys = {read_push(body(push, totalPrice=money))[1].key for money in (1.0, 2.0, 2.0)}
    assert len(keys) == 2


def test_an_unknown_type_is_kept_and_not_read():
    push = {**SAMPLES["push_14_constructed_cancelled"]["push"], "type": 4711}
    number, fact, note = read_push(body(push))
    assert (number, fact.kind, fact.code, note) == ("3040000000000000398", Kind.NOTE, 4711, "type 4711 is not read")


def test_ids_beyond_doubles_and_numbers_for_text_keep_their_digits():
    push = SAMPLES["push_10_new_order_2019"]["push"]
    assert read_push(body(push, orderId=3040000000000000398))[0] == "3040000000000000398"
    assert order_number("12", '{"orderId":3040000000000000398}') == "3040000000000000398"


@pytest.mark.parametrize("rubbish", ["", "{", "[]", "[" * 5000, '{"orderId":' + "9" * 5000 + "}", '{"orderId":{}}'])
def test_the_order_of_rubbish_is_not_known(rubbish):
    assert order_number("10", rubbish) == ""


@pytest.mark.parametrize(
    ("kind", "message", "number"),
    [
        ("10", {"id": "30"}, "30"),
        ("217", {"id": "7", "orderId": "30"}, "30"),
        *[(kind, {"id": "7"}, "") for kind in ("12", "20", "55", "218", "4711", "", "9" * 5000)],
        *[(kind, {"orderId": "30"}, "30") for kind in ("12", "45", "218", "4711", "", "x")],
        *[(kind, {"id": "7", "orderId": "30"}, "") for kind in ("91", "92", "93", "100", "105", "221", "222")],
    ],
)
def test_only_an_order_is_called_by_its_id_and_news_of_a_shop_is_of_no_order(kind, message, number):
    assert order_number(kind, json.dumps(message)) == number


@pytest.mark.parametrize("kind", [91, 93, 105, 221])
def test_what_a_shop_is_called_makes_no_order(kind):
    push = {**SAMPLES["push_14_constructed_cancelled"]["push"], "type": kind, "message": '{"id":155000001,"isOpen":0}'}
    assert read_push(json.dumps(push).encode()) == ("", None, f"type {kind} is not read")


BAD = {
    "totalPrice": [{}, True, "NaN", -1, 1e300, "一百"],
    "groups": [7, [7], [{"items": 7}], [{"type": "normal", "items": [7]}]],
    "daySn": ["x", 2**40, -1],
    "phoneList": [7, [{}]],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_what_cannot_be_read_is_refused_with_the_path_of_the_field(key, value):
    with pytest.raises(Refused, match=key if key != "totalPrice" else "totalPrice") as refusal:
        read("push_10_new_order_2019", **{key: value})
    assert "一百" not in str(refusal.value)


@pytest.mark.parametrize(
    "change", [{"price": -5}, {"quantity": -1}, {"quantity": 1.5}, {"quantity": 10**9}, {"name": ""}]
)
def test_negative_or_absurd_lines_are_refused(change):
    line = {"name": "天使意面", "price": 26.0, "quantity": 1, **change}
    with pytest.raises(Refused, match="groups"):
        read("push_10_new_order_2019", groups=[{"name": "1", "type": "normal", "items": [line]}])


def test_an_item_without_a_code_is_read():
    line = {"name": "天使意面", "price": 26.0, "quantity": 1, "extendCode": None, "barCode": None}
    content = read("push_10_new_order_2019", groups=[{"name": "1", "type": "normal", "items": [line]}])[1].content
    assert (content.items[0].sku_code, content.items[0].name) == ("", "天使意面")


@pytest.mark.parametrize("key", ["originalPrice", "deliverFee", "hongbao", "shopPart", "elemePart", "income"])
@pytest.mark.parametrize("nothing", [..., None, ""])
def test_an_order_that_does_not_tell_all_its_sums_is_slim_and_adds_up(key, nothing):
    fact = read("push_10_new_order_2019", **{key: nothing})[1]
    assert (fact.key, fact.content.whole) == ("10:slim", False)
    assert sum(item.total for item in fact.content.items) + sum(fee.amount for fee in fact.content.fees) == 2680


@pytest.mark.parametrize("groups", [[], [{"name": "其它费用", "type": "extra", "items": []}]])
def test_of_an_order_without_lines_nothing_is_known_yet(groups):
    assert read("push_10_new_order_2019", groups=groups)[1].content is None


def test_an_order_without_times_began_when_it_was_sent():
    fact = read("push_10_new_order_2019", activeAt=None, createdAt="1970-01-01T08:00:00")[1]
    assert fact.at == fact.content.placed_at == SAMPLES["push_10_new_order_2019"]["push"]["timestamp"]


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00", "1970-01-01T08:00:00", "soon", 7])
def test_what_cannot_be_a_wish_is_none(time):
    assert read("push_10_new_order_2019", deliverTime=time)[1].content.promised_at is None


@pytest.mark.parametrize("time", ["1556077400", 1556077400, "1556077400000", 1556077400000, "1556077400.0"])
def test_times_are_read_in_seconds_and_milliseconds(time):
    assert read("push_20_constructed_cancel_request", updateTime=time)[1].at == 1556077400_000


@pytest.mark.parametrize("time", ["1e999999999", "Infinity", "-1", 0, True, [], "", "soon"])
def test_what_cannot_be_a_time_is_the_time_of_the_push(time):
    sample = SAMPLES["push_20_constructed_cancel_request"]["push"]
    assert read("push_20_constructed_cancel_request", updateTime=time)[1].at == sample["timestamp"]


def test_half_an_emoji_and_nul_can_be_stored():
    push = SAMPLES["push_10_new_order_2019"]["push"]
    content = read_push(body(push, description="辣" + chr(0xD83D) + chr(0)))[1].content
    assert content.remark == "辣?"
    assert order_number("10", json.dumps({"orderId": "1" + chr(0xDE00) + chr(0)})) == "1?"


def test_a_refunded_dish_without_a_number_is_one():
    goods = [{"name": "吮指鸡块6块", "price": 6.5}]
    words = read("push_30_constructed_part_refund_request", goodsList=goods)[1].refund
    assert [(each.quantity, each.amount) for each in words.goods] == [(1, 650)]


@pytest.mark.parametrize("message", ["", "no", "[1]", '{"name":{}}', '{"state":[7],"orderId":"30","updateAt":{}}'])
def test_a_type_that_is_not_read_is_never_refused(message):
    push = {**SAMPLES["push_14_constructed_cancelled"]["push"], "type": 4711, "message": message}
    number, fact, note = read_push(json.dumps(push).encode())
    assert (number, fact and (fact.kind, fact.at), note) == (
        ("30", (Kind.NOTE, push["timestamp"]), "type 4711 is not read")
        if "orderId" in message
        else ("", None, "type 4711 is not read")
    )


@pytest.mark.parametrize(
    "name", ["push_12_accepted_2018", "push_20_constructed_cancel_request", "push_45_reminder_2017"]
)
def test_news_of_no_order_is_refused(name):
    with pytest.raises(Refused, match="orderId: missing"):
        read(name, orderId=None)


@pytest.mark.parametrize("message", ["", "no", "[1]", "null", "7"])
def test_a_message_that_is_no_object_is_refused(message):
    push = {**SAMPLES["push_12_accepted_2018"]["push"], "message": message}
    with pytest.raises(Refused):
        read_push(json.dumps(push).encode())


def test_a_pulled_order_states_what_it_is():
    order = json.loads(SAMPLES["push_10_new_order_2019"]["push"]["message"])
    pulled = {"pulled_at": 1556090000000, "order": {**order, "status": "settled", "refundStatus": "rejected"}}
    number, (statement, content) = read_pulled(json.dumps({**pulled, "refund": None}).encode())
    assert number == "3040000000000000398"
    assert (statement.statement.finished, statement.statement.case, statement.at) == (True, "rejected", 1556090000000)
    assert (content.pulled, content.content.paid, content.key) == (True, 2680, "pulled:lacks-1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_any_value_in_any_field_is_read_or_refused(name, data):
    push = SAMPLES[name]["push"]
    key = data.draw(st.sampled_from(sorted(json.loads(push["message"]))))
    with contextlib.suppress(Refused):
        number, fact, _ = read_push(body(push, **{key: data.draw(JSON)}))
        assert number == "" if fact is None else fact.key
