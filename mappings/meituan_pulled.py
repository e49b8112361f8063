"""An order of Meituan that we asked for: its content, and what it states of itself, each dated by the answer.

The stored event is ``{"pulled_at": ms, "order": getOrderDetail's data, "refunds": getOrderRefundDetail's or null,
"delivery": order/logistics/status's or null}``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.order import Fact, Kind, Millis, Statement
from mappings.fields import Epoch, Text, load
from mappings.meituan_order import OWN_RIDERS, read_content
from mappings.meituan_refund import read_back
from mappings.meituan_rides import RidesSchema, rides_told, tells_rides
from mappings.pulled_key import pulled_key

#: Key of a pulled order's body; a push has none of that name.
PULLED_AT: Final = "pulled_at"
_ACCEPTED: Final = frozenset({"4", "6", "8"})
_FINISHED: Final = "8"
_VOID: Final = "9"
_OVER: Final[frozenset[str]] = frozenset({_FINISHED, _VOID})


class DetailSchema(RidesSchema):
    """What only ``getOrderDetail`` has, with what says which order it is."""

    order_id = Text()
    wm_order_id_view = Text()
    status = Text()
    ctime = Epoch()
    order_send_time = Epoch()
    order_confirm_time = Epoch()
    order_cancel_time = Epoch()
    order_completed_time = Epoch()


_DETAIL = DetailSchema()
_RIDES = RidesSchema()


def lacks_delivery(order: Mapping[str, Any]) -> bool:
    """Whether a rider of the platform's may be on the way with an order that does not tell of it."""
    under_way = str(order.get("status")) in _ACCEPTED - _OVER
    return under_way and str(order.get("logistics_code")) not in OWN_RIDERS and not tells_rides(order)


def read_pulled(event: Mapping[str, Any]) -> tuple[str, tuple[Fact, ...]]:
    """The order's number and its facts.

    Raises:
        Refused: it cannot be read.
    """
    asked = event.get(PULLED_AT)
    if not isinstance(asked, int) or isinstance(asked, bool):
        raise Refused("pulled order: an object expected")
    told = load(_DETAIL, event.get("order"), "pulled order")
    number = told["order_id"] or told["wm_order_id_view"]
    if not number:
        raise Refused("pulled order: order_id: missing")
    refunds = read_back(event.get("refunds"), Millis(asked))
    begun = told["order_send_time"] or told["ctime"] or Millis(asked)
    rides = rides_told(_delivery(event) or told, over=told["status"] in _OVER)
    facts = [*_stated(told, refunds, Millis(asked)), *refunds, *rides]
    content = read_content(event["order"], begun)
    if content is not None:
        key = pulled_key(content, content.income, content.customer.address)
        facts.append(Fact(key=key, kind=Kind.ORDER, at=begun, code=10, pulled=True, content=content, who="customer"))
    return number, tuple(facts)


def _delivery(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What ``order/logistics/status`` answered, under the names that an order has for the same."""
    told = event.get("delivery")
    named = {f"logistics_{key}": value for key, value in told.items()} if isinstance(told, Mapping) else None
    return load(_RIDES, named, "delivery") if named else None


def _stated(told: Mapping[str, Any], refunds: tuple[Fact, ...], asked: Millis) -> Iterator[Fact]:
    """What the head says; a cancelled order whose full refund is told was cancelled by that."""
    status = told["status"]
    if told["order_confirm_time"] or status in _ACCEPTED:
        yield _fact("accepted", told["order_confirm_time"] or asked, Statement(accepted=True))
    if told["order_completed_time"] or status == _FINISHED:
        yield _fact("finished", told["order_completed_time"] or asked, Statement(finished=True))
    if status == _VOID and not any(_all_granted(fact) for fact in refunds):
        yield _fact("void", told["order_cancel_time"] or asked, Statement(void=True))


def _fact(what: str, at: Millis, statement: Statement) -> Fact:
    return Fact(key=f"pull:{what}:{at}", kind=Kind.PULL, at=at, pulled=True, statement=statement)


def _all_granted(fact: Fact) -> bool:
    said = fact.statement
    return bool(said and said.case == "granted" and said.refund and said.refund.scope == "full")
