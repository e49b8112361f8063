"""The calls of Meituan's API: what they answer, what they refuse, and with which code."""

import json

import httpx
import pytest

from connector.simulator import create_app
from connector.simulator.meituan.calls import CALLS

from .meituan import API, OWN_RIDERS, SHOP, Caller, place


@pytest.fixture
def order(there):
    return place(there)


@pytest.fixture
def confirmed(there, order, clock):
    clock.advance(10)
    there.act(order.id, "accept")
    clock.advance(61)
    return order


def food(*rows):
    return json.dumps([{"app_food_code": code, "sku_id": code, "count": count} for code, count in rows])


def test_what_is_missing_is_701_and_what_is_unknown_702(there_client, meituan, order):
    assert there_client.get(f"{API}order/confirm").json["error"]["code"] == 701
    given = meituan.signed("order/confirm", {"order_id": order.id})
    assert there_client.get(f"{API}order/confirm", query_string={**given, "app_id": "7"}).json["error"]["code"] == 702
    assert meituan.error("order/confirm") == 701
    assert meituan.error("order/cancel", order_id=order.id) == 701


def test_a_wrong_signature_is_703_and_an_unknown_path_708(there_client, meituan, order):
    given = meituan.signed("order/confirm", {"order_id": order.id})
    answer = there_client.get(f"{API}order/confirm", query_string={**given, "sig": "0" * 32})
    assert answer.json == {"data": "ng", "error": {"code": 703, "msg": "签名验证错误"}}
    assert there_client.get(f"{API}order/viewstatus", query_string=given).json["error"]["code"] == 703
    assert meituan.error("order/nothing") == 708


def test_the_signed_address_can_be_configured(make_config, clock):
    from .meituan import APP  # noqa: PLC0415 - only here with another address

    config = make_config(meituan_apps=[APP], meituan_url="http://localhost/meituan/api/v1")
    client = create_app(config).test_client()
    called = Caller(client, clock).signed("poi/getids", {})
    other = client.get(f"{API}poi/getids", query_string=called, base_url="http://elsewhere.test")
    assert other.json["data"] == [SHOP, "MT-2002", "MT-2003", OWN_RIDERS]


def test_parameters_of_query_and_body_count_alike(there_client, meituan, order):
    given = meituan.signed("order/confirm", {"order_id": order.id})
    query = {name: given[name] for name in ("app_id", "timestamp", "sig")}
    assert there_client.post(f"{API}order/confirm", query_string=query, data={"order_id": order.id}).json == {
        "data": "ok"
    }


@pytest.mark.parametrize("path", [path for path, (needed, _) in CALLS.items() if needed[:1] == ("order_id",)])
def test_an_order_is_the_applications_own(there, meituan, other_meituan, order, path):
    more = dict.fromkeys(CALLS[path][0][1:], "1")
    assert other_meituan.error(path, order_id=order.id, **more) == 704
    assert meituan.error(path, order_id="2000", **more) == 806


def test_confirming_twice_or_too_late_is_808(there, meituan, order):
    assert meituan.data("order/confirm", order_id=order.id) == "ok"
    assert meituan.error("order/confirm", order_id=order.id) == 808


def test_cancelling_after_the_end_is_1022_and_twice_808(there, meituan, confirmed):
    there.act(confirmed.id, "finish")
    assert meituan.error("order/cancel", order_id=confirmed.id, reason="x", reason_code="2009") == 1022
    other = place(there)
    assert meituan.error("order/cancel", order_id=other.id, reason="x", reason_code="1001") == 705
    meituan.data("order/cancel", order_id=other.id, reason="x", reason_code="2009")
    assert meituan.error("order/cancel", order_id=other.id, reason="x", reason_code="2009") == 808


@pytest.mark.parametrize("path", ["order/refund/agree", "order/refund/reject"])
def test_answering_what_nobody_asked_or_what_the_desk_decides_is_808(there, meituan, confirmed, path):
    assert meituan.error(path, order_id=confirmed.id, reason="x") == 808
    there.act(confirmed.id, "ask_cancel")
    meituan.data("order/refund/reject", order_id=confirmed.id, reason="已在做")
    there.act(confirmed.id, "arbitrate")
    assert meituan.error(path, order_id=confirmed.id, reason="x") == 808


def test_a_part_refund_keeps_its_rules(there, meituan, order, clock):
    def error(data):
        return meituan.error("order/applyPartRefund", "POST", order_id=order.id, reason="缺货", food_data=data)

    assert error(food(("CP1007", 1))) == 808
    there.act(order.id, "accept")
    assert error("{") == error("[1]") == error("[]") == 705
    assert error(food(("CP1007", 0))) == 705
    assert error(food(("CP1007", 3))) == error(food(("CP9999", 1))) == 808
    assert error(food(("CP1003", 1), ("CP1007", 2), ("CP1011", 1))) == 808
    assert order.refunds == []
    there.act(order.id, "finish")
    for code in ("CP1007", "CP1007"):
        given = {"order_id": order.id, "reason": "缺货", "food_data": food((code, 1))}
        assert meituan.data("order/applyPartRefund", "POST", **given) == "ok"
    assert error(food(("CP1011", 1))) == 808
    there.board.change({"platform": "meituan", "two_after_completion": False})
    given = {"order_id": order.id, "reason": "缺货", "food_data": food(("CP1011", 1))}
    assert meituan.data("order/applyPartRefund", "POST", **given) == "ok"
    there.act(order.id, "ask_refund")
    there.act(order.id, "agree")
    assert error(food(("CP1003", 1))) == 808


def test_pieces_of_a_line_go_back_to_the_fen(there, meituan):
    order = place(there, "activity")
    there.act(order.id, "accept")
    foods = meituan.data("order/getPartRefundFoods", order_id=order.id)
    whole = sum(order.worth(number, row["count"]) for number, row in enumerate(foods, 1))
    assert whole == order.content.paid - order.content.deliver_fee
    assert foods[0]["refund_price"] < foods[0]["food_price"]


def test_the_refund_detail_tells_ids_and_money(there, meituan, confirmed):
    assert meituan.data("ecommerce/order/getOrderRefundDetail", wm_order_id_view=confirmed.view_id) == []
    there.act(confirmed.id, "part_refund", {"items": [{"line": 2, "quantity": 1}], "reason": "售完"})
    there.act(confirmed.id, "ask_cancel", {"reason": "不要了"})
    part, full = meituan.data("ecommerce/order/getOrderRefundDetail", wm_order_id_view=confirmed.view_id)
    assert (part["refund_type"], part["res_type"], part["apply_type"], part["money"]) == (2, 2, 7, 11.0)
    assert (full["refund_type"], full["res_type"], full["apply_type"]) == (1, 0, 1)
    assert full["money"] == (confirmed.content.paid - 1100) / 100
    given = {"wm_order_id_view": confirmed.view_id, "refund_type": "1"}
    assert [row["refund_id"] for row in meituan.data("ecommerce/order/getOrderRefundDetail", **given)] == [
        full["refund_id"]
    ]


def test_the_detail_has_json_values_the_moments_and_on_wish_the_delivery(there, meituan, confirmed):
    there.act(confirmed.id, "rider", {"code": 0})
    found = meituan.data("order/getOrderDetail", order_id=confirmed.id)
    assert (found["order_id"], found["status"], found["total"]) == (int(confirmed.id), 4, 44.8)
    assert [row["quantity"] for row in found["detail"]] == [1, 2, 1]
    assert found["order_confirm_time"] == confirmed.accepted_at // 1000
    assert "logistics_status" not in found
    found = meituan.data("order/getOrderDetail", order_id=confirmed.id, is_mt_logistics="1")
    assert (found["logistics_status"], found["logistics_send_time"]) == (0, there.now() // 1000)
    assert meituan.data("order/logistics/status", order_id=confirmed.id)["logistics_name"] == "美团专送"


def test_orders_can_be_found_by_their_number_of_the_day(there, meituan):
    first, second = place(there), place(there)
    assert meituan.data("order/getOrderDaySeq", app_poi_code=SHOP) == {"day_seq": 2}
    of_day = {"app_poi_code": SHOP, "date_time": "20231115"}
    assert meituan.data("order/getOrderIdByDaySeq", **of_day, day_seq="2") == {"order_id": int(second.id)}
    assert meituan.error("order/getOrderIdByDaySeq", **of_day, day_seq="3") == 806
    span = {"day_seq_start": "1", "day_seq_end": "9"}
    assert meituan.data("ecommerce/order/getOrderIdByDaySeq", **of_day, **span) == [int(first.id), int(second.id)]


def test_meal_ready_waits_a_minute_and_counts_once(there, meituan, clock):
    order = place(there)
    there.act(order.id, "accept")
    assert meituan.error("order/preparationMealComplete", order_id=order.id) == 808
    clock.advance(60)
    assert meituan.data("order/preparationMealComplete", order_id=order.id) == "ok"
    assert meituan.error("order/preparationMealComplete", order_id=order.id) == 808
    there.board.change({"platform": "meituan", "minute_rule": 0})
    early, own = place(there), place(there, shop=OWN_RIDERS)
    for one in (early, own):
        there.act(one.id, "accept")
    assert meituan.data("order/preparationMealComplete", order_id=early.id) == "ok"
    assert meituan.error("order/preparationMealComplete", order_id=own.id) == 1005


def test_the_shops_own_delivery_is_told_step_by_step(there, meituan):
    order = place(there, shop=OWN_RIDERS)
    there.act(order.id, "accept")
    assert meituan.data("order/delivering", order_id=order.id, courier_name="张测试") == "ok"
    assert meituan.error("order/delivering", order_id=order.id) == 808
    assert meituan.data("order/arrived", order_id=order.id) == "ok"
    assert [(ride.status, ride.own) for ride in order.rides] == [(20, True), (40, True)]


def test_a_reminder_is_answered_by_its_number(there, meituan, confirmed):
    there.act(confirmed.id, "remind")
    number = str(confirmed.reminders[0].number)
    assert meituan.error("order/remindReply", "POST", order_id=confirmed.id, remind_id="1", reply_content="x") == 808
    given = {"order_id": confirmed.id, "remind_id": number, "reply_content": "马上好"}
    assert meituan.data("order/remindReply", "POST", **given) == "ok"
    assert meituan.error("order/remindReply", "POST", **given) == 808


def test_real_numbers_are_told_while_the_privacy_numbers_are_down(there, meituan, order):
    page = {"offset": "0", "limit": "1000"}
    assert meituan.error("order/batchPullPhoneNumber", "POST", **page) == 808
    there.meituan.downgrade_privacy()
    (row,) = meituan.data("order/batchPullPhoneNumber", "POST", **page)
    assert (row["order_id"], row["real_phone_number"][:6]) == (int(order.id), "138000")
    assert meituan.error("order/batchPullPhoneNumber", "POST", offset="0", limit="1001") == 705


def test_shops_open_close_and_belong_to_their_application(there, meituan, other_meituan):
    assert other_meituan.data("poi/getids") == ["MT-9"]
    assert other_meituan.error("poi/mget", app_poi_codes=SHOP) == 704
    assert meituan.data("poi/close", "POST", app_poi_code=SHOP) == "ok"
    first, second = meituan.data("poi/mget", app_poi_codes=f"{SHOP},MT-2002")
    assert (first["open_level"], second["open_level"]) == (3, 1)
    assert meituan.data("poi/open", "POST", app_poi_code=SHOP) == "ok"
    there.meituan.open_shop(SHOP, opens=False, by="MEITUAN")
    assert meituan.error("poi/open", "POST", app_poi_code=SHOP) == 809
    assert meituan.error("poi/open", "POST", app_poi_code="MT-0") == 803


def test_the_menu_lists_products_with_their_specs(meituan):
    foods = meituan.data("food/list", app_poi_code=SHOP)
    noodles = foods[0]
    assert (noodles["app_food_code"], [sku["sku_id"] for sku in noodles["skus"]]) == ("CP1001", ["CP1001", "CP1002"])
    assert meituan.data("food/list", app_poi_code=SHOP, offset="1", limit="2") == foods[1:3]
    assert meituan.data("food/get", app_poi_code=SHOP, app_food_code="CP1001") == noodles
    assert meituan.error("food/get", app_poi_code=SHOP, app_food_code="CP") == 805


def test_codes_are_written_back_and_stand_in_later_orders(there, meituan):
    named = {"app_poi_code": SHOP, "name": "当日例汤", "category_name": "招牌面饭", "spec": ""}
    codes = {"app_food_code": "CP3100", "sku_id": "CP3100"}
    assert meituan.data("food/updateAppFoodCodeByNameAndSpec", "POST", **named, **codes) == "ok"
    origin = {"app_poi_code": SHOP, "app_food_code_origin": "CP1001", "sku_id_origin": "CP1002"}
    given = {**origin, "app_food_code": "MIAN", "sku_id": "MIAN-S"}
    assert meituan.data("food/updateAppFoodCodeByOrigin", "POST", **given) == "ok"
    soup = meituan.data("order/getOrderDetail", order_id=place(there, "unmapped").id)["detail"][2]
    assert (soup["app_food_code"], soup["sku_id"]) == ("CP3100", "CP3100")
    small = meituan.data("order/getOrderDetail", order_id=place(there, "specs").id)["detail"][1]
    assert (small["app_food_code"], small["sku_id"]) == ("MIAN", "MIAN-S")


def test_a_spec_is_taken_off_sale(meituan):
    def on(status):
        data = json.dumps([{"app_food_code": "CP1001", "skus": [{"sku_id": "CP1002"}]}])
        given = {"app_poi_code": SHOP, "food_data": data, "sell_status": status}
        return meituan.answer("food/sku/sellStatus", "POST", **given)

    assert on("1") == {"data": "ok"}
    row = meituan.data("food/get", app_poi_code=SHOP, app_food_code="CP1001")
    assert row["is_sold_out"] == 0
    assert on("2")["error"]["code"] == 705


def test_calls_are_counted_and_fail_as_switched(there, there_client, meituan, order, clock):
    there.board.change({"app_id": 900001, "rate_per_second": 1})
    assert meituan.data("order/viewstatus", order_id=order.id) == {"status": 2}
    assert meituan.error("order/viewstatus", order_id=order.id) == 711
    there.board.change({"app_id": 900001, "rate_per_second": 0})
    fault = {"kind": "error", "executed": True}
    there.board.change({"app_id": 900001, "faults": {"order/confirm": fault, "order/viewstatus": {"kind": "garbage"}}})
    assert meituan.error("order/confirm", order_id=order.id) == 700
    assert order.word == "confirmed"
    given = meituan.signed("order/viewstatus", {"order_id": order.id})
    assert there_client.get(f"{API}order/viewstatus", query_string=given).data.startswith(b"<html>")
    assert meituan.data("order/viewstatus", order_id=order.id) == {"status": 4}


def test_an_answer_that_is_not_taken_is_tried_again(there, connector, clock, order):
    connector.answers = [httpx.Response(200, json={"data": "ng"}), httpx.Response(500), httpx.ConnectError("gone")]
    for wait in (0, 10, 60, 300):
        clock.advance(wait)
        assert there.pusher.drain() == 1
    assert there.pusher.drain() == 0
    assert [sent.ok for sent in there.pusher.log] == [False, False, False, True]
    assert len({request.content for request in connector.requests}) == 1
