"""Meituan's menu (``food/list``, ``meituan.md`` chapter 7)."""

from collections.abc import Iterator
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.menu import MenuItem
from mappings.fields import Json, Lenient, Text, Yuan, load
from mappings.meituan_order import sku_code

_UNLIMITED: Final = "*"
_SOLD_OUT: Final = "1"
#: Longer numbers are no stock of anything.
_DIGITS: Final = 9


class FoodSchema(Lenient):
    """A dish."""

    app_food_code = Text()
    name = Text()
    price = Yuan()
    category_name = Text()
    is_sold_out = Text()
    skus = Json(list)


class SkuSchema(Lenient):
    """One spec of it; ``stock`` is ``*`` without a limit."""

    sku_id = Text()
    spec = Text()
    upc = Text()
    stock = Text()
    price = Yuan(load_default=None)


_FOOD, _SKU = FoodSchema(), SkuSchema()


def read_foods(foods: object) -> tuple[MenuItem, ...]:
    """A page of the menu.

    Raises:
        Refused: it cannot be read; the words name the field.
    """
    if not isinstance(foods, list):
        raise Refused("menu: a list expected")
    return tuple(item for at, raw in enumerate(foods) for item in _items(raw, f"menu.{at}"))


def _items(raw: object, what: str) -> Iterator[MenuItem]:
    food: dict[str, Any] = load(_FOOD, raw, what)
    for number, one in enumerate(food["skus"] or [{}]):
        sku = load(_SKU, one, f"{what}.skus.{number}")
        yield MenuItem(
            platform_item=food["app_food_code"],
            platform_sku=sku["sku_id"],
            sku_code=sku_code(sku["sku_id"], food["app_food_code"], food["name"]),
            barcode=sku["upc"].strip(),
            name=food["name"],
            spec=sku["spec"],
            category=food["category_name"],
            price=food["price"] if sku["price"] is None else sku["price"],
            on_sale=food["is_sold_out"] != _SOLD_OUT,
            stock=_stock(sku["stock"]),
        )


def _stock(told: str) -> int | None:
    """A number of pieces; ``*`` and nothing are no limit."""
    return int(told) if told != _UNLIMITED and told.isdecimal() and len(told) <= _DIGITS else None
