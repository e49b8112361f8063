"""The goods of a part refund as Meituan lists what can still go back (``getPartRefundFoods``, ``meituan.md`` 7).

Its answer is not needed to apply: a list that cannot be read leaves it to the platform to judge. But where an earlier
application may have been taken already, nothing is applied for that the list does not show as untouched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.domain.errors import Busy, Refused, Unavailable
from connector.domain.order import Goods
from connector.platforms.http import Garbled
from connector.platforms.meituan_api import MeituanApi
from connector.ports import Command
from mappings.meituan_foods import read_foods

_UNTOLD: Final = "platform: does not tell what can still be refunded"
_WENT_BACK: Final = "platform: some of it has gone back since it was asked for, perhaps by that call"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """What a press wants back of one line; of its food ``left`` pieces were there when it was pressed."""

    goods: Goods
    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """The lines of one food together, and its places in the platform's list: none, one, or one for each bag."""

    places: tuple[int, ...]
    lines: tuple[_Line, ...]

    @property
    def quantity(self) -> int:
        return sum(line.goods.quantity for line in self.lines)

    @property
    def left(self) -> int:
        return max(line.left for line in self.lines)


def food_data(api: MeituanApi, order: str, command: Command) -> list[dict[str, object]]:
    """The rows of ``applyPartRefund``, with the codes of the platform's own list.

    Raises:
        Refused: nothing is asked for, or more than can still be refunded.
        Unavailable: the platform cannot be asked; ``unknown`` if an earlier application may have been taken and the
            list does not show that it was not.
    """
    lines = _lines(command.args.get("goods"))
    foods = _refundable(api, order)
    if foods is None:
        if command.again:
            raise Unavailable(_UNTOLD, unknown=True)
        return [_row(line.goods, line.goods.quantity) for line in lines]
    wanted = _by_food(foods, lines)
    if command.again and any(sum(foods[at].quantity for at in one.places) < one.left for one in wanted):
        raise Unavailable(_WENT_BACK, unknown=True)
    return _rows(foods, wanted)


def _lines(goods: object) -> list[_Line]:
    rows = [one for one in goods if isinstance(one, dict)] if isinstance(goods, list | tuple) else []
    if not isinstance(goods, list | tuple) or not rows or len(rows) < len(goods):
        raise Refused("没有可退的商品 · no line to refund")
    return [_line(row) for row in rows]


def _line(row: dict[str, object]) -> _Line:
    quantity, left = row.get("quantity"), row.get("left")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise Refused("退款份数无效 · how many pieces to refund is not told")
    item, sku, name, spec = (str(row.get(key) or "") for key in ("platform_item", "platform_sku", "name", "spec"))
    goods = Goods(name=name, quantity=quantity, platform_item=item, platform_sku=sku, spec=spec)
    return _Line(goods=goods, left=left if isinstance(left, int) else quantity)


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


def _by_food(foods: Sequence[Goods], lines: Sequence[_Line]) -> list[_Wanted]:
    """Lines of the same food together: the same places, or the same words where it is not listed."""
    groups: dict[object, list[_Line]] = {}
    for line in lines:
        groups.setdefault(_places(foods, line.goods) or replace(line.goods, quantity=0), []).append(line)
    return [_Wanted(places=_places(foods, group[0].goods), lines=tuple(group)) for group in groups.values()]


def _rows(foods: Sequence[Goods], wanted: Sequence[_Wanted]) -> list[dict[str, object]]:
    left = [food.quantity for food in foods]
    rows, short = [], []
    for one in wanted:
        rest, there = one.quantity, sum(left[at] for at in one.places)
        if rest > there:
            short.append(_words(one.lines[0].goods, rest, there))
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
    codes, coded = (wanted.platform_item, wanted.platform_sku), _coded(wanted)
    same = [at for at, food in enumerate(foods) if (food.platform_item, food.platform_sku) == codes]
    if coded and len(same) <= 1:
        return tuple(same)
    listed = same if coded else [at for at, food in enumerate(foods) if not _coded(food)]
    named = [at for at in listed if foods[at].name == wanted.name or (coded and not wanted.name)]
    exact = [at for at in named if foods[at].spec == wanted.spec]
    return tuple(exact or [at for at in named if not (foods[at].spec and wanted.spec)])


def _coded(goods: Goods) -> bool:
    return not {goods.platform_item, goods.platform_sku} <= {"", goods.name}


def _row(goods: Goods, count: int) -> dict[str, object]:
    return {"app_food_code": goods.platform_item, "sku_id": goods.platform_sku, "count": count}
