"""What every push but an order's says (platform page 3.4, 6.1, 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.acting import Message
from connector.simulator.units import compact, seconds, yuan

from . import kinds
from .order import GRANTED, REFUSED, Result, Status
from .receipt import spu_code
from .shares import boxes, unit_price

if TYPE_CHECKING:
    from connector.simulator.order import Reminder

    from .order import Ended, Order, Part, Refund, Ride

ECHO = 1103
REASON_CODE = "21111"
MONEY_FAILED = 1  # added to the number of success
MONEY = {"full": 3, "part": 13}
WITHDRAWN = {Result.WITHDRAWN: "cancelRefund", Result.APPEAL_WITHDRAWN: "cancelRefundComplaint"}


def notify_type(refund: Refund) -> str:
    """The word; an application that is granted at once is still an application."""
    if refund.result in (Result.WAITING, Result.AT_ONCE):
        return "part" if refund.parts else "apply"
    if refund.result in GRANTED:
        return "agree"
    return "reject" if refund.result in REFUSED else WITHDRAWN[refund.result]


def food(order: Order, part: Part) -> dict[str, object]:
    """A line of a part refund; `refund_price` is for one, cut to fen, so that lines need not add up to the money."""
    line = order.content.lines[part.line - 1]
    pieces = boxes(order.content)[part.line - 1] / line.quantity
    return {
        "app_food_code": spu_code(order, part.line),
        "food_name": line.dish.name,
        "sku_id": line.dish.code,
        "upc": "",
        "spec": "".join(value for _, value in line.dish.specs),
        "food_price": yuan(unit_price(line, original=False)),
        "count": part.quantity,
        "box_num": int(pieces) if pieces.is_integer() else round(pieces, 2),
        "box_price": yuan(order.content.box_price),
        "origin_food_price": yuan(line.dish.price),
        "refund_price": yuan(part.amount // part.quantity),
    }


def refund_message(order: Order, refund: Refund, *, holds: str = "") -> Message:
    """A full or a partial refund push about what the refund is now."""
    fields: dict[str, object] = {
        "order_id": order.id,
        "app_poi_code": order.shop.id,
        "notify_type": notify_type(refund),
        "refund_id": refund.number,
        "ctime": seconds(refund.asked_at),
        "reason": refund.reason,
        "reason_code": REASON_CODE,
        "res_type": int(refund.result),
        "res_reason": refund.answer,
        "is_appeal": int(refund.appeal),
        "apply_op_user_type": int(refund.asked_by),
        "pictures": "",
        "service_type": 0,
        "order_tag_list": [],
        "incmp_code": 0,
        "incmp_modules": [],
    }
    if refund.parts:
        rows = [food(order, part) for part in refund.parts]
        fields |= {"food": rows, "money": f"{yuan(refund.amount):.2f}"}
    kind = kinds.PARTIAL_REFUND if refund.parts else kinds.REFUND
    note = f"{notify_type(refund)} {int(refund.result)}"
    return Message(kind=kind, body=fields, note=note, holds=holds, thread=refund.number)


def cancelled(order: Order, ended: Ended, *, thread: str = "") -> Message:
    """用户或客服取消订单; `deal_op_type` says who."""
    fields = {
        "order_id": order.id,
        "app_poi_code": order.shop.id,
        "reason_code": ended.code,
        "reason": ended.reason,
        "deal_op_type": int(ended.by),
    }
    return Message(kind=kinds.CANCELLED, body=fields, note=str(ended.code), thread=thread or order.id)


def money_message(order: Order, refund: Refund, at: int, *, fails: bool) -> Message:
    """退款状态: the money has arrived, or has not."""
    number = MONEY[refund.scope] + (MONEY_FAILED if fails else 0)
    refund.money_status = number
    fields = {
        "order_id": order.id,
        "refund_id": refund.number,
        "refund_status": number,
        "money": f"{yuan(refund.amount):.2f}",
        "ctime": seconds(refund.asked_at),
        "utime": seconds(at),
        "app_poi_code": order.shop.id,
    }
    return Message(kind=kinds.REFUND_MONEY, body=fields, note=str(number))


def ride_message(order: Order, ride: Ride) -> Message:
    """Delivery by the platform's riders, or by the shop's own; the latter names the order by its other id."""
    if ride.own:
        fields = {"order_view_id": order.view_id, "logistics_status": ride.status, "operate_time": seconds(ride.at)}
        return Message(kind=kinds.SELF_LOGISTICS, body=fields, note=str(ride.status))
    fields = {
        "order_id": order.id,
        "wm_order_id_view": order.view_id,
        "app_poi_code": order.shop.id,
        "logistics_status": ride.status,
        "time": seconds(ride.at),
        "dispatcher_name": ride.name,
        "dispatcher_mobile": ride.phone,
    }
    return Message(kind=kinds.LOGISTICS, body=fields, note=str(ride.status))


def reminder_message(order: Order, reminder: Reminder) -> Message:
    """催单; the names of the last two are inferred."""
    fields = {
        "order_id": order.id,
        "app_poi_code": order.shop.id,
        "remind_id": reminder.number,
        "remind_time": seconds(reminder.at),
    }
    return Message(kind=kinds.REMINDER, body=fields)


def settlement_message(order: Order) -> Message:
    """订单结算信息; only a few of its names are certain."""
    content = order.content
    shares = [*content.activities]
    fields = {
        "order_id": order.id,
        "app_poi_code": order.shop.id,
        "status": int(Status.FINISHED),
        "settleAmount": f"{yuan(max(order.income - order.refunded, 0)):.2f}",
        "userPayAmount": f"{yuan(content.paid):.2f}",
        "foodAmount": f"{yuan(sum(line.total for line in content.lines)):.2f}",
        "shippingAmount": f"{yuan(content.deliver_fee):.2f}",
        "commisionAmount": f"{yuan(content.commission):.2f}",
        "totalActivityAmount": f"{yuan(content.shop_part):.2f}",
        "activityDetails": [{"chargeDesc": one.name, "chargeAmount": f"{yuan(one.shop):.2f}"} for one in shares],
        "shippingType": "0000" if order.own_delivery else "1002",
        "pay_type": 2,
        "package_bag_money": content.bag,
        "order_tag_list": [],
    }
    return Message(kind=kinds.SETTLEMENT, body=fields)


def picked_message(order: Order) -> Message:
    """拣货完成."""
    data = compact({"order_id": order.id, "app_poi_code": order.shop.id})
    return Message(kind=kinds.PICKING_DONE, body={"app_poi_code": order.shop.id, "pick_up_data": data})
