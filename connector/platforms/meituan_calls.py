"""What each button is called at Meituan, and with what (``meituan.md`` 5.3 and chapter 7)."""

from collections.abc import Callable, Mapping
from typing import Final

from connector.domain.errors import Refused
from connector.platforms.meituan_api import MeituanApi, Outcome
from connector.platforms.meituan_foods import food_data
from connector.ports import Command
from mappings.wire import write

#: Cancel reasons that the platform takes from us (5.3).
REASONS: Final = {
    "2001": "超时未接单",
    "2002": "非用户改单",
    "2003": "非用户取消",
    "2004": "配送延迟",
    "2005": "售后投诉",
    "2006": "用户要求取消",
    "2007": "其他原因",
    "2008": "店铺太忙",
    "2009": "商品已售完",
    "2010": "地址无法配送",
    "2011": "店铺已打烊",
    "2012": "联系不上用户",
    "2013": "重复订单",
    "2014": "骑手到店太慢",
    "2015": "骑手配送太慢",
    "2016": "骑手丢餐撒餐",
}
_OTHER: Final = "2007"
_REASON_LONGEST: Final = 9
#: The order is not in the state that the call needs; it may be where the call would have brought it.
_MOVED_ON: Final = frozenset({"808", "1001", "1002"})
#: Order statuses (5.1) in which a call's purpose is fulfilled, whoever did it.
_FULFILLED: Final = {"accept": frozenset({"4", "6", "8"}), "reject": frozenset({"9"}), "cancel": frozenset({"9"})}
#: A courtesy that does not apply: no delivery of Meituan's to tell that the meal is ready, or one that tells itself.
_NEEDLESS: Final = {"ready": frozenset({"1005"}), "dispatch": frozenset({"1006"})}

Call = Callable[[MeituanApi, str, Command], Outcome]


def _cancel(api: MeituanApi, order: str, command: Command) -> Outcome:
    args = command.args
    code = str(args.get("reason_code") or _OTHER)
    known = code if code in REASONS else _OTHER
    reason = str(args.get("reason") or REASONS[known])[:_REASON_LONGEST]
    return api.get("order/cancel", order_id=order, reason=reason, reason_code=known)


def _agree(api: MeituanApi, order: str, command: Command) -> Outcome:
    return api.get("order/refund/agree", order_id=order, reason=str(command.args.get("reason") or "商家同意退款"))


def _disagree(api: MeituanApi, order: str, command: Command) -> Outcome:
    return api.get("order/refund/reject", order_id=order, reason=str(command.args.get("reason") or "商家不同意"))


def _part_refund(api: MeituanApi, order: str, command: Command) -> Outcome:
    food = food_data(api, order, command)
    reason = str(command.args.get("reason") or "部分商品无法提供")
    return api.post("order/applyPartRefund", order_id=order, reason=reason, food_data=write(food))


def _remind(api: MeituanApi, order: str, command: Command) -> Outcome:
    number, text = str(command.args.get("reminder") or ""), str(command.args.get("text") or "")
    if not number:
        raise Refused("催单已失效 · the reminder is not known any more")
    return api.post("order/remindReply", order_id=order, remind_id=number, reply_id="1", reply_content=text)


CALLS: Final[Mapping[str, Call]] = {
    "accept": lambda api, order, _: api.get("order/confirm", order_id=order),
    "reject": _cancel,
    "cancel": _cancel,
    "agree_refund": _agree,
    "reject_refund": _disagree,
    "part_refund": _part_refund,
    "ready": lambda api, order, _: api.get("order/preparationMealComplete", order_id=order),
    "dispatch": lambda api, order, _: api.get("order/delivering", order_id=order),
    "answer_reminder": _remind,
}


def fulfilled(api: MeituanApi, action: str, order: str, outcome: Outcome) -> bool:
    """Whether a refused call has what it wanted all the same (7.2: read the state and reconcile).

    Raises:
        Unavailable: the state could not be read.
    """
    if outcome.code in _NEEDLESS.get(action, frozenset()):
        return True
    if outcome.code not in _MOVED_ON or action not in _FULFILLED:
        return False
    told = api.get("order/viewstatus", order_id=order).result
    return isinstance(told, Mapping) and str(told.get("status")) in _FULFILLED[action]
