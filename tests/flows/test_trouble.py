"""Bad input and broken neighbours through real parts: a clear word or a parked order, and nothing lost."""

import pytest

from tests.flows.system import QUICK, until
from tests.stack import odoo_sql

MOVE = "UPDATE waimai_store SET platform_ref = :'now' WHERE platform_ref = :'was'"


def test_odoo_away_for_a_while_loses_nothing(shop, system):
    shop.sold()  # the shop is known
    system.proxy.away = True
    orders = [shop.place() for _ in range(3)]
    for order in orders:
        shop.act(order, "accept")
    before = system.log("work").count("erp_later")
    until("the deliveries are put off", lambda: system.log("work").count("erp_later") > before)
    system.proxy.away = False
    for order in orders:
        shop.until(order, "paid")
        assert shop.sale(order, "state")["state"] == "sale"


def test_odoo_answers_500_after_it_committed_and_nothing_is_doubled(shop, system):
    before = system.proxy.failed
    system.proxy.failing = 2
    order = shop.place("several")
    shop.act(order, "accept")
    shop.until(order, "paid")
    until("it has failed twice", lambda: system.proxy.failed == before + 2)
    shop.press(order, "start")
    shop.until(order, "preparing")
    assert shop.sale(order, "amount_total")["amount_total"] == shop.truth(order)["paid"] / 100
    assert shop.grams(order) == {"YL01": 270.0, "YL05": 240.0, "YL08": 100.0, "YL09": 120.0}


def test_odoo_stopped_and_started_again(shop, system):
    system.odoo.stop()
    order = shop.place()
    shop.act(order, "accept")
    system.odoo.start()
    shop.until(order, "paid")


def test_a_document_that_odoo_refuses_parks_its_order_and_goes_on_when_the_cause_is_repaired(shop, system):
    """The store is not in Odoo for a while; without the sweep the bridge does not hear of it in between."""
    order = shop.sold()
    system.stop("sweep")
    odoo_sql(system.odoo, MOVE, was=str(QUICK), now="gone")
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.act(order, "agree")
    until("an alert says so", lambda: [a for a in shop.alerts(order) if a["kind"] == "parked"])
    assert f"eleme:{order}" in told(shop, "parked", code=1)
    odoo_sql(system.odoo, MOVE, was="gone", now=str(QUICK))
    system.start("sweep")
    told(shop, "release", f"eleme:{order}")
    shop.until(order, "refunded")
    assert shop.sale(order, "state")["state"] == "cancel"
    until("the alert is closed", lambda: not shop.alerts(order))


def told(shop, *command, code=0):
    """What a command of the operator's prints."""
    shop.system.start(*command)
    assert shop.system.processes.pop(command[0]).wait(30) == code
    return shop.system.log(command[0])


def test_a_dish_without_a_code_or_an_unmapped_one_stops_no_order(shop):
    order = shop.sold("unmapped")
    row = shop.row(order, "warning", "item_ids")
    assert "新品小龙虾拌面" in row["warning"]
    names = [
        item["name"]
        for item in shop.kitchen.search("waimai.order.item", [("order_id.platform_ref", "=", order)], "name")
    ]
    assert "新品小龙虾拌面" in names
    assert shop.sale(order, "amount_total")["amount_total"] == shop.truth(order)["paid"] / 100


def test_a_dish_with_an_empty_recipe_is_a_warning_and_never_silent(shop):
    templates = shop.kitchen.search("product.template", [("default_code", "=", "CP1012")], "id")
    (bom,) = shop.kitchen.search("mrp.bom", [("product_tmpl_id", "=", templates[0]["id"])], "id")
    shop.kitchen.session.call("mrp.bom", "write", [bom["id"]], {"active": False})
    try:
        order = shop.sold("two_baskets")
        assert "酸辣粉" in shop.row(order, "warning")["warning"]
    finally:
        shop.kitchen.session.call("mrp.bom", "write", [bom["id"]], {"active": True})


def test_a_press_while_the_connector_is_away_is_sent_later(shop, system):
    order = shop.sold()
    serve = system.processes["serve"].args[2:]
    system.stop("serve")
    command = shop.press(order, "start")
    system.start("serve", *serve)
    until("ready", system.ready)
    assert shop.answer(command)[0] == "done"
    shop.until(order, "preparing")


@pytest.mark.parametrize("kind", ["error", "garbage", "nothing"])
def test_the_platform_answers_an_error_rubbish_or_nothing_and_the_press_still_arrives(shop, kind):
    order = shop.place()
    shop.until(order, "new")
    shop.faulty("accept", kind, times=2)
    assert shop.answer(shop.press(order, "accept"))[0] == "done"
    shop.until(order, "accepted")


def test_pushes_that_never_come_are_pulled_after_our_own_call(shop):
    order = shop.sold()
    shop.act(order, "ask_cancel", reason="不想要了")
    shop.until(order, "refunding")
    shop.switch(lost=1)
    assert shop.answer(shop.press(order, "agree_refund"))[0] == "done"
    until("the platform has agreed", lambda: shop.truth(order)["refunded"])
    shop.switch(lost=0)
    shop.until(order, "refunded")


@pytest.mark.parametrize("name", ["work", "sweep", "serve"])
def test_a_killed_process_loses_nothing(shop, system, name):
    arguments = system.processes[name].args[2:]
    orders = [shop.place() for _ in range(3)]
    for order in orders:
        shop.act(order, "accept")
    system.stop(name, 9)
    late = shop.place()
    shop.act(late, "accept")
    system.start(name, *arguments)
    until("ready", system.ready)
    for order in [*orders, late]:
        shop.until(order, "paid")
        assert shop.sale(order, "amount_total")["amount_total"] == shop.truth(order)["paid"] / 100
