"""What moves an order itself: confirmed, cancelled, completed, delivered, reminded (platform page 8).

Every move changes the order and returns the pushes that the change makes. Whether it is allowed at all stands in
`acts.py`, what it refuses beyond that stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.acting import Message
from connector.simulator.errors import PlatformError
from connector.simulator.order import Reminder
from connector.simulator.units import SECOND

from . import kinds
from .bodies import cancelled, picked_message, reminder_message, ride_message
from .errors import NO_DELIVERY, badly_formed, failed
from .order import Ended, Op, Order, Result, Ride, Status
from .receipt import whole

if TYPE_CHECKING:
    from connector.simulator.acting import Moment

    from .order import Refund

MINUTE = 60
NOT_IN_TIME = 1001
BY_CUSTOMER = 1102
BY_DESK = 1204
DESK_CODES = (1201, 1202, 1203, 1204, 1301)
OTHER_REASON = 2007
SENT, HELD, TAKEN, AT_SHOP, FETCHED, DELIVERED, CALLED_OFF = 0, 5, 10, 15, 20, 40, 100
ON_THE_WAY = (TAKEN, AT_SHOP, FETCHED, DELIVERED)
RIDES = (SENT, HELD, *ON_THE_WAY, CALLED_OFF)
RIDER = ("张测试", "13800000022")


def order_message(order: Order, kind: str, status: Status, at: int) -> Message:
    """A push with the whole order."""
    order.changed_at = max(order.changed_at, at)
    holds = "overtaken" if kind == kinds.PAID else ""
    return Message(kind=kind, body=whole(order, status=status), holds=holds, thread=order.id)


def back(order: Order, at: int) -> None:
    """Remembers the moment at which all the money had gone back."""
    if order.back_at is None:
        order.back_at = at


def void(order: Order, code: int, reason: str, by: Op, at: int) -> list[Message]:
    """Status 9 by a cancellation: everything left goes back."""
    if order.open_refund:
        _settle(order, order.open_refund, at)
    order.status, order.changed_at = Status.CANCELLED, at
    order.ended = Ended(code=code, reason=reason, by=by, at=at)
    back(order, at)
    return [cancelled(order, order.ended)]


def _settle(order: Order, refund: Refund, at: int) -> None:
    """A request ends with its order: a full one is granted, a part of it has nothing left to ask for."""
    refund.changed_at = at
    if refund.parts:
        refund.result = Result.WITHDRAWN
    else:
        refund.amount, refund.result = order.left, Result.SHOP_AGREED


def confirm(order: Order, moment: Moment) -> list[Message]:
    """接单 → 4."""
    order.status, order.accepted_at = Status.CONFIRMED, moment.at
    return [order_message(order, kinds.CONFIRMED, Status.CONFIRMED, moment.at)]


def cancel(order: Order, moment: Moment) -> list[Message]:
    """The shop refuses or cancels: `reason_code` 20xx, `reason`."""
    code = params.integer(moment.args, "reason_code", OTHER_REASON)
    reason = params.text(moment.args, "reason", "其他原因")
    return void(order, code, reason, Op(moment.role), moment.at)


def cancel_by_desk(order: Order, moment: Moment) -> list[Message]:
    """客服取消: `reason_code` 1201 to 1204, 1301."""
    code = params.integer(moment.args, "reason_code", BY_DESK)
    if code not in DESK_CODES:
        raise badly_formed("reason_code")
    return void(order, code, params.text(moment.args, "reason", "客服取消"), Op(moment.role), moment.at)


def finish(order: Order, moment: Moment) -> list[Message]:
    """The customer confirms, or the platform does → 8; a request that waits goes on waiting."""
    order.status, order.finished_at = Status.FINISHED, moment.at
    return [order_message(order, kinds.COMPLETED, Status.FINISHED, moment.at)]


def prepared(order: Order, moment: Moment) -> list[Message]:
    """出餐完成: refused in the first minute after confirmation, twice, and once the rider has it."""
    if order.own_delivery or order.content.pick_up:
        raise PlatformError(NO_DELIVERY, "非美团配送订单")
    if order.prepared_at is not None:
        raise failed("订单已上报出餐")
    if order.rules.minute_rule and moment.at - (order.accepted_at or 0) < MINUTE * SECOND:
        raise failed("接单后一分钟内不能上报出餐")
    if order.ride_code in (FETCHED, DELIVERED):
        raise failed("骑手已取餐")
    order.prepared_at = moment.at
    return []


def picked(order: Order, moment: Moment) -> list[Message]:
    """拣货完成, by the merchant's own app."""
    del moment
    return [picked_message(order)]


def remind(order: Order, moment: Moment) -> list[Message]:
    """催单."""
    reminder = Reminder(number=moment.number, at=moment.at)
    order.reminders.append(reminder)
    return [reminder_message(order, reminder)]


def answer_reminder(order: Order, moment: Moment) -> list[Message]:
    """The shop answers `remindId`, or the oldest open one; nobody is told."""
    wanted = moment.args.get("remindId")
    chosen = [one for one in order.reminders if one.replied_at is None and wanted in (None, one.number)]
    if not chosen:
        raise failed("催单不存在或已回复")
    chosen[0].replied_at = moment.at
    return []


def possible(order: Order, status: int) -> bool:
    """Whether this can be the rider's next news: forward, called off before the end, then sent anew."""
    if order.accepted_at is None or order.content.pick_up or order.own_delivery or status not in RIDES:
        return False
    last = order.ride_code
    if order.voided and last in (None, CALLED_OFF):
        return False
    if last in (None, CALLED_OFF):
        return status == SENT
    if status == CALLED_OFF:
        return last not in (FETCHED, DELIVERED)
    return status > last


def ride(order: Order, moment: Moment) -> list[Message]:
    """News of the platform's rider: `code` 0, 5, 10, 15, 20, 40, 100; `name`, `phone` if they should be others."""
    code = params.integer(moment.args, "code")
    if not possible(order, code):
        raise failed("配送状态不允许此操作")
    name, phone = RIDER if code in ON_THE_WAY else ("", "")
    return _ridden(
        order, code, params.text(moment.args, "name", name), params.text(moment.args, "phone", phone), moment
    )


def deliver_by_shop(order: Order, moment: Moment) -> list[Message]:
    """转自配送: the shop brings it after all."""
    del moment
    if order.own_delivery or order.ride_code in (FETCHED, DELIVERED):
        raise failed("订单不能转为自配送")
    order.own_delivery = True
    return []


def delivering(order: Order, moment: Moment) -> list[Message]:
    """自配送 is on its way."""
    return _by_shop(order, FETCHED, moment)


def arrived(order: Order, moment: Moment) -> list[Message]:
    """自配送 has arrived."""
    return _by_shop(order, DELIVERED, moment)


def _by_shop(order: Order, code: int, moment: Moment) -> list[Message]:
    last = order.rides[-1] if order.rides and order.rides[-1].own else None
    if not order.own_delivery or (last is not None and last.status >= code):
        raise failed("订单非自配送或配送状态已变更")
    name, phone = params.text(moment.args, "name", ""), params.text(moment.args, "phone", "")
    return _ridden(order, code, name, phone, moment)


def _ridden(order: Order, code: int, name: str, phone: str, moment: Moment) -> list[Message]:
    news = Ride(status=code, name=name, phone=phone, at=moment.at, own=order.own_delivery)
    order.rides.append(news)
    order.changed_at = moment.at
    return [ride_message(order, news)]
