"""Who may do what when at Meituan: one row per act, shared by API, control, page and scenarios (page 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.acting import Act, Actor
from connector.simulator.errors import PlatformError

from . import moves, refunds
from .errors import COMPLETED, failed
from .order import Op, Order, Phase, Status

if TYPE_CHECKING:
    from collections.abc import Callable

ROLES = {
    Actor.CUSTOMER: Op.CUSTOMER,
    Actor.MERCHANT: Op.SHOP,
    Actor.RIDER: Op.SYSTEM,
    Actor.PLATFORM: Op.SYSTEM,
    Actor.DESK: Op.DESK,
}
NEW = frozenset({Status.PAID})
RUNNING = frozenset({Status.CONFIRMED})
BEFORE_END = NEW | RUNNING
DONE = frozenset({Status.FINISHED})
LIVING = RUNNING | DONE
ANY = frozenset(Status)
ASKED = frozenset({Phase.ASKED})
APPEALED = frozenset({Phase.APPEALED})
OPEN = ASKED | APPEALED
REFUSED = frozenset({Phase.REFUSED})
NOT_OPEN = frozenset({Phase.NONE, Phase.REFUSED})
ANY_PHASE = frozenset(Phase)

# fmt: off
_ROWS = (
    ("accept", Actor.MERCHANT, NEW, ANY_PHASE, moves.confirm, "接单", "Confirm", ()),
    ("cancel", Actor.MERCHANT, BEFORE_END, ANY_PHASE, moves.cancel, "取消订单", "Refuse or cancel",
     ("reason_code", "reason")),
    ("prepared", Actor.MERCHANT, RUNNING, ANY_PHASE, moves.prepared, "出餐", "Meal ready", ()),
    ("picked", Actor.MERCHANT, RUNNING, ANY_PHASE, moves.picked, "拣货完成", "Picking done", ()),
    ("agree", Actor.MERCHANT, LIVING, ASKED, refunds.agree, "同意退款", "Agree", ("reason",)),
    ("disagree", Actor.MERCHANT, LIVING, ASKED, refunds.reject, "拒绝退款", "Reject", ("reason",)),
    ("part_refund", Actor.MERCHANT, LIVING, NOT_OPEN, refunds.give_back, "部分退款", "Refund a part",
     ("items", "reason")),
    ("self_delivery", Actor.MERCHANT, RUNNING, ANY_PHASE, moves.deliver_by_shop, "转自配送", "Deliver ourselves", ()),
    ("delivering", Actor.MERCHANT, RUNNING, ANY_PHASE, moves.delivering, "自配送出发", "On its way, by us",
     ("name", "phone")),
    ("arrived", Actor.MERCHANT, RUNNING, ANY_PHASE, moves.arrived, "自配送送达", "Arrived, by us", ()),
    ("answer_reminder", Actor.MERCHANT, ANY, ANY_PHASE, moves.answer_reminder, "回复催单", "Answer reminder",
     ("remindId",)),
    ("ask_cancel", Actor.CUSTOMER, BEFORE_END, NOT_OPEN, refunds.ask_cancel, "申请取消", "Ask to cancel",
     ("reason", "items", "amount", "instant")),
    ("ask_refund", Actor.CUSTOMER, DONE, NOT_OPEN, refunds.ask, "申请退款", "Ask for a refund",
     ("reason", "items", "amount", "instant")),
    ("withdraw", Actor.CUSTOMER, LIVING, OPEN, refunds.withdraw, "撤回", "Withdraw", ()),
    ("arbitrate", Actor.CUSTOMER, LIVING, REFUSED, refunds.appeal, "申诉", "Appeal", ()),
    ("remind", Actor.CUSTOMER, RUNNING, ANY_PHASE, moves.remind, "催单", "Remind", ()),
    ("uphold", Actor.DESK, LIVING, OPEN, refunds.uphold, "客服同意", "The desk agrees", ()),
    ("dismiss", Actor.DESK, LIVING, OPEN, refunds.dismiss, "客服驳回", "The desk refuses", ()),
    ("force_invalid", Actor.DESK, BEFORE_END, ANY_PHASE, moves.cancel_by_desk, "客服取消", "The desk cancels",
     ("reason_code", "reason")),
    ("rider", Actor.RIDER, ANY, ANY_PHASE, moves.ride, "骑手", "Rider", ("code", "name", "phone")),
    ("finish", Actor.PLATFORM, RUNNING, ANY_PHASE, moves.finish, "确认收货", "Complete", ()),
)
# fmt: on

ACTS: dict[str, Act] = {
    name: Act(name=name, actor=actor, status=status, case=case, run=run, zh=zh, en=en, asks=asks)
    for name, actor, status, case, run, zh, en, asks in _ROWS
}
STATUS_WORDS = {
    Status.PAID: "订单尚未确认",
    Status.CONFIRMED: "订单已确认",
    Status.FINISHED: "订单已完成",
    Status.CANCELLED: "订单已取消",
}
PHASE_WORDS = {
    Phase.NONE: "订单没有待处理的退款申请",
    Phase.ASKED: "订单有待处理的退款申请",
    Phase.REFUSED: "退款申请已被拒绝",
    Phase.APPEALED: "退款申请由客服处理中",
}


def check(act: Act, order: Order) -> None:
    """Raises the platform's refusal if the order is not in a state for this act: 808, or 1022."""
    if order.status not in act.status:
        if act.name == "cancel" and order.status is Status.FINISHED:
            raise PlatformError(COMPLETED, "订单已完成，不能取消")
        raise failed(STATUS_WORDS[order.status])
    if order.phase not in act.case:
        raise failed(PHASE_WORDS[order.phase])


def _gone(order: Order) -> bool:
    return order.ride_code in (moves.FETCHED, moves.DELIVERED)


# What the functions check beyond the table, so that the page shows no button that would be refused; without the minute.
READY: dict[str, Callable[[Order], bool]] = {
    "prepared": lambda order: order.prepared_at is None and not (order.own_delivery or _gone(order)),
    "answer_reminder": lambda order: any(reminder.replied_at is None for reminder in order.reminders),
    "rider": lambda order: any(moves.possible(order, code) for code in moves.RIDES),
    "self_delivery": lambda order: not (order.own_delivery or _gone(order) or order.content.pick_up),
    "delivering": lambda order: order.own_delivery and not _gone(order),
    "arrived": lambda order: order.own_delivery and order.ride_code != moves.DELIVERED,
    "ask_cancel": lambda order: order.left > 0,
    "ask_refund": lambda order: order.left > 0 and not refunds.too_many(order),
    "part_refund": lambda order: not refunds.too_many(order) and _pieces(order) > 1,
    "arbitrate": lambda order: order.refund is not None and not order.refund.parts,
}


def _pieces(order: Order) -> int:
    return sum(line.quantity - order.given_back(number) for number, line in enumerate(order.content.lines, 1))
