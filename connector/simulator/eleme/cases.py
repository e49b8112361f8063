"""Cancel and refund cases: asked, withdrawn, answered, arbitrated (platform page 2.3 and 6)."""

from __future__ import annotations

from dataclasses import replace

from connector.simulator import params
from connector.simulator.acting import Message, Moment
from connector.simulator.errors import REFUND_STATE, VALIDATION_FAILED, PlatformError

from .bodies import ANSWERED, refund_body
from .moves import CANCELLED, FORCED_INVALID, MADE_INVALID, back, in_free_window, void
from .order import Answer, Case, CaseStatus, Family, Order, Part, Role, Status

PART_BY_SHOP = 39
ASKED_TO_CANCEL = Family.CANCEL.value + Answer.ASKED.value


def _told(order: Order, case: Case, answer: Answer, reason: str, at: int) -> Message:
    body = refund_body(order, case, ANSWERED[answer], reason, at)
    return Message(kind=case.family.value + answer.value, body=body)


def _part(order: Order, row: dict[str, object]) -> Part:
    lines = order.content.lines
    number = params.between(row, "line", 1, len(lines))
    rest = lines[number - 1].quantity - order.given_back(number)
    dish = lines[number - 1].dish
    return Part(
        line=number,
        name=dish.title,
        quantity=params.between({"quantity": rest, **row}, "quantity", 1, rest),
        price=order.content.share(dish.price),
        vfood_id=dish.vfood_id,
        sku_id=dish.sku_id,
    )


def _open(order: Order, family: Family, moment: Moment) -> Case:
    """A new case about `items` = `[{"line", "quantity"}]` of the arguments, or about everything left.

    The money of a part is its share of what was paid, so that line prices need not add up to it; `amount` (fen)
    names another sum.
    """
    parts = tuple(_part(order, row) for row in params.rows(moment.args, "items"))
    if len({part.line for part in parts}) < len(parts):
        raise PlatformError(VALIDATION_FAILED, "同一菜品不能重复选择")
    amount = order.left
    if parts:
        listed = sum(order.content.lines[part.line - 1].dish.price * part.quantity for part in parts)
        amount = params.integer(moment.args, "amount", order.content.share(listed))
        if not 0 < amount < order.left:
            raise PlatformError(VALIDATION_FAILED, "部分退款金额应大于零且小于剩余金额")
    reason = params.text(moment.args, "reason", "不想要了")
    case = Case(
        family=family,
        status=CaseStatus.APPLIED,
        amount=amount,
        reason=reason,
        asked_at=moment.at,
        parts=parts,
    )
    order.cases.append(case)
    return case


def _last(order: Order) -> Case:
    if order.case is None:
        raise PlatformError(REFUND_STATE, "订单没有退单申请")
    return order.case


def _void_after(order: Order, moment: Moment) -> list[Message]:
    """After a granted cancellation the state family repeats it (inferred): 15."""
    return void(order, MADE_INVALID, moment)


def _grant(order: Order, case: Case, answer: Answer, reason: str, moment: Moment) -> list[Message]:
    case.status = ANSWERED[answer]
    told = [_told(order, case, answer, reason, moment.at)]
    if case.parts:
        return told
    back(order, moment.at)
    return told + (_void_after(order, moment) if case.family is Family.CANCEL else [])


def ask_cancel(order: Order, moment: Moment) -> list[Message]:
    """The customer cancels: at once before acceptance (14) and in the free minute (17), else a request (20)."""
    if order.status is Status.UNPROCESSED:
        return void(order, CANCELLED, moment)
    if in_free_window(order, moment) and not params.rows(moment.args, "items"):
        return void(order, FORCED_INVALID, moment)
    case = _open(order, Family.CANCEL, moment)
    return [_told(order, case, Answer.ASKED, case.reason, moment.at)]


def ask_refund(order: Order, moment: Moment) -> list[Message]:
    """The customer of a finished order wants money back (30); Ele.me takes one such request per order."""
    if any(case.family is Family.RETURN for case in order.cases):
        raise PlatformError(REFUND_STATE, "该订单已申请过退单")
    case = _open(order, Family.RETURN, moment)
    return [_told(order, case, Answer.ASKED, case.reason, moment.at)]


def withdraw(order: Order, moment: Moment) -> list[Message]:
    """The customer takes the request back: 21, 31."""
    case = _last(order)
    case.status = CaseStatus.WITHDRAWN
    return [_told(order, case, Answer.WITHDRAWN, "", moment.at)]


def agree(order: Order, moment: Moment) -> list[Message]:
    """The shop agrees: 23 (and 15), 33."""
    return _grant(order, _last(order), Answer.AGREED, "", moment)


def disagree(order: Order, moment: Moment) -> list[Message]:
    """The shop refuses, with its words: 22, 32."""
    case = _last(order)
    reason = params.text(moment.args, "reason", "餐品已制作")
    case.status = CaseStatus.REJECTED
    return [_told(order, case, Answer.REJECTED, reason, moment.at)]


def arbitrate(order: Order, moment: Moment) -> list[Message]:
    """The customer takes a refusal to the service desk: 24, 34."""
    case = _last(order)
    case.status = CaseStatus.ARBITRATING
    return [_told(order, case, Answer.APPEALED, case.reason, moment.at)]


def uphold(order: Order, moment: Moment) -> list[Message]:
    """The desk finds for the customer: 25 (and 15), 35."""
    return _grant(order, _last(order), Answer.UPHELD, "", moment)


def dismiss(order: Order, moment: Moment) -> list[Message]:
    """The desk finds for the shop: 26, 36."""
    case = _last(order)
    case.status = CaseStatus.FAILED
    return [_told(order, case, Answer.DISMISSED, "", moment.at)]


def take_back(order: Order, moment: Moment) -> list[Message]:
    """The shop cancels part of a running order by itself: 39."""
    if not params.rows(moment.args, "items"):
        raise PlatformError(VALIDATION_FAILED, "请选择要取消的菜品")
    case = _open(order, Family.CANCEL, moment)
    case.status = CaseStatus.SUCCESSFUL
    body = refund_body(order, case, case.status, case.reason, moment.at)
    return [Message(kind=PART_BY_SHOP, body=body)]


def refund_all(order: Order, moment: Moment) -> list[Message]:
    """The shop gives everything back by itself: 23 and 15 while it runs, 33 afterwards (inferred)."""
    if not order.left:
        raise PlatformError(REFUND_STATE, "订单已全额退款")
    family = Family.RETURN if order.status is Status.SETTLED else Family.CANCEL
    unasked = {name: value for name, value in moment.args.items() if name != "items"}
    case = _open(order, family, replace(moment, args=unasked))
    return _grant(order, case, Answer.AGREED, case.reason, moment)


def grant_untold(order: Order) -> bool:
    """Whether a request ended with its order and only the order's own push (15) has said so."""
    granted = Family.CANCEL.value + Answer.AGREED.value
    case = order.case
    ended = case is not None and case.family is Family.CANCEL and case.status is CaseStatus.SUCCESSFUL
    return ended and all(kind != granted for _, kind in order.history)


def tell_grant(order: Order, moment: Moment) -> list[Message]:
    """The platform tells of a request that nobody answered once more, as granted: 23 after the 15 (page 6)."""
    if not grant_untold(order):
        raise PlatformError(REFUND_STATE, "没有未告知的退单结果")
    return [_told(order, _last(order), Answer.AGREED, "", moment.at)]


def answer_overdue(order: Order, case: Case, at: int) -> list[Message]:
    """A cancel request that nobody answered counts as agreed: 15 follows, for a part 23 (page 6)."""
    if case.status is not CaseStatus.APPLIED:
        return []
    moment = Moment(at=at, role=Role.SYSTEM, args={}, free_cancel=0, number=0)
    return _grant(order, case, Answer.AGREED, "", moment) if case.parts else _void_after(order, moment)
