"""The menus of both platforms, from one place in Odoo: pulled, mapped, coded, off sale everywhere and on again."""

import pytest

from tests.browser.hands import person
from tests.browser.pages import logged_in, take_picture
from tests.flows.play import SHOPS
from tests.flows.system import until

DISH, CODE, NAME = 8, "CP1008", "清炒时蔬"
FOREIGN = "OLD-8"
ROW = f"tr.o_data_row:has-text('{NAME}')"
#: How many pixels of the list are to the right of the screen.
HIDDEN = "[...document.querySelectorAll('.o_list_renderer')].map((list) => list.scrollWidth - list.clientWidth)[0]"
BOTH = list(SHOPS.values())


@pytest.fixture
def menus(shop, world):
    """What each quick shop sells of the dish at its platform; as it was, afterwards."""
    yield lambda: {number: at_the_platform(world, number) for number in BOTH}
    for number in BOTH:
        body = {"shop": number, "dish": DISH, "code": CODE, "onSale": True}
        world.simulator.post("/sim/menu", json=body).raise_for_status()


def menu(world, number):
    return world.simulator.get("/sim/menu", params={"shop": number}).raise_for_status().json()


def at_the_platform(world, number):
    (dish,) = [dish for dish in menu(world, number) if dish["dish"] == DISH]
    return dish


def pull(page, shop):
    """Choose both stores in the list, press "Pull menu" and wait for both answers."""
    before = len(presses(shop))
    page.goto(f"{shop.system.odoo.url}/odoo/waimai-stores")
    for number in BOTH:
        page.click(f"tr.o_data_row:has(td[name=platform_ref]:text-is('{number}')) .o_list_record_selector input")
    page.click(".o_control_panel button[name=action_pull_menu]")
    until("both menus are pulled", lambda: len(presses(shop)) == before + len(BOTH) and not waiting(shop))


def presses(shop):
    """The ends of all presses on these shops; a refused one is a failure."""
    rows = shop.kitchen.search("waimai.command", [("store_id.platform_ref", "in", list(map(str, BOTH)))], "state")
    ends = [row["state"] for row in rows]
    assert "refused" not in ends
    return ends


def waiting(shop):
    """Presses on these shops without an answer."""
    return [end for end in presses(shop) if end != "done"]


def test_a_manager_pulls_menus_maps_a_dish_and_writes_its_code_back(browser, shop, world, menus):
    for number in BOTH:
        body = {"shop": number, "dish": DISH, "code": FOREIGN}
        world.simulator.post("/sim/menu", json=body).raise_for_status()
    with logged_in(browser, shop.system.odoo, person(shop, BOTH, "zh_CN", "manager")) as page:
        pull(page, shop)
        for number in BOTH:
            items = shop.kitchen.search("waimai.menu.item", [("store_id.platform_ref", "=", str(number))], "price")
            assert sorted(round(item["price"] * 100) for item in items) == sorted(
                dish["price"] for dish in menu(world, number)
            )
        page.goto(f"{shop.system.odoo.url}/odoo/waimai-menus")
        look_for(page, NAME)
        page.wait_for_selector(f"{ROW}:has-text('{FOREIGN}')")
        give_product(page)
        take_picture(page, "menus-mapped")
        assert page.evaluate(HIDDEN) <= 0, "the buttons at the end of a row stand on the screen"
        page.click(".o_list_table thead .o_list_record_selector input")
        page.click(".o_control_panel button[name=action_push_code]")
        until("both platforms have the code", lambda: {dish["code"] for dish in menus().values()} == {CODE})
        until("both have answered", lambda: not waiting(shop))
        page.wait_for_function(f"document.querySelectorAll('td[name=sku_code][data-tooltip=\"{CODE}\"]').length === 2")
        take_picture(page, "menus-coded")


def look_for(page, words):
    """Only the rows of the dish, one for each platform."""
    page.fill(".o_searchview_input", words)
    page.locator(".o_searchview_autocomplete .o-dropdown-item").first.click()
    page.mouse.move(0, 0)  # no tooltip of a heading lies over the rows
    page.wait_for_function("document.querySelectorAll('tr.o_data_row').length === 2")


def give_product(page):
    """Choose the product in the first row that lacks one; the rule made by it serves the other store too."""
    page.locator(f"{ROW} td[name=product_id]").first.click()
    page.fill("td[name=product_id] input", CODE)
    page.click(f".o-autocomplete--dropdown-item:has-text('{CODE}')")
    page.click(".o_list_button_save")
    page.wait_for_selector(f"{ROW} td[name=coverage] .text-bg-success")
    page.reload()
    look_for(page, NAME)
    page.wait_for_function("document.querySelectorAll('td[name=coverage] .text-bg-success').length === 2")


@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_a_dish_goes_off_sale_everywhere_and_on_again(browser, shop, world, menus, lang):
    with logged_in(browser, shop.system.odoo, person(shop, BOTH, "zh_CN", "manager")) as page:
        pull(page, shop)
    with logged_in(browser, shop.system.odoo, person(shop, BOTH, lang)) as page:
        page.goto(f"{shop.system.odoo.url}/odoo/waimai-short")
        look_for(page, CODE)
        press(page, shop, "off")
        until("no platform sells it", lambda: not any(dish["onSale"] for dish in menus().values()))
        answered(page, shop, "on")
        take_picture(page, f"menus-off-sale-{lang}")
        for number in BOTH:
            wanted = {"shop": number, "items": [{"code": CODE}]}
            refused = world.simulator.post("/sim/orders", json=wanted)
            assert (refused.is_error, NAME in refused.text) == (True, True)
        press(page, shop, "on")
        until("both platforms sell it", lambda: all(dish["onSale"] for dish in menus().values()))
        answered(page, shop, "off")
        take_picture(page, f"menus-on-sale-{lang}")


def press(page, shop, way):
    """Press until it is asked: a list that is read anew in this moment takes no click."""
    before, buttons = len(presses(shop)), page.locator(f"{ROW} button[name=action_{way}_sale_everywhere]")

    def asked():
        if len(presses(shop)) == before and buttons.count():
            buttons.first.click()
            page.wait_for_timeout(1000)
        return len(presses(shop)) > before

    until("it is asked", asked)


def answered(page, shop, other):
    """Both answers stand on the screen, without reload: the button offers the other way in each row."""
    until("both have answered", lambda: not waiting(shop))
    page.wait_for_function(
        "name => document.querySelectorAll(`tr.o_data_row button[name=action_${name}_sale_everywhere]`).length === 2",
        arg=other,
    )
