"""Ele.me's pushes and answers as facts (``eleme.md`` sections 2 and 3, rules of ``order-life.md``).

Keys of facts are the platform's own event keys: type, time and state (``eleme.md`` 1.4).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from marshmallow import fields, validate

from connector.domain.errors import Refused, Unreadable
from connector.domain.money import Money
from connector.domain.order import Fact, Goods, Kind, Millis, RefundWords, Rider, Scope, Statement, Status
from connector.domain.table import TABLE
from mappings.eleme_order import platform_id, read_order
from mappings.eleme_prices import with_prices
from mappings.fields import ChinaTime, Count, Epoch, Lenient, Text, Yuan, load
from mappings.pulled_key import pulled_key
from mappings.wire import read, storable

#: The newer, slim 订单生效, which counts as 10.
_SLIM: Final = 217
#: News of a shop or of the merchant's account, which is of none of the shop's orders (2.1).
_OF_SHOPS: Final = frozenset({*range(91, 106), 221, 222})
#: A type has no more digits than this.
_CODE_MOST: Final = 9
_SCOPES: Final[dict[str, Scope]] = {"normal": "full", "part": "part"}
_CASES: Final[dict[str, Status]] = {
    "applied": "requested",
    "rejected": "rejected",
    "failed": "rejected",
    "arbitrating": "arbitrating",
    "successful": "granted",
    "noRefund": "withdrawn",
}
_ROLES: Final = {
    "1": "customer",
    "2": "platform",
    "3": "merchant",
    "4": "service",
    "5": "bridge",
    "8": "platform",
    "9": "platform",
}


class PushSchema(Lenient):
    """The envelope of a push (``eleme.md`` 1.1)."""

    type = Text(required=True, validate=validate.Length(min=1, max=_CODE_MOST))
    message = Text()
    timestamp = Epoch()


class NewsSchema(Lenient):
    """State, delivery, reminder: what the small bodies share (``eleme.md`` 2.2, 2.4, 2.5)."""

    orderId = Text()
    state = Text()
    updateTime = Epoch()
    updateAt = Epoch()
    role = Text()
    name = Text()
    phone = Text()
    remindId = Text()


class GoodsSchema(Lenient):
    """A line of a refund; ``price`` is after discount and need not add up."""

    name = Text()
    quantity = Count(load_default=1, most=100_000)
    price = Yuan()
    vfoodId = Text()
    skuId = Text()


class RefundSchema(Lenient):
    """Cancel and refund body (``eleme.md`` 2.3); ``getRefundOrder`` names the reason differently."""

    orderId = Text()
    refundStatus = Text()
    refundType = Text()
    reason = Text()
    applyRefundReason = Text()
    goodsList = fields.List(fields.Nested(GoodsSchema), load_default=list, allow_none=True)
    totalPrice = Yuan(load_default=None)
    updateTime = Epoch()


class StatusSchema(Lenient):
    """The two statuses of a pulled order (``eleme.md`` 2.6)."""

    status = Text()
    refundStatus = Text()


class ListedSchema(Lenient):
    """What the day's list is compared by."""

    daySn = Count()
    totalPrice = Yuan(load_default=None)
    activeAt = ChinaTime()
    createdAt = ChinaTime()


_PUSH, _NEWS, _REFUND, _STATUS, _LISTED = PushSchema(), NewsSchema(), RefundSchema(), StatusSchema(), ListedSchema()
#: All that is read of a type that we do not know: nothing else of it can be wrong.
_UNREAD = NewsSchema(only=("updateTime", "updateAt"))


def order_number(kind: str, message: str) -> str:
    """The order that a message of a type speaks of, for the door: empty if it is of none or cannot be told."""
    code = _code(kind)
    try:
        body = read(message) if code not in _OF_SHOPS else None
    except Unreadable:
        return ""
    told = body if isinstance(body, Mapping) else {}
    number = told.get("orderId") or (told.get("id") if _orders(code) else "") or ""
    return storable(str(number)) if isinstance(number, str | int) else ""


def _code(kind: str) -> int:
    return int(kind) if kind.isdecimal() and len(kind) <= _CODE_MOST else 0


def _orders(code: int) -> bool:
    """Whether a type's body is an order, whose ``id`` is its number (3.1)."""
    return code == _SLIM or (code in TABLE and TABLE[code].kind is Kind.ORDER)


def read_push(body: bytes) -> tuple[str, Fact | None, str]:
    """A stored push.

    Returns:
        The order's number (empty if it speaks of none), the fact (``None`` if we do not read this type), and a note
        for people.

    Raises:
        Refused: it cannot be read; the words name the field, never the value.
    """
    envelope = load(_PUSH, _decoded(body, "push"), "push")
    code = _code(envelope["type"])
    sent = envelope["timestamp"] or Millis(0)
    if code not in TABLE and code != _SLIM:
        return _unread(code, envelope["message"], sent)
    message = _decoded(envelope["message"], "message")
    if _orders(code):
        return _order_push(code, message, sent)
    if TABLE[code].family:
        return _refund_push(code, message, sent)
    news = load(_NEWS, message, f"type {code}")
    return _numbered(news), _news(code, news, sent), ""


def _unread(code: int, text: str, sent: Millis) -> tuple[str, Fact | None, str]:
    """A type that is not in the table: kept, whatever it is made of."""
    note, number = f"type {code} is not read", order_number(str(code), text)
    if not number:
        return "", None, note
    news = load(_UNREAD, _decoded(text, "message"), f"type {code}")
    at = news["updateAt"] or news["updateTime"] or sent
    return number, Fact(key=f"{code}:{at}", kind=Kind.NOTE, at=at, code=code), note


def _order_push(code: int, message: object, sent: Millis) -> tuple[str, Fact, str]:
    number, content, active = read_order(message, sent)
    whole = "" if content is None or content.whole else ":slim"
    key = f"{code}{whole}"
    fact = Fact(key=key, kind=Kind.ORDER, at=active, code=10, content=content, who="customer")
    return number, fact, ""


def _refund_push(code: int, message: object, sent: Millis) -> tuple[str, Fact, str]:
    body = load(_REFUND, message, f"type {code}")
    at = body["updateTime"] or sent
    key = f"{code}:{at}:{body['refundStatus']}"
    money = body["totalPrice"]
    if code == 39:  # noqa: PLR2004 - the merchant may take back several parts in one second
        key += f":{money}"
    row = TABLE[code]
    who = "customer" if row.kind in {Kind.ASK, Kind.WITHDRAW} else "merchant"
    fact = Fact(key=key, kind=row.kind, at=at, code=code, refund=_words(body), who=who)
    return _numbered(body), fact, ""


def _numbered(body: Mapping[str, Any]) -> str:
    if not body["orderId"]:
        raise Refused("message: orderId: missing")
    return str(body["orderId"])


def _words(body: Mapping[str, Any]) -> RefundWords:
    money: Money | None = body["totalPrice"]
    if money is not None and money < 0:
        raise Refused("message: totalPrice: negative")
    goods = tuple(
        Goods(
            name=line["name"],
            quantity=line["quantity"],
            amount=Money(line["price"] * line["quantity"]),
            platform_item=platform_id(line["vfoodId"]),
            platform_sku=platform_id(line["skuId"]),
        )
        for line in body["goodsList"] or ()
    )
    reason = body["reason"] or body["applyRefundReason"]
    return RefundWords(scope=_SCOPES.get(body["refundType"]), money=money, goods=goods, reason=reason)


def _news(code: int, news: Mapping[str, Any], sent: Millis) -> Fact:
    at = news["updateAt"] or news["updateTime"] or sent
    fact = Fact(
        key=f"{code}:{news['remindId'] or at}:{news['state']}",
        kind=TABLE[code].kind,
        at=at,
        code=code,
        who=_ROLES.get(news["role"], ""),
        note=news["remindId"],
    )
    if fact.kind is Kind.RIDER:
        return replace(fact, rider=Rider(name=news["name"], phone=news["phone"]), who="rider")
    return fact


def read_listed(order: Mapping[str, Any]) -> tuple[int, Money | None, Millis]:
    """An order's number in the day, what was paid (``None`` if that is not told), and since when it is in effect.

    Raises:
        Refused: it cannot be read.
    """
    listed = load(_LISTED, order, "order")
    return listed["daySn"], listed["totalPrice"], listed["activeAt"] or listed["createdAt"] or Millis(0)


def read_pulled(body: bytes) -> tuple[str, tuple[Fact, ...]]:
    """An order that we asked for: its content, and what it states of itself.

    Args:
        body: ``{"pulled_at": ms, "order": OOrder, "refund": result of getRefundOrder or null}``, perhaps with
            ``"prices"``, the result of getCommodities.

    Raises:
        Refused: it cannot be read.
    """
    pulled = _decoded(body, "pulled order")
    if not isinstance(pulled, Mapping) or not isinstance(pulled.get("pulled_at"), int):
        raise Refused("pulled order: an object expected")
    at = Millis(pulled["pulled_at"])
    number, content, active = read_order(with_prices(pulled.get("order"), pulled.get("prices")), at)
    said = load(_STATUS, pulled["order"], "pulled order")
    refund = _words(load(_REFUND, pulled["refund"], "pulled refund")) if pulled.get("refund") else None
    facts = [Fact(key=f"pull:{at}", kind=Kind.PULL, at=at, pulled=True, statement=_statement(said, refund))]
    if content is not None:
        key = pulled_key(content, any(item.user_price or item.shop_price for item in content.items))
        facts.append(Fact(key=key, kind=Kind.ORDER, at=active, code=10, pulled=True, content=content))
    return number, tuple(facts)


def _statement(said: Mapping[str, Any], refund: RefundWords | None) -> Statement:
    status = said["status"]
    return Statement(
        accepted=status in {"valid", "settled"},
        finished=status == "settled",
        void=status == "invalid",
        case=_CASES.get(said["refundStatus"]),
        refund=refund,
    )


def _decoded(text: bytes | str, what: str) -> object:
    try:
        return read(text)
    except Unreadable as error:
        raise Refused(f"{what}: {error}") from None
