"""The kinds of Meituan's pushes, and what the door needs of one: its kind, shop and order (``meituan.md`` 3.4)."""

from collections.abc import Mapping
from typing import Final, Literal

from connector.domain.errors import Unreadable
from mappings.wire import read

#: The last parts of our addresses; a merchant registers one address for each kind, or one for all.
KINDS: Final = (
    "order-paid",
    "order-confirmed",
    "order-completed",
    "order-cancelled",
    "refund",
    "partial-refund",
    "refund-money",
    "logistics",
    "self-logistics",
    "reminder",
    "settlement",
    "privacy-downgrade",
    "shop-status",
    "shop-binding",
    "picking-done",
)
#: What people must be told of at once, of all that Meituan pushes.
AlertKind = Literal["delivery", "privacy", "shop", "authorisation", "warning"]
#: A push of a kind that is documented without fields, or not at all.
UNKNOWN: Final = "unknown"
#: An answer at the address of all kinds that does not tell whether it is of a full or of a partial refund.
REFUND_ANSWER: Final = "refund-answer"

_ORDERS: Final = {"4": "order-confirmed", "8": "order-completed"}
#: Fields that only one kind has, the first that is there decides: unknown ones may come with any (chapter 1).
_MARKS: Final = {
    "refund_status": "refund-money",
    "remind_id": "reminder",
    "remind_time": "reminder",
    "settleAmount": "settlement",
    "poi_status": "shop-status",
    "poi_info": "shop-binding",
    "pick_up_data": "picking-done",
}


def kind_of(params: Mapping[str, str]) -> str:
    """The kind of a push that came to the address of all kinds, told by its fields.

    >>> kind_of({"order_id": "1", "reason_code": "1102"}), kind_of({"order_id": "1", "status": "8"})
    ('order-cancelled', 'order-completed')
    """
    mark = next((kind for field, kind in _MARKS.items() if field in params), "")
    numbered = params.keys() & {"order_id", "wm_order_id_view"}
    if mark:
        return mark
    if "refund_id" in params or "notify_type" in params:
        part = params.get("notify_type") == "part" or params.get("food") or params.get("money")
        return "partial-refund" if part else "refund" if params.get("notify_type") == "apply" else REFUND_ANSWER
    if "reason_code" in params and "detail" not in params:
        return "order-cancelled" if numbered else UNKNOWN
    if "logistics_status" in params and "detail" not in params:
        return "logistics" if "order_id" in params else "self-logistics"
    if "status" in params and numbered:
        return _ORDERS.get(params["status"], "order-paid")
    return UNKNOWN


def order_of(params: Mapping[str, str]) -> str:
    """The order's number; empty if the push speaks of none."""
    named = params.get("order_id") or _inner(params, "pick_up_data", "order_id")
    return named or params.get("wm_order_id_view") or params.get("order_view_id") or ""


def shop_of(params: Mapping[str, str]) -> str:
    """The merchant's code of the shop; empty where the push does not name it."""
    return (
        params.get("app_poi_code")
        or _inner(params, "pick_up_data", "app_poi_code")
        or _inner(params, "poi_info", "appPoiCode")
    )


def _inner(params: Mapping[str, str], field: str, key: str) -> str:
    """A member of a field that is JSON text; empty if it cannot be told."""
    try:
        inner = read(params[field]) if params.get(field) else {}
    except Unreadable:
        return ""
    value = inner.get(key) if isinstance(inner, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
