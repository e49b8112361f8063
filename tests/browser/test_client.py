"""Odoo's own client, before anything of ours: it is there, it is Chinese, and the browser can draw it."""

from playwright.sync_api import Browser, Page

from tests.browser.pages import listen, take_picture
from tests.stack import RunningOdoo

# Draws a text in black and tells which of its pixels are: two characters without glyphs give the same empty box.
INK = """text => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    const pen = canvas.getContext('2d');
    pen.font = '48px sans-serif';
    pen.fillText(text, 4, 52);
    return Array.from(pen.getImageData(0, 0, 64, 64).data).filter((_, i) => i % 4 === 3).join('');
}"""


def test_the_client_is_chinese_and_so_are_its_apps(browser: Browser, odoo: RunningOdoo):
    page = browser.new_page(locale="zh-CN")
    complaints = listen(page)
    page.goto(f"{odoo.url}/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("button[type=submit]")
    open_apps(page)
    take_picture(page, "client")
    assert {"讨论", "销售", "库存", "制造"} <= set(page.locator(".o-dropdown--menu .o_app").all_inner_texts())
    page.close()
    assert complaints == []


def test_characters_have_glyphs_of_their_own(browser: Browser):
    page = browser.new_page()
    drawn = {page.evaluate(INK, character) for character in "外卖订单"}
    page.close()
    assert len(drawn) == len("外卖订单")


def open_apps(page: Page):
    page.click(".o_navbar_apps_menu button")
    page.wait_for_selector(".o-dropdown--menu .o_app")
