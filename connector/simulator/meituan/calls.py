"""The calls about orders and refunds (platform page 7): what each needs, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.errors import PlatformError
from connector.simulator.units import day, seconds, yuan

from . import receipt
from .bodies import food
from .errors import MISSING, NO_ORDER, failed
from .foods import FOODS
from .given import integer, order_of, rows, shop_of
from .order import Op, Part, Refund, Status
from .shares import boxes
from .shops import SHOPS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.simulator.config import MeituanApp

    from .order import Order
    from .platform import Meituan

    Given = Mapping[str, str]
    Call = Callable[[Meituan, MeituanApp, Given], object]

OK = "ok"
SHOP_REASONS = range(2001, 2017)
REFUND_TYPES = {"full": 1, "part": 2}
ASKED_BY = {Op.CUSTOMER: 1, Op.DESK: 2, Op.SHOP: 7, Op.OPEN_PLATFORM: 7}
APPEAL = 6
MOST_NUMBERS = 1000
UNDEFINED_REASON = 2007


def _act(name: str, *names: tuple[str, str]) -> Call:
    """A call that is one act of the shop; `names` are (parameter, argument)."""

    def run(world: Meituan, app: MeituanApp, given: Given) -> str:
        order = order_of(world, app, given)
        args = {argument: given[name] for name, argument in names if given.get(name)}
        world.act(order.id, name, args, role=Op.OPEN_PLATFORM)
        return OK

    return run


def _received(world: Meituan, app: MeituanApp, given: Given) -> str:
    order_of(world, app, given).received = True
    return OK


def _cancel(world: Meituan, app: MeituanApp, given: Given) -> str:
    order = order_of(world, app, given)
    code = integer(given, "reason_code", UNDEFINED_REASON)
    if code not in SHOP_REASONS:
        raise PlatformError("705", "reason_code 不正确")
    world.act(order.id, "cancel", {"reason_code": code, "reason": given["reason"]}, role=Op.OPEN_PLATFORM)
    return OK


def _foods(world: Meituan, app: MeituanApp, given: Given) -> list[dict[str, object]]:
    order = order_of(world, app, given)
    if order.status not in (Status.CONFIRMED, Status.FINISHED):
        raise failed("订单状态不支持部分退款")
    found = []
    for number, line in enumerate(order.content.lines, 1):
        left = line.quantity - order.given_back(number)
        if left:
            part = Part(line=number, quantity=left, amount=order.worth(number, left))
            found.append({**food(order, part), "box_num": boxes(order.content)[number - 1]})
    return found


def _line(order: Order, row: Mapping[str, object], taken: Mapping[int, int]) -> int:
    """The line (from 1) that a row of `food_data` means: by its codes, with enough of it left."""
    wanted = (row.get("app_food_code", ""), row.get("sku_id", ""))
    count = row.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise PlatformError("705", "food_data 的 count 不正确")
    for number, line in enumerate(order.content.lines, 1):
        codes = (receipt.spu_code(order, number), line.dish.code)
        left = line.quantity - order.given_back(number) - taken.get(number, 0)
        if codes == wanted and left >= count:
            return number
    raise failed("菜品不存在或可退数量不足")


def _part_refund(world: Meituan, app: MeituanApp, given: Given) -> str:
    order = order_of(world, app, given)
    taken: dict[int, int] = {}
    for row in rows(given, "food_data"):
        number = _line(order, row, taken)
        taken[number] = taken.get(number, 0) + int(str(row["count"]))
    items = [{"line": number, "quantity": count} for number, count in taken.items()]
    args = {"items": items, "reason": given["reason"]}
    world.act(order.id, "part_refund", args, role=Op.OPEN_PLATFORM)
    return OK


def _refund_row(order: Order, refund: Refund) -> dict[str, object]:
    content = order.content
    shop_share = content.shop_part * refund.amount // content.paid
    commission = content.commission * refund.amount // content.paid
    return {
        "wm_order_id_view": order.view_id,
        "refund_id": refund.number,
        "ctime": seconds(refund.asked_at),
        "utime": seconds(refund.changed_at),
        "refund_type": REFUND_TYPES[refund.scope],
        "res_type": int(refund.result),
        "res_reason": refund.answer,
        "apply_type": APPEAL if refund.appeal else ASKED_BY.get(refund.asked_by, 0),
        "apply_reason": refund.reason,
        "money": yuan(refund.amount),
        "pictures": [],
        "refund_partial_estimate_charge": {
            "total_food_amount": f"{yuan(refund.amount + shop_share):.2f}",
            "box_amount": "0.00",
            "activity_poi_amount": f"{yuan(shop_share):.2f}",
            "activity_meituan_amount": "0.00",
            "activity_agent_amount": "0.00",
            "platform_charge_fee": f"{yuan(commission):.2f}",
            "settle_amount": f"{yuan(refund.amount - commission):.2f}",
            "productpreferences": "0.00",
            "not_productpreferences": "0.00",
        },
        "wmAppRetailForOrderPartRefundList": [food(order, part) for part in refund.parts],
        "service_type": 0,
    }


def _refund_detail(world: Meituan, app: MeituanApp, given: Given) -> list[dict[str, object]]:
    order = order_of(world, app, given, "wm_order_id_view")
    wanted = integer(given, "refund_type", 0)
    return [_refund_row(order, one) for one in order.refunds if wanted in (0, REFUND_TYPES[one.scope])]


def _detail(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    order = order_of(world, app, given)
    found = {**world.read(order), **receipt.moments(order)}
    if given.get("is_mt_logistics") == "1":
        named = receipt.logistics(order)
        found |= {key if key.startswith("logistics") else f"logistics_{key}": value for key, value in named.items()}
    # Ids are numbers in an answer, as everything that is a number is.
    return {**found, "order_id": int(order.id), "wm_order_id_view": int(order.view_id)}


def _status(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    return {"status": int(order_of(world, app, given).status)}


def _day_seq(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    shop = shop_of(world, app, given)
    today = day(world.now())
    numbers = [order.day_sn for order in world.by_shop[shop.id] if day(order.placed_at) == today]
    return {"day_seq": max(numbers, default=0)}


def _of_day(world: Meituan, app: MeituanApp, given: Given, first: int, last: int) -> list[Order]:
    shop, date = shop_of(world, app, given), integer(given, "date_time")
    of_day = [order for order in world.by_shop[shop.id] if int(day(order.placed_at).replace("-", "")) == date]
    return [order for order in of_day if first <= order.day_sn <= last]


def _by_day_seq(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    number = integer(given, "day_seq")
    found = _of_day(world, app, given, number, number)
    if not found:
        raise PlatformError(NO_ORDER, "不存在此订单")
    return {"order_id": int(found[0].id)}


def _by_day_seqs(world: Meituan, app: MeituanApp, given: Given) -> list[int]:
    first, last = integer(given, "day_seq_start"), integer(given, "day_seq_end")
    return [int(order.id) for order in _of_day(world, app, given, first, last)]


def _logistics(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    order = order_of(world, app, given)
    return {**receipt.logistics(order), "poi_shipping_fee": 0.0, "shipping_tips": "", "tip_amount": 0.0}


def _reply(world: Meituan, app: MeituanApp, given: Given) -> str:
    order = order_of(world, app, given)
    args = {"remindId": integer(given, "remind_id")}
    if not given.get("reply_content") and not given.get("reply_id"):
        raise PlatformError(MISSING, "缺少参数 reply_content")
    world.act(order.id, "answer_reminder", args, role=Op.OPEN_PLATFORM)
    return OK


def _phones(world: Meituan, app: MeituanApp, given: Given) -> list[dict[str, object]]:
    """Real numbers, only while the privacy numbers are down."""
    if world.downgraded_at is None:
        raise failed("当前不在隐私号降级期间")
    limit = integer(given, "limit")
    if not 0 < limit <= MOST_NUMBERS:
        raise PlatformError("705", "limit 不正确")
    code = given.get("app_poi_code")
    own = [one for one in world.orders.values() if one.app == app and code in (None, "", one.shop.id)]
    first = integer(given, "offset")
    return [
        {
            "order_id": int(order.id),
            "app_poi_code": order.shop.id,
            "wm_order_id_view": int(order.view_id),
            "day_seq": order.day_sn,
            "real_phone_number": order.person.phone.partition(",")[0],
        }
        for order in own[first : first + limit]
    ]


def _activity(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    """满减 and the like by `act_detail_id`, as text inside."""
    wanted = integer(given, "act_detail_id")
    for order in world.orders.values():
        for one in order.content.activities:
            if one.number == wanted and order.app == app:
                poi = f'{{"charge":{yuan(one.shop)}}}'
                return {"activity": f'{{"name":"{one.name}","charge":{yuan(one.amount)}}}', "poi_policy": poi}
    raise failed("活动不存在")


def _subsidy(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    order = order_of(world, app, given)
    content = order.content
    subsidy = yuan(content.eleme_part + content.red_packet)
    total = yuan(content.paid)
    return {"order_id": int(order.id), "order_total": total, "subsidy": subsidy, "extras": receipt.extras(content)}


ORDER = ("order_id",)
SEQS = ("app_poi_code", "date_time")
CALLS: dict[str, tuple[tuple[str, ...], Call]] = {
    "order/poi_received": (ORDER, _received),
    "order/confirm": (ORDER, _act("accept")),
    "order/cancel": ((*ORDER, "reason"), _cancel),
    "order/delivering": (ORDER, _act("delivering", ("courier_name", "name"), ("courier_phone", "phone"))),
    "order/arrived": (ORDER, _act("arrived")),
    "order/refund/agree": ((*ORDER, "reason"), _act("agree", ("reason", "reason"))),
    "order/refund/reject": ((*ORDER, "reason"), _act("disagree", ("reason", "reason"))),
    "order/getPartRefundFoods": (ORDER, _foods),
    "order/applyPartRefund": ((*ORDER, "reason", "food_data"), _part_refund),
    "ecommerce/order/getOrderRefundDetail": (("wm_order_id_view",), _refund_detail),
    "order/getOrderDetail": (ORDER, _detail),
    "order/viewstatus": (ORDER, _status),
    "order/getOrderDaySeq": (("app_poi_code",), _day_seq),
    "order/getOrderIdByDaySeq": ((*SEQS, "day_seq"), _by_day_seq),
    "ecommerce/order/getOrderIdByDaySeq": ((*SEQS, "day_seq_start", "day_seq_end"), _by_day_seqs),
    "order/subsidy": (ORDER, _subsidy),
    "order/getActDetailByAcId": (("act_detail_id",), _activity),
    "order/logistics/status": (ORDER, _logistics),
    "order/logistics/change/poi_self": (ORDER, _act("self_delivery")),
    "order/preparationMealComplete": (ORDER, _act("prepared")),
    "order/remindReply": ((*ORDER, "remind_id"), _reply),
    "order/batchPullPhoneNumber": (("offset", "limit"), _phones),
    **SHOPS,
    **FOODS,
}
