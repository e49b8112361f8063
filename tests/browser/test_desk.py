"""The desk in a real browser, on a running product: what staff press goes to the platform and its answer comes back."""

import pytest

from tests.browser.hands import TAKEN
from tests.browser.pages import logged_in, take_picture


@pytest.fixture(params=["zh_CN", "en_US"])
def language(request, world):
    (admin,) = world.kitchen.search("res.users", [("login", "=", "admin")], "lang")
    world.kitchen.session.call("res.users", "write", [admin["id"]], {"lang": request.param})
    yield request.param
    world.kitchen.session.call("res.users", "write", [admin["id"]], {"lang": admin["lang"]})


def test_staff_agree_to_a_refund_and_read_the_platforms_answer(browser, system, shop, language):
    order = shop.sold("two_baskets")
    shop.press(order, "start")
    shop.until(order, "preparing")
    shop.act(order, "ask_cancel", reason="等太久了")
    shop.until(order, "refunding")
    number = shop.row(order, "id")["id"]
    with logged_in(browser, system.odoo) as page:
        page.goto(f"{system.odoo.url}/odoo/waimai.order/{number}")
        button = page.wait_for_selector("button[name=action_agree_refund]:visible")
        take_picture(page, f"order-refunding-{language}")
        button.click()
        page.click(".modal .btn-primary")
        page.wait_for_selector(f".o_notification:has-text('{TAKEN[language]['eleme']}')")
        take_picture(page, f"order-agreed-{language}")
        shop.until(order, "refunded")
        page.wait_for_selector("button[name=action_agree_refund]", state="hidden")
        take_picture(page, f"order-refunded-{language}")
    assert shop.sale(order, "amount_total")["amount_total"] == 0


def test_a_new_order_appears_on_the_desk_without_reload(browser, system, shop, language):
    with logged_in(browser, system.odoo) as page:
        page.goto(f"{system.odoo.url}/odoo/waimai")
        page.wait_for_selector(".o_kanban_view")
        page.wait_for_function("odoo.__WOWL_DEBUG__.root.env.services['bus_service'].workerState === 'CONNECTED'")
        order = shop.place("several", ago=1)
        page.wait_for_selector(f".o_kanban_record:has-text('{shop.truth(order)['daySn']}')")
        page.wait_for_selector(".o_kanban_record:has-text('番茄鸡蛋盖饭')")
        take_picture(page, f"desk-{language}")
    shop.act(order, "reject")
