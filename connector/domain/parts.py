"""Part refunds that staff make: what is left of a dish, and whether one that nobody answered has come about.

A call that gives a part back carries a dish's codes only, and two lines may have the same ones: two specs of a dish, or
dishes that never got a code (``meituan.md`` 4.2, 7). So what has come of a call is judged by what it could tell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.domain.documents import allot, given_back
from connector.domain.order import Goods, Item
from connector.domain.replay import Life

_NAMES: Final = ("name", "platform_item", "platform_sku", "spec")

Dish = Item | Goods


def called(dish: Dish, quantity: object) -> dict[str, object]:
    """A dish as the args of a command name it, and how many pieces of it."""
    return {**{key: getattr(dish, key) for key in _NAMES}, "quantity": quantity}


def goods_of(row: Mapping[str, object]) -> Goods:
    """A dish that the args of a command name; 0 pieces if they are not told."""
    told = row.get("quantity")
    quantity = told if isinstance(told, int) and not isinstance(told, bool) else 0
    words: dict[str, Any] = {key: str(row.get(key) or "") for key in _NAMES}
    return Goods(quantity=quantity, **words)


def groups(dishes: Sequence[Dish]) -> list[int]:
    """For each dish the number of its group; a call cannot tell the dishes of a group from one another.

    They have the same codes, or no code and the same name; a name, or nothing, may stand in a code's place.
    """
    found = list(range(len(dishes)))
    for at, dish in enumerate(dishes):
        for before in range(at):
            if found[before] != found[at] and _alike(dish, dishes[before]):
                old, new = found[at], found[before]
                found = [new if number == old else number for number in found]
    return found


def coded(dish: Dish) -> bool:
    """Whether the merchant gave a dish a code of its own."""
    return not {dish.platform_item, dish.platform_sku} <= {"", dish.name}


def left_of(life: Life) -> tuple[Goods, ...]:
    """An order's lines with the pieces that have not gone back; ``amount`` is not told."""
    items = life.content.items if life.content else ()
    _, pieces = given_back(items, life.cases)
    return tuple(Goods(quantity=pieces[item.line], **{key: getattr(item, key) for key in _NAMES}) for item in items)


def shown(args: Mapping[str, Any], life: Life) -> bool:
    """Whether an order shows what a press asked for: as many pieces by what the call could tell, in a new case.

    Nothing else names the press (``meituan.md`` 9, number 9).
    """
    items = life.content.items if life.content else ()
    asked = _pieces(items, [goods_of(row) for row in args.get("goods") or ()])
    fresh = [case for case in life.cases if case.status == "granted" and case.key not in args.get("known", ())]
    return bool(asked) and any(case.scope == "part" and _pieces(items, case.goods) == asked for case in fresh)


def _pieces(items: Sequence[Item], goods: Sequence[Goods]) -> Counter[int]:
    """Pieces by group of an order's dishes; goods that name no code of theirs are found as in any refund."""
    numbers = groups(items)
    pieces: Counter[int] = Counter()
    for one in goods:
        same = [number for number, item in zip(numbers, items, strict=True) if _alike(item, one)]
        if same:
            pieces[same[0]] += one.quantity
            continue
        lines = {item.line: number for number, item in zip(numbers, items, strict=True)}
        for row in allot(items, (one,)):
            pieces[lines[row.line]] += row.quantity
    return pieces


def _alike(dish: Dish, other: Dish) -> bool:
    uncoded = not coded(dish) and not coded(other)
    return _codes(dish) == _codes(other) or (uncoded and dish.name == other.name)


def _codes(dish: Dish) -> tuple[str, str]:
    return (dish.platform_item, dish.platform_sku)
