"""The page on which people try the product: a customer orders, everybody does his part, pushes are answered."""

import dataclasses
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from connector.simulator import Server, SimulatorConfig, serve
from tests.browser.pages import listen, take_picture

NAMES = ("小满面馆（人民路店）", "小满面馆（江滨店）")
ELEME = {
    "app_id": 10000001,
    "key": "FaKeKeY001",
    "secret": "invented",
    "shops": [{"id": 155000001 + number, "name": name} for number, name in enumerate(NAMES)],
}
MEITUAN = {
    "app_id": 900001,
    "secret": "invented",
    "shops": [{"id": f"MT-200{number}", "name": name} for number, name in enumerate(NAMES, 1)],
}
PATIENCE = 10_000
# The browser itself reports an answer like 409 as an error of the page; the page tells it in words.
TOLD = "Failed to load resource"


class Connector(BaseHTTPRequestHandler):
    """Answers every push as each platform wants it, or with the status that a test has set."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"message":"ok"}' if self.path == "/hooks/eleme" else b'{"data":"ok"}')

    def log_message(self, *args):
        pass


@pytest.fixture
def connector():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Connector)
    server.status = 200
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def simulator(connector):
    base = f"http://127.0.0.1:{connector.server_port}/hooks"
    config = SimulatorConfig(
        apps=[ELEME],
        meituan_apps=[MEITUAN],
        push_url=f"{base}/eleme",
        meituan_push_url=f"{base}/meituan",
        desk_url="http://127.0.0.1:8069/odoo/waimai",
    )
    with serve(config) as server:
        yield server


@pytest.fixture
def opened(browser: Browser, simulator: Server):
    """Opens the page in a context of its own; at the end a complaint of its scripts is an error."""
    contexts, complaints = [], []

    def make(locale: str = "zh-CN", width: int = 1440, height: int = 900) -> Page:
        contexts.append(browser.new_context(locale=locale, viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        complaints.append(listen(page))
        page.goto(f"http://127.0.0.1:{simulator.port}/")
        page.wait_for_selector("#place [data-dish]")
        return page

    yield make
    for context in contexts:
        context.close()
    assert [one for found in complaints for one in found if not one.startswith(TOLD)] == []


@pytest.fixture
def page(opened) -> Page:
    return opened()


def order(page: Page, platform: str, *dishes: int) -> str:
    """Buys dishes from the menu, one press each; the selector of the order, which is open then."""
    before = page.locator(".order").count()
    page.click(f"#place .tabs .{platform}")
    page.click("#place .segments [name=menu]")
    for dish in dishes:
        page.click(f"#place [data-dish='{dish}'] [name=more]")
    page.click("#place [name=order]:enabled")
    expect(page.locator(".order")).to_have_count(before + 1)
    return f".order[data-order='{page.get_attribute('.order.open', 'data-order')}']"


def do(page: Page, card: str, person: str, act: str):
    page.click(f"{card} .{person} [name={act}]")


def say(page: Page, card: str, status: str):
    expect(page.locator(f"{card} .head")).to_contain_text(status)


def part(page: Page, *lines: int):
    """Chooses one of each line in the form that is open, and sends it."""
    if page.locator("dialog [value=part]").count():
        page.check("dialog [value=part]")
    for line in lines:
        page.click(f"dialog [data-line='{line}'] [name=more]")


def taken(page: Page, card: str) -> list[str]:
    """The words of the pushes of an order, oldest first."""
    return page.locator(f"{card} .log .push[data-ok=true] b").all_inner_texts()[::-1]


def test_an_order_at_eleme_is_placed_played_and_partly_refunded(page, simulator):
    expect(page.locator(".empty")).to_contain_text("还没有订单")
    take_picture(page, "simulator-empty")
    page.fill("#place [name=remark]", "不要香菜")
    card = order(page, "eleme", 3, 3, 7)
    say(page, card, "未处理")
    expect(page.locator(card)).to_contain_text("不要香菜")
    do(page, card, "MERCHANT", "accept")
    say(page, card, "已接单")
    do(page, card, "RIDER", "rider")
    say(page, card, "待分配配送商")
    do(page, card, "CUSTOMER", "ask_cancel")
    part(page, 1)
    expect(page.locator("dialog .worth")).to_have_text("退款金额 ¥18.00")
    page.fill("dialog [name=reason]", "点多了")
    take_picture(page, "simulator-part")
    page.click("dialog [name=do]")
    say(page, card, "待商家处理")
    do(page, card, "MERCHANT", "agree")
    say(page, card, "已退款 ¥18.00")
    expect(page.locator(f"{card} .refunds")).to_contain_text("点多了")
    expect(page.locator(f"{card} .log .push")).to_have_count(5)
    assert taken(page, card) == ["订单生效", "商户接单", "待分配配送商", "取消单·申请", "取消单·商家同意"]
    (row,) = simulator.world.orders.values()
    assert (row.content.paid, row.refunded, row.content.remark) == (5200, 1800, "不要香菜")
    assert all(sent.ok for sent in simulator.world.pusher.log)
    take_picture(page, "simulator-order")


def test_an_order_at_meituan_goes_to_the_desk_and_is_refunded(opened, simulator):
    page = opened("en-US")
    card = order(page, "meituan", 1, 10)
    say(page, card, "Paid, not confirmed")
    do(page, card, "MERCHANT", "accept")
    do(page, card, "CUSTOMER", "ask_cancel")
    page.click("dialog [name=do]")
    do(page, card, "MERCHANT", "disagree")
    page.fill("dialog [name=reason]", "餐品已制作")
    page.click("dialog [name=do]")
    do(page, card, "CUSTOMER", "arbitrate")
    do(page, card, "DESK", "uphold")
    say(page, card, "Cancelled")
    say(page, card, "The desk agreed")
    expect(page.locator(f"{card} .log .push")).to_have_count(8)
    assert taken(page, card) == [
        *("New order", "Confirmed"),
        *("Full refund",) * 4,
        *("Cancelled", "State of the money"),
    ]
    (row,) = simulator.world.orders.values()
    assert (row.platform, row.voided, row.refunded) == ("meituan", True, row.content.paid)
    take_picture(page, "simulator-meituan-en")


def test_the_shop_of_meituan_gives_a_part_back_by_itself(page, simulator):
    card = order(page, "meituan", 1, 10, 10)
    do(page, card, "MERCHANT", "accept")
    do(page, card, "MERCHANT", "part_refund")
    page.click("dialog [name=do]")
    expect(page.locator("dialog .wrong")).to_have_text("请选择要退的菜")
    part(page, 2)
    expect(page.locator("dialog .worth")).to_have_text("退款金额 ¥13.59")  # with its box
    page.click("dialog [name=do]")
    say(page, card, "已退款 ¥13.59")
    (row,) = simulator.world.orders.values()
    assert [(one.scope, one.amount) for one in row.refunds] == [("part", 1359)]


def test_what_the_connector_does_not_take_is_seen_in_the_log(page, connector, simulator):
    connector.status = 500
    card = order(page, "eleme", 3)
    expect(page.locator(".reach .eleme.bad")).to_contain_text("未接受（500）")
    expect(page.locator(f"{card} .log .push[data-ok=false]")).to_contain_text("会重推")
    connector.status = 200
    other = order(page, "meituan", 3)
    expect(page.locator(f"{other} .log .push[data-ok=true]")).to_have_count(1)
    log = page.locator("#side .log .push")
    expect(log).to_have_count(2)
    page.check("#side [name=failed]")
    expect(log).to_have_count(1)
    assert "订单生效" in log.inner_text()
    page.click("#side [name=drain]")
    expect(page.locator(".toast", has_text="投递了 0 次")).to_be_visible()
    assert simulator.world.pusher.waiting() == 1


def test_a_connector_or_a_simulator_that_is_away_is_told(page):
    with serve(SimulatorConfig(apps=[ELEME], push_url="http://127.0.0.1:1/hooks/eleme")) as alone:
        page.goto(f"http://127.0.0.1:{alone.port}/")
        order(page, "eleme", 3)
        expect(page.locator("#away")).to_contain_text("http://127.0.0.1:1/hooks/eleme")
        page.click("#place .tabs .meituan")
        expect(page.locator("#place .empty")).to_contain_text("没有店铺")
        take_picture(page, "simulator-away")
    expect(page.locator("#away")).to_contain_text("模拟器没有应答")


def test_switches_in_words_change_what_is_pushed(page, simulator):
    page.locator("#side .switches.eleme [name=doubled]").fill("100")
    expect(page.locator("#side .switches.eleme [data-switch=doubled] output")).to_have_text("每条")
    expect(page.locator("#side .switches.eleme .state")).to_have_text("1 项已改")
    card = order(page, "eleme", 3)
    expect(page.locator(f"{card} .log .push")).to_have_count(2)
    page.click("#side .switches.eleme [name=off]")
    expect(page.locator("#side .switches.eleme .state")).to_have_text("一切正常")
    page.click("#side .tabs [name=meituan]")
    page.locator("#side .switches.meituan [name=lost]").fill("100")
    expect(page.locator("#side .tabs [name=meituan]")).to_contain_text("1 项已改")
    lost = order(page, "meituan", 3)
    expect(page.locator(f"{lost} .detail")).to_contain_text("平台产生 1 条，连接器已接收 0 条")
    board = simulator.world.board
    assert (board.of(10000001).doubled, board.of(900001).lost, board.of(900001).doubled) == (0, 1, 0)


def test_every_kind_of_switch_is_counted_and_goes_back_to_its_usual_value(page, simulator):
    own = simulator.world.board.of(900001)
    usual = dataclasses.asdict(own)
    state = page.locator("#side .switches.meituan .state")
    page.click("#side .tabs [name=meituan]")
    page.click("#side .switches.meituan summary")
    for name in ("encodings", "methods"):
        field = page.locator(f"#side .switches.meituan [name={name}]")
        field.fill('{"refund": 2}' if name == "encodings" else '{"refund": "GET"}')
        field.press("Enter")
    expect(state).to_have_text("2 项已改")
    page.locator("#side .switches.meituan [name=methods]").fill("")
    page.locator("#side .switches.meituan [name=methods]").press("Enter")
    expect(state).to_have_text("1 项已改")
    page.check("#side .switches.meituan [name=short_ids]")
    page.uncheck("#side .switches.meituan [name=minute_rule]")
    page.locator("#side .switches.meituan [name=rate_per_second]").fill("3")
    page.locator("#side .switches.meituan [name=rate_per_second]").press("Enter")
    page.locator("#side .switches.meituan [name=trailing_object]").fill("0")
    page.click("#side .switches.meituan [name=fault_add]")
    expect(state).to_have_text("6 项已改")
    assert (own.encodings, own.methods) == ({"refund": 2}, {})
    take_picture(page, "simulator-switches")
    page.click("#side .switches.meituan [name=off]")
    expect(state).to_have_text("一切正常")
    assert dataclasses.asdict(own) == usual


def test_a_refusal_is_told_in_the_platform_s_words_and_what_was_typed_stays(page, simulator):
    card = order(page, "meituan", 3)
    do(page, card, "MERCHANT", "cancel")
    page.select_option("dialog [name=reason_code]", "2008")
    (order_id,) = simulator.world.orders
    simulator.world.act(order_id, "accept")
    simulator.world.act(order_id, "finish")
    expect(page.locator(f"{card} .head")).to_contain_text("已完成")
    assert page.input_value("dialog [name=reason_code]") == "2008"
    page.click("dialog [name=do]")
    expect(page.locator("dialog .wrong")).to_have_text("平台拒绝：订单已完成，不能取消")


def test_a_story_and_a_shop_that_closes(page, simulator):
    page.click("#place .tabs .meituan")
    page.click("#place .segments [name=story]")
    page.click("#place [name=self_delivered]")
    say(page, ".order.open", "已完成")
    shop = page.locator("#side .shop.meituan").first
    shop.locator("summary").click()
    shop.locator("[name=close]").click()
    expect(shop.locator("summary")).to_contain_text("已打烊")
    expect(shop.locator("[name=open]")).to_be_visible()
    assert simulator.world.meituan.closed == {"MT-2001"}


def test_a_story_can_leave_the_shop_s_steps_to_others(page, simulator):
    page.click("#place .segments [name=story]")
    page.check("#place [name=leave]")
    page.click("#place [name=delivered]")
    say(page, ".order.open", "未处理")
    (row,) = simulator.world.orders.values()
    assert row.accepted_at is None
    assert simulator.world.now() - row.placed_at < PATIENCE


def test_a_dish_taken_off_sale_in_the_shop_cannot_be_ordered(page):
    shop = page.locator("#side .shop.eleme").first
    shop.locator("summary").click()
    shop.locator("[name=menu]").click()
    page.locator("dialog tr", has_text="清炒时蔬").locator("[type=checkbox]").uncheck()
    page.locator("dialog .buttons .main").click()
    dish = page.locator("#place [data-dish='8']")
    expect(dish).to_contain_text("已下架")
    expect(dish.locator("[name=more]")).to_be_disabled()


def test_the_language_follows_the_browser_and_can_be_changed(opened):
    page = opened("en-GB")
    expect(page.locator("h1")).to_have_text("Simulated delivery platforms")
    assert page.get_attribute("#desk", "href") == "http://127.0.0.1:8069/odoo/waimai"
    page.click("#place [data-dish='3'] [name=more]")
    page.fill("#place [name=remark]", "typed")
    page.click("#lang")
    expect(page.locator("h1")).to_have_text("外卖平台模拟器")
    assert page.input_value("#place [name=remark]") == "typed"
    expect(page.locator("#place [data-dish='3'] b")).to_have_text("1")
    page.reload()
    expect(page.locator("h1")).to_have_text("外卖平台模拟器")


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_it_fits_a_phone(opened, locale):
    page = opened(locale, 390, 844)
    page.click("#place [data-dish='3'] [name=more]")
    page.click("#place [name=order]:enabled")
    page.wait_for_selector(".order.open .person")
    for view in (1, 2, 3):
        page.click(f"#views button:nth-child({view})")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        take_picture(page, f"simulator-phone-{locale[:2]}-{view}")
    page.click("#views button:nth-child(2)")
    heights = page.locator(".order.open .person button").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert heights
    assert min(heights) >= 44
