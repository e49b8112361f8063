"""Reads the parameters of a call (all of them text), and finds the order or shop they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.errors import PlatformError
from connector.simulator.units import parse

from .errors import MISSING, NO_RIGHT, badly_formed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.simulator.config import MeituanApp, MeituanShop

    from .order import Order
    from .platform import Meituan

    Given = Mapping[str, str]


def text(given: Given, name: str) -> str:
    """A text that is not empty."""
    if not given.get(name):
        raise PlatformError(MISSING, f"缺少参数 {name}")
    return given[name]


def integer(given: Given, name: str, default: int | None = None) -> int:
    """A whole number; 701 if it is missing without a default, 705 if it is none."""
    value = given.get(name, "")
    if not value and default is not None:
        return default
    value = text(given, name)
    if not (value.isascii() and value.isdecimal()):
        raise badly_formed(name)
    return int(value)


def rows(given: Given, name: str) -> list[dict[str, object]]:
    """A JSON list of objects that is not empty."""
    try:
        value = parse(text(given, name))
    except ValueError:
        raise badly_formed(name) from None
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        raise badly_formed(name)
    return value


def shop_of(world: Meituan, app: MeituanApp, given: Given) -> MeituanShop:
    """The shop of `app_poi_code`: 803 unknown, 704 another application's or unbound."""
    code = text(given, "app_poi_code")
    owner, shop = world.shop(code)
    if owner != app or code in world.unbound:
        raise PlatformError(NO_RIGHT, "无权限操作该数据")
    return shop


def order_of(world: Meituan, app: MeituanApp, given: Given, name: str = "order_id") -> Order:
    """The order of `order_id` (or the id for people): 806 unknown, 704 another application's."""
    wanted = text(given, name)
    view = name != "order_id"
    order = next((one for one in world.orders.values() if view and one.view_id == wanted), None) or world.order(wanted)
    if order.app != app or order.shop.id in world.unbound:
        raise PlatformError(NO_RIGHT, "无权限操作该数据")
    return order
