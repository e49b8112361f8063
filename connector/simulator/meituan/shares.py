"""Money of an order by lines: boxes, shares of reductions, what a part refund can give back (page 4.1 and 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.simulator.content import Content, Line


def unit_price(line: Line, *, original: bool) -> int:
    """`price` of a line: after item-level activities, or the original one if the application asked for that."""
    return line.dish.price if original or line.user_price is None else line.user_price


def boxes(content: Content) -> list[int]:
    """`box_num` of every line: one for each piece as long as there are some, what is over with the first."""
    left, found = content.boxes, []
    for line in content.lines:
        taken = min(left, line.quantity if line.dish.price else 0)
        found.append(taken)
        left -= taken
    found[0] += left
    return found


def refundable(content: Content) -> list[int]:
    """Fen that can go back for each line with its boxes; delivery and bag take no part, reductions are shared."""
    rows = zip(content.lines, boxes(content), strict=True)
    weights = [line.dish.price * line.quantity + number * content.box_price for line, number in rows]
    whole = content.paid - content.deliver_fee - content.bag
    return spread(whole if whole > 0 else content.paid, weights)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount in proportion to the weights, to the fen.

    >>> spread(100, [1, 1, 1]), spread(5, [0, 0])
    ([33, 33, 34], [0, 5])
    """
    total = sum(weights)
    if not total:
        return [0] * (len(weights) - 1) + [amount]
    found, seen, given = [], 0, 0
    for weight in weights:
        seen += weight
        found.append(amount * seen // total - given)
        given += found[-1]
    return found
