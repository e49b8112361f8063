"""What was bought and what it cost: which message counts, and what a price means.

Meituan pushes unit prices after item-level activities, or before them if the application subscribed to field 18
(``meituan.md`` 4.3). The shop's ``price_mode`` mirrors that setting; the order's own sum says whether it is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from connector.domain.money import ZERO, Money, to_yuan
from connector.domain.order import Content, Fact, Fee, Item

_MISMATCH: Final = "价格模式与平台不符，已按 {0} 计 · the sum shows prices that are {0}: check the shop's price mode"


def content_of(facts: Sequence[Fact], mode: str) -> Content | None:
    """The first in the order of reading; a whole one beats a slim one, then a pushed one a pulled one.

    A dish's activity prices are taken from wherever they are told: Ele.me's pushes leave them out
    (``eleme.md`` 3.2).
    """
    known = [fact for fact in facts if fact.content is not None]
    known.sort(key=lambda fact: (not (fact.content and fact.content.whole), fact.pulled, fact.at, fact.key))
    told = [fact.content for fact in known if fact.content is not None]
    if not told:
        return None
    others = [item for content in told[1:] for item in content.items if _promoted(item)]
    content = told[0]
    if others:
        content = replace(content, items=tuple(_with_prices(item, others) for item in content.items))
    return priced(content, mode)


def _promoted(item: Item) -> bool:
    return item.user_price > ZERO or item.shop_price > ZERO


def _with_prices(item: Item, others: Sequence[Item]) -> Item:
    """A dish with the activity prices that another message tells of the same line."""
    if _promoted(item):
        return item
    same = (one for one in others if (one.line, one.name, one.price) == (item.line, item.name, item.price))
    found = next(same, item)
    return replace(
        item,
        user_price=found.user_price,
        shop_price=found.shop_price,
        discounted=item.discounted or found.discounted,
    )


def priced(content: Content, mode: str) -> Content:
    """The order with its fees complete: items and fees add up to what was paid, to the fen.

    ``item_fees`` that are left are those which the prices already hold: nothing is to be reduced by them again.

    Args:
        content: as read; what it does not explain of its sum becomes a ``rounding`` fee with a warning.
        mode: ``discounted`` or ``original``, the shop's setting.
    """
    fees = {"discounted": content.fees, "original": (*content.fees, *content.item_fees)}
    mode = mode if mode in fees else "discounted"
    other = "original" if mode == "discounted" else "discounted"
    warnings = content.warnings
    rests = {name: unexplained(content.paid, content.items, fees[name]) for name in fees}
    if content.item_fees and rests[mode] and not rests[other]:
        mode = other
        warnings += (_MISMATCH.format(mode),)
    found, rest = fees[mode], rests[mode]
    if rest:
        found += (Fee(kind="rounding", name="金额差异", amount=rest),)
        warnings += (f"金额差异 ¥{to_yuan(rest)}，已单列 · ¥{to_yuan(rest)} of the sum is not explained by its parts",)
    inside = content.item_fees if mode == "discounted" else ()
    return replace(content, fees=found, item_fees=inside, warnings=warnings)


def unexplained(paid: Money, items: Iterable[Item], fees: Iterable[Fee]) -> Money:
    """What of the sum the dishes and fees do not explain."""
    return Money(paid - sum(item.total for item in items) - sum(fee.amount for fee in fees))
