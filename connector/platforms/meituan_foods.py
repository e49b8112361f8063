"""The goods of a part refund as Meituan lists what can still go back (``getPartRefundFoods``, ``meituan.md`` 7).

Its answer is not needed to apply: a list that cannot be read leaves it to the platform to judge. But where an earlier
application may have been taken already, nothing is applied for that the list does not show as untouched.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.domain.errors import Busy, InDoubt, Refused, Unavailable
from connector.domain.order import Goods
from connector.domain.parts import coded, goods_of, groups
from connector.platforms.http import Garbled
from connector.platforms.meituan_api import MeituanApi
from connector.ports import Command
from mappings.meituan_foods import read_foods

_UNTOLD: Final = "platform: does not tell what can still be refunded"
_WENT_BACK: Final = "platform: some of it has gone back since it was asked for, perhaps by that call"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """The lines of one food together, and its places in the platform's list: none, one, or one for each bag."""

    places: tuple[int, ...]
    lines: tuple[Goods, ...]

    @property
    def quantity(self) -> int:
        return sum(line.quantity for line in self.lines)


def food_data(api: MeituanApi, order: str, command: Command) -> list[dict[str, object]]:
    """The rows of ``applyPartRefund``, with the codes of the platform's own list.

    Raises:
        Refused: nothing is asked for, or more than can still be refunded.
        Unavailable: the platform cannot be asked.
        InDoubt: an earlier application may have been taken, and the list does not show that it was not.
    """
    lines = _lines(command.args.get("goods"))
    foods = _refundable(api, order)
    if command.again:
        _stay_in_doubt(foods, command.args.get("left"), lines)
    if foods is None:
        return [_row(line, line.quantity) for line in lines]
    try:
        return _rows(foods, _by_food(foods, lines))
    except Refused as short:
        if command.again:  # it may be short of just what went back by that call
            raise InDoubt(_WENT_BACK) from short
        raise


def _stay_in_doubt(foods: Sequence[Goods] | None, left: object, lines: Sequence[Goods]) -> None:
    """Raise unless the list has as many pieces as were left when it was pressed, of all that the call may have hit.

    That is more than the wanted line: the call has codes only, and other lines may have the same; where the list has
    nothing for a code, all lines without one may.
    """
    if foods is None or not isinstance(left, list | tuple):
        raise InDoubt(_UNTOLD)
    then = [goods_of(row) for row in left if isinstance(row, dict)]
    if any(not (food.platform_item or food.platform_sku) for food in foods):
        then = [dish if coded(dish) else replace(dish, platform_item="", platform_sku="") for dish in then]
    numbers = groups([*foods, *then, *lines])
    there, before = Counter[int](), Counter[int]()
    for number, food in zip(numbers, foods, strict=False):
        there[number] += food.quantity
    for number, dish in zip(numbers[len(foods) :], then, strict=False):
        before[number] += dish.quantity
    hit = numbers[len(foods) + len(then) :]
    if any(not before[number] or there[number] < before[number] for number in hit):
        raise InDoubt(_WENT_BACK)


def _lines(goods: object) -> list[Goods]:
    rows = [one for one in goods if isinstance(one, dict)] if isinstance(goods, list | tuple) else []
    if not isinstance(goods, list | tuple) or not rows or len(rows) < len(goods):
        raise Refused("没有可退的商品 · no line to refund")
    lines = [goods_of(row) for row in rows]
    if any(line.quantity < 1 for line in lines):
        raise Refused("退款份数无效 · how many pieces to refund is not told")
    return lines


def _refundable(api: MeituanApi, order: str) -> tuple[Goods, ...] | None:
    """What the platform lists; ``None`` if it cannot be read."""
    try:
        outcome = api.get("order/getPartRefundFoods", order_id=order)
        return None if outcome.code else read_foods(outcome.result)
    except (Garbled, Refused):
        return None
    except Busy:
        raise
    except Unavailable as error:  # nothing was applied for, whatever became of the question
        raise Unavailable(str(error)) from error


def _by_food(foods: Sequence[Goods], lines: Sequence[Goods]) -> list[_Wanted]:
    """Lines of the same food together: the same places, or the same words where it is not listed."""
    together: dict[object, list[Goods]] = {}
    for line in lines:
        together.setdefault(_places(foods, line) or replace(line, quantity=0), []).append(line)
    return [_Wanted(places=_places(foods, same[0]), lines=tuple(same)) for same in together.values()]


def _rows(foods: Sequence[Goods], wanted: Sequence[_Wanted]) -> list[dict[str, object]]:
    left = [food.quantity for food in foods]
    rows, short = [], []
    for one in wanted:
        rest, there = one.quantity, sum(left[at] for at in one.places)
        if rest > there:
            short.append(_words(one.lines[0], rest, there))
            continue
        for at in one.places:
            taken = min(rest, left[at])
            rows += [_row(foods[at], taken)] if taken else []
            left[at] -= taken
            rest -= taken
    if short:
        raise Refused("；".join(short))
    return rows


def _words(goods: Goods, wanted: int, there: int) -> str:
    name = goods.name or goods.platform_item or goods.platform_sku
    dish = f"{name}（{goods.spec}）" if goods.spec else name
    return (
        f"“{dish}”还可退 {there} 份，本次要退 {wanted} 份，未向平台申请"
        f" · {there} of {dish} can still be refunded, not {wanted}; the platform was not asked"
    )


def _places(foods: Sequence[Goods], wanted: Goods) -> tuple[int, ...]:
    """Where the food of a line stands in the list: by its codes, and by its words where those are not its own.

    Two foods may carry the same codes with different specs, and a food that never got a code has its name in the
    place of one, or nothing (``meituan.md`` 4.2).
    """
    codes, own = (wanted.platform_item, wanted.platform_sku), coded(wanted)
    same = [at for at, food in enumerate(foods) if (food.platform_item, food.platform_sku) == codes]
    listed = same if own else [at for at, food in enumerate(foods) if not coded(food)]
    alone = own and (len(same) == 1 or not wanted.name)
    named = listed if alone else [at for at in listed if foods[at].name == wanted.name]
    exact = [at for at in named if foods[at].spec == wanted.spec]
    return tuple(exact or [at for at in named if not (foods[at].spec and wanted.spec)])


def _row(goods: Goods, count: int) -> dict[str, object]:
    return {"app_food_code": goods.platform_item, "sku_id": goods.platform_sku, "count": count}
