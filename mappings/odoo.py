"""Odoo's JSON: documents out, presses and store settings in (``contract.md`` sections 2 and 4)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from connector.domain.documents import Document, DocumentItem, DocumentRefund, Moment
from connector.domain.errors import Refused, Unreadable
from connector.domain.menu import MenuItem
from connector.domain.order import Fee, Millis, OrderRef, Pressed, StoreRef
from connector.domain.table import PROGRESS, level
from mappings.fields import Count, Lenient, Text, iso, load
from mappings.wire import read


class Instant(fields.Field[Millis]):
    """ISO 8601 with a zone."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Millis:
        try:
            time = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            time = None
        if time is None:
            raise ValidationError("a time in ISO 8601 expected")
        zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
        return Millis(int(zoned.timestamp() * 1000))


def _ref(**kwargs: Any) -> Text:  # noqa: ANN401 - marshmallow's own
    return Text(validate=validate.Regexp(r"^([a-z0-9_]+:\S+)?$", error="<platform>:<number> expected"), **kwargs)


class CommandSchema(Lenient):
    """The body of ``POST /hooks/odoo``."""

    type = Text(required=True, validate=validate.Equal("command"))
    command_id = Count(required=True, least=1)
    store_ref = _ref(required=True)
    order_ref = _ref()
    action = Text(required=True, validate=validate.Length(min=1, max=64))
    args = fields.Dict(keys=fields.Str(), load_default=dict, allow_none=True)
    user_id = Count()
    pressed_at = Instant(required=True)


class StoreSchema(Lenient):
    """A row of ``waimai.store.terms()``."""

    store_ref = _ref(required=True)
    name = Text()
    app_ref = Text()
    cancel_window = Count(least=-1, load_default=-1)
    consume_at = Text(load_default="preparing", validate=validate.OneOf(PROGRESS[level("paid") :]))
    price_mode = Text(load_default="discounted")
    auto_accept = fields.Boolean(load_default=False)
    active = fields.Boolean(load_default=True)


_COMMAND, _STORE = CommandSchema(), StoreSchema()


def read_command(body: bytes) -> Pressed:
    """A press.

    Raises:
        Refused: with the path of the field that cannot be read.
    """
    try:
        data = read(body)
    except Unreadable as error:
        raise Refused(f"command: {error}") from None
    command = load(_COMMAND, data, "command")
    return Pressed(
        command_id=command["command_id"],
        store=StoreRef(command["store_ref"]),
        order=OrderRef(command["order_ref"]) if command["order_ref"] else None,
        action=command["action"],
        args=command["args"] or {},
        user_id=command["user_id"],
        pressed_at=command["pressed_at"],
    )


def read_store(row: Mapping[str, Any]) -> dict[str, Any]:
    """A store's settings, by the names of :class:`connector.ports.Store`."""
    store = load(_STORE, row, "store")
    return {"ref": StoreRef(store.pop("store_ref")), **store}


def write_document(document: Document) -> dict[str, Any]:
    """A document as ``waimai.order.sync`` takes it: money in fen, times in ISO 8601 UTC."""
    return {
        "key": document.key,
        "version": document.version,
        "store_ref": document.store,
        "platform_view_ref": document.view_ref,
        "day_seq": document.day_seq,
        "state": document.state,
        "order_state": document.order_state,
        "waimai_state": document.waimai_state,
        "rider_state": document.rider_state,
        "sale": document.sale,
        "consumed": document.consumed_at is not None,
        "consumed_at": iso(document.consumed_at),
        "placed_at": iso(document.placed_at),
        "promised_at": iso(document.promised_at),
        "accepted_at": iso(document.accepted_at),
        "completed_at": iso(document.completed_at),
        "remark": document.remark,
        "customer": {
            "name": document.customer.name,
            "phone": document.customer.phone,
            "address": document.customer.address,
        },
        "rider": {"name": document.rider.name, "phone": document.rider.phone},
        "items": [_item(item) for item in document.items],
        "fees": [_fee(fee) for fee in document.fees],
        "included": [_fee(fee) for fee in document.included],
        "refunds": [_refund(refund) for refund in document.refunds],
        "totals": {
            "paid": document.paid,
            "original": document.original,
            "income": document.income,
            "commission": document.commission,
            "refunded": document.refunded,
            "delivery_discount": document.delivery_discount,
        },
        "whole": document.whole,
        "warning": document.warning,
        "timeline": [_moment(moment) for moment in document.timeline],
        "offer": list(document.offer),
        "delivery_by": "shop" if document.own_delivery else "platform",
        "accept_by": iso(document.accept_by),
        "window_ends": iso(document.window_ends),
        "reminder": {"ref": document.reminder} if document.reminder else None,
    }


def _item(line: DocumentItem) -> dict[str, Any]:
    item = line.item
    return {
        "line": item.line,
        "basket": item.basket,
        "name": item.name,
        "sku_code": item.sku_code,
        "barcode": item.barcode,
        "platform_item": item.platform_item or item.platform_sku,
        "platform_sku": item.platform_sku,
        "spec": item.spec,
        "boxes": item.boxes,
        "quantity": item.quantity,
        "price": item.price,
        "total": item.total,
        "user_price": item.user_price,
        "shop_price": item.shop_price,
        "discounted": item.discounted,
        "options": list(item.options),
        "used": line.used,
        "shop_share": line.shop_share,
        "platform_share": line.platform_share,
    }


def _fee(fee: Fee) -> dict[str, Any]:
    return {"kind": fee.kind, "name": fee.name, "amount": fee.amount}


def _refund(refund: DocumentRefund) -> dict[str, Any]:
    case = refund.case
    return {
        "key": case.key,
        "family": case.family,
        "scope": case.scope,
        "status": case.status,
        "amount": case.amount,
        "reason": case.reason,
        "requested_at": iso(case.requested_at),
        "items": [{"line": line.line, "quantity": line.quantity, "amount": line.amount} for line in refund.lines],
    }


def write_menu(menu: Iterable[MenuItem]) -> list[dict[str, Any]]:
    """A shop's menu as ``waimai.command.report`` takes it: prices in fen, ``stock`` null if there is no limit."""
    return [
        {
            "platform_item": item.platform_item,
            "platform_sku": item.platform_sku,
            "sku_code": item.sku_code,
            "barcode": item.barcode,
            "name": item.name,
            "spec": item.spec,
            "category": item.category,
            "price": item.price,
            "on_sale": item.on_sale,
            "stock": item.stock,
        }
        for item in menu
    ]


def _moment(moment: Moment) -> dict[str, Any]:
    return {"at": iso(moment.at), "code": moment.code, "text": moment.text, "who": moment.who}
