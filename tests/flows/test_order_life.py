"""Lives of orders through real parts: simulator, doors, lanes, Odoo, and back."""

import pytest

from tests.flows.play import CALLED
from tests.flows.system import MEITUAN_ORIGINAL, until

NOODLES = {"YL02": 200.0, "YL03": 80.0, "YL07": 30.0}


def test_an_order_becomes_a_sale_with_the_platforms_total_and_uses_its_recipe(anywhere):
    order = anywhere.sold()
    paid = anywhere.truth(order)["paid"]
    assert anywhere.sale(order, "state", "amount_total") | {"id": 0} == {
        "id": 0,
        "state": "sale",
        "amount_total": paid / 100,
    }
    assert anywhere.grams(order) == {}
    assert anywhere.answer(anywhere.press(order, "start"))[0] == "done"
    anywhere.until(order, "preparing")
    assert anywhere.grams(order) == NOODLES


def test_a_refund_agreed_in_odoo_after_cooking_reverses_revenue_and_keeps_materials(anywhere):
    order = anywhere.sold()
    anywhere.press(order, "start")
    anywhere.until(order, "preparing")
    anywhere.act(order, "ask_cancel", reason="等太久了")
    anywhere.until(order, "refunding")
    state, words = anywhere.answer(anywhere.press(order, "agree_refund"))
    assert (state, {"eleme": "饿了么", "meituan": "美团"}[anywhere.platform] in words) == ("done", True)
    anywhere.until(order, "refunded")
    assert anywhere.truth(order)["refunded"] == anywhere.truth(order)["paid"]
    assert anywhere.sale(order, "state", "amount_total")["amount_total"] == 0
    assert anywhere.sale(order, "state")["state"] == "sale"
    assert anywhere.grams(order) == NOODLES


def test_a_refund_agreed_in_odoo_before_cooking_cancels_the_sale_and_uses_nothing(anywhere):
    order = anywhere.sold()
    anywhere.act(order, "ask_cancel", reason="不想要了")
    anywhere.until(order, "refunding")
    assert anywhere.answer(anywhere.press(order, "agree_refund"))[0] == "done"
    anywhere.until(order, "refunded")
    assert anywhere.sale(order, "state")["state"] == "cancel"
    assert anywhere.grams(order) == {}


def test_what_is_done_in_the_platforms_own_app_ends_in_the_same_state(anywhere):
    order = anywhere.sold()
    anywhere.ride(order, CALLED)
    anywhere.until(order, "prepared")
    anywhere.act(order, "ask_cancel", reason="不想要了")
    anywhere.act(order, "agree")
    anywhere.until(order, "refunded")
    assert anywhere.sale(order, "amount_total")["amount_total"] == 0
    assert anywhere.grams(order) == NOODLES


def test_a_part_refund_after_completion_takes_back_exactly_the_granted_money(shop):
    order = shop.sold("several")
    for code in (51, 52, 53, 55, 56):
        shop.act(order, "rider", code=code)
    shop.act(order, "finish")
    shop.until(order, "completed")
    shop.act(order, "ask_refund", reason="餐品洒漏", items=[{"line": 2, "quantity": 1}])
    shop.until(order, "refunding")
    assert shop.answer(shop.press(order, "agree_refund"))[0] == "done"
    shop.until(order, "partially_refunded")
    truth = shop.truth(order)
    assert 0 < truth["refunded"] < truth["paid"]
    assert round(shop.sale(order, "amount_total")["amount_total"] * 100) == truth["paid"] - truth["refunded"]


def test_an_order_of_which_only_a_later_fact_was_heard_is_fetched(anywhere):
    anywhere.switch(lost=1)
    order = anywhere.place("several")
    anywhere.act(order, "accept")
    anywhere.switch(lost=0)
    anywhere.ride(order, {"eleme": (51,), "meituan": (0,)})
    anywhere.until(order, "paid")
    assert anywhere.sale(order, "amount_total")["amount_total"] == anywhere.truth(order)["paid"] / 100


def test_a_downgraded_order_gets_its_sums_later_in_place(shop):
    shop.switch(downgraded=1, downgraded_reads=1)
    order = shop.place("activity")
    shop.act(order, "accept")
    shop.until(order, "paid")
    paid = shop.truth(order)["paid"]
    assert "降级" in shop.row(order, "warning")["warning"]
    until("the sums are whole", lambda: not shop.row(order, "warning")["warning"])
    assert shop.sale(order, "amount_total")["amount_total"] == paid / 100
    kinds = [fee["kind"] for fee in shop.row(order, "fees")["fees"]]
    assert ("rounding" in kinds, "discount_shop" in kinds) == (False, True)


@pytest.mark.parametrize("own_id", [False, True], ids=["the same id", "an id of its own"])
def test_an_appeal_at_meituan_is_the_service_desks_to_decide(meituan, own_id):
    meituan.switch(appeal_own_id=own_id)
    order = meituan.cooking()
    decided_by_the_desk(meituan, order)
    assert meituan.refunds(order) == ([("rejected", "full")] if own_id else []) + [("granted", "full")]


def test_an_arbitration_at_eleme_is_the_service_desks_to_decide(shop):
    order = shop.cooking()
    decided_by_the_desk(shop, order)
    assert shop.refunds(order) == [("granted", "full")]


def decided_by_the_desk(play, order):
    """Staff refuse, the customer appeals; staff cannot answer any more, the desk grants it."""
    play.asked(order)
    assert play.answer(play.press(order, "reject_refund", "已经在做了"))[0] == "done"
    play.until(order, "preparing")
    play.act(order, "arbitrate")
    play.until(order, "refunding")
    assert play.refunds(order)[-1][0] == "arbitrating"
    assert play.answer(play.press(order, "agree_refund"))[0] == "refused"
    play.act(order, "uphold")
    play.until(order, "refunded")
    assert play.left(order) == 0
    assert play.grams(order) == NOODLES


def test_prices_before_promotions_at_meituan(meituan):
    """The application has subscribed to original prices; one store says so, another does not."""
    meituan.switch(original_prices=True)
    orders = {number: meituan.place("single_price", shop=number) for number in (meituan.number, MEITUAN_ORIGINAL)}
    for order in orders.values():
        meituan.act(order, "accept", ago=90)
        meituan.until(order, "paid")
        assert meituan.left(order) == meituan.truth(order)["paid"]
    unsaid, said = (meituan.row(order, "warning", "fees") for order in orders.values())
    assert any(words in str(unsaid["warning"]) for words in ("价格模式", "price mode")), unsaid["warning"]
    assert not said["warning"]
    for row in (unsaid, said):
        assert "discount_shop" in [fee["kind"] for fee in row["fees"]]
