"""Presses on a shop and its menu, and on no order (contract.md sections 2 and 4)."""

import pytest

from connector.domain.errors import Refused, Unavailable
from connector.domain.menu import MenuItem
from connector.ports import Answer
from erp_bridge.odoo.adapter import _told
from tests.doubles import LANE, pressed

DISH = MenuItem(
    platform_item="1",
    platform_sku="2",
    sku_code="NOODLE",
    barcode="",
    name="牛肉面",
    spec="大份",
    category="面",
    price=3000,
    on_sale=True,
    stock=None,
)
ITEMS = [{"platform_item": "1", "platform_sku": "2", "name": "牛肉面"}]


def press(world, action, number=1, **args):
    world.hear(pressed(action, number, order=None, at=world.clock.now(), **args))
    world.settle()


def test_a_pulled_menu_comes_back_with_the_result(world):
    world.platform.menus[LANE] = (DISH,)
    press(world, "pull_menu")
    result = world.erp.results[1]
    assert (result.state, result.menu) == ("done", (DISH,))
    assert "1 specs" in result.result
    assert world.platform.performed == [f"menu of {LANE}"]


def test_the_erp_is_told_the_menu_in_the_agreed_words(world):
    world.platform.menus[LANE] = (DISH,)
    press(world, "pull_menu")
    assert _told(world.erp.results[1])["menu"] == [
        {
            "platform_item": "1",
            "platform_sku": "2",
            "sku_code": "NOODLE",
            "barcode": "",
            "name": "牛肉面",
            "spec": "大份",
            "category": "面",
            "price": 3000,
            "on_sale": True,
            "stock": None,
        }
    ]


@pytest.mark.parametrize("action", ["push_code", "off_sale", "on_sale"])
def test_a_press_on_the_menu_is_a_call_of_no_order(world, action):
    press(world, action, items=ITEMS)
    (command,) = world.platform.performed
    assert (command.key, command.store, command.order) == ("cmd-1", LANE, None)
    assert (command.action, command.args) == (action, {"items": ITEMS})
    assert (world.erp.results[1].state, world.erp.results[1].menu) == ("done", None)
    assert "menu" not in _told(world.erp.results[1])
    assert world.rows("SELECT count(*) FROM outbox WHERE kind = 'fetch'") == [(0,)]


def test_what_the_platform_refuses_is_told_in_its_words(world):
    world.platform.answers["off_sale"] = Answer(taken=False, words="商品不存在")
    press(world, "off_sale", items=ITEMS)
    assert (world.erp.results[1].state, world.erp.results[1].result) == ("refused", "商品不存在")


def test_a_menu_that_is_not_given_is_refused_with_the_reason(world):
    world.platform.away = Refused("无权限")
    press(world, "pull_menu")
    assert (world.erp.results[1].state, world.erp.results[1].result) == ("refused", "无权限")


def test_a_press_on_a_shop_that_names_no_such_action_is_refused(world):
    press(world, "accept")
    press(world, "close_forever", number=2)
    assert [world.erp.results[number].state for number in (1, 2)] == ["refused", "refused"]
    assert world.platform.performed == []


@pytest.mark.parametrize("unknown", [False, True])
def test_a_call_whose_end_nobody_knows_is_made_again(world, unknown):
    world.platform.away = Unavailable("timed out", unknown=unknown)
    press(world, "off_sale", items=ITEMS)
    assert world.erp.results[1].state == "sent"
    world.platform.away = None
    world.clock.forward(2)
    world.settle()
    assert [command.key for command in world.platform.performed] == ["cmd-1", "cmd-1"]
    assert world.platform.fetched == []
    assert world.erp.results[1].state == "done"


def test_a_press_that_is_repeated_has_one_effect(world):
    for _ in range(2):
        press(world, "on_sale", items=ITEMS)
    assert len(world.platform.performed) == 1


def test_after_ten_minutes_nobody_waits_for_it_any_more(world):
    world.platform.away = Unavailable("away")
    for _ in range(12):
        world.settle()
        press(world, "pull_menu")
        world.clock.forward(60)
    world.settle()
    assert world.erp.results[1].state == "refused"
