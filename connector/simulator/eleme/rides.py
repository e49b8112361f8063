"""The rider: who comes, in which order, and what goes wrong (platform page 2.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.acting import Message
from connector.simulator.errors import DELIVERY_STATE, PlatformError

from .bodies import DELIVERY, delivery_body
from .order import Ride, Status

if TYPE_CHECKING:
    from connector.simulator.acting import Moment

    from .order import Order

CALLED = 51
DISPATCHED = 52
DELIVERED = 56
CANCELLED = range(57, 60)
TROUBLE = range(60, 71)
BY_SHOP = 71
GIVEN_UP = 72
REFUSED = range(73, 77)
RIDER = ("张测试", "13800000022")
DISPATCHER = ("某某(调度员)", "13800000021")
NOBODY = ("", "")


def reached(order: Order) -> int:
    """How far the present rider is: 51 to 56, or 0 if none is under way."""
    code = 0
    for ride in order.rides:
        if ride.code in CANCELLED or ride.code in REFUSED:
            code = 0
        elif CALLED <= ride.code <= DELIVERED:
            code = ride.code
    return code


def _over(order: Order) -> bool:
    return any(ride.code in (DELIVERED, BY_SHOP, GIVEN_UP) for ride in order.rides)


def _troubled(order: Order) -> bool:
    return bool(order.rides) and order.rides[-1].code > DELIVERED


def possible(order: Order, code: int) -> bool:
    """Whether this news can be the next: forward only, trouble only on the way, no end twice."""
    if order.accepted_at is None or order.content.pick_up or code not in DELIVERY or _over(order):
        return False
    now = reached(order)
    if order.status is Status.INVALID and not now:
        return False  # a rider may still bring what he has, but nobody is sent any more
    if code <= DELIVERED:
        return code > now
    if code in REFUSED:
        return now in (CALLED, DISPATCHED)
    if code in (BY_SHOP, GIVEN_UP):
        return _troubled(order)
    return now > 0


def ride(order: Order, moment: Moment) -> list[Message]:
    """News of the rider: `code` 51 to 76, and `name` and `phone` if they should be others."""
    code = params.integer(moment.args, "code")
    if not possible(order, code):
        raise PlatformError(DELIVERY_STATE, "配送状态不允许此操作")
    name, phone = NOBODY if code == CALLED else DISPATCHER if code == DISPATCHED else RIDER
    news = Ride(
        code=code,
        name=params.text(moment.args, "name", name),
        phone=params.text(moment.args, "phone", phone),
        at=moment.at,
    )
    order.rides.append(news)
    return [Message(kind=code, body=delivery_body(order, news))]


def _as(code: int, moment: Moment) -> Moment:
    return replace(moment, args={"code": code, "name": "", "phone": ""})


def deliver_by_shop(order: Order, moment: Moment) -> list[Message]:
    """商户自行配送 → 71, after trouble or a refusal of the riders."""
    return ride(order, _as(BY_SHOP, moment))


def give_up_delivery(order: Order, moment: Moment) -> list[Message]:
    """商户不再配送 → 72, likewise."""
    return ride(order, _as(GIVEN_UP, moment))
