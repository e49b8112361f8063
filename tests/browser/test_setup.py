"""The guided set-up, done by a person in a real browser: from an Odoo that knows nothing to a test order, sold."""

import pytest
from playwright.sync_api import Page

from bench.kitchen import DishToCook, Kitchen
from connector.simulator.catalogue import DISHES, MATERIALS
from erp_bridge.odoo.session import Address
from tests.browser.pages import logged_in, take_picture
from tests.flows.system import QUICK, running_system


@pytest.fixture
def unset(tmp_path):
    """The running product, with an Odoo that has products and recipes, and neither store nor address nor secret."""
    with running_system(tmp_path) as system:
        kitchen = Kitchen(Address(url=system.odoo.url, database=system.env["ODOO_DB"], login="admin", password="admin"))
        dishes = [
            DishToCook(code=dish.code, name=dish.title, price=dish.price, recipe=dish.recipe)
            for dish in DISHES.values()
            if dish.mapped
        ]
        kitchen.set_up(MATERIALS, dishes, {})
        for name in ("connector_url", "hook_secret"):
            kitchen.session.call("ir.config_parameter", "set_param", f"waimai_bridge.{name}", False)
        yield system, kitchen


def test_a_person_finishes_the_set_up(browser, unset):
    system, kitchen = unset
    with logged_in(browser, system.odoo) as page:
        _open(page, system)
        assert _state(page, "connector") == "bad"
        _connect(page, system)
        _add_store(page, system)
        _set_up_again(page, system, kitchen)
        _pull_and_map(page, system, kitchen)
        _order(page, system)
        page.wait_for_selector(".o_waimai_ready")
        take_picture(page, "setup-done-zh_CN")
    (row,) = kitchen.search("waimai.order", [], "sale_order_id", "store_id")
    assert row["sale_order_id"]
    kitchen.session.call("res.users", "write", [_admin(kitchen)], {"lang": "en_US"})
    with logged_in(browser, system.odoo) as page:
        _open(page, system)
        page.wait_for_selector(".o_waimai_ready:has-text('Everything is set up.')")
        take_picture(page, "setup-done-en_US")


def _open(page: Page, system) -> None:
    page.goto(f"{system.odoo.url}/odoo/waimai-setup")
    page.wait_for_selector(".o_waimai_setup h1")


def _state(page: Page, step: str) -> str | None:
    return page.get_attribute(f"#waimai_{step}", "data-state")


def _connect(page: Page, system) -> None:
    page.fill("#waimai_url", system.env["WEB_URL"])
    page.click("button[name=new_secret]")
    page.wait_for_selector(".o_waimai_shown:has-text('ODOO_HOOK_SECRET=whsec_')")
    page.click("button[name=save]")
    page.wait_for_selector("#waimai_connector:has-text('连接器的密钥与这里不同')")
    take_picture(page, "setup-another-secret-zh_CN")
    page.fill("#waimai_secret", system.env["ODOO_HOOK_SECRET"])
    page.click("button[name=save]")
    page.wait_for_selector("#waimai_connector[data-state=ok]")


def _add_store(page: Page, system) -> None:
    assert _state(page, "stores") == "bad"
    page.click("button[name=stores]")
    page.click(".o_list_button_add")
    page.fill("div[name=name] input", "快店")
    page.fill("div[name=platform_ref] input", str(QUICK))
    page.fill("div[name=cancel_window] input", "0")
    page.click(".o_form_button_save")
    page.wait_for_selector("button[name=action_pull_menu]:visible")
    _open(page, system)
    page.wait_for_selector("#waimai_stores tr:has-text('快店')")


def _set_up_again(page: Page, system, kitchen: Kitchen) -> None:
    """A company without its tax, as before its chart of accounts: the page names the button, which makes it good."""
    kitchen.session.call("res.company", "write", [1], {"waimai_tax_id": False})
    _open(page, system)
    page.wait_for_selector("#waimai_stores[data-state=bad]:has-text('补全设置')")
    page.click("button[name=complete]")
    page.wait_for_selector("#waimai_stores:not([data-state=bad])")


def _pull_and_map(page: Page, system, kitchen: Kitchen) -> None:
    page.click("#waimai_products button[name=pull_menu]")
    page.wait_for_selector("#waimai_products[data-state=bad]")
    take_picture(page, "setup-products-zh_CN")
    page.click("#waimai_products button[name=open_menu]")
    row = page.locator(".o_data_row:has-text('新品小龙虾拌面')")
    row.locator("td[name=product_id]").click()
    page.fill("td[name=product_id] input", "CP1001")
    page.click(".o-autocomplete--dropdown-item:has-text('CP1001')")
    page.click(".o_list_button_save")
    page.wait_for_selector(".o_data_row:has-text('新品小龙虾拌面') td[name=coverage]:has-text('已对应')")
    take_picture(page, "menu-mapped-zh_CN")
    (product,) = kitchen.search("product.product", [("default_code", "=", "CP1001")], "id")
    rest = kitchen.search("waimai.menu.item", [("coverage", "=", "unmapped")], "id")
    kitchen.session.call("waimai.menu.item", "write", [one["id"] for one in rest], {"product_id": product["id"]})
    _open(page, system)
    assert _state(page, "products") in {"ok", "hint"}


def _order(page: Page, system) -> None:
    page.click("#waimai_order summary")
    page.fill("#waimai_simulator", system.env["SIMULATOR_URL"])
    page.click("button[name=save_simulator]")
    page.wait_for_selector("button[name=place_order]:has-text('让模拟器下单')")
    page.click("button[name=place_order]")
    page.click("button[name=accept]")
    page.wait_for_selector("button[name=open_sale]")


def _admin(kitchen: Kitchen) -> int:
    (admin,) = kitchen.search("res.users", [("login", "=", "admin")], "id")
    return int(admin["id"])
