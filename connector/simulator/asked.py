"""Reads what the control API is asked: JSON bodies, moments, shops, what to buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from . import params
from .errors import VALIDATION_FAILED, PlatformError
from .guard import here
from .kinds import KINDS, at_random, of_items
from .units import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .content import Content

RANDOM = "random"


def given() -> dict[str, object]:
    """The JSON object of the request, empty without a body."""
    if not request.get_data():
        return {}
    found = request.get_json(silent=True, force=True)
    if not isinstance(found, dict):
        raise PlatformError(VALIDATION_FAILED, "请求应为 JSON 对象")
    return found


def moment(asked: Mapping[str, object], ago: int = 0) -> int:
    """`at` in milliseconds, or `ago` seconds before now."""
    if "at" in asked:
        return params.integer(asked, "at")
    return here().now() - params.integer(asked, "ago", ago) * SECOND


def flag(asked: Mapping[str, object], name: str, *, default: bool) -> bool:
    """True or false."""
    value = asked.get(name, default)
    if not isinstance(value, bool):
        raise PlatformError(VALIDATION_FAILED, f"参数 {name} 不正确")
    return value


def ref(value: object) -> int | str:
    """A shop's id: a number at Ele.me (as text in a path), a text at Meituan; unknown ones are told later."""
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise PlatformError(VALIDATION_FAILED, "参数 shop 不正确")
    if isinstance(value, str) and value not in here().shops and value.isascii() and value.isdecimal():
        return int(value)
    return value


def kind(asked: Mapping[str, object]) -> str:
    """The kind of order, `plain` unless named."""
    return params.word({"kind": "plain", **asked}, "kind", (*KINDS, RANDOM))


def content(asked: Mapping[str, object], shop: int | str) -> Content:
    """What to buy: `items` of what is on sale, or a `kind` by name, or the kind `random`."""
    platform = here().shop_platform(shop)
    if "items" in asked:
        found = of_items(asked)
        missing = (
            platform.menus[shop].missing(line.dish.number for line in found.lines) if shop in platform.menus else []
        )
        if missing:
            raise PlatformError(VALIDATION_FAILED, f"已售罄或下架：{'、'.join(missing)}")
        return found
    name = kind(asked)
    if name == RANDOM:
        return at_random(here().draws("content", len(here().orders)))
    if KINDS[name].platform not in ("", platform.name):
        raise PlatformError(VALIDATION_FAILED, f"该平台没有这种订单 {name}")
    return KINDS[name].content
