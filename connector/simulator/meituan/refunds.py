"""Refunds by id: applied for, withdrawn, answered, appealed, granted at once (platform page 6 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.errors import VALIDATION_FAILED, PlatformError

from .bodies import ECHO, cancelled, money_message, refund_message
from .errors import failed
from .moves import BY_CUSTOMER, back, void
from .order import Ended, Op, Order, Part, Refund, Result, Status

if TYPE_CHECKING:
    from connector.simulator.acting import Message, Moment

MOST_AFTER_COMPLETION = 2
AT_ONCE = "商家开通极速退款服务，用户申请系统自动通过"


def _part(order: Order, row: dict[str, object]) -> Part:
    lines = order.content.lines
    number = params.between(row, "line", 1, len(lines))
    rest = lines[number - 1].quantity - order.given_back(number)
    if rest < 1:
        raise failed("菜品已全部退款")
    quantity = params.between({"quantity": rest, **row}, "quantity", 1, rest)
    return Part(line=number, quantity=quantity, amount=order.worth(number, quantity))


def _parts(order: Order, moment: Moment) -> tuple[Part, ...]:
    parts = tuple(_part(order, row) for row in params.rows(moment.args, "items"))
    if len({part.line for part in parts}) < len(parts):
        raise PlatformError(VALIDATION_FAILED, "同一菜品不能重复选择")
    return parts


def _open(order: Order, moment: Moment, parts: tuple[Part, ...]) -> Refund:
    """A new refund of `parts`, or of all that is left; `amount` (fen) names another sum for parts."""
    amount = order.left
    if parts:
        amount = params.integer(moment.args, "amount", sum(part.amount for part in parts))
        if not 0 < amount < order.left:
            raise failed("部分退款金额应大于零且小于剩余金额")
    refund = Refund(
        number=str(moment.number),
        amount=amount,
        reason=params.text(moment.args, "reason", "不想要了"),
        asked_at=moment.at,
        asked_by=Op(moment.role),
        after=order.status is Status.FINISHED,
        changed_at=moment.at,
        parts=parts,
    )
    order.refunds.append(refund)
    return refund


def _asked(order: Order) -> Refund:
    if order.open_refund is None:
        raise failed("订单没有待处理的退款申请")
    return order.open_refund


def grant(order: Order, refund: Refund, result: Result, moment: Moment) -> list[Message]:
    """The money goes back: the grant, for everything the cancellation with reason 1103, the state of the money."""
    refund.result, refund.changed_at = result, moment.at
    at_once = result is Result.AT_ONCE
    messages = [refund_message(order, refund, holds="" if at_once or refund.parts else "echo_first")]
    order.changed_at = moment.at
    if not refund.parts:
        order.status = Status.CANCELLED
        order.ended = Ended(code=ECHO, reason=refund.reason, by=refund.asked_by, at=moment.at)
        back(order, moment.at)
        messages.append(cancelled(order, order.ended, thread=refund.number))
    return [*messages, money_message(order, refund, moment.at, fails=order.rules.money_fails)]


def ask_cancel(order: Order, moment: Moment) -> list[Message]:
    """Before it is confirmed the customer cancels (1102), afterwards it is an application."""
    if order.status is Status.PAID:
        return void(order, BY_CUSTOMER, params.text(moment.args, "reason", "用户取消"), Op.CUSTOMER, moment.at)
    return ask(order, moment)


def ask(order: Order, moment: Moment) -> list[Message]:
    """The customer wants back everything left, or `items` = `[{"line", "quantity"}]`; `instant`: granted at once."""
    if not order.left:
        raise failed("订单已全额退款")
    if too_many(order):
        raise failed("完成后申请退款次数已达上限")
    refund = _open(order, moment, _parts(order, moment))
    if moment.args.get("instant") is True:
        refund.answer = AT_ONCE
        return grant(order, refund, Result.AT_ONCE, moment)
    return [refund_message(order, refund, holds="agree_first")]


def too_many(order: Order) -> bool:
    """Whether a further refund after completion would be the third (a switch takes that rule away)."""
    after = order.rules.two_after_completion and order.status is Status.FINISHED
    return after and sum(refund.after for refund in order.refunds) >= MOST_AFTER_COMPLETION


def withdraw(order: Order, moment: Moment) -> list[Message]:
    """The customer takes the application or the appeal back."""
    refund = _asked(order)
    refund.result = Result.APPEAL_WITHDRAWN if refund.appeal else Result.WITHDRAWN
    refund.changed_at = moment.at
    return [refund_message(order, refund)]


def agree(order: Order, moment: Moment) -> list[Message]:
    """The shop agrees."""
    refund = _asked(order)
    refund.answer = params.text(moment.args, "reason", "同意退款")
    return grant(order, refund, Result.SHOP_AGREED, moment)


def reject(order: Order, moment: Moment) -> list[Message]:
    """The shop refuses, with its words."""
    refund = _asked(order)
    refund.answer = params.text(moment.args, "reason", "餐品已制作")
    refund.result, refund.changed_at = Result.SHOP_REJECTED, moment.at
    return [refund_message(order, refund)]


def appeal(order: Order, moment: Moment) -> list[Message]:
    """The customer takes a refusal of a full refund to the service desk, with the same id or one of its own."""
    refund = order.refund
    if refund is None or refund.parts:
        raise failed("部分退款不支持申诉")
    if order.rules.appeal_own_id:
        refund = _open(order, moment, ())
    refund.appeal, refund.result, refund.changed_at = True, Result.WAITING, moment.at
    refund.amount = order.left
    return [refund_message(order, refund)]


def uphold(order: Order, moment: Moment) -> list[Message]:
    """The desk agrees for the shop."""
    refund = _asked(order)
    refund.answer = "客服同意退款"
    return grant(order, refund, Result.DESK_AGREED, moment)


def dismiss(order: Order, moment: Moment) -> list[Message]:
    """The desk refuses."""
    refund = _asked(order)
    refund.answer = "客服驳回退款申请"
    refund.result, refund.changed_at = Result.DESK_REJECTED, moment.at
    return [refund_message(order, refund)]


def give_back(order: Order, moment: Moment) -> list[Message]:
    """The shop gives a part back by itself: granted in the same push that tells of it."""
    if too_many(order):
        raise failed("部分退款次数已达上限")
    parts = _parts(order, moment)
    if not parts:
        raise failed("请选择要退款的菜品")
    left = sum(line.quantity - order.given_back(number) for number, line in enumerate(order.content.lines, 1))
    if sum(part.quantity for part in parts) >= left:
        raise failed("不能退全部菜品，请取消订单")
    refund = _open(order, moment, parts)
    return grant(order, refund, Result.SHOP_AGREED, moment)


def run_out(order: Order, refund: Refund, moment: Moment) -> list[Message]:
    """Nobody answered: granted by the platform."""
    if order.open_refund is not refund or refund.appeal:
        return []
    refund.answer = "商家超时未处理，系统自动同意"
    return grant(order, refund, Result.RAN_OUT, moment)
