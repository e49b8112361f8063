"""The order on the wire: OOrder whole, downgraded, slim, and what can be read beside it (platform page 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.units import NO_TIME, SECOND, local, minus, yuan

from .bodies import DELIVERY, goods

if TYPE_CHECKING:
    from connector.simulator.content import Activity, Basket, Content, Line

    from .order import Order, Ride

PRIVACY_SECONDS = 6 * 3600
LINE_OF_FOOD = 1
LINE_OF_BOX = 102
NO_SKU = -1
# Page 3.5: under load these are 0 or empty; the total stays right.
DOWNGRADED_ZERO = (
    "income",
    "serviceRate",
    "serviceFee",
    "hongbao",
    "packageFee",
    "activityTotal",
    "shopPart",
    "elemePart",
    "vipDeliveryFeeDiscount",
    "originalPrice",
)
SLIM_KEYS = (
    "id",
    "orderId",
    "shopId",
    "shopName",
    "openId",
    "daySn",
    "status",
    "refundStatus",
    "createdAt",
    "activeAt",
    "book",
    "deliverTime",
    "totalPrice",
    "orderBusinessType",
)


def item(line: Line) -> dict[str, object]:
    """A line of a basket; `userPrice` and `shopPrice` are 0.0 in every captured push."""
    dish = line.dish
    return {
        "id": dish.item_id,
        "skuId": dish.sku_id,
        "name": dish.title,
        "categoryId": LINE_OF_FOOD,
        "price": yuan(dish.price),
        "quantity": line.quantity,
        "total": yuan(line.total),
        "additions": [],
        "newSpecs": [{"name": name, "value": value} for name, value in dish.specs],
        "attributes": [{"name": name, "value": value} for name, value in dish.attributes],
        "extendCode": dish.code,
        "barCode": "",
        "weight": 1.0,
        "userPrice": 0.0,
        "shopPrice": 0.0,
        "vfoodId": dish.vfood_id,
        "ingredients": [{"name": name} for name in dish.ingredients],
    }


def _box(content: Content) -> dict[str, object]:
    return {
        "id": -70000,
        "skuId": NO_SKU,
        "name": "餐盒",
        "categoryId": LINE_OF_BOX,
        "price": yuan(content.box_price),
        "quantity": content.boxes,
        "total": yuan(content.package_fee),
        "additions": [],
        "newSpecs": None,
        "attributes": None,
        "extendCode": "",
        "barCode": "",
        "weight": None,
        "userPrice": 0.0,
        "shopPrice": 0.0,
        "vfoodId": 0,
        "ingredients": [],
    }


def _group(basket: Basket) -> dict[str, object]:
    lines = [item(line) for line in basket.lines]
    return {"name": basket.name, "type": basket.kind, "items": lines, "relatedItems": []}


def _groups(content: Content) -> list[dict[str, object]]:
    groups = [_group(basket) for basket in content.baskets]
    if content.package_fee:
        boxes = [_box(content)]
        groups.append({"name": "其它费用", "type": "extra", "items": boxes, "relatedItems": []})
    return groups


def _activity(activity: Activity) -> dict[str, object]:
    shares = (("商家补贴", activity.shop), ("平台补贴", activity.eleme))
    return {
        "categoryId": activity.category,
        "name": activity.name,
        "amount": minus(activity.amount),
        "elemePart": minus(activity.eleme),
        "restaurantPart": minus(activity.shop),
        "familyPart": 0.0,
        "userPart": 0.0,
        "id": activity.number,
        "metaId": 0,
        # Positive text, unlike every other reduction (page 3.3).
        "orderAllPartiesPartList": [{"partName": name, "partAmount": str(yuan(fen))} for name, fen in shares if fen],
    }


def _money(content: Content) -> dict[str, object]:
    shared = content.shop_part + content.eleme_part
    return {
        "deliverFee": yuan(content.deliver_fee),
        "vipDeliveryFeeDiscount": 0.0,
        "merchantDeliverySubsidy": minus(content.subsidy),
        "packageFee": yuan(content.package_fee),
        "coldBoxFee": 0.0,
        "totalPrice": yuan(content.paid),
        "originalPrice": yuan(content.original),
        "hongbao": minus(content.red_packet),
        "activityTotal": minus(shared),
        "shopPart": minus(content.shop_part),
        "elemePart": minus(content.eleme_part),
        "serviceRate": content.rate / 100,
        "serviceFee": minus(content.commission),
        "income": yuan(content.income),
        "orderActivities": [_activity(activity) for activity in content.activities],
        "orderActivityParts": [
            {"partName": "商户承担", "partValue": minus(content.shop_part), "weight": 2},
            {"partName": "优惠总计", "partValue": minus(shared), "weight": 10},
        ],
    }


def _customer(order: Order) -> dict[str, object]:
    person, content = order.person, order.content
    return {
        "address": person.address,
        "deliveryPoiAddress": person.address,
        "deliveryGeo": "121.47370000,31.23040000",
        "railwayAddress": "",
        "consignee": person.name,
        "phoneList": [person.phone],
        "consigneePhones": [f"{person.phone[:3]}****{person.phone[7:11]}"],
        "secretPhoneExpireTime": local(order.placed_at + PRIVACY_SECONDS * SECOND),
        "userId": person.number,
        "userIdStr": str(person.number),
        "description": content.remark,
        "invoiced": bool(content.invoice),
        "invoice": content.invoice or None,
        "invoiceType": "company" if content.invoice else None,
        "taxpayerId": content.taxpayer,
        "userExtraInfo": {"giverPhone": "", "greeting": ""},
        "superVip": "ELEME_SUPER_VIP" if content.vip else "",
    }


def whole(order: Order) -> dict[str, object]:
    """OOrder: the message of a push of type 10 and the result of `getOrder`."""
    content = order.content
    wished = order.placed_at + content.book_seconds * SECOND
    return {
        "id": order.id,
        "orderId": order.id,
        "shopId": order.shop.id,
        "shopName": order.shop.name,
        "openId": order.shop.open_id,
        "daySn": order.day_sn,
        "status": order.word,
        "refundStatus": order.refund_word,
        "createdAt": local(order.placed_at),
        "activeAt": local(order.placed_at),
        "book": bool(content.book_seconds),
        "deliverTime": local(wished) if content.book_seconds else None,
        "onlinePaid": True,
        "downgraded": False,
        "groups": _groups(content),
        **_money(content),
        **_customer(order),
        "cancelOrderDescription": None,
        "cancelOrderCreatedAt": None,
        "orderCommissions": [],
        "baiduWaimai": False,
        "confirmCookingTime": None,
        "orderBusinessType": int(content.pick_up),
        "pickUpTime": local(order.placed_at) if content.pick_up else NO_TIME,
        "pickUpNumber": order.day_sn if content.pick_up else 0,
        "umpOrder": 0,
        "tianmaoPart": -0.0,
        "shopBrandId": 0,
        "userPart": 0.0,
        "specUserPart": 0.0,
        "isBusinessOrder": False,
        "pinTuanOrder": False,
        "svcPart": -0.0,
        "orderSourceTag": "ELEME",
    }


def _plain_item(line: Line) -> dict[str, object]:
    kept = ("id", "name", "categoryId", "price", "quantity", "total", "additions")
    full = item(line)
    return {**{key: full[key] for key in kept}, "skuId": NO_SKU}


def downgraded(order: Order) -> dict[str, object]:
    """The order under load: no sums but the total, no specs and codes, no box (page 3.5 and its example)."""
    groups = [
        {"name": basket.name, "type": basket.kind, "items": [_plain_item(line) for line in basket.lines]}
        for basket in order.content.baskets
    ]
    zero: dict[str, object] = dict.fromkeys(DOWNGRADED_ZERO, 0.0)
    return {**whole(order), **zero, "orderActivities": [], "groups": groups, "downgraded": True}


def slim(order: Order) -> dict[str, object]:
    """A push of type 217: core fields only; which exactly is not published (page 2.1)."""
    full = whole(order)
    return {key: full[key] for key in SLIM_KEYS}


def refund(order: Order) -> dict[str, object]:
    """`getRefundOrder`: the last case that stands; the reason has another name here (page 2.3)."""
    case = order.standing_case or order.case
    return {
        "orderId": order.id,
        "refundStatus": order.refund_word,
        "refundType": None if case is None else "part" if case.parts else "normal",
        "totalPrice": yuan(case.amount) if case else 0.0,
        "goodsList": goods(case.parts) if case else [],
        "applyRefundReason": case.reason if case else "",
    }


def ride_record(order: Order, ride: Ride) -> dict[str, object]:
    """A row of `getDeliveryStateRecord`."""
    state, sub_state = DELIVERY[ride.code]
    return {
        "orderId": order.id,
        "state": state,
        "subState": sub_state,
        "deliverName": ride.name,
        "deliverPhone": ride.phone,
        "createdAt": local(ride.at),
    }


def commodities(order: Order) -> dict[str, dict[str, object]]:
    """`getCommodities`: the activity prices that the order itself never carries, by food id."""
    found: dict[str, dict[str, object]] = {}
    for line in order.content.lines:
        price = line.dish.price if line.user_price is None else line.user_price
        found[str(line.dish.item_id)] = {
            "id": line.dish.item_id,
            "userPrice": yuan(price),
            "shopPrice": yuan(price),
            "skuId": str(line.dish.sku_id),
        }
    return found
