"""The page: orders with the acts that are possible, in two languages."""

import re

import pytest

from connector.simulator.eleme.order import CaseStatus, Status
from connector.simulator.page import WORDS

SHOP = 155000001


def press(client, order, act, **form):
    return client.post(f"/page/orders/{order.id}/{act}", data=form, follow_redirects=True).text


def buttons(html):
    return re.findall(r"<button[^>]*>([^<]+)</button>", html)


@pytest.fixture
def order(client, world):
    client.post("/page/orders", data={"shop": SHOP, "kind": "several"})
    (order,) = world.orders.values()
    return order


@pytest.mark.parametrize(
    ("lang", "title", "empty"),
    [("zh", "饿了么模拟平台", "还没有订单"), ("en", "Simulated Ele.me", "No orders yet")],
)
def test_the_page_speaks_both_languages(client, lang, title, empty):
    html = client.get(f"/?lang={lang}").text
    assert f"<h1>{title}</h1>" in html
    assert empty in html
    assert "测试店铺A" in html
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in html


def test_chinese_is_the_default_and_the_language_stays(client, order):
    assert "<h1>饿了么模拟平台</h1>" in client.get("/").text
    assert "<h1>Simulated Ele.me</h1>" in press(client, order, "accept", lang="en")


def test_an_order_is_placed_and_shown(client, order):
    html = client.get("/").text
    assert order.id in html
    assert "番茄鸡蛋盖饭 × 1" in html
    assert "44.80" in html


def test_only_what_is_possible_has_a_button(client, order):
    place = "顾客下单并付款"
    assert buttons(client.get("/").text) == [place, "接单", "拒单", "申请取消", "强制无效"]
    press(client, order, "accept")
    press(client, order, "remind")
    press(client, order, "rider", code="51")
    press(client, order, "rider", code="74")
    running = ["商家取消", "出餐", "部分取消", "主动退单", "自行配送", "不再配送", "回复催单"]
    others = ["申请取消", "催单", "强制无效", "骑手", "订单完结"]
    assert buttons(client.get("/").text) == [place, *running, *others]
    press(client, order, "force_invalid")
    assert "骑手" not in buttons(client.get("/").text)


def test_a_part_and_a_rider_are_chosen_from_lists(client, order):
    press(client, order, "accept")
    press(client, order, "rider", code="53")
    press(client, order, "part_cancel", line="2")
    assert [kind for _, kind in order.history] == [10, 12, 53, 39]
    html = client.get("/").text
    assert "−10.00" in html
    assert "<option>52</option>" not in html
    assert "<option>55</option>" in html


def test_a_refusal_is_shown_and_escaped(client, order):
    press(client, order, "accept")
    assert "订单已确认" in press(client, order, "accept")
    assert "&lt;b&gt;" in client.get("/?refused=<b>").text


@pytest.mark.parametrize("form", [{"shop": SHOP, "kind": "x"}, {"shop": "1", "kind": "plain"}, {}])
def test_a_form_that_was_bent_orders_nothing(client, world, form):
    assert client.post("/page/orders", data=form).status_code == 303
    assert world.orders == {}


def test_deliveries_are_shown(client, world, order):
    world.pusher.drain()
    assert "200 {&#34;message&#34;:&#34;ok&#34;}" in client.get("/").text


def test_every_word_of_the_platform_is_said_in_both_languages():
    words = {*Status, *CaseStatus, "refunding"}
    assert set(WORDS) == {str(word) for word in words}
    assert all(not zh.isascii() and en.isascii() for zh, en in WORDS.values())


def test_nothing_is_loaded_from_elsewhere(client):
    answer = client.get("/")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)
