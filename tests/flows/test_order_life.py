"""Lives of orders through real parts: simulator, doors, lanes, Odoo, and back."""

import pytest

from tests.flows.system import until

NOODLES = {"YL02": 200.0, "YL03": 80.0, "YL07": 30.0}


def test_an_order_becomes_a_sale_with_the_platforms_total_and_uses_its_recipe(shop):
    order = shop.sold()
    paid = shop.truth(order)["paid"]
    assert shop.sale(order, "state", "amount_total") | {"id": 0} == {
        "id": 0,
        "state": "sale",
        "amount_total": paid / 100,
    }
    assert shop.grams(order) == {}
    assert shop.answer(shop.press(order, "start"))[0] == "done"
    shop.until(order, "preparing")
    assert shop.grams(order) == NOODLES


def test_a_refund_agreed_in_odoo_after_cooking_reverses_revenue_and_keeps_materials(shop):
    order = shop.sold()
    shop.press(order, "start")
    shop.until(order, "preparing")
    shop.act(order, "ask_cancel", reason="等太久了")
    shop.until(order, "refunding")
    state, words = shop.answer(shop.press(order, "agree_refund"))
    assert (state, "饿了么" in words) == ("done", True)
    shop.until(order, "refunded")
    assert shop.truth(order)["refunded"] == shop.truth(order)["paid"]
    assert shop.sale(order, "state", "amount_total")["amount_total"] == 0
    assert shop.sale(order, "state")["state"] == "sale"
    assert shop.grams(order) == NOODLES


def test_a_refund_agreed_in_odoo_before_cooking_cancels_the_sale_and_uses_nothing(shop):
    order = shop.sold()
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.until(order, "refunding")
    assert shop.answer(shop.press(order, "agree_refund"))[0] == "done"
    shop.until(order, "refunded")
    assert shop.sale(order, "state")["state"] == "cancel"
    assert shop.grams(order) == {}


def test_a_refund_rejected_in_odoo_goes_back_to_what_it_was(shop):
    order = shop.sold()
    shop.press(order, "start")
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.until(order, "refunding")
    assert shop.answer(shop.press(order, "reject_refund", "已经在做了"))[0] == "done"
    shop.until(order, "preparing")
    assert shop.truth(order)["refundStatus"] == "rejected"


def test_an_order_accepted_in_odoo_is_accepted_at_the_platform(shop):
    order = shop.place()
    shop.until(order, "new")
    assert shop.answer(shop.press(order, "accept"))[0] == "done"
    shop.until(order, "accepted")
    assert shop.truth(order)["status"] == "valid"


@pytest.mark.parametrize("code", ["foodSoldOut", "restaurantTooBusy"])
def test_an_order_rejected_in_odoo_never_becomes_a_sale(shop, code):
    order = shop.place()
    shop.until(order, "new")
    assert shop.answer(shop.press(order, "reject", code, "抱歉"))[0] == "done"
    shop.until(order, "cancelled")
    assert (shop.truth(order)["cancelled"], shop.sale(order, "state")) == (True, {})


def test_an_order_cancelled_in_odoo_after_import_is_refunded(shop):
    order = shop.sold()
    assert shop.answer(shop.press(order, "cancel", "foodSoldOut", "售完"))[0] == "done"
    shop.until(order, "refunded")
    assert shop.sale(order, "state")["state"] == "cancel"


def test_pressing_twice_has_one_effect(shop):
    order = shop.sold()
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.until(order, "refunding")
    first, second = shop.press(order, "agree_refund"), shop.press(order, "agree_refund")
    assert first == second
    shop.until(order, "refunded")
    assert len(shop.kitchen.search("waimai.command", [("order_id.platform_ref", "=", order)], "id")) == 1


def test_what_the_platform_refuses_comes_back_in_its_own_words(shop):
    """The customer withdraws at the platform before the press arrives there."""
    order = shop.sold()
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.until(order, "refunding")
    shop.switch(missed=1)
    shop.act(order, "withdraw")
    shop.switch(missed=0)
    state, words = shop.answer(shop.press(order, "agree_refund"))
    assert (state, "BIZ_" in words) == ("refused", True)
    assert shop.sale(order, "state")["state"] == "sale"


def test_a_button_that_does_not_fit_is_refused_with_the_reason(shop):
    order = shop.sold()
    state, words = shop.answer(shop.press(order, "agree_refund"))
    assert (state, "paid" in words) == ("refused", True)


def test_what_is_done_in_the_platforms_own_app_ends_in_the_same_state(shop):
    order = shop.sold()
    for code in (51, 52, 53):
        shop.act(order, "rider", code=code)
    shop.until(order, "prepared")
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.act(order, "agree")
    shop.until(order, "refunded")
    assert shop.sale(order, "amount_total")["amount_total"] == 0
    assert shop.grams(order) == NOODLES


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


def test_an_order_of_which_only_a_later_fact_was_heard_is_fetched(shop):
    shop.switch(lost=1)
    order = shop.place("several")
    shop.act(order, "accept")
    shop.switch(lost=0)
    shop.act(order, "rider", code=51)
    shop.until(order, "paid")
    assert shop.sale(order, "amount_total")["amount_total"] == shop.truth(order)["paid"] / 100


def test_a_downgraded_order_gets_its_sums_later_in_place(shop):
    shop.switch(downgraded=1, downgraded_reads=1)
    order = shop.place("activity")
    shop.switch(downgraded=0)
    shop.act(order, "accept")
    shop.until(order, "paid")
    paid = shop.truth(order)["paid"]
    assert "降级" in shop.row(order, "warning")["warning"]
    until("the sums are whole", lambda: not shop.row(order, "warning")["warning"], seconds=90)
    assert shop.sale(order, "amount_total")["amount_total"] == paid / 100
    kinds = [fee["kind"] for fee in shop.row(order, "fees")["fees"]]
    assert ("rounding" in kinds, "discount_shop" in kinds) == (False, True)
