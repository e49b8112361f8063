"""Part refunds that staff make: what is left of a dish, and whether one that nobody answered has come about."""

from collections.abc import Mapping
from typing import Any

from connector.domain.documents import allot
from connector.domain.order import Goods, Item
from connector.domain.replay import Life


def left_of(life: Life) -> dict[int, int]:
    """Pieces by line that have not gone back; lines that a platform cannot tell apart count together, each the sum."""
    items = life.content.items if life.content else ()
    back = _lines(items, tuple(goods for case in life.cases if case.status == "granted" for goods in case.goods))
    pieces: dict[tuple[str, ...], int] = {}
    for item in items:
        pieces[_names(item)] = pieces.get(_names(item), 0) + item.quantity - back.get(item.line, 0)
    return {item.line: pieces[_names(item)] for item in items}


def shown(args: Mapping[str, Any], life: Life) -> bool:
    """Whether an order shows what a press asked for: those pieces, in a case that was not known when it was made.

    Nothing else names the press (``meituan.md`` 9, number 9).
    """
    items = life.content.items if life.content else ()
    keys = ("name", "quantity", "platform_item", "platform_sku", "spec")
    asked = _lines(items, tuple(Goods(**{key: one[key] for key in keys}) for one in args.get("goods") or ()))
    fresh = [case for case in life.cases if case.status == "granted" and case.key not in args.get("known", ())]
    return bool(asked) and any(case.scope == "part" and _lines(items, case.goods) == asked for case in fresh)


def _lines(items: tuple[Item, ...], goods: tuple[Goods, ...]) -> dict[int, int]:
    pieces: dict[int, int] = {}
    for row in allot(items, goods):
        pieces[row.line] = pieces.get(row.line, 0) + row.quantity
    return pieces


def _names(item: Item) -> tuple[str, ...]:
    return (item.platform_item, item.platform_sku, item.name, item.spec)
