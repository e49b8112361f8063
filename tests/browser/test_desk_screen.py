"""The desk and the order screen in a real browser, on a real Odoo: what is shown, pressed, heard and broken."""

import pytest

from tests.browser.desk import HEAR, Desk, card, column, soon
from tests.browser.pages import choose, logged_in, take_picture
from tests.flows.system import until

PITCHES = {"new": 659, "refund": 440, "reminder": 880}
ASKED = {"key": "cancel-1", "family": "cancel", "scope": "full", "status": "requested", "amount": 5600}
#: Whether all of some kind are as they should be, once fonts and icons are there.
EVERY = "([which, how]) => [...document.querySelectorAll(which)].every(eval(how))"
#: A clock of the page that a test can set back, in milliseconds.
CLOCK = "window.back = 0; const told = Date.now.bind(Date); Date.now = () => told() - window.back;"
#: The upper edge of the desk's bar and the lower edge of what stands over it.
EDGES = """() => {
    const [bar, over] = ['.o_waimai_bar', '.o_control_panel'].map((which) => document.querySelector(which));
    return [bar.getBoundingClientRect().top, over.getBoundingClientRect().bottom];
}"""
#: The titles of the open columns that nothing lies over.
READABLE = """() => [...document.querySelectorAll('.o_column_title')].filter((title) => {
    const { left, top, height } = title.getBoundingClientRect();
    return document.elementFromPoint(left + 4, top + height / 2)?.closest('.o_column_title') === title;
}).map((title) => title.innerText)"""
#: Whether nothing lies over the first of some kind.
OPEN = """(which) => {
    const { left, top, height } = document.querySelector(which).getBoundingClientRect();
    return Boolean(document.elementFromPoint(left + 4, top + height / 2)?.closest(which));
}"""
TITLES = {"zh_CN": ("待接单", "制作中"), "en_US": ("New", "Preparing")}
STATES = {
    "zh_CN": {"new": "待接单", "paid": "已支付", "accepted": "已接单", "preparing": "制作中"},
    "en_US": {"new": "New", "paid": "Paid", "accepted": "Accepted", "preparing": "Preparing"},
}


@pytest.fixture
def desk(odoo, request):
    return Desk(odoo=odoo, name=request.node.name)


@pytest.fixture
def page(browser, odoo, desk):
    with logged_in(browser, odoo, desk.login) as page:
        yield page


def hears(page, cause, *, times=1):
    """Wait until the melody of a cause has begun so often."""
    page.wait_for_function(
        "([pitch, times]) => window.heard.filter((each) => Math.round(each) === pitch).length >= times",
        arg=[PITCHES[cause], times],
    )


def refunding(desk, **more):
    return desk.order("refunding", ("agree_refund", "reject_refund"), order_state="preparing", refunds=[ASKED], **more)


@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_a_card_tells_everything_and_moves_without_reload(desk, browser, odoo, lang):
    desk.speak(lang)
    new, preparing = TITLES[lang]
    with logged_in(browser, odoo, desk.login) as page:
        desk.open(page)
        order = desk.order(remark="少辣，多给纸巾", accept_by=soon(200), promised_at=soon(2400))
        page.wait_for_selector(column(order, new))
        words = page.inner_text(card(order))
        for expected in ("招牌牛肉面", "大份", "微辣", "少辣，多给纸巾", desk.name[:10]):
            assert expected in words
        assert page.inner_text(f"{card(order)} .o_waimai_quantity") == "2"
        assert page.inner_text(f"{card(order)} .o_waimai_countdown").startswith("3:")
        take_picture(page, f"desk-card-{lang}")
        rider = {"name": "王骑手", "phone": "13900000001"}
        desk.sync(order, state="preparing", sale="confirmed", offer=["ready", "cancel"], rider_state=54, rider=rider)
        page.wait_for_selector(column(order, preparing))
        words = page.inner_text(card(order))
        assert "王骑手" in words
        assert ("骑手已到店" if lang == "zh_CN" else "The rider is at the shop") in words
        assert not page.query_selector(f"{card(order)} .o_waimai_countdown")


def test_staff_see_the_orders_of_their_own_stores_only(desk, odoo, page):
    other = Desk(odoo=odoo, name="another shop")
    foreign, own = other.order(), desk.order()
    desk.open(page)
    page.wait_for_selector(card(own))
    assert page.locator(".o_kanban_record:not(.o_kanban_ghost)").count() == 1
    assert foreign["key"].partition(":")[2] not in page.content()


def test_a_press_is_asked_and_a_refusal_is_told_and_tried_again(desk, page):
    order = desk.order()
    desk.open(page)
    page.click(f"{card(order)} button[name=action_accept]")
    page.wait_for_selector(f"{card(order)} button[name=asked_accept]:disabled:has-text('已请求')")
    take_picture(page, "desk-asked")
    (press,) = desk.pressed(order)
    desk.answer(press, "refused", "订单已超时")
    page.wait_for_selector(".o_notification:has-text('订单已超时')")
    page.wait_for_selector(f"{card(order)} .o_waimai_refused:has-text('订单已超时')")
    take_picture(page, "desk-refused")
    page.click(f"{card(order)} button[name=action_press_again]")
    page.wait_for_selector(f"{card(order)} button[name=asked_accept]")
    page.wait_for_selector(f"{card(order)} .o_waimai_refused", state="detached")
    first, second = desk.pressed(order, 2)
    assert (first["state"], second["state"], second["action"]) == ("refused", "open", "accept")
    desk.answer(second, "done", "饿了么已受理")
    desk.sync(order, state="waiting", offer=["cancel"], window_ends=soon(50))
    page.wait_for_selector(column(order, "等待中"))
    page.wait_for_selector(f"{card(order)} .o_waimai_timer:has-text('仍可取消')")


def test_of_many_refusals_the_newest_two_stay_in_the_way(desk, page):
    orders = [desk.order() for _number in range(3)]
    desk.open(page)
    for number, order in enumerate(orders):
        page.click(f"{card(order)} button[name=action_accept]")
        (press,) = desk.pressed(order)
        desk.answer(press, "refused", f"太晚了{number}")
        page.wait_for_selector(f".o_notification:has-text('太晚了{number}')")
        page.wait_for_selector(f"{card(order)} .o_waimai_refused:has-text('太晚了{number}')")
    page.wait_for_selector(".o_notification:has-text('太晚了0')", state="detached")
    assert page.locator(".o_notification").count() == 2
    assert page.locator(".o_waimai_refused").count() == 3
    take_picture(page, "desk-refusals")


def test_nothing_is_refused_by_one_careless_touch(desk, page):
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    order = desk.order()
    desk.open(page)
    choose(page, f"{card(order)} .o_waimai_more", ".o_waimai_more_item[name=action_reject]")
    page.wait_for_selector(".modal .alert:has-text('56.00')")
    assert page.locator(".modal input[type=radio]:checked").count() == 0
    page.click(".modal button[name=action_send]")
    page.wait_for_selector(".modal .o_field_invalid[name=reason_code]")
    assert desk.presses(order) == []
    page.wait_for_function("matchMedia('(pointer: coarse)').matches")
    fingers = ".modal .modal-footer .btn:not(.d-none), .modal .btn-close, .modal .o_radio_item"
    page.wait_for_function(EVERY, arg=[fingers, "(one) => one.offsetHeight >= 44 && one.offsetWidth >= 44"])
    take_picture(page, "desk-rejecting")
    page.click(".modal .o_radio_item:has-text('售完') input")
    page.click(".modal button[name=action_send]")
    page.wait_for_selector(".modal", state="detached")
    (press,) = desk.pressed(order)
    assert (press["action"], press["args"]["reason_code"]) == ("reject", "foodSoldOut")


def test_two_screens_press_the_same_button_to_one_effect(desk, browser, odoo, page):
    order = desk.order()
    desk.open(page)
    with logged_in(browser, odoo, desk.login) as second:
        desk.open(second)
        second.wait_for_selector(f"{card(order)} button[name=action_accept]")
        page.click(f"{card(order)} button[name=action_accept]")
        second.wait_for_selector(f"{card(order)} button[name=asked_accept]")
    assert len(desk.pressed(order)) == 1


def test_a_refund_is_agreed_to_after_a_question_that_names_the_money(desk, page):
    order = refunding(desk)
    desk.open(page)
    page.wait_for_selector(f"{card(order)} .o_waimai_refund:has-text('56.00')")
    page.click(f"{card(order)} button[name=action_agree_refund]")
    page.wait_for_selector(".modal-body:has-text('56.00')")
    page.click(".modal .btn-secondary:text-is('返回')")
    assert desk.presses(order) == []
    page.click(f"{card(order)} button[name=action_agree_refund]")
    page.click(".modal .btn-primary")
    page.wait_for_selector(f"{card(order)} button[name=asked_agree_refund]")
    page.wait_for_selector(f"{card(order)} button[name=action_reject_refund]", state="detached")
    assert [press["action"] for press in desk.pressed(order)] == ["agree_refund"]


def test_keys_press_the_buttons_of_the_chosen_card(desk, page):
    first, second = desk.order(placed_at=soon(-300)), desk.order(placed_at=soon(-30))
    desk.open(page)
    page.wait_for_selector(card(second))
    page.click(".o_waimai_keys")
    page.wait_for_selector(".o_waimai_menu kbd")
    take_picture(page, "desk-keys")
    page.keyboard.press("Escape")
    page.wait_for_selector(".o_waimai_menu", state="detached")
    chosen = f"{card(second)}:focus"  # a menu that closes may take the focus back once
    until("the second card is chosen", lambda: page.query_selector(chosen) or page.keyboard.press("n"))
    page.keyboard.press("a")
    page.wait_for_selector(f"{card(second)} button[name=asked_accept]")
    assert desk.presses(first) == []
    page.fill(".o_searchview_input", "a")
    assert desk.presses(first) == [], "somebody who types presses nothing"


def test_it_rings_until_somebody_acts_with_a_tone_for_each_cause(desk, page):
    page.add_init_script(HEAR)
    desk.open(page)
    order = desk.order()
    hears(page, "new", times=2)
    page.click(f"{card(order)} button[name=action_accept]")
    page.wait_for_selector(".o_waimai_chip_new", state="detached")
    refund = refunding(desk)
    page.wait_for_selector(card(refund))
    hears(page, "refund")
    rung = page.evaluate(f"window.heard.filter((each) => Math.round(each) === {PITCHES['new']}).length")
    hears(page, "refund", times=3)
    assert page.evaluate(f"window.heard.filter((each) => Math.round(each) === {PITCHES['new']}).length") == rung


def test_a_tablets_clock_that_is_set_back_changes_neither_the_sound_nor_the_countdown(desk, page):
    page.add_init_script(HEAR + CLOCK)
    desk.open(page)
    order = desk.order(accept_by=soon(280))
    hears(page, "new")
    page.evaluate("window.heard = []; window.back = 2 * 3600 * 1000")
    hears(page, "new", times=2)
    assert page.inner_text(f"{card(order)} .o_waimai_countdown").startswith(("2:", "3:", "4:"))
    page.click(f"{card(order)} button[name=action_accept]")
    page.wait_for_selector(".o_waimai_chip_new", state="detached")
    page.evaluate("window.heard = []")
    desk.order()
    hears(page, "new", times=2)


def test_a_sound_that_is_switched_off_stays_off(desk, page):
    page.add_init_script(HEAR)
    desk.open(page)
    page.click(".o_waimai_sound")
    page.uncheck(".o_waimai_menu input[name=new]")
    page.keyboard.press("Escape")
    desk.open(page)
    order = desk.order()
    page.wait_for_selector(card(order))
    page.wait_for_selector(".o_waimai_chip_new")
    refunding(desk)
    hears(page, "refund")
    assert PITCHES["new"] not in page.evaluate("window.heard.map(Math.round)")


def test_a_desk_that_is_cut_off_says_so_and_catches_up(desk, page):
    desk.open(page)
    page.context.set_offline(True)
    page.wait_for_selector(".o_waimai_banner_lost:has-text('平台自己的应用')")
    take_picture(page, "desk-lost")
    order = desk.order()
    assert not page.query_selector(card(order))
    page.context.set_offline(False)
    page.wait_for_selector(".o_waimai_banner_lost", state="detached")
    page.wait_for_selector(card(order))


def test_presses_that_the_connector_does_not_take_are_told(desk, page):
    order = desk.order()
    desk.open(page)
    page.click(f"{card(order)} button[name=action_accept]")
    page.wait_for_selector(".o_waimai_banner:has-text('连接器')")
    page.wait_for_selector(f"{card(order)} button[name=asked_accept]:has-text('等待连接器')")
    take_picture(page, "desk-away")
    page.click(f"{card(order)} button[name=again_accept]")
    (press,) = desk.pressed(order)
    desk.answer(press, "done", "饿了么已受理")
    page.wait_for_selector(f"{card(order)} button[name=asked_accept]", state="detached")


def test_a_door_that_does_not_answer_is_told(desk, page):
    def shut(route):
        answer = route.fetch().json()
        route.fulfill(json={**answer, "result": {**answer["result"], "connector": "shut"}})

    page.route("**/desk_status*", shut)
    desk.open(page)
    page.wait_for_selector(".o_waimai_banner:has-text('接收入口'):has-text('平台自己的应用')")
    page.unroute_all(behavior="wait")


def test_a_card_says_that_the_time_is_over_and_strikes_out_only_what_went_back(desk, page):
    late = desk.order(accept_by=soon(-5))
    items = [{"line": line, "name": name, "quantity": 1, "price": 300} for line, name in ((1, "米饭"), (2, "汤"))]
    back = {**ASKED, "scope": "part", "status": "granted", "amount": 300}
    back["items"] = [{"line": 1, "quantity": 1, "amount": 300}]
    part = desk.order("preparing", ("ready", "cancel"), items=items, refunds=[back])
    desk.open(page)
    page.wait_for_selector(f"{card(late)} .o_waimai_timer:has-text('接单时间已过')")
    assert not page.query_selector(f"{card(late)} .o_waimai_countdown")
    line = "(one) => getComputedStyle(one).textDecorationLine"
    row = f"{card(part)} .o_waimai_gone"
    lines = [page.eval_on_selector(which, line) for which in (row, f"{row} .o_waimai_dish", f"{row} .o_waimai_back")]
    assert lines == ["none", "line-through", "none"]
    take_picture(page, "desk-struck")


def test_finished_orders_are_folded_and_open_on_a_touch(desk, page):
    order = desk.order("completed", (), sale="done")
    desk.open(page)
    folded = ".o_kanban_group.o_column_folded:has-text('订单完成')"
    page.wait_for_selector(folded)
    assert not page.query_selector(card(order))
    page.click(folded)
    page.wait_for_selector(card(order))


def test_a_column_is_opened_while_the_desk_is_read_anew(desk, page):
    order = desk.order("completed", (), sale="done")
    desk.open(page)
    folded = ".o_kanban_group.o_column_folded:has-text('订单完成')"
    page.wait_for_selector(folded)
    held = []
    page.route("**/web_read_group*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it calls
    desk.order()
    until("the desk reads", lambda: held or page.wait_for_timeout(50))
    page.click(folded)
    for route in held:
        route.continue_()
    page.unroute_all(behavior="ignoreErrors")
    page.wait_for_selector(card(order))


def test_an_empty_desk_has_words(desk, page):
    desk.open(page)
    page.wait_for_selector(".o_view_nocontent:has-text('今天还没有订单')")
    take_picture(page, "desk-empty")


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1600, 900)], ids=["phone", "tablet", "desktop"])
def test_a_rush_fits_the_screen(desk, page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    long = "黄金脆皮炸鸡腿配秘制蜂蜜芥末酱双人分享超值套餐（含两杯饮料，可换）"
    items = [{"line": 1, "name": long, "spec": "双人份", "options": ["不要冰", "加芝士"], "quantity": 3, "price": 6800}]
    remark = "少放盐，不要香菜，打包多给两双筷子，放门口就行不要敲门，宝宝在睡觉"
    for _number in range(10):
        desk.order(items=items, remark=remark, accept_by=soon(280))
        desk.order("preparing", ("ready", "dispatch", "cancel"), items=items, rider_state=53)
    refunding(desk)
    desk.open(page)
    page.wait_for_selector(".o_waimai_card")
    page.wait_for_function("document.querySelectorAll('.o_waimai_card').length >= 21")
    take_picture(page, f"desk-rush-{size[0]}")
    page.wait_for_function(EVERY, arg=[".o_waimai_card", "(one) => one.scrollWidth <= one.clientWidth + 16"])
    page.wait_for_function(EVERY, arg=[".o_waimai_buttons .btn", "(one) => one.offsetHeight >= 44"])
    page.wait_for_function(OPEN, arg=".o_waimai_number")
    page.wait_for_function(OPEN, arg=".o_column_title")


def test_the_bar_stays_in_sight_while_somebody_scrolls(desk, page):
    page.set_viewport_size({"width": 1024, "height": 600})
    for _number in range(6):
        desk.order()
    desk.open(page)
    page.wait_for_function("document.querySelectorAll('.o_waimai_card').length >= 6")
    top, _bottom = page.evaluate(EDGES)
    page.mouse.move(200, 500)
    page.mouse.wheel(0, 700)
    page.wait_for_function("document.querySelector('.o_waimai_card').getBoundingClientRect().top < 0")
    take_picture(page, "desk-scrolled")
    assert page.evaluate(EDGES) == [top, top]


@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)], ids=["desktop", "tablet"])
def test_a_scrolled_desk_still_says_what_state_a_card_is_in(desk, browser, odoo, lang, size):
    desk.speak(lang)
    states = STATES[lang]
    orders = [desk.order(state, ("ready", "cancel")) for state in states for _number in range(8)]
    with logged_in(browser, odoo, desk.login) as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        desk.open(page)
        page.wait_for_function("document.querySelectorAll('.o_waimai_card').length >= 32")
        assert page.inner_text(f"{card(orders[0])} .o_waimai_state") == states["new"]
        page.mouse.move(200, 500)
        page.wait_for_function(EVERY, arg=[".o_waimai_platform b", "(one) => one.offsetHeight < 30"])
        page.mouse.wheel(0, 900)
        page.wait_for_function("document.querySelector('.o_waimai_card').getBoundingClientRect().top < 0")
        take_picture(page, f"desk-scrolled-{size[0]}-{lang}")
        told = page.evaluate(READABLE)
        assert told[0].startswith(states["new"])
        page.context.set_offline(True)
        page.wait_for_selector(".o_waimai_banner_lost")
        page.wait_for_function(f"({READABLE})().length === {len(told)}")
        take_picture(page, f"desk-scrolled-banner-{size[0]}-{lang}")
        page.context.set_offline(False)
        page.wait_for_selector(".o_waimai_banner_lost", state="detached")


@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_the_order_screen_tells_the_story_and_the_money(desk, browser, odoo, lang):
    desk.speak(lang)
    timeline = [
        {"at": soon(-600), "code": 10, "text": "订单生效 · effective", "who": ""},
        {"at": soon(-100), "code": 20, "text": "用户申请取消 · customer asks to cancel ¥56.00 (等太久了)", "who": ""},
    ]
    totals = {"paid": 5600, "income": 5000, "commission": -600, "refunded": 0}
    order = refunding(desk, timeline=timeline, totals=totals)
    with logged_in(browser, odoo, desk.login) as page:
        page.goto(f"{odoo.url}/odoo/waimai/{order['id']}")
        page.click("button[name=action_agree_refund]")
        page.click(".modal .btn-primary")
        page.wait_for_selector("button[name=asked_agree_refund]")
        (press,) = desk.pressed(order)
        desk.answer(press, "refused", "已被顾客撤回")
        page.wait_for_selector(".o_waimai_timeline .text-danger:has-text('已被顾客撤回')")
        words = page.inner_text(".o_waimai_timeline")
        told = (
            ("用户申请取消", "等太久了", desk.login) if lang == "zh_CN" else ("The customer asks to cancel", desk.login)
        )
        places = [words.index(each) for each in told]
        assert places == sorted(places)
        page.click(".nav-link[name=money]")
        money = page.inner_text(".o_waimai_money")
        assert "56.00" in money
        assert "50.00" in money
        take_picture(page, f"order-screen-{lang}")
