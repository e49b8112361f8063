"""Who may do what when: one row per act, the table that API, control, page and scenarios share.

An act needs the order in one of the `status`, and its last case in one of the `case` words; `None` is "no case,
or one that is over". What an act may check beyond that stands in its own function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.acting import Act, Actor
from connector.simulator.errors import ORDER_STATE, REFUND_STATE, PlatformError

from . import cases, moves, rides
from .bodies import DELIVERY
from .order import CaseStatus, Family, Order, Role, Status

if TYPE_CHECKING:
    from collections.abc import Callable


ROLES = {
    Actor.CUSTOMER: Role.CUSTOMER,
    Actor.MERCHANT: Role.MERCHANT,
    Actor.RIDER: Role.SYSTEM,
    Actor.PLATFORM: Role.FINISH,
    Actor.DESK: Role.SUPPORT,
}
NEW = frozenset({Status.UNPROCESSED})
RUNNING = frozenset({Status.VALID})
BEFORE_END = NEW | RUNNING
DONE = frozenset({Status.SETTLED})
LIVING = RUNNING | DONE
ENDED = frozenset({Status.INVALID})
ANY = frozenset(Status)

OVER: None = None
WAITING = frozenset({CaseStatus.APPLIED})
AT_THE_DESK = frozenset({CaseStatus.ARBITRATING})
REJECTED = frozenset({CaseStatus.REJECTED})
NOT_OPEN = frozenset({OVER, CaseStatus.REJECTED})
ANY_CASE = frozenset({OVER, *CaseStatus})


# fmt: off
_ROWS = (
    ("accept", Actor.MERCHANT, NEW, ANY_CASE, moves.accept, "接单", "Accept", ()),
    ("reject", Actor.MERCHANT, NEW, ANY_CASE, moves.refuse, "拒单", "Reject", ()),
    ("cancel", Actor.MERCHANT, RUNNING, ANY_CASE, moves.refuse, "商家取消", "Cancel", ()),
    ("prepared", Actor.MERCHANT, RUNNING, ANY_CASE, moves.prepare, "出餐", "Meal ready", ()),
    ("agree", Actor.MERCHANT, LIVING, WAITING, cases.agree, "同意退单", "Agree", ()),
    ("disagree", Actor.MERCHANT, LIVING, WAITING, cases.disagree, "拒绝退单", "Disagree", ("reason",)),
    ("part_cancel", Actor.MERCHANT, RUNNING, NOT_OPEN, cases.take_back, "部分取消", "Take part back",
     ("items", "amount")),
    ("refund", Actor.MERCHANT, LIVING, NOT_OPEN, cases.refund_all, "主动退单", "Refund all", ("reason",)),
    ("self_delivery", Actor.MERCHANT, ANY, ANY_CASE, rides.deliver_by_shop, "自行配送", "Deliver ourselves", ()),
    ("no_more_delivery", Actor.MERCHANT, ANY, ANY_CASE, rides.give_up_delivery, "不再配送", "Give up", ()),
    ("answer_reminder", Actor.MERCHANT, ANY, ANY_CASE, moves.answer_reminder, "回复催单", "Answer reminder",
     ("remindId",)),
    ("ask_cancel", Actor.CUSTOMER, BEFORE_END, NOT_OPEN, cases.ask_cancel, "申请取消", "Ask to cancel",
     ("reason", "items", "amount")),
    ("ask_refund", Actor.CUSTOMER, DONE, NOT_OPEN, cases.ask_refund, "申请退单", "Ask for a refund",
     ("reason", "items", "amount")),
    ("withdraw", Actor.CUSTOMER, LIVING, WAITING, cases.withdraw, "撤回申请", "Withdraw", ()),
    ("arbitrate", Actor.CUSTOMER, LIVING, REJECTED, cases.arbitrate, "申请仲裁", "Go to arbitration", ()),
    ("remind", Actor.CUSTOMER, RUNNING, ANY_CASE, moves.remind, "催单", "Remind", ()),
    ("uphold", Actor.DESK, LIVING, AT_THE_DESK, cases.uphold, "仲裁有效", "Uphold", ()),
    ("dismiss", Actor.DESK, LIVING, AT_THE_DESK, cases.dismiss, "仲裁无效", "Dismiss", ()),
    ("force_invalid", Actor.DESK, BEFORE_END, ANY_CASE, moves.force_invalid, "强制无效", "Force invalid",
     ("type",)),
    ("rider", Actor.RIDER, ANY, ANY_CASE, rides.ride, "骑手", "Rider", ("code", "name", "phone")),
    ("tell_grant", Actor.PLATFORM, ENDED, ANY_CASE, cases.tell_grant, "补推同意", "Tell the grant as well", ()),
    ("finish", Actor.PLATFORM, RUNNING, ANY_CASE, moves.finish, "订单完结", "Finish", ()),
)
# fmt: on

ACTS: dict[str, Act] = {
    name: Act(name=name, actor=actor, status=status, case=case, run=run, zh=zh, en=en, asks=asks)
    for name, actor, status, case, run, zh, en, asks in _ROWS
}

STATUS_WORDS = {
    Status.UNPROCESSED: "订单尚未确认",
    Status.VALID: "订单已确认",
    Status.SETTLED: "订单已完成",
    Status.INVALID: "订单已取消",
}
CASE_WORDS = {
    OVER: "订单没有待处理的退单申请",
    CaseStatus.APPLIED: "订单有未处理的退单申请",
    CaseStatus.REJECTED: "退单申请已被拒绝",
    CaseStatus.ARBITRATING: "退单申请正在由客服仲裁",
}


def _case_word(order: Order) -> CaseStatus | None:
    live = (CaseStatus.APPLIED, CaseStatus.REJECTED, CaseStatus.ARBITRATING)
    return order.case.status if order.case and order.case.status in live else OVER


def check(act: Act, order: Order) -> None:
    """Raises the platform's refusal if the order is not in a state for this act."""
    if order.status not in act.status:
        raise PlatformError(ORDER_STATE, STATUS_WORDS[order.status])
    word = _case_word(order)
    if word not in act.case:
        raise PlatformError(REFUND_STATE, CASE_WORDS[word])


# What the functions check beyond the table, so that the page shows no button that would be refused.
READY: dict[str, Callable[[Order], bool]] = {
    "answer_reminder": lambda order: any(reminder.replied_at is None for reminder in order.reminders),
    "rider": lambda order: any(rides.possible(order, code) for code in DELIVERY),
    "self_delivery": lambda order: rides.possible(order, rides.BY_SHOP),
    "no_more_delivery": lambda order: rides.possible(order, rides.GIVEN_UP),
    "ask_refund": lambda order: all(case.family is not Family.RETURN for case in order.cases),
    "refund": lambda order: order.left > 0,
    "tell_grant": cases.grant_untold,
}
