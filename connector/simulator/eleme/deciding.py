"""The actions that decide something about an order (platform page 5.1); their acts stand in `acts.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.errors import REMINDER_STATE, VALIDATION_FAILED, PlatformError

from .access import order_of
from .order import Role, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.simulator.config import App

    from .platform import Eleme

    Action = Callable[[Eleme, App, Mapping[str, object]], object]

CANCEL_REASONS = (
    "others",
    "fakeOrder",
    "contactUserFailed",
    "foodSoldOut",
    "restaurantClosed",
    "distanceTooFar",
    "restaurantTooBusy",
    "forceRejectOrder",
    "deliveryFault",
    "notSatisfiedDeliveryRequirement",
)
REMINDER_REPLIES = ("custom", "hasOut", "inCooking", "weather", "shortHand")
LONGEST_REPLY = 30


def _act(name: str) -> Action:
    """An action that is one act of the shop, done through the open platform."""

    def run(world: Eleme, app: App, given: Mapping[str, object]) -> None:
        order = order_of(world, app, given)
        world.act(order.id, name, role=Role.OPEN_PLATFORM)

    return run


def _reason(given: Mapping[str, object]) -> dict[str, object]:
    params.word(given, "type", CANCEL_REASONS)
    return {"reason": params.text(given, "remark", "")}


def _cancel(world: Eleme, app: App, given: Mapping[str, object]) -> None:
    order, args = order_of(world, app, given), _reason(given)
    name = "reject" if order.status is Status.UNPROCESSED else "cancel"
    world.act(order.id, name, args, role=Role.OPEN_PLATFORM)


def _apply_refund(world: Eleme, app: App, given: Mapping[str, object]) -> None:
    order, args = order_of(world, app, given), _reason(given)
    world.act(order.id, "refund", args, role=Role.OPEN_PLATFORM)


def _disagree(world: Eleme, app: App, given: Mapping[str, object]) -> None:
    order = order_of(world, app, given)
    args = {"reason": params.text(given, "reason")}
    world.act(order.id, "disagree", args, role=Role.OPEN_PLATFORM)


def _reply_reminder(world: Eleme, app: App, given: Mapping[str, object]) -> None:
    number = params.integer(given, "remindId")
    kind = params.word(given, "type", REMINDER_REPLIES)
    content = params.text(given, "content", None if kind == "custom" else "")
    if len(content) > LONGEST_REPLY or (kind == "custom" and not content):
        raise PlatformError(VALIDATION_FAILED, "回复内容应为 1 到 30 个字")
    for order in world.orders.values():
        if any(reminder.number == number for reminder in order.reminders):
            order_of(world, app, {"orderId": order.id})
            world.act(order.id, "answer_reminder", {"remindId": number}, role=Role.OPEN_PLATFORM)
            return
    raise PlatformError(REMINDER_STATE, "催单不存在或已回复")


DECIDING: dict[str, Action] = {
    "eleme.order.confirmOrderLite": _act("accept"),
    "eleme.order.cancelOrderLite": _cancel,
    "eleme.order.agreeRefundLite": _act("agree"),
    "eleme.order.disagreeRefundLite": _disagree,
    "eleme.order.applyRefund": _apply_refund,
    "eleme.order.replyReminder": _reply_reminder,
    "eleme.order.setOrderPrepared": _act("prepared"),
    "eleme.order.deliveryBySelfLite": _act("self_delivery"),
    "eleme.order.noMoreDeliveryLite": _act("no_more_delivery"),
}
