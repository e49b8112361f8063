import json
from dataclasses import replace

import pytest

from connector.domain.errors import Refused
from connector.domain.order import Customer, Fee, Item
from connector.domain.pricing import content_of, priced
from mappings.meituan import read_event
from tests.mappings.meituan import NOW, content, line, order, pulled, stored
from tests.vectors import DATA

SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))["params"]
    for path in sorted((DATA / "samples/meituan").glob("push_paid_*.json"))
}


def sample(name):
    (fact,) = read_event(stored("order-paid", SAMPLES[name])).facts
    return fact


def adds_up(found, mode="discounted"):
    told = priced(found, mode)
    assert sum(item.total for item in told.items) + sum(fee.amount for fee in told.fees) == told.paid
    return told


@pytest.mark.parametrize("name", SAMPLES)
def test_the_real_orders_add_up_without_a_remainder(name):
    for mode in ("discounted", "original"):
        told = adds_up(sample(name).content, mode)
        assert "rounding" not in {fee.kind for fee in told.fees}
        assert told.warnings == ()


def test_the_order_of_2016_is_read_to_the_fen():
    fact = sample("push_paid_2016_test_shop")
    assert (fact.key, fact.at, fact.code) == ("status:2", 1476355768000, 10)
    found = fact.content
    assert found.items == (
        Item(
            line=1,
            name="测试菜品1",
            quantity=1,
            price=10,
            total=10,
            sku_code="1",
            platform_item="1",
            platform_sku="1",
        ),
    )
    assert found.fees == (Fee(kind="delivery_platform", name="配送费", amount=900),)
    assert (found.paid, found.original, found.income, found.commission) == (910, 910, 0, 0)
    assert (found.day_seq, found.placed_at, found.view_ref) == (2, 1476355768000, "10004621000000001")
    assert found.customer == Customer(name="测试(先生)", phone="13800000001", address="测试单位")
    assert (found.own_delivery, found.promised_at, found.remark, found.whole) == (False, None, "", True)


def test_the_order_of_2019_is_delivered_by_the_shop_which_gets_the_fee():
    found = sample("push_paid_2019_with_poi_receive").content
    assert [(i.name, i.price, i.sku_code, i.platform_item, i.spec) for i in found.items] == [
        ("MT-05", 1, "3TestSkuCode__00000002", "81TestFoodCode__00000001", "份")
    ]
    assert found.fees == (Fee(kind="delivery", name="配送费", amount=1),)
    assert (found.paid, found.own_delivery, found.customer.address) == (2, True, "测试拉")
    ours = sum(i.total for i in found.items) + sum(f.amount for f in found.fees if f.kind != "discount_platform")
    assert found.income == ours + found.commission == 2  # the formula of meituan.md 4.5


def test_the_order_of_2020_keeps_its_remark_and_address():
    found = sample("push_paid_2020_raw_double_encoded").content
    assert found.remark == "【如遇缺货】： 缺货时电话与我沟通 顾客未对餐具数量做选择"
    assert (found.customer.address, found.day_seq, found.items[0].sku_code) == ("测试大茶餐厅 (1101)", 0, "A001")
    assert found.fees == (Fee(kind="delivery_platform", name="配送费", amount=1),)


def test_an_answer_with_real_types_reads_as_the_push_does():
    sent = json.loads((DATA / "samples/meituan/api_new_orders_2016_response.json").read_text("utf-8"))
    (found,) = (fact.content for fact in pulled(**sent["payload"]["data"][0]).facts if fact.content)
    assert [(i.name, i.quantity, i.total, i.sku_code) for i in found.items] == [
        ("冰露矿泉水", 3, 600, ""),
        ("20元特价套餐", 1, 2000, ""),
    ]
    assert found.fees[-1] == Fee(kind="discount_shop", name="商家优惠", amount=-800)
    assert (adds_up(found).paid, found.original) == (2400, 3200)


def test_an_order_shows_what_the_customer_saw():
    found = content()
    (item,) = found.items
    assert (item.name, item.spec, item.options, item.quantity) == ("宫保鸡丁", "大份", ("中辣", "不要葱"), 2)
    assert (item.price, item.total, item.basket, item.boxes) == (1500, 3000, "", 200)
    assert [(fee.kind, fee.name, fee.amount) for fee in found.fees] == [
        ("box", "餐盒", 200),
        ("delivery_platform", "配送费", 500),
        ("discount_shop", "商家优惠", -300),
        ("discount_platform", "平台优惠", -100),
    ]
    assert found.customer == Customer(name="测试(先生)", phone="13800000000_1234", address="测试小区 (1号楼#101)")
    assert (found.remark, found.day_seq) == ("不要辣", 7)
    assert adds_up(found).warnings == ()


def test_two_bags_are_told_apart():
    found = content(detail=[line(), line(cart_id=1)])
    assert [item.basket for item in found.items] == ["1号袋", "2号袋"]


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ({"sku_id": "S1", "app_food_code": "F1"}, "S1"),
        ({"sku_id": "", "app_food_code": "F1"}, "F1"),
        ({"sku_id": "", "app_food_code": "宫保鸡丁"}, ""),
        ({"sku_id": ..., "app_food_code": ...}, ""),
        ({"sku_id": None, "app_food_code": 42}, "42"),
    ],
)
def test_the_merchants_own_code_is_the_skus_else_the_dishs_unless_it_is_a_name(codes, code):
    assert content(detail=[line(**codes)]).items[0].sku_code == code


@pytest.mark.parametrize(
    ("code", "kind", "own"),
    [
        ("0000", "delivery", True),
        ("00009002", "delivery", True),
        ("00009003", "delivery", True),
        ("1001", "delivery_platform", False),
        ("", "delivery_platform", False),
        (..., "delivery_platform", False),
    ],
)
def test_who_delivers_says_whose_the_fee_is(code, kind, own):
    found = content(logistics_code=code)
    assert [fee.kind for fee in found.fees if fee.name == "配送费"] == [kind]
    assert found.own_delivery is own


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("1001", "测试***"),
        ("0000", "测试小区 (1号楼#101)"),
        ("5001", "测试小区 (1号楼#101)"),
        ("00009003", "测试小区 (1号楼#101)"),
        ("00009002", "测试***"),
        ("", "测试小区 (1号楼#101)"),
    ],
)
def test_where_others_deliver_the_masked_address_is_shown(code, address):
    found = content(logistics_code=code, recipient_address_desensitization="测试***")
    assert found.customer.address == address


@pytest.mark.parametrize(
    ("address", "shown"),
    [("甲@#乙@#丙", "甲@#乙"), ("甲#1@乙", "甲#1@乙"), ("@#乙", "乙"), ("", ""), ("  甲  @#乙", "甲")],
)
def test_an_address_is_what_was_typed_before_its_last_mark(address, shown):
    assert content(recipient_address=address).customer.address == shown


@pytest.mark.parametrize("change", [{"pick_type": "1"}, {"recipient_address": "到店自取 测试路1号"}])
def test_an_order_that_is_picked_up_says_so_and_has_no_rider(change):
    found = content(logistics_code="0000", **change)
    assert (found.own_delivery, found.remark) == (False, "到店自取 不要辣")
    assert content(caution="到店自取，快", **change).remark == "到店自取，快"


@pytest.mark.parametrize(
    ("times", "promised"),
    [
        ({"delivery_time": f"{NOW + 3600}"}, (NOW + 3600) * 1000),
        ({"delivery_time": "0", "estimate_arrival_time": f"{NOW + 1800}"}, (NOW + 1800) * 1000),
        ({"delivery_time": "0", "estimate_arrival_time": "0"}, None),
        ({"delivery_time": ..., "estimate_arrival_time": ...}, None),
    ],
)
def test_the_promised_time_is_the_chosen_one_else_the_estimate(times, promised):
    assert content(**times).promised_at == promised


@pytest.mark.parametrize(
    ("told", "fen"),
    [
        ({"package_bag_money": "150"}, 150),
        ({"package_bag_money_yuan": "1.5"}, 150),
        ({"package_bag_money": "150", "package_bag_money_yuan": "1.5"}, 150),
        ({}, 0),
    ],
)
def test_a_bag_is_a_box_of_that_name_in_fen_or_yuan(told, fen):
    found = content(total=f"{33 + fen / 100:.2f}", **told)
    assert sum(fee.amount for fee in found.fees if (fee.kind, fee.name) == ("box", "打包袋")) == fen
    assert adds_up(found).warnings == ()


def test_half_a_box_costs_half_and_nothing_is_cut_silently():
    found = content(detail=[line(box_num=1.5, box_price="0.5")], total="31.75")
    assert found.fees[0].amount == 75
    assert adds_up(found).warnings == ()


ITEM_OFF = {"type": 17, "reduce_fee": 6.0, "mt_charge": 2.0, "poi_charge": 4.0}
OFF = {"type": 2, "reduce_fee": 4.0, "mt_charge": 1.0, "poi_charge": 3.0}


def test_promotions_on_dishes_count_only_where_prices_are_original():
    discounted = content(detail=[line(price=12)], extras=[OFF, ITEM_OFF], total="27.0", original_price="37.0")
    assert [(fee.kind, fee.amount) for fee in discounted.item_fees] == [
        ("discount_shop", -400),
        ("discount_platform", -200),
    ]
    assert adds_up(discounted, "discounted").warnings == ()
    told = adds_up(discounted, "original")  # the wrong mode of the shop is noticed by the sum
    assert "rounding" not in {fee.kind for fee in told.fees}
    assert len(told.warnings) == 1
    original = content(extras=[OFF, ITEM_OFF], total="27.0")
    told = adds_up(original, "original")
    assert told.warnings == ()
    assert sum(fee.amount for fee in told.fees if fee.kind == "discount_shop") == -700


RECEIPT = {
    "actOrderChargeByMt": [{"comment": "活动款", "feeTypeId": 10019, "moneyCent": 100}],
    "actOrderChargeByPoi": [{"comment": "活动款", "feeTypeId": 10019, "moneyCent": 300}],
    "foodShareFeeChargeByPoi": 580,
    "logisticsFee": 500,
    "onlinePayment": 3300,
    "wmPoiReceiveCent": 2320,
}
YUAN = {
    "actOrderChargeByMt": [{"money": "1.00"}],
    "actOrderChargeByPoi": [{"money": "3.00"}],
    "foodShareFeeChargeByPoi": "5.80",
    "poiReceive": "23.20",
}


@pytest.mark.parametrize(
    "receipt",
    [
        {"poi_receive_detail": RECEIPT},
        {"poi_receive_detail_yuan": YUAN},
        {"poi_receive_detail": RECEIPT, "poi_receive_detail_yuan": {"poiReceive": "9"}},
    ],
)
def test_what_the_shop_gets_is_told_in_fen_or_in_yuan(receipt):
    found = content(**receipt)
    assert (found.income, found.commission) == (2320, -580)
    ours = sum(item.total for item in found.items)
    ours += sum(fee.amount for fee in found.fees if fee.kind in {"box", "discount_shop"})
    assert ours + found.commission == found.income


@pytest.mark.parametrize(
    ("extras", "receipt", "shop", "platform"),
    [
        ([{"type": 2, "reduce_fee": 4}], {}, -400, 0),
        ([{"type": 2, "reduce_fee": 4}], {"poi_receive_detail": RECEIPT}, -300, -100),
        ([{"type": 2, "reduce_fee": 3}, {"type": 9, "reduce_fee": 1}], {"poi_receive_detail": RECEIPT}, -300, -100),
        ([{"type": 2, "reduce_fee": 5}], {"poi_receive_detail": RECEIPT}, -500, 0),
        ([{"type": 2, "reduce_fee": 5}, {"type": 9, "reduce_fee": -1}], {"poi_receive_detail": RECEIPT}, -400, 0),
        ([{"type": 2, "reduce_fee": 4, "poi_charge": 1}], {}, -100, -300),
        ([{"type": 2, "reduce_fee": 4, "mt_charge": 4}], {}, 0, -400),
        ([{"type": 2, "reduce_fee": 4, "mt_charge": 1, "poi_charge": 2}], {}, -300, -100),
        ([{"type": 5, "reduce_fee": 0, "poi_charge": 2}], {}, 0, 0),
        ([{"reduce_fee": 4}, {}, {"rider_fee": 1}], {}, 0, 0),
    ],
    ids=[
        *("nobody says", "told", "shared", "does not add up", "given back"),
        *("shop's", "all platform's", "odd", "gift", "no type"),
    ],
)
def test_promotions_are_borne_by_whoever_the_platform_says(extras, receipt, shop, platform):
    fees = content(extras=extras, **receipt).fees
    found = {
        kind: sum(fee.amount for fee in fees if fee.kind == kind) for kind in ("discount_shop", "discount_platform")
    }
    assert found == {"discount_shop": shop, "discount_platform": platform}


@pytest.mark.parametrize("empty", ["", "null", "[]", "  ", ...])
def test_an_order_without_lines_is_fetched(empty):
    assert content(detail=empty) is None


def test_an_order_without_its_sum_is_fetched():
    assert content(total=...) is None
    assert content(total="") is None


@pytest.mark.parametrize(
    ("modules", "whole"),
    [
        ("[1]", False),
        ("[15]", False),
        ("[4,5]", False),
        ("[6,3]", True),
        ("[9]", True),
        ("[6,1]", False),
        ("[]", False),
        ("", False),
    ],
)
def test_a_degraded_order_is_whole_only_if_neither_lines_nor_money_are_missing(modules, whole):
    found = content(incmp_code="-1", incmp_modules=modules)
    assert found.whole is whole
    assert bool(found.warnings) is not whole
    assert content(incmp_code="0", incmp_modules=modules).whole


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"total": "viel"}, "order: total"),
        ({"total": "-1"}, "order: total"),
        ({"detail": "[1"}, "order: detail"),
        ({"detail": "{}"}, "order: detail"),
        ({"detail": [7]}, "order: detail.0"),
        ({"detail": [line(), line(price="x")]}, "order: detail.1: price"),
        ({"detail": [line(quantity=1.5)]}, "order: detail.0: quantity"),
        ({"extras": "{}"}, "order: extras"),
        ({"extras": [{"type": 2, "reduce_fee": []}]}, "order: extras.0: reduce_fee"),
        ({"poi_receive_detail": "[]"}, "order: poi_receive_detail"),
        ({"poi_receive_detail": {"wmPoiReceiveCent": "x"}}, "order: poi_receive_detail: wmPoiReceiveCent"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path_and_never_its_value(changes, path):
    with pytest.raises(Refused) as refusal:
        content(**changes)
    assert str(refusal.value).startswith(path)
    assert "viel" not in str(refusal.value)


#: 4.4, as the page groups them.
OF_DISHES = [7, 17, 20, 27, 31, 32, 33, 34, 35, 40, 41, 43, 46, 47, 55, 56, 60, 61, 64, 65, 66]
OF_DISHES += [117, 118, 124, 127, 201, 202, 313, 324]
OF_ORDERS = [1, 2, 3, 9, 11, 13, 15, 16, 18, 19, 21, 22, 25, 30, 36, 42, 44, 45, 48, 53, 54, 57, 58, 59, 62, 63]
OF_ORDERS += [84, 88, 100, 101, 103, 105, 106, 111, 115, 123, 300, 302, 303, 304, 305, 306, 316, 322, 323, 325, 327]


@pytest.mark.parametrize(("kinds", "of_dishes"), [(OF_DISHES, True), (OF_ORDERS, False)], ids=["dishes", "orders"])
def test_a_promotion_is_of_dishes_or_of_the_order_by_its_type(kinds, of_dishes):
    for kind in kinds:
        found = content(extras=[{"type": kind, "reduce_fee": 4, "mt_charge": 1}])
        fees = {True: found.item_fees, False: [fee for fee in found.fees if fee.kind.startswith("discount")]}
        assert [len(fees[of_dishes]), len(fees[not of_dishes])] == [2, 0], kind


OF_DELIVERY = [16, 18, 21, 25, 30, 36, 44, 48, 54, 59, 105, 106, 111, 300, 302, 304, 316, 323, 325, 327]


def test_what_is_off_the_delivery_is_told_apart_by_type():
    for kind in OF_ORDERS:
        fees = content(extras=[{"type": kind, "reduce_fee": 4, "mt_charge": 1}]).fees
        told = [fee.delivery for fee in fees if fee.kind.startswith("discount")]
        assert told == ([-300, -100] if kind in OF_DELIVERY else [0, 0]), kind


@pytest.mark.parametrize(("coupon", "delivery"), [("3", -400), (2, 0), ([], 0)])
def test_a_coupon_tells_whether_it_is_off_the_delivery(coupon, delivery):
    fees = content(extras=[{"type": 9, "reduce_fee": 4, "type_9_coupon_type": coupon}]).fees
    assert [fee.delivery for fee in fees if fee.kind.startswith("discount")] == [delivery]


@pytest.mark.parametrize("extras", ["", ...])
def test_a_push_that_leaves_its_promotions_out_is_slim_until_the_order_is_read_back(extras):
    fact = read_event(stored("order-paid", order(extras=extras))).facts[0]
    assert (fact.key, fact.content.whole, bool(fact.content.warnings)) == ("status:2:slim", False, True)
    assert [fee.amount for fee in adds_up(fact.content).fees if fee.kind == "rounding"] == [-400]
    (answer,) = (fact.content for fact in pulled(extras="").facts if fact.content)
    assert answer.whole
    assert content_of([fact, replace(fact, key="pulled", pulled=True, content=answer)], "discounted").whole


@pytest.mark.parametrize("extras", ["", "[]", ...])
def test_a_push_whose_parts_explain_its_sum_lacks_no_promotions(extras):
    assert content(extras=extras, total="37.0").whole


def test_a_push_that_tells_its_promotions_is_whole_even_if_they_do_not_explain_the_sum():
    assert content(extras="[]").whole


def test_half_a_fen_of_boxes_is_rounded_up():
    fees = content(detail=[line(box_num="0.5", box_price="0.01")]).fees
    assert [fee.amount for fee in fees if fee.kind == "box"] == [1]


def test_the_chosen_time_goes_before_the_computed_one():
    assert content(delivery_time=f"{NOW + 60}", estimate_arrival_time=f"{NOW + 90}").promised_at == (NOW + 60) * 1000
    assert content(delivery_time="0", estimate_arrival_time=f"{NOW + 90}").promised_at == (NOW + 90) * 1000


@pytest.mark.parametrize(
    ("prices", "discounted"),
    [
        ({"price": 15, "original_price": "15"}, False),
        ({"price": 15, "original_price": "15", "actual_price": "12"}, True),
        ({"price": 12, "original_price": "15"}, True),
    ],
)
def test_a_dish_that_costs_less_than_it_did_is_discounted(prices, discounted):
    assert content(detail=[line(**prices)]).items[0].discounted is discounted
