"""Meituan's pushes and answers as facts (``meituan.md`` chapters 3, 5, 6 and 9, rules of ``order-life.md``).

A stored event is ``{"kind": …, "params": {…}}`` with the verified, decoded parameters of a push, or an order that was
read back (:mod:`mappings.meituan_pulled`). Keys of facts are the platform's own event keys (3.3).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connector.domain.errors import Refused, Unreadable
from connector.domain.money import to_yuan
from connector.domain.order import Fact, Kind, Millis, RefundWords, Rider, Scope
from mappings.fields import Epoch, Json, Lenient, Text, Yuan, load
from mappings.meituan_kinds import REFUND_ANSWER, AlertKind, order_of
from mappings.meituan_order import read_content
from mappings.meituan_pulled import PULLED_AT, read_pulled
from mappings.meituan_refund import read_refund
from mappings.meituan_rides import lost, ride
from mappings.wire import read, storable


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What an event says: of which order (empty: of none), and ``alert`` as kind, key and text for people.

    ``lasts`` is for what lasts until its opposite: since when, and whether it is so or is over.
    """

    order: str = ""
    facts: tuple[Fact, ...] = ()
    note: str = ""
    alert: tuple[AlertKind, str, str] | None = None
    lasts: tuple[Millis, bool] | None = None


class PushSchema(Lenient):
    """What every push has."""

    timestamp = Epoch()
    status = Text()
    utime = Epoch()
    ctime = Epoch()


class CancelSchema(Lenient):
    """A cancellation by whomever."""

    reason_code = Text()
    reason = Text()
    deal_op_type = Text()


class NewsSchema(Lenient):
    """Delivery, reminder, money, settlement, shop: what the small pushes have."""

    logistics_status = Text()
    time = Epoch()
    operate_time = Epoch()
    dispatcher_name = Text()
    dispatcher_mobile = Text()
    remind_id = Text()
    remind_time = Epoch()
    refund_id = Text()
    refund_status = Text()
    money = Yuan()
    settleAmount = Yuan()
    poi_status = Text()
    reason = Text()
    op_type = Text()
    op_time = Epoch()
    poi_info = Json(dict)


_PUSH, _CANCEL, _NEWS = PushSchema(), CancelSchema(), NewsSchema()

_STATES: Final = {"order-paid": "2", "order-confirmed": "4", "order-completed": "8"}
_STEPS: Final = {"4": (Kind.ACCEPT, 12), "8": (Kind.FINISH, 18)}
_BY_REFUND: Final = "1103"
_FROM_ABOVE: Final = frozenset({"3", "4", "5"})
_REASONS_FROM_ABOVE: Final = frozenset({"1001", "1301"})
_ACTORS: Final = {"1": "customer", "2": "merchant", "3": "service", "4": "platform", "5": "platform", "6": "bridge"}
_MONEY: Final = {
    "3": "全额退款已到账 · the full refund was paid out",
    "4": "全额退款打款失败 · paying out the full refund failed",
    "13": "部分退款已到账 · the partial refund was paid out",
    "14": "部分退款打款失败 · paying out the partial refund failed",
}
_MONEY_FAILED: Final = frozenset({"4", "14"})
_SHOP: Final = {
    "120": "门店已置休 · the shop was closed",
    "19": "门店已下线 · the shop was taken offline",
    "121": "门店已营业 · the shop was opened",
    "18": "门店已上线 · the shop is online",
}
#: What a status says of a shop, and whether somebody must act.
_SHOP_IS: Final = {"120": ("closed", True), "121": ("closed", False), "19": ("offline", True), "18": ("offline", False)}
_UNBOUND: Final = "2"


def read_event(body: bytes) -> Said:
    """A stored event.

    Raises:
        Refused: it cannot be read; the words name the field, never the value.
    """
    try:
        event = read(body)
    except Unreadable as error:
        raise Refused(f"event: {error}") from None
    if isinstance(event, Mapping) and PULLED_AT in event:
        number, facts = read_pulled(event)
        return Said(order=number, facts=facts, alert=lost(facts))
    if not isinstance(event, Mapping) or not isinstance(event.get("params"), Mapping):
        raise Refused("event: an object expected")
    kind, params = str(event.get("kind")), event["params"]
    if not all(isinstance(value, str) for value in params.values()):
        raise Refused("push: text expected")
    return _READERS.get(kind, _unread)(_Push(kind, params))


class _Push:
    """A push with what all of them have."""

    def __init__(self, kind: str, params: Mapping[str, str]) -> None:
        self.kind = kind
        self.params = params
        self.order = storable(order_of(params))
        self.head = load(_PUSH, params, "push")
        self.sent: Millis = self.head["timestamp"] or self.head["utime"] or self.head["ctime"] or Millis(0)

    def said(self, *facts: Fact, alert: tuple[AlertKind, str, str] | None = None) -> Said:
        """Facts of the order that it names."""
        if not self.order:
            raise Refused("push: order_id: missing")
        return Said(order=self.order, facts=facts, alert=alert)

    def news(self) -> dict[str, Any]:
        return load(_NEWS, self.params, self.kind)


def _order(push: _Push) -> Said:
    """Paid, confirmed, completed: a completed one may be slim; status numbers that we do not know change nothing."""
    status = push.head["status"] or _STATES[push.kind]
    kind, code = _STEPS.get(status, (Kind.ORDER, 10))
    placed = push.head["ctime"] if kind is Kind.ORDER else None  # no later step is dated by it
    at = push.head["utime"] or placed or push.sent
    content = read_content(push.params, at, pushed=True)
    known = f"status:{status if status in _STEPS else '2'}"
    key = known if content is None or content.whole else f"{known}:slim"
    who = "customer" if kind is Kind.ORDER else "merchant" if kind is Kind.ACCEPT else "platform"
    return push.said(Fact(key=key, kind=kind, at=at, code=code, content=content, who=who))


def _cancelled(push: _Push) -> Said:
    told = load(_CANCEL, push.params, "cancel")
    reason, actor = told["reason_code"], told["deal_op_type"]
    words, who = RefundWords(reason=told["reason"]), _ACTORS.get(actor, "platform")
    if reason == _BY_REFUND:
        key = f"cancel:{_BY_REFUND}"
        return push.said(Fact(key=key, kind=Kind.VOID, at=push.sent, code=23, basis="echo", refund=words, who=who))
    above = actor in _FROM_ABOVE or reason in _REASONS_FROM_ABOVE or reason.startswith("12")
    code = 15 if above else 17
    return push.said(Fact(key="cancel", kind=Kind.VOID, at=push.sent, code=code, basis="cancel", refund=words, who=who))


_SCOPES: Final[Mapping[str, Scope]] = {"refund": "full", "partial-refund": "part"}


def _refunded(push: _Push) -> Said:
    return push.said(read_refund(push.params, push.sent, _SCOPES.get(push.kind)))


def _refund_money(push: _Push) -> Said:
    news = push.news()
    number, status = news["refund_id"], news["refund_status"]
    words = _MONEY.get(status, f"退款打款状态 {status} · refund money status {status}")
    if news["money"]:
        words += f" ¥{to_yuan(news['money'])}"
    key = f"refund-money:{number}:{status}"
    failed: AlertKind = "warning"
    alert = (failed, key, words) if status in _MONEY_FAILED else None
    return push.said(_note(key, push.sent, words), alert=alert)


def _delivered(push: _Push) -> Said:
    news = push.news()
    status = news["logistics_status"]
    at = news["time"] or news["operate_time"] or push.sent
    fact = ride(status, at, Rider(name=news["dispatcher_name"], phone=news["dispatcher_mobile"]))
    return push.said(fact, alert=lost([fact]))


def _reminded(push: _Push) -> Said:
    news = push.news()
    number, at = news["remind_id"], news["remind_time"] or push.sent
    key = f"reminder:{number or at // 1000}"
    return push.said(Fact(key=key, kind=Kind.NOTE, at=at, code=45, note=number, who="customer"))


def _settled(push: _Push) -> Said:
    words = f"平台已结算 · settled by the platform ¥{to_yuan(push.news()['settleAmount'])}"
    return push.said(_note("settlement", push.sent, words))


def _picked(push: _Push) -> Said:
    return push.said(_note("picking-done", push.sent, "拣货完成 · picking is done"))


def _downgraded(push: _Push) -> Said:
    words = (
        "隐私号降级，顾客号码暂以真实号码提供 · numbers are not masked for now: the platform hands out the real ones"
    )
    facts = (_note("privacy-downgrade", push.sent, words),) if push.order else ()
    return Said(order=push.order, facts=facts, note=words, alert=("privacy", f"{push.sent}", words))


def _shop(push: _Push) -> Said:
    news = push.news()
    status = news["poi_status"]
    words = _SHOP.get(status, f"门店状态 {status} · shop status {status}")
    if news["reason"]:
        words += f" ({news['reason']})"
    at = news["operate_time"] or push.sent
    what, so = _SHOP_IS.get(status, ("", False))
    return Said(note=words, alert=("shop", what, words), lasts=(at, so)) if what else Said(note=words)


def _bound(push: _Push) -> Said:
    news = push.news()
    so = news["op_type"] == _UNBOUND
    words = (
        "门店与应用已解绑，将收不到订单 · the shop was unbound from the application: no orders will come"
        if so
        else "门店已绑定应用 · the shop was bound to the application"
    )
    return Said(note=words, alert=("authorisation", "", words), lasts=(news["op_time"] or push.sent, so))


def _unread(push: _Push) -> Said:
    """A kind that is not documented: kept, and shown in its order's life if it names one."""
    words = f"{push.kind} 未读 · not read"
    facts = (_note(f"{push.kind}:{push.sent}", push.sent, words),) if push.order else ()
    return Said(order=push.order, facts=facts, note=words)


def _note(key: str, at: Millis, words: str) -> Fact:
    return Fact(key=key, kind=Kind.NOTE, at=at, note=words)


_READERS: Final[Mapping[str, Callable[[_Push], Said]]] = {
    "order-paid": _order,
    "order-confirmed": _order,
    "order-completed": _order,
    "order-cancelled": _cancelled,
    "refund": _refunded,
    REFUND_ANSWER: _refunded,
    "partial-refund": _refunded,
    "refund-money": _refund_money,
    "logistics": _delivered,
    "self-logistics": _delivered,
    "reminder": _reminded,
    "settlement": _settled,
    "privacy-downgrade": _downgraded,
    "shop-status": _shop,
    "shop-binding": _bound,
    "picking-done": _picked,
}
