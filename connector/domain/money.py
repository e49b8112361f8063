"""Money is integer fen (分, a hundredth of a yuan), everywhere inside.

The platforms write yuan as JSON numbers (Ele.me) or fen as integers (Meituan's ``poi_receive_detail``);
both become :data:`Money` at the mapping and stay so until Odoo divides by a hundred.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

Money = NewType("Money", int)

ZERO = Money(0)

#: More than any order: ten million yuan. Beyond it a number is a fault of the sender.
LARGEST = Money(1_000_000_000)


def from_yuan(yuan: Decimal | float | str) -> Money:
    """Yuan, as a platform writes it, in fen; binary noise beyond the fen is rounded away.

    >>> from_yuan("26.8"), from_yuan(-0.0), from_yuan(0.1 + 0.2)
    (2680, 0, 30)

    Raises:
        ValueError: not a finite number, or absurdly large.
    """
    try:
        amount = Decimal(repr(yuan) if isinstance(yuan, float) else yuan)
    except (InvalidOperation, TypeError) as error:
        raise ValueError("not an amount of money") from error
    if not amount.is_finite() or amount.copy_abs() > LARGEST // 100:
        raise ValueError("not an amount of money")
    return Money(int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP)))


def to_yuan(fen: Money) -> str:
    """Fen as people read it.

    >>> to_yuan(Money(2680)), to_yuan(Money(-5))
    ('26.80', '-0.05')
    """
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def share(total: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Share money out by weight without losing a fen (largest remainder, earlier first).

    >>> share(Money(100), [1, 1, 1])
    (34, 33, 33)

    Raises:
        ValueError: no weight, a negative one, or all of them zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be positive")
    sign, rest = (-1, -total) if total < 0 else (1, total)
    parts = [rest * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(rest * weights[i] % whole), i))
    for i in order[: rest - sum(parts)]:
        parts[i] += 1
    return tuple(Money(sign * part) for part in parts)
