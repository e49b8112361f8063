"""What Ele.me's lists tell of what we have missed (``eleme.md`` 5.2 and 5.5)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from connector.domain.errors import Refused, Unauthorised
from connector.domain.gaps import GRACE_MILLIS, Known, Listed, days
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.platforms.eleme_api import DENIED, ElemeApi, Outcome
from connector.ports import Envelope
from mappings.eleme import order_number, read_listed
from mappings.wire import plain, storable, write

_PAGE: Final = 50
_PAGES: Final = 100
_ENDED: Final = frozenset({"refunded", "cancelled"})
_FINISHED: Final = _ENDED | {"completed", "partially_refunded", "refunding"}
_GIVEN_BACK: Final = _ENDED | {"partially_refunded"}
#: Orders with an open request, by the call that lists them.
_OPEN_CASES: Final = ("eleme.order.getCancelOrders", "eleme.order.getRefundOrders")

Row = Mapping[str, Any]


def push(*, kind: str, shop: str, message: str, sent: str, body: bytes) -> Envelope:
    """A push, whether it was sent to us or handed out again: the same words are the same event.

    News of a shop have no time in their words (2.1): a shop that is closed again says the same as before, later.
    """
    number = order_number(kind, message)
    said = message.encode() if message else body  # a message that is no text repeats only as a whole
    said += b"" if number else f"\n{sent}".encode()
    return Envelope(
        source="eleme",
        lane=StoreRef(f"eleme:{shop}"),
        digest=hashlib.sha256(f"{kind}\n".encode() + said).hexdigest(),
        body=body,
        order=OrderRef(f"eleme:{number}") if number else None,
    )


def not_reached(api: ElemeApi, app_id: str) -> Iterator[Envelope]:
    """Pushes that the platform gave up. Whether reading takes them off its list is not known: they may come again."""
    rows = _result(api.call("eleme.message.getNonReachedOMessages", {"appId": int(app_id)}))
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("message"), str) and row.get("type") is not None:
            kind, shop = storable(str(row["type"])), storable(str(row.get("shopId") or ""))
            sent = storable(str(row.get("timestamp") or ""))
            message, again = storable(row["message"]), write(plain(row)).encode()
            yield push(kind=kind, shop=shop, message=message, sent=sent, body=again)


def order_of(api: ElemeApi, order: OrderRef) -> Any:  # noqa: ANN401 - somebody else's JSON
    """An order as the platform has it.

    Raises:
        Refused: it does not give it to us.
    """
    return _result(api.call("eleme.order.getOrder", {"orderId": split_ref(order)[1]}))


def missed(
    api: ElemeApi, store: StoreRef, known: Known, since: Millis, now: Callable[[], Millis]
) -> Iterator[tuple[OrderRef, Row | None, Millis]]:
    """Orders of a shop that we lack, or of which the platform knows more than we do, and when it was asked for them.

    Without a row if it only names one.
    """
    shop = _number(store)
    found: set[OrderRef] = set()
    for day in days(since, known.now):
        for row, asked in _rows(api, shop, day, now, enough=None if known.full else known.counts.get(day, 0)):
            ref = _ref(row)
            if ref is not None and ref not in found and _wanted(row, ref, known):
                found.add(ref)
                yield ref, row, asked
    for ref in _named(api, shop, known):
        if ref not in found:
            found.add(ref)
            yield ref, None, now()


def listed(api: ElemeApi, store: StoreRef, day: date) -> Iterator[Listed]:
    """The platform's list of a day."""
    for row, _ in _rows(api, _number(store), day, lambda: Millis(0)):
        ref = _ref(row)
        if ref is not None:
            number, paid, _ = read_listed(row)
            yield Listed(order=ref, number=number, paid=paid, agrees=partial(agrees, row))


def _rows(
    api: ElemeApi, shop: int, day: date, now: Callable[[], Millis], enough: int | None = None
) -> Iterator[tuple[Row, Millis]]:
    """Orders of a day, page by page, each with the moment before its page was asked for.

    Only the first page if the platform has no more than ``enough`` of them.
    """
    for page in range(1, _PAGES + 1):
        params = {"shopId": shop, "pageNo": page, "pageSize": _PAGE, "date": day.isoformat()}
        asked = now()
        told = _result(api.call("eleme.order.getAllOrders", params))
        rows = told.get("list") if isinstance(told, Mapping) else None
        total = told.get("total") if isinstance(told, Mapping) else None
        yield from ((row, asked) for row in rows or () if isinstance(row, Mapping))
        if not rows or not isinstance(total, int) or page * _PAGE >= total or (enough is not None and total <= enough):
            return


def _named(api: ElemeApi, shop: int, known: Known) -> Iterator[OrderRef]:
    """Orders that wait for the merchant there and, as far as we know, do not."""
    for number in _numbers(api, "eleme.order.getUnprocessOrders", shop):
        if number not in known.states:
            yield number
    for action in _OPEN_CASES:
        for number in _numbers(api, action, shop):
            if known.states.get(number) not in _ENDED | {"refunding"} and (known.full or number not in known.asked):
                yield number


def _numbers(api: ElemeApi, action: str, shop: int) -> Iterator[OrderRef]:
    rows = _result(api.call(action, {"shopId": shop}))
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str | int):
            yield OrderRef(f"eleme:{storable(str(row))}")


def _result(outcome: Outcome) -> Any:  # noqa: ANN401 - somebody else's JSON
    if outcome.code:
        refusal = Unauthorised if outcome.code in DENIED else Refused
        raise refusal(f"{outcome.words} ({outcome.code})")
    return outcome.result


def _number(store: StoreRef) -> int:
    number = split_ref(store)[1]
    if not (number.isascii() and number.isdecimal()):
        raise Refused("门店编号应为数字 · the number of a shop of Ele.me has digits only")
    return int(number)


def _ref(row: Mapping[str, Any]) -> OrderRef | None:
    number = row.get("orderId") or row.get("id")
    return OrderRef(f"eleme:{storable(str(number))}") if isinstance(number, str | int) and number else None


def _wanted(row: Mapping[str, Any], ref: OrderRef, known: Known) -> bool:
    if ref not in known.states:
        return not young(row, known.now)
    return (known.full or ref not in known.asked) and behind(row, known.states[ref])


def young(row: Any, now: Millis) -> bool:  # noqa: ANN401 - somebody else's JSON
    """Whether an order is in effect for so short a time that its push may still come."""
    return isinstance(row, Mapping) and read_listed(row)[2] > now - GRACE_MILLIS


def agrees(row: Mapping[str, Any], state: str) -> bool:
    """Whether our own state tells all of what the list states; how much of the money went back it does not tell.

    >>> agrees({"status": "settled", "refundStatus": "noRefund"}, "completed")
    True
    >>> agrees({"status": "settled", "refundStatus": "successful"}, "partially_refunded")
    False
    """
    untouched = row.get("refundStatus") in {None, "", "noRefund"} and state not in _GIVEN_BACK - {"cancelled"}
    return untouched and not behind(row, state)


def behind(row: Mapping[str, Any], state: str) -> bool:
    """Whether the platform's statuses of an order (``eleme.md`` 2.6) tell more than our own state.

    >>> behind({"status": "settled", "refundStatus": "noRefund"}, "delivering")
    True
    >>> behind({"status": "valid", "refundStatus": "rejected"}, "preparing")
    False
    """
    status, refund = str(row.get("status")), str(row.get("refundStatus"))
    late = {
        "valid": state == "new",
        "settled": state not in _FINISHED,
        "invalid": state not in _ENDED,
    }.get(status, False)
    late_refund = {
        "applied": state not in _ENDED | {"refunding"},
        "arbitrating": state not in _ENDED | {"refunding"},
        "successful": state == "refunding" or (state not in _GIVEN_BACK and status in {"settled", "invalid"}),
        "rejected": state == "refunding",
        "failed": state == "refunding",
        "noRefund": state == "refunding",
    }.get(refund, False)
    return late or late_refund
