"""What moves an order itself: accepted, voided, finished, reminded (platform page 2.2 and 6).

Every move changes the order and returns the push messages that the change makes. Whether it is allowed at all
stands in `acts.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.acting import Message
from connector.simulator.errors import REMINDER_STATE, VALIDATION_FAILED, PlatformError
from connector.simulator.order import Reminder
from connector.simulator.units import seconds

from .bodies import reminder_body, state_body
from .order import CaseStatus, Family, Status

if TYPE_CHECKING:
    from connector.simulator.acting import Moment

    from .order import Case, Order

ACCEPTED = 12
CANCELLED = 14
MADE_INVALID = 15
FORCED_INVALID = 17
FINISHED = 18
REMINDED = 45
REMINDER_ANSWERED = 46


def _state(order: Order, kind: int, moment: Moment) -> Message:
    return Message(kind=kind, body=state_body(order, kind, moment.at, moment.role))


def back(order: Order, at: int) -> None:
    """Remembers the moment at which all the money had gone back."""
    if order.back_at is None:
        order.back_at = at


def _settle_case(order: Order, case: Case) -> None:
    """An open case ends with its order: a full one is granted, a part of it has nothing left to ask for."""
    if case.parts:
        case.status = CaseStatus.WITHDRAWN
    else:
        case.amount = order.left
        case.status = CaseStatus.SUCCESSFUL


def void(order: Order, kind: int, moment: Moment) -> list[Message]:
    """14, 15 or 17: everything goes back."""
    if order.open_case:
        _settle_case(order, order.open_case)
    order.status = Status.INVALID
    back(order, moment.at)
    return [_state(order, kind, moment)]


def accept(order: Order, moment: Moment) -> list[Message]:
    """接单 → 12."""
    order.status = Status.VALID
    order.accepted_at = moment.at
    return [_state(order, ACCEPTED, moment)]


def refuse(order: Order, moment: Moment) -> list[Message]:
    """The shop refuses (14), or cancels what it had accepted (17)."""
    kind = CANCELLED if order.status is Status.UNPROCESSED else FORCED_INVALID
    return void(order, kind, moment)


def finish(order: Order, moment: Moment) -> list[Message]:
    """订单完结 → 18."""
    order.status = Status.SETTLED
    order.finished_at = moment.at
    return [_state(order, FINISHED, moment)]


def force_invalid(order: Order, moment: Moment) -> list[Message]:
    """The service desk makes the order invalid: 14 before acceptance, then 15, or 17 by the argument `type`."""
    if order.status is Status.UNPROCESSED:
        return void(order, CANCELLED, moment)
    kind = params.integer(moment.args, "type", MADE_INVALID)
    if kind not in (MADE_INVALID, FORCED_INVALID):
        raise PlatformError(VALIDATION_FAILED, "参数 type 不正确")
    return void(order, kind, moment)


def prepare(order: Order, moment: Moment) -> list[Message]:
    """出餐: kept, but the platform tells nobody."""
    if order.prepared_at is None:
        order.prepared_at = moment.at
    return []


def in_free_window(order: Order, moment: Moment) -> bool:
    """A customer's cancellation within a minute after acceptance needs no answer (page 6)."""
    if order.accepted_at is None:
        return False
    return seconds(moment.at) <= seconds(order.accepted_at) + moment.free_cancel


def has_open_case_of(order: Order, family: Family) -> bool:
    """Whether the shop still has to answer a request of this family."""
    case = order.case
    return bool(case and case.family is family and case.status is CaseStatus.APPLIED)


def remind(order: Order, moment: Moment) -> list[Message]:
    """催单 → 45."""
    reminder = Reminder(number=moment.number, at=moment.at)
    order.reminders.append(reminder)
    return [Message(kind=REMINDED, body=reminder_body(order, reminder, moment.at))]


def answer_reminder(order: Order, moment: Moment) -> list[Message]:
    """The shop answers the `remindId` of the arguments, or the oldest open one → 46."""
    unanswered = [reminder for reminder in order.reminders if reminder.replied_at is None]
    wanted = moment.args.get("remindId")
    chosen = [reminder for reminder in unanswered if wanted in (None, reminder.number)]
    if not chosen:
        raise PlatformError(REMINDER_STATE, "催单不存在或已回复")
    chosen[0].replied_at = moment.at
    return [Message(kind=REMINDER_ANSWERED, body=reminder_body(order, chosen[0], moment.at))]
