"""The order object: what order pushes carry as text and `getOrderDetail` as JSON (platform page 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.units import compact, seconds, yuan

from .shares import boxes, unit_price

if TYPE_CHECKING:
    from connector.simulator.content import Activity, Content

    from .order import Order, Status

# Ele.me's number of the sort of an activity (its page 3.3) as Meituan's `type` (4.4).
TYPES = {2: 25, 11: 17, 12: 2, 15: 100, 200: 7}
RED_PACKET = 101
BUY_AND_GET = 23
OWN_DELIVERY, PLATFORM_DELIVERY = "0000", "1002"
ONLINE = 2
PICK_UP_ADDRESS = "到店自取"
NO_CUTLERY_CHOICE = 0
DEGRADED_MODULES = [0, 1, 2, 4, 5]
CITY = 999999


def spu_code(order: Order, number: int) -> str:
    """`app_food_code` of a line: the product's, the dish's name where the merchant never set one."""
    dish = order.content.lines[number - 1].dish
    return order.spu_codes.get(dish.number) or dish.name


def detail(order: Order) -> list[dict[str, object]]:
    """The lines in the order of the baskets; `cart_id` counts baskets from 0."""
    content = order.content
    found: list[dict[str, object]] = []
    counted = boxes(content)
    for cart, basket in enumerate(content.baskets):
        for line in basket.lines:
            number = len(found) + 1
            dish = line.dish
            options = [value for _, value in dish.attributes] + [f"加{name}" for name in dish.ingredients]
            found.append(
                {
                    "app_food_code": spu_code(order, number),
                    "box_num": counted[number - 1],
                    "box_price": yuan(content.box_price),
                    "cart_id": cart,
                    "food_discount": 1,
                    "food_name": dish.name,
                    "food_property": ",".join(options),
                    "price": yuan(unit_price(line, original=order.original_prices)),
                    "quantity": line.quantity,
                    "sku_id": dish.code,
                    "spec": "".join(value for _, value in dish.specs),
                    "unit": "份",
                }
            )
    return found


def _reduction(activity: Activity) -> dict[str, object]:
    return {
        "act_detail_id": activity.number,
        "mt_charge": yuan(activity.eleme),
        "poi_charge": yuan(activity.shop),
        "reduce_fee": yuan(activity.amount),
        "remark": activity.name,
        "type": TYPES[activity.category],
    }


def extras(content: Content) -> list[dict[str, object]]:
    """The reductions with their bearers; a red packet is the platform's, a gift takes no money off."""
    found = [_reduction(activity) for activity in content.activities]
    if content.red_packet:
        fee = yuan(content.red_packet)
        found.append(
            {
                "act_detail_id": 0,
                "mt_charge": fee,
                "poi_charge": 0.0,
                "reduce_fee": fee,
                "remark": "使用红包",
                "type": RED_PACKET,
            }
        )
    for basket in content.baskets:
        if basket.kind != "normal":
            name = "、".join(line.dish.name for line in basket.lines)
            gift = {"mt_charge": 0.0, "poi_charge": 0.0, "reduce_fee": 0.0, "remark": name, "type": BUY_AND_GET}
            found.append({"act_detail_id": None, **gift})
    return found


def _charges(content: Content, bearer: str) -> list[dict[str, object]]:
    fen = content.shop_part if bearer == "poi" else content.eleme_part + content.red_packet
    row = {"comment": "活动款", "feeTypeDesc": "活动款", "feeTypeId": 10019, "moneyCent": fen}
    return [row] if fen or bearer == "mt" else []


def _reconciliation(content: Content) -> str:
    parts = {"chargeMode": 2, "technicalServiceFee": yuan(content.commission), "performanceServiceFee": 0.0}
    return compact(parts)


def receive_detail(order: Order) -> dict[str, object]:
    """`poi_receive_detail`, in fen but for the text inside it."""
    content = order.content
    return {
        "actOrderChargeByMt": _charges(content, "mt"),
        "actOrderChargeByPoi": _charges(content, "poi"),
        "foodShareFeeChargeByPoi": content.commission,
        "logisticsFee": content.deliver_fee,
        "onlinePayment": content.paid,
        "reconciliationExtras": _reconciliation(content),
        "wmPoiReceiveCent": order.income,
    }


def receive_detail_yuan(order: Order) -> dict[str, object]:
    """`poi_receive_detail_yuan`: the same as text in yuan."""
    fen = receive_detail(order)

    def charges(bearer: str) -> list[dict[str, object]]:
        rows = _charges(order.content, bearer)
        return [
            {**{key: row[key] for key in row if key != "moneyCent"}, "money": _text(row["moneyCent"])} for row in rows
        ]

    return {
        "actOrderChargeByMt": charges("mt"),
        "actOrderChargeByPoi": charges("poi"),
        "agreementCommissionRebateAmount": "0.00",
        "foodShareFeeChargeByPoi": _text(order.content.commission),
        "logisticsFee": _text(order.content.deliver_fee),
        "onlinePayment": _text(order.content.paid),
        "poiReceive": _text(order.income),
        "reconciliationExtras": fen["reconciliationExtras"],
    }


def _text(fen: object) -> str:
    return f"{yuan(int(str(fen))):.2f}"


def _customer(order: Order) -> dict[str, object]:
    person, content = order.person, order.content
    number, _, extension = person.phone.partition(",")
    typed = f"{PICK_UP_ADDRESS}（{person.address}）" if content.pick_up else person.address
    return {
        "recipient_name": f"{person.name[:1]}(先生)",
        "recipient_address": f"{typed}@#测试自治区测试市测试区{person.address}",
        "recipient_address_desensitization": f"{typed[:8]}****",
        "recipient_phone": f"{number}_{extension}",
        "backup_recipient_phone": [f"{number}_{int(extension) + 1}"],
        "caution": f" {content.remark} 顾客未对餐具数量做选择" if content.remark else "",
        "has_invoiced": int(bool(content.invoice)),
        "invoice_title": content.invoice,
        "taxpayer_id": content.taxpayer,
        "latitude": 29.774482,
        "longitude": 95.369232,
        "dinners_number": NO_CUTLERY_CHOICE,
    }


def _money(order: Order) -> dict[str, object]:
    content = order.content
    return {
        "total": yuan(content.paid),
        "original_price": yuan(content.original),
        "shipping_fee": yuan(content.deliver_fee),
        "package_bag_money": content.bag,
        "package_bag_money_yuan": f"{yuan(content.bag):.2f}",
        "detail": detail(order),
        "extras": extras(content),
        "poi_receive_detail": receive_detail(order),
        "poi_receive_detail_yuan": receive_detail_yuan(order),
        "incmp_code": 0,
        "incmp_modules": [],
    }


def whole(order: Order, *, status: Status | None = None) -> dict[str, object]:
    """The order object, with the status that a push speaks of or the present one."""
    content, shop = order.content, order.shop
    wished = seconds(order.placed_at) + content.book_seconds if content.book_seconds else 0
    return {
        "order_id": order.id,
        "wm_order_id_view": order.view_id,
        "app_poi_code": shop.id,
        "wm_poi_id": shop.number,
        "wm_poi_name": shop.name,
        "wm_poi_address": "测试大洲04号站",
        "wm_poi_phone": "4000000001",
        **_customer(order),
        **_money(order),
        "shipper_phone": next((ride.phone for ride in reversed(order.rides) if ride.phone), ""),
        "status": int(order.status if status is None else status),
        "city_id": CITY,
        "invMakeType": 0,
        "ctime": seconds(order.placed_at),
        "utime": seconds(order.changed_at),
        "delivery_time": wished,
        "is_third_shipping": 0,
        "pay_type": ONLINE,
        "pick_type": int(content.pick_up),
        "day_seq": order.day_sn,
        "is_favorites": False,
        "is_poi_first_order": False,
        "is_pre_sale_order": bool(content.book_seconds),
        "logistics_code": OWN_DELIVERY if order.own_delivery else PLATFORM_DELIVERY,
        "avg_send_time": 2400.0,
    }


def degraded(order: Order, *, status: Status | None = None) -> dict[str, object]:
    """The order with some of its modules left out: to be asked for again (page 4.1, `incmp_code`)."""
    missing = {"detail": [], "extras": [], "poi_receive_detail": "", "poi_receive_detail_yuan": ""}
    return {**whole(order, status=status), **missing, "incmp_code": -1, "incmp_modules": DEGRADED_MODULES}


def moments(order: Order) -> dict[str, object]:
    """What only `getOrderDetail` has."""
    ended = order.ended.at if order.ended else None
    times = {
        "order_send_time": order.placed_at,
        "order_receive_time": order.placed_at if order.received else None,
        "order_confirm_time": order.accepted_at,
        "order_cancel_time": ended,
        "order_completed_time": order.finished_at,
    }
    return {name: seconds(at) if at is not None else 0 for name, at in times.items()}


def logistics(order: Order) -> dict[str, object]:
    """The latest delivery, with the times of its steps."""
    steps = {0: "send", 10: "confirm", 20: "fetch", 40: "completed", 100: "cancel"}
    last = order.rides[-1] if order.rides else None
    times: dict[str, object] = dict.fromkeys((f"{word}_time" for word in steps.values()), 0)
    for ride in order.rides:
        if ride.status == 0:  # sent anew: the times are those of the latest attempt
            times = dict.fromkeys(times, 0)
        if ride.status in steps:
            times[f"{steps[ride.status]}_time"] = seconds(ride.at)
    return {
        "logistics_status": last.status if last else "",
        "logistics_name": "商家自配" if order.own_delivery else "美团专送",
        **times,
        "dispatcher_name": last.name if last else "",
        "dispatcher_mobile": last.phone if last else "",
    }
