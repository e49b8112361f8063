"""The main path at Meituan: paid, confirmed, completed, cancelled, refunded, through the API and as signed pushes."""

import json

import pytest

from .meituan import SHOP, place, right, sent, words


def told(world, platform):
    """What was pushed, in order; every push is rightly signed over the address of its kind."""
    world.pusher.drain()
    found = [sent(request) for request in platform.requests]
    assert all(right(kind, params) for kind, params in found)
    return found


def test_a_paid_order_is_pushed_whole_and_confirmed_through_the_api(there, connector, meituan):
    order = place(there)
    assert meituan.data("order/poi_received", order_id=order.id) == "ok"
    assert meituan.data("order/confirm", order_id=order.id) == "ok"
    (paid, first), (confirmed, second) = told(there, connector)
    assert (paid, first["status"]) == ("order-paid", "2")
    assert (confirmed, second["status"]) == ("order-confirmed", "4")
    assert first["order_id"] == second["order_id"] == order.id
    assert len(order.id) == 19
    assert json.loads(first["detail"])[1]["food_name"] == "吮指鸡块6块"
    assert meituan.data("order/viewstatus", order_id=order.id) == {"status": 4}


def test_the_customer_completes_and_it_is_settled(there, connector, meituan, clock):
    order = place(there)
    meituan.data("order/confirm", order_id=order.id)
    clock.advance(1800)
    there.act(order.id, "finish")
    clock.advance(10)
    there.tick()
    assert [kind for kind, _ in told(there, connector)][2:] == ["order-completed", "settlement"]
    assert meituan.data("order/viewstatus", order_id=order.id) == {"status": 8}
    assert order.income == 4300 - 731


@pytest.mark.parametrize("code", ["2009", None])
def test_the_shop_refuses_with_a_reason(there, connector, meituan, code):
    order = place(there)
    given = {"reason_code": code} if code else {}
    assert meituan.data("order/cancel", order_id=order.id, reason="商品已售完", **given) == "ok"
    kind, params = told(there, connector)[-1]
    assert (kind, params["reason_code"], params["deal_op_type"]) == ("order-cancelled", code or "2007", "6")
    assert (order.refunded, order.word) == (order.content.paid, "cancelled")


def test_an_application_is_agreed_to_and_everything_goes_back(there, connector, meituan):
    order = place(there)
    meituan.data("order/confirm", order_id=order.id)
    there.act(order.id, "ask_cancel", {"reason": "点错了"})
    assert order.word == "refunding"
    assert meituan.data("order/refund/agree", order_id=order.id, reason="同意") == "ok"
    found = told(there, connector)[2:]
    assert [kind for kind, _ in found] == ["refund", "refund", "order-cancelled", "refund-money"]
    apply, agree, echo, money = (params for _, params in found)
    assert (apply["notify_type"], apply["res_type"]) == ("apply", "0")
    assert (agree["notify_type"], agree["res_type"]) == ("agree", "2")
    assert apply["refund_id"] == agree["refund_id"] == money["refund_id"]
    assert apply["ctime"] == agree["ctime"]
    assert (echo["reason_code"], echo["deal_op_type"]) == ("1103", "1")
    assert (money["refund_status"], money["money"]) == ("3", f"{order.content.paid / 100:.2f}")
    assert meituan.data("order/viewstatus", order_id=order.id) == {"status": 9}


def test_an_application_is_refused_and_the_order_goes_on(there, connector, meituan):
    order = place(there)
    meituan.data("order/confirm", order_id=order.id)
    there.act(order.id, "ask_cancel")
    meituan.data("order/refund/reject", order_id=order.id, reason="50%+ 已在做")
    kind, params = told(there, connector)[-1]
    assert (kind, params["notify_type"], params["res_type"]) == ("refund", "reject", "1")
    assert params["res_reason"] == "50%+ 已在做"
    assert order.word == "confirmed"


def test_the_shop_gives_a_part_back(there, connector, meituan):
    order = place(there)
    meituan.data("order/confirm", order_id=order.id)
    foods = meituan.data("order/getPartRefundFoods", order_id=order.id)
    row = next(food for food in foods if food["food_name"] == "吮指鸡块6块")
    wanted = [{"app_food_code": row["app_food_code"], "sku_id": row["sku_id"], "count": 1}]
    given = {"order_id": order.id, "reason": "缺货", "food_data": json.dumps(wanted)}
    assert meituan.data("order/applyPartRefund", "POST", **given) == "ok"
    (kind, params), (_, money) = told(there, connector)[2:]
    assert (kind, params["notify_type"], params["res_type"]) == ("partial-refund", "agree", "2")
    (food,) = json.loads(params["food"])
    assert (food["sku_id"], food["count"], food["refund_price"]) == ("CP1007", 1, 11.0)
    assert (params["money"], money["refund_status"], order.refunded) == ("11.00", "13", 1100)
    assert order.word == "confirmed"


def test_what_nobody_does_the_platform_does(there, clock):
    left, asked = place(there), place(there)
    there.act(asked.id, "accept")
    there.act(asked.id, "ask_cancel")
    clock.advance(301)
    there.tick()
    assert words(left)[-1] == "order-cancelled 1001"
    clock.advance(3 * 3600)
    there.tick()
    assert words(asked)[-3:] == ["refund agree 5", "order-cancelled 1103", "refund-money 3"]
    assert [order.word for order in there.by_shop[SHOP]] == ["cancelled", "cancelled"]
