"""A shop's menu as the merchant keeps it on the platform: codes, what is on sale, what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .catalogue import DISHES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .catalogue import Dish
    from .content import Content, Line


@dataclass(kw_only=True)
class Entry:
    """A spec on the menu; `code` is the merchant's own (`spu` that of its product), `stock` none for any number."""

    dish: Dish
    code: str
    spu: str
    on_sale: bool = True
    stock: int | None = None


class Menu:
    """The entries of one shop by the number of their dish; both platforms read and write it with their own words."""

    def __init__(self, branch: int) -> None:
        self._branch = branch
        dishes = [replace(dish, branch=branch) for dish in DISHES.values()]
        self.entries = {dish.number: Entry(dish=dish, code=dish.code, spu=_spu(dish)) for dish in dishes}

    def products(self) -> dict[int, list[Entry]]:
        """The entries by product: the specs of a product stand together."""
        found: dict[int, list[Entry]] = {}
        for entry in self.entries.values():
            found.setdefault(entry.dish.product, []).append(entry)
        return found

    def by_code(self, code: str) -> list[Entry]:
        """The entries that carry a code."""
        return [entry for entry in self.entries.values() if code and entry.code == code]

    def sold(self, content: Content) -> Content:
        """The content with this shop's ids and the codes that the merchant has given meanwhile."""
        baskets = tuple(replace(basket, lines=tuple(map(self._coded, basket.lines))) for basket in content.baskets)
        return replace(content, baskets=baskets)

    def missing(self, numbers: Iterable[int]) -> list[str]:
        """The names of those dishes that cannot be ordered now."""
        entries = [self.entries[number] for number in numbers]
        return [entry.dish.title for entry in entries if not entry.on_sale or entry.stock == 0]

    def _coded(self, line: Line) -> Line:
        code = self.entries[line.dish.number].code
        return replace(line, dish=replace(line.dish, code=code, branch=self._branch))


def _spu(dish: Dish) -> str:
    first = DISHES.get(dish.product, dish)
    return first.code
