"""The `message` of every push but a new order's (platform page 2.2 to 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.units import SECOND, local, seconds, yuan

from .order import Answer, CaseStatus

if TYPE_CHECKING:
    from enum import IntEnum

    from connector.simulator.config import App, Shop
    from connector.simulator.order import Reminder

    from .order import Case, Order, Part, Ride

NO_SUBSTATE = "noSubstate"
DELIVERY: dict[int, tuple[str, str]] = {
    51: ("tobeAssignedMerchant", NO_SUBSTATE),
    52: ("tobeAssignedCourier", NO_SUBSTATE),
    53: ("tobeFetched", NO_SUBSTATE),
    54: ("arrived", NO_SUBSTATE),
    55: ("delivering", NO_SUBSTATE),
    56: ("completed", NO_SUBSTATE),
    57: ("cancelled", "merchantReason"),
    58: ("cancelled", "userReason"),
    59: ("cancelled", "systemReason"),
    60: ("exception", "merchantCallLateError"),
    61: ("exception", "merchantFoodError"),
    62: ("exception", "merchantInterruptDeliveryError"),
    63: ("exception", "userNotAnswerError"),
    64: ("exception", "userReturnOrderError"),
    65: ("exception", "userAddressError"),
    66: ("exception", "deliveryOutOfService"),
    67: ("exception", "carrierRemarkExceptionError"),
    68: ("exception", "systemMarkedError"),
    69: ("exception", "otherError"),
    70: ("exception", "deliveryTimeout"),
    71: ("selfDelivery", NO_SUBSTATE),
    72: ("noMoreDelivery", NO_SUBSTATE),
    73: ("reject", "onlinePayError"),
    74: ("reject", "consumerLocationTooFarError"),
    75: ("reject", "merchantPushTooLateError"),
    76: ("reject", "systemError"),
}
STATES = {12: "valid", 14: "invalid", 15: "invalid", 17: "invalid", 18: "settled"}
ANSWERED = {
    Answer.ASKED: CaseStatus.APPLIED,
    Answer.WITHDRAWN: CaseStatus.WITHDRAWN,
    Answer.REJECTED: CaseStatus.REJECTED,
    Answer.AGREED: CaseStatus.SUCCESSFUL,
    Answer.APPEALED: CaseStatus.ARBITRATING,
    Answer.UPHELD: CaseStatus.SUCCESSFUL,
    Answer.DISMISSED: CaseStatus.FAILED,
}


def state_body(order: Order, kind: int, at: int, role: IntEnum) -> dict[str, object]:
    """12, 14, 15, 17, 18; `updateTime` in seconds."""
    return {
        "orderId": order.id,
        "state": STATES[kind],
        "shopId": order.shop.id,
        "updateTime": seconds(at),
        "role": role.value,
    }


def goods(parts: tuple[Part, ...]) -> list[dict[str, object]]:
    """`goodsList`; prices after discount, so that they need not add up to the money."""
    return [{"name": part.name, "quantity": part.quantity, "price": yuan(part.price)} for part in parts]


def goods_with_ids(parts: tuple[Part, ...]) -> list[dict[str, object]]:
    """The same as later pushes have it."""
    rows = zip(goods(parts), parts, strict=True)
    return [{**row, "vfoodId": part.vfood_id, "skuId": part.sku_id} for row, part in rows]


def refund_body(order: Order, case: Case, status: CaseStatus, reason: str, at: int) -> dict[str, object]:
    """20 to 26, 30 to 36, 39; `updateTime` in seconds, `totalPrice` the money to give back."""
    return {
        "orderId": order.id,
        "refundStatus": status.value,
        "reason": reason,
        "shopId": order.shop.id,
        "goodsList": goods_with_ids(case.parts),
        "refundType": "part" if case.parts else "normal",
        "totalPrice": yuan(case.amount),
        "updateTime": seconds(at),
    }


def slim_refund(body: dict[str, object]) -> dict[str, object]:
    """A full request as the cancel family may have it: no type, no goods, no money."""
    if body["refundType"] == "part":
        return body
    return {key: body[key] for key in ("orderId", "refundStatus", "reason", "shopId", "updateTime")}


def delivery_body(order: Order, ride: Ride) -> dict[str, object]:
    """51 to 76; `updateAt` in milliseconds, whole seconds as in captures."""
    state, sub_state = DELIVERY[ride.code]
    return {
        "orderId": order.id,
        "shopId": order.shop.id,
        "state": state,
        "subState": sub_state,
        "name": ride.name,
        "phone": ride.phone,
        "updateAt": seconds(ride.at) * SECOND,
        "remark": None,
    }


def reminder_body(order: Order, reminder: Reminder, at: int) -> dict[str, object]:
    """45, and 46 in the same form (inferred); `userId` is the customer here."""
    return {
        "orderId": order.id,
        "shopId": order.shop.id,
        "remindId": reminder.number,
        "userId": order.person.number,
        "updateTime": seconds(at),
    }


def removed_body(app: App, shop: Shop, at: int) -> dict[str, object]:
    """100, the shop took its authorisation away."""
    return {
        "shopId": shop.id,
        "appId": app.app_id,
        "appName": "waimai-bridge",
        "relieveOAuthTime": local(at),
    }
