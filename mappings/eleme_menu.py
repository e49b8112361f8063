"""Ele.me's menu (``OItem`` and ``OSpec``, ``eleme.md`` 5.3)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.menu import MenuItem
from mappings.eleme_order import platform_id
from mappings.fields import Count, Json, Lenient, Text, Yuan, load

#: Beyond it a stock is no limit: what the platform fills a spec with.
_FULL: Final = 10_000


class GoodsSchema(Lenient):
    """``OItem``."""

    id = Text()
    name = Text()
    categoryId = Text()
    isValid = Text()
    specs = Json(list)


class SpecSchema(Lenient):
    """``OSpec``."""

    specId = Text()
    name = Text()
    price = Yuan()
    stock = Count(load_default=None)
    onShelf = Text()
    extendCode = Text()
    barCode = Text()


class CategorySchema(Lenient):
    """A category, perhaps with others inside."""

    id = Text()
    name = Text()
    children = Json(list)


_GOODS, _SPEC, _CATEGORY = GoodsSchema(), SpecSchema(), CategorySchema()


def read_goods(goods: object, categories: Mapping[str, str]) -> tuple[MenuItem, ...]:
    """A page of the menu.

    Args:
        goods: what ``queryItemByPage`` answers: a list, or one inside ``list``.
        categories: names by id, as :func:`read_categories` gives them.

    Raises:
        Refused: it cannot be read; the words name the field.
    """
    found = goods.get("list") if isinstance(goods, Mapping) else goods
    if not isinstance(found, list):
        raise Refused("menu: a list expected")
    return tuple(item for at, raw in enumerate(found) for item in _items(raw, f"menu.{at}", categories))


def read_categories(categories: object) -> dict[str, str]:
    """Names of categories by their ids; of no use if they cannot be read."""
    names: dict[str, str] = {}
    for raw in categories if isinstance(categories, list) else ():
        category = load(_CATEGORY, raw, "category")
        names[category["id"]] = category["name"]
        names |= read_categories(category["children"])
    return names


def _items(raw: object, what: str, categories: Mapping[str, str]) -> Iterator[MenuItem]:
    goods: dict[str, Any] = load(_GOODS, raw, what)
    for number, one in enumerate(goods["specs"]):
        spec = load(_SPEC, one, f"{what}.specs.{number}")
        yield MenuItem(
            platform_item=platform_id(goods["id"]),
            platform_sku=platform_id(spec["specId"]),
            sku_code=spec["extendCode"].strip(),
            barcode=spec["barCode"].strip(),
            name=goods["name"],
            spec=spec["name"],
            category=categories.get(goods["categoryId"], ""),
            price=spec["price"],
            on_sale=spec["onShelf"] != "0" and goods["isValid"] != "0",
            stock=None if spec["stock"] is None or spec["stock"] >= _FULL else spec["stock"],
        )
