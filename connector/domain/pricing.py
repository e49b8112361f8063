"""What the dishes of an order cost, where the platform does not say whether a price is before or after promotions.

Meituan pushes unit prices after item-level activities, or before them if the application subscribed to field 18
(``meituan.md`` 4.3). The shop's ``price_mode`` mirrors that setting; the order's own sum says whether it is right.
"""

from dataclasses import replace
from typing import Final

from connector.domain.money import Money, to_yuan
from connector.domain.order import Content, Fee

_MISMATCH: Final = "价格模式与平台不符，已按 {0} 计 · the sum shows prices that are {0}: check the shop's price mode"


def priced(content: Content, mode: str) -> Content:
    """The order with its fees complete: items and fees add up to what was paid, to the fen.

    Args:
        content: as read; what it does not explain of its sum becomes a ``rounding`` fee with a warning.
        mode: ``discounted`` or ``original``, the shop's setting.
    """
    fees = {"discounted": content.fees, "original": (*content.fees, *content.item_fees)}
    mode = mode if mode in fees else "discounted"
    other = "original" if mode == "discounted" else "discounted"
    warnings = content.warnings
    if content.item_fees and _rest(content, fees[mode]) and not _rest(content, fees[other]):
        mode = other
        warnings += (_MISMATCH.format(mode),)
    found, rest = fees[mode], _rest(content, fees[mode])
    if rest:
        found += (Fee(kind="rounding", name="金额差异", amount=rest),)
        warnings += (f"金额差异 ¥{to_yuan(rest)}，已单列 · ¥{to_yuan(rest)} of the sum is not explained by its parts",)
    return replace(content, fees=found, item_fees=(), warnings=warnings)


def _rest(content: Content, fees: tuple[Fee, ...]) -> Money:
    """What of the sum the dishes and fees do not explain."""
    return Money(content.paid - sum(item.total for item in content.items) - sum(fee.amount for fee in fees))
