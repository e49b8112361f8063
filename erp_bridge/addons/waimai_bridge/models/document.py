"""Reads a document (the whole wanted state of one order, money in fen, times in ISO 8601) into field values.

Everything but `key`, `version`, `store_ref` and `state` may be missing. Nothing here touches the database.
"""

from datetime import UTC, datetime

from odoo.tools.translate import LazyTranslate

from .const import ALIVE, DELIVERERS, FEES, REFUND_STATUSES, SALES, STATES
from .numbers import yuan

TIMES = ("placed_at", "promised_at", "accepted_at", "completed_at", "consumed_at", "accept_by", "window_ends")
HUGE = 2**62  # also keeps out "not a number" and the infinities, which some JSON carries

_lt = LazyTranslate(__name__)
_STATES = dict(STATES)
_SALES = dict(SALES)
_STATUSES = dict(REFUND_STATUSES)
_DELIVERERS = dict(DELIVERERS)


class BadDocumentError(ValueError):
    """The document cannot be written as it is; the argument says why, without personal data."""


def readable(value):
    """JSON as the database can keep it: without NUL and without halves of characters, however deep they stand."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [readable(part) for part in value]
    if isinstance(value, dict):
        return {readable(name): readable(part) for name, part in value.items()}
    return value


def key_of(document):
    """The document's key and version as far as they can be read, for the answer."""
    if not isinstance(document, dict):
        return "", 0
    version = document.get("version")
    numeric = isinstance(version, (int, float)) and not isinstance(version, bool) and abs(version) < HUGE
    key = str(document.get("key") or "")[:200]
    # A key that cannot be kept as it stands is none: tidied up it could be another order's.
    return key if readable(key) == key else "", int(version) if numeric else 0


def read(document):
    """Read one document.

    Returns a dict: `key`, `version`, `platform`, `platform_ref`, `store_ref`, `order` (values of
    waimai.order), `items`, `refunds` (lists of values), `paid` and `granted` in fen.
    Raises BadDocumentError.
    """
    if not isinstance(document, dict):
        raise BadDocumentError(_lt("A document must be an object."))
    key, version = key_of(document)
    platform, _colon, ref = key.partition(":")
    if not platform or not ref:
        raise BadDocumentError(_lt("The key must be <platform>:<number>."))
    if version <= 0:
        raise BadDocumentError(_lt("The version must be a positive whole number."))
    document = readable(document)
    items = [_item(number, item) for number, item in enumerate(_list(document, "items"), 1)]
    fees = [_fee(fee) for fee in _list(document, "fees")]
    included = [_fee(fee) for fee in _list(document, "included")]
    refunds = [_refund(number, refund) for number, refund in enumerate(_list(document, "refunds"), 1)]
    _check_lines(items)
    order, paid, granted = _order(document, items, fees, refunds)
    return {
        "key": key,
        "version": version,
        "platform": platform,
        "platform_ref": ref,
        "store_ref": _text(document.get("store_ref")) or "",
        "order": {**order, "fees": fees, "included": included, "version": version},
        "items": items,
        "refunds": refunds,
        "paid": paid,
        "granted": granted,
    }


def _order(document, items, fees, refunds):
    """(values of the order itself, paid and granted fen)."""
    totals, customer, rider = (_dict(document, name) for name in ("totals", "customer", "rider"))
    state = _one_of(document.get("state"), _STATES, "state")
    sale = document.get("sale") or False
    if sale:
        _one_of(sale, _SALES, "sale")
    paid, granted, refunded = _sums(totals, sale, items, fees, refunds)
    offer = document.get("offer")
    values = {
        "platform_view_ref": _text(document.get("platform_view_ref")),
        "state": state,
        "order_state": _one_of(document.get("order_state") or state, _STATES, "order_state"),
        "sale_state": sale,
        "consumed": bool(document.get("consumed")) and sale in ALIVE,
        "remark": _text(document.get("remark")),
        "delivery_by": _maybe(document.get("delivery_by"), _DELIVERERS),
        "reminder_ref": _text(_dict(document, "reminder").get("ref")),
        "rider_name": _text(rider.get("name")),
        "rider_phone": _text(rider.get("phone")),
        "paid_amount": yuan(paid),
        "refunded_amount": yuan(refunded),
        "whole": document.get("whole") is not False,
        "document_warning": _text(document.get("warning")),
        "timeline": _list(document, "timeline"),
        "offer": (",".join(str(name) for name in offer) or "-") if isinstance(offer, list) else False,
    }
    values.update({name: _int(document.get(name), name) for name in ("day_seq", "waimai_state", "rider_state")})
    values.update({f"customer_{name}": _text(customer.get(name)) for name in ("name", "phone", "address")})
    for name in ("original", "income", "commission", "delivery_discount"):
        values[f"{name}_amount"] = yuan(_fen(totals.get(name), f"totals.{name}"))
    for name in TIMES:
        values[name] = _time(document.get(name), name)
    return values, paid, granted


def _sums(totals, sale, items, fees, refunds):
    """(paid, granted, refunded) in fen, if they agree with the lines and the refund cases."""
    lines = sum(item["fen"] for item in items) + sum(fee["amount"] for fee in fees)
    paid = _fen(totals.get("paid", lines), "totals.paid")
    if lines != paid:
        raise BadDocumentError(
            _lt("The lines add up to %(lines)s fen, paid were %(paid)s fen.", lines=lines, paid=paid)
        )
    granted = sum(refund["fen"] for refund in refunds if refund["status"] == "granted")
    refunded = _fen(totals.get("refunded", granted), "totals.refunded")
    if sale in ("confirmed", "done") and refunded != granted:
        words = _lt(
            "The granted refunds add up to %(cases)s fen, refunded were %(total)s fen.", cases=granted, total=refunded
        )
        raise BadDocumentError(words)
    if sale in ("confirmed", "done") and granted > paid:
        words = _lt("More was refunded (%(total)s fen) than paid (%(paid)s fen).", total=granted, paid=paid)
        raise BadDocumentError(words)
    return paid, granted, refunded


def _item(number, item):
    if not isinstance(item, dict):
        raise BadDocumentError(_lt("An item must be an object."))
    quantity = _number(item.get("quantity", 1), "quantity")
    price = _fen(item.get("price"), "price")
    total = _fen(item["total"], "total") if item.get("total") is not None else round(price * quantity)
    if quantity <= 0:
        raise BadDocumentError(_lt("An item needs a quantity above 0."))
    used = _number(item.get("used", quantity), "used")
    options = item.get("options") or []
    return {
        "line": _int(item.get("line", number), "line"),
        "basket": _text(item.get("basket")),
        "name": _text(item.get("name")) or "?",
        "spec": _text(item.get("spec")),
        "sku_code": _text(item.get("sku_code")),
        "barcode": _text(item.get("barcode")),
        "platform_item": _text(item.get("platform_item")),
        "platform_sku": _text(item.get("platform_sku")),
        "quantity": quantity,
        "used": min(max(used, 0.0), quantity),
        "price": yuan(price),
        "total": yuan(total),
        "user_price": yuan(_fen(item.get("user_price"), "user_price")),
        "shop_price": yuan(_fen(item.get("shop_price"), "shop_price")),
        "box_amount": yuan(_fen(item.get("boxes"), "boxes")),
        "shop_share": yuan(_fen(item.get("shop_share"), "shop_share")),
        "platform_share": yuan(_fen(item.get("platform_share"), "platform_share")),
        "discounted": bool(item.get("discounted")),
        "options": "、".join(str(option) for option in options) if isinstance(options, list) else _text(options),
        "fen": total,
    }


def _fee(fee):
    if not isinstance(fee, dict):
        raise BadDocumentError(_lt("A fee must be an object."))
    kind = _one_of(fee.get("kind"), FEES, "fees.kind")
    return {"kind": kind, "name": _text(fee.get("name")) or "", "amount": _fen(fee.get("amount"), "fees.amount")}


def _refund(number, refund):
    if not isinstance(refund, dict):
        raise BadDocumentError(_lt("A refund must be an object."))
    amount = _fen(refund.get("amount"), "refunds.amount")
    lines = [
        {
            "line": _int(line.get("line"), "refunds.line"),
            "quantity": _number(line.get("quantity"), "refunds.quantity"),
            "amount": _fen(line.get("amount"), "refunds.amount"),
        }
        for line in _list(refund, "items")
        if isinstance(line, dict)
    ]
    if any(number < 0 for number in (amount, *(line[name] for line in lines for name in ("quantity", "amount")))):
        raise BadDocumentError(_lt("A refund gives back, it cannot be negative."))
    return {
        "key": _text(refund.get("key")) or str(number),
        "family": _one_of(refund.get("family") or "cancel", {"cancel", "return"}, "refunds.family"),
        "scope": _one_of(refund.get("scope") or "full", {"full", "part"}, "refunds.scope"),
        "status": _one_of(refund.get("status"), _STATUSES, "refunds.status"),
        "amount": yuan(amount),
        "reason": _text(refund.get("reason")),
        "appeal": bool(refund.get("appeal")),
        "requested_at": _time(refund.get("requested_at"), "requested_at"),
        "lines": lines,
        "fen": amount,
    }


def _check_lines(items):
    if len({item["line"] for item in items}) != len(items):
        raise BadDocumentError(_lt("Two items have the same line number."))


def _list(document, name):
    value = document.get(name) or []
    if not isinstance(value, list):
        raise BadDocumentError(_lt("%s must be a list.", name))
    return value


def _dict(document, name):
    value = document.get(name) or {}
    if not isinstance(value, dict):
        raise BadDocumentError(_lt("%s must be an object.", name))
    return value


def _text(value):
    # An empty text is stored as none: the unique indexes and the matching look for codes that are there.
    return str(value).strip() or False if value not in (None, False) else False


def _number(value, name):
    if value is None or value is False:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 2**53:
        raise BadDocumentError(_lt("%s must be a number.", name))
    return float(value)


def _int(value, name):
    number = _number(value, name)
    if number != int(number) or abs(number) >= 2**31:
        raise BadDocumentError(_lt("%s must be a whole number.", name))
    return int(number)


def _fen(value, name):
    number = _number(value, name)
    if number != int(number):
        raise BadDocumentError(_lt("%s must be whole fen.", name))
    return int(number)


def _one_of(value, allowed, name):
    if not isinstance(value, str) or value not in allowed:
        raise BadDocumentError(_lt("%(name)s has an unknown value: %(value)s", name=name, value=str(value)[:40]))
    return value


def _maybe(value, allowed):
    """One of the allowed words, or nothing: a word that only the screens show refuses no order."""
    return value if isinstance(value, str) and value in allowed else False


def _time(value, name):
    if not value:
        return False
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):  # the last: hours before the year 1 or after 9999
        raise BadDocumentError(_lt("%s is not an ISO 8601 time.", name)) from None
    return moment.replace(microsecond=0)
