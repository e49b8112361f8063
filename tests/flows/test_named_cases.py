"""The cases that the users of the product name (`order-life.md` section 3), through real parts on each platform."""

import time

import pytest

from tests.flows.play import CALLED, SECOND_LINE
from tests.flows.system import until

NOTHING = {}


def test_a_cancellation_within_the_minute_never_becomes_a_sale(anywhere):
    shop = anywhere.world.shops(anywhere.platform)[0]  # it has a window
    order = anywhere.place(shop=shop, ago=0)
    anywhere.act(order, "accept")
    anywhere.ride(order, CALLED)
    instant = {"instant": True} if anywhere.platform == "meituan" else {}
    anywhere.act(order, "ask_cancel", reason="点错了", **instant)
    anywhere.until(order, "cancelled")
    until("its window has rung", lambda: not anywhere.world.waiting())
    assert (anywhere.row(order, "state")["state"], anywhere.sale(order, "id")) == ("cancelled", NOTHING)
    assert anywhere.grams(order) == NOTHING


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_a_request_that_comes_to_nothing_goes_back_to_the_kitchen(anywhere, end):
    order = anywhere.cooking()
    anywhere.asked(order)
    if end == "refused":
        assert anywhere.answer(anywhere.press(order, "reject_refund", "已经在做了"))[0] == "done"
    else:
        anywhere.act(order, "withdraw")
    anywhere.until(order, "preparing")
    assert anywhere.refunds(order) == [("rejected" if end == "refused" else "withdrawn", "full")]


def done_while_asked(meituan, *, earlier, items):
    """Perhaps a part given back, then a request, then the customer confirms delivery: still open."""
    order = meituan.cooking("several")
    if earlier:
        assert meituan.answer(meituan.press(order, "part_refund", SECOND_LINE, "少了一份"))[0] == "done"
        until("the part is known", lambda: meituan.refunds(order) == [("granted", "part")])
    meituan.asked(order, **({"items": items} if items else {}))
    meituan.act(order, "finish")
    ends = "partially_refunded" if earlier else "completed"
    until("it is finished", lambda: meituan.row(order, "order_state")["order_state"] == ends)
    assert meituan.row(order, "state")["state"] == "refunding"
    return order


@pytest.mark.parametrize(("earlier", "ends"), [(False, "completed"), (True, "partially_refunded")])
def test_asked_before_completion_and_rejected_after_it(meituan, earlier, ends):
    order = done_while_asked(meituan, earlier=earlier, items=None)
    assert meituan.answer(meituan.press(order, "reject_refund", "餐品已送达"))[0] == "done"
    meituan.until(order, ends)
    assert meituan.left(order) == meituan.truth(order)["paid"] - meituan.truth(order)["refunded"]


@pytest.mark.parametrize(("items", "ends"), [(None, "refunded"), (SECOND_LINE, "partially_refunded")])
def test_asked_before_completion_and_granted_after_it(meituan, items, ends):
    order = done_while_asked(meituan, earlier=False, items=items)
    assert meituan.answer(meituan.press(order, "agree_refund"))[0] == "done"
    meituan.until(order, ends)
    assert meituan.left(order) == meituan.truth(order)["paid"] - meituan.truth(order)["refunded"]


def test_a_part_refunded_before_delivery_then_completed(meituan):
    order = meituan.sold("several")
    meituan.asked(order, items=SECOND_LINE)
    assert meituan.answer(meituan.press(order, "agree_refund"))[0] == "done"
    meituan.until(order, "paid")
    granted = int(time.time())  # within one second nobody can tell which was first
    until("the second of the grant is over", lambda: int(time.time()) > granted)
    meituan.act(order, "finish")
    meituan.until(order, "partially_refunded")
    assert meituan.grams(order)["YL05"] == 120  # one of the two


@pytest.mark.parametrize(
    ("second", "ends"),
    [("withdrawn", "partially_refunded"), ("rejected", "partially_refunded"), ("granted", "refunded")],
)
def test_a_second_request_after_completion(meituan, second, ends):
    order = meituan.completed()
    meituan.asked(order, act="ask_refund", items=SECOND_LINE)
    assert meituan.answer(meituan.press(order, "agree_refund"))[0] == "done"
    meituan.until(order, "partially_refunded")
    meituan.asked(order, act="ask_refund")
    if second == "withdrawn":
        meituan.act(order, "withdraw")
    else:
        press = ("agree_refund",) if second == "granted" else ("reject_refund", "不符合退款条件")
        assert meituan.answer(meituan.press(order, *press))[0] == "done"
    until("the second is known", lambda: meituan.refunds(order)[1:] == [(second, "full")])
    meituan.until(order, ends)
    assert meituan.left(order) == meituan.truth(order)["paid"] - meituan.truth(order)["refunded"]
    assert not meituan.row(order, "warning")["warning"]


@pytest.mark.parametrize(
    ("items", "press", "ends"),
    [
        (None, ("agree_refund",), "refunded"),
        (SECOND_LINE, ("agree_refund",), "partially_refunded"),
        (None, ("reject_refund", "不符合退款条件"), "completed"),
    ],
)
def test_the_one_request_after_completion(shop, items, press, ends):
    order = shop.completed()
    shop.asked(order, act="ask_refund", **({"items": items} if items else {}))
    assert shop.answer(shop.press(order, *press))[0] == "done"
    shop.until(order, ends)
    assert shop.left(order) == shop.truth(order)["paid"] - shop.truth(order)["refunded"]


@pytest.mark.parametrize("who", ["shop", "desk"])
def test_a_cancellation_after_payment_and_import_is_a_refund(anywhere, who):
    order = anywhere.sold()
    if who == "shop":
        assert anywhere.answer(anywhere.refuse(order, "cancel"))[0] == "done"
    else:
        anywhere.act(order, "force_invalid")
    anywhere.until(order, "refunded")
    assert anywhere.sale(order, "state")["state"] == "cancel"


@pytest.mark.parametrize("scenario", ["cancel_unanswered", "cancel_unanswered_told_twice"])
def test_a_request_that_nobody_answers_is_refunded_once(shop, scenario):
    """20, after fifteen minutes 15, and perhaps a 23 that comes too."""
    body = {"shop": shop.number, "kind": "several"}
    played = shop.world.simulator.post(f"/sim/scenarios/{scenario}", json=body).raise_for_status().json()
    order, last = played["orderId"], 23 if scenario == "cancel_unanswered_told_twice" else 15
    until("all is heard", lambda: shop.row(order, "waimai_state").get("waimai_state") == last)
    shop.until(order, "refunded")
    assert shop.refunds(order) == [("granted", "full")]
    row = shop.row(order, "paid_amount", "refunded_amount")
    assert row["refunded_amount"] == row["paid_amount"]
    assert shop.sale(order, "state")["state"] == "cancel"
