"""What Meituan's pushes look like on the wire, against the page's vectors and captured pushes."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from connector.simulator.kinds import KINDS, kinds_of
from connector.simulator.meituan.signing import base_text, form, same, sign

from .meituan import SHOP, place, sent

DATA = Path(__file__).resolve().parents[2] / "data"
VECTORS = json.loads((DATA / "meituan_signature_vectors.json").read_text("utf-8"))
SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((DATA / "samples" / "meituan").glob("push_*.json"))
}
# Promotions off the price of an item, of those that the invented orders have (platform page 4.4).
OF_ITEMS = (7, 17)
PAID = [name for name in SAMPLES if name.startswith("push_paid")]


def named(vectors):
    return [pytest.param(vector, id=vector["id"]) for vector in vectors]


@pytest.mark.parametrize("vector", named([*VECTORS["request"], *VECTORS["push"]]))
def test_a_vector_is_signed_as_it_says(vector):
    given, expected = vector["inputs"], vector["expected"]
    url = given.get("url") or given["callback_url"]
    assert base_text(url, given["params"], given["secret"]) == expected["base_string"]
    assert sign(url, given["params"], given["secret"]) == expected["sig"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_captured_push_is_encoded_and_signed_byte_by_byte(name):
    push, ours = SAMPLES[name]["params"], SAMPLES[name]["resigned_for_tests"]
    assert sign(ours["callback_url"], push, ours["secret"]) == ours["sig"]
    times = 2 if "twice" in ours["wire"] else 1
    assert form([*push.items(), ("sig", ours["sig"])], times) == ours["body"]


def test_a_changed_digit_is_no_signature():
    assert same("ABC1", "abc1")
    assert not same("abc2", "abc1")


def pushed(there, connector, kind="several", **switches):
    there.board.change({"platform": "meituan", **switches})
    order = place(there, kind)
    there.pusher.drain()
    return order, sent(connector.requests[-1])[1]


@pytest.mark.parametrize("name", PAID)
def test_a_paid_push_has_every_field_of_a_captured_one(there, connector, name):
    real = SAMPLES[name]["params"]
    _, ours = pushed(there, connector)
    assert set(real) - set(ours) == set()
    assert all(isinstance(value, str) for value in ours.values())
    mine, theirs = json.loads(ours["detail"])[0], json.loads(real["detail"])[0]
    retail = {"upc", "weight", "weight_for_unit", "weight_unit"}
    assert set(theirs) - set(mine) - retail == set()


def test_the_receipt_has_every_member_of_a_captured_one(there, connector):
    real = json.loads(SAMPLES["push_paid_2019_with_poi_receive"]["params"]["poi_receive_detail"])
    _, ours = pushed(there, connector, "shared_cost")
    mine = json.loads(ours["poi_receive_detail"])
    assert set(real) - set(mine) == set()
    assert set(real["actOrderChargeByMt"][0]) == set(mine["actOrderChargeByMt"][0])
    assert (mine["onlinePayment"], mine["actOrderChargeByPoi"][0]["moneyCent"]) == (
        int(float(ours["total"]) * 100),
        1700,
    )


def test_a_refund_push_has_every_field_of_a_captured_one(there, connector):
    order = place(there)
    there.act(order.id, "accept")
    there.act(order.id, "ask_cancel", {"instant": True})
    there.pusher.drain()
    found = [params for kind, params in map(sent, connector.requests) if kind == "refund"]
    real = SAMPLES["push_full_refund_2023_instant"]["params"]
    assert len(found) == 1
    assert set(found[0]) - set(real) == {"sig", "apply_op_user_type"}
    assert set(real) - set(found[0]) == set()
    assert {key: found[0][key] for key in ("notify_type", "res_type", "is_appeal")} == {
        key: real[key] for key in ("notify_type", "res_type", "is_appeal")
    }


@pytest.mark.parametrize("mode", [False, True], ids=["discounted", "original"])
@pytest.mark.parametrize("kind", kinds_of("meituan"))
def test_the_sums_are_the_platforms(there, connector, kind, mode):
    order, push = pushed(there, connector, kind, original_prices=mode)
    lines, extras = json.loads(push["detail"]), [row for row in json.loads(push["extras"]) if row]

    def fen(value):
        return round(float(value) * 100)

    goods = sum(fen(row["price"]) * row["quantity"] for row in lines)
    boxes = sum(fen(row["box_price"]) * row["box_num"] for row in lines)
    rest = boxes + fen(push["shipping_fee"]) + int(push["package_bag_money"])
    full, off = fen(push["original_price"]), sum(fen(row["reduce_fee"]) for row in extras)
    assert full - off == fen(push["total"]) == order.content.paid
    assert all(fen(row["mt_charge"]) + fen(row["poi_charge"]) == fen(row["reduce_fee"]) for row in extras)
    of_items = sum(fen(row["reduce_fee"]) for row in extras if row["type"] in OF_ITEMS)
    if mode:
        assert goods + rest == full
    else:  # 5.01 twice for 999 fen off 20.00: the shown price is rounded
        assert goods + rest - (full - of_items) == (1 if kind == "single_price" else 0)


def test_codes_names_specs_and_options_stand_in_their_fields(there, connector):
    _, push = pushed(there, connector, "specs")
    first, second, *_, milk = json.loads(push["detail"])
    assert (first["food_name"], first["spec"], first["food_property"]) == ("红烧牛肉面", "大份", "微辣")
    assert (first["sku_id"], second["sku_id"]) == ("CP1001", "CP1002")
    assert first["app_food_code"] == second["app_food_code"] == "CP1001"
    assert milk["food_property"] == "少糖,去冰,加珍珠"


def test_a_dish_without_a_code_is_named_by_its_name(there, connector):
    _, push = pushed(there, connector, "unmapped")
    soup = json.loads(push["detail"])[2]
    assert (soup["app_food_code"], soup["sku_id"]) == ("当日例汤", "")


def test_pick_up_pre_order_and_bag_are_told(there, connector):
    _, push = pushed(there, connector, "pick_up")
    assert (push["pick_type"], push["recipient_address"][:4]) == ("1", "到店自取")
    order, push = pushed(there, connector, "book")
    assert int(push["delivery_time"]) == order.placed_at // 1000 + 5 * 3600
    _, push = pushed(there, connector, "bag")
    assert (push["package_bag_money"], push["package_bag_money_yuan"]) == ("50", "0.50")


def test_order_pushes_are_encoded_twice_and_refunds_once(there, connector):
    order = place(there)
    there.act(order.id, "accept")
    there.act(order.id, "ask_cancel", {"reason": "不想要了"})
    there.pusher.drain()
    paid, _, refund = [dict(parse_qsl(request.content.decode())) for request in connector.requests]
    assert paid["wm_poi_name"].startswith("%E6")
    assert refund["reason"] == "不想要了"
    assert all(request.headers["content-type"].startswith("application/x-www-form") for request in connector.requests)


def test_every_kind_of_order_is_of_this_shop(there):
    for kind in kinds_of("meituan"):
        order = there.place(SHOP, KINDS[kind].content)
        assert (order.shop.id, order.day_sn) == (SHOP, len(there.by_shop[SHOP]))
