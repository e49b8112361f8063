"""What really happened, for whoever compares the platforms with the connector and the ERP (amounts in fen)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .units import day, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .order import AnyOrder


def sold(order: AnyOrder, window: int, now: int) -> bool:
    """Whether the order became a sale by the business's own rule, at the moment `now` (milliseconds).

    It does at the end of the cancellation window, `window` seconds after acceptance with that second included,
    unless all the money has gone back by then; at once when it finishes.
    """
    if order.accepted_at is None:
        return False
    end = seconds(order.accepted_at) + window
    finished = order.finished_at is not None and (order.back_at is None or order.finished_at <= order.back_at)
    back_in_time = order.back_at is not None and seconds(order.back_at) <= end
    return finished or (not back_in_time and seconds(now) > end)


def row(order: AnyOrder, window: int, now: int) -> dict[str, object]:
    """One order of `GET /sim/orders`."""
    return {
        "orderId": order.id,
        "platform": order.platform,
        "shop": order.shop.id,
        "kind": order.kind,
        "day": day(order.placed_at),
        "daySn": order.day_sn,
        "status": order.word,
        "refundStatus": order.refund_word,
        "paid": order.content.paid,
        "refunded": order.refunded,
        "sold": sold(order, window, now),
        "cancelled": order.voided,
        "finished": order.finished_at is not None,
        "prepared": order.prepared_at is not None,
        "rider": order.ride_code or 0,
        "placed": order.placed_at,
        "accepted": order.accepted_at,
        "items": [
            {
                "line": number,
                "code": line.dish.code,
                "name": line.dish.title,
                "quantity": line.quantity,
                "price": line.dish.price,
                "mapped": line.dish.mapped,
            }
            for number, line in enumerate(order.content.lines, 1)
        ],
        "refunds": order.refund_rows(),
        "history": [{"at": at, "type": kind} for at, kind in order.history],
    }


def totals(orders: Iterable[AnyOrder], window: int, now: int) -> dict[str, int]:
    """The sums of a shop: orders by what became of them, and money of the sold ones."""
    rows = list(orders)
    became = [order for order in rows if sold(order, window, now)]
    return {
        "orders": len(rows),
        "sold": len(became),
        "paid": sum(order.content.paid for order in became),
        "refunded": sum(order.refunded for order in became),
        "net": sum(order.content.paid - order.refunded for order in became),
        "income": sum(order.income for order in became),
    }


def of_day(orders: Iterable[AnyOrder], date: str) -> dict[str, object]:
    """The platform's own list of a shop and a business day (`yyyy-MM-dd`): what a three-way count starts from."""
    rows = [order for order in orders if day(order.placed_at) == date]
    return {
        "orders": len(rows),
        "ids": [order.id for order in rows],
        "cancelled": sum(order.voided for order in rows),
        "finished": sum(order.finished_at is not None for order in rows),
        "paid": sum(order.content.paid for order in rows),
        "refunded": sum(order.refunded for order in rows),
    }
