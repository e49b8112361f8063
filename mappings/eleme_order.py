"""Ele.me's order (``OOrder``, ``eleme.md`` section 3) as content, with the platform's own arithmetic to the fen.

The customer paid ``totalPrice``; what the dishes, boxes, delivery and discounts do not explain is a ``rounding`` fee
with a warning, so that items and fees always add up to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from marshmallow import fields, validate

from connector.domain.errors import Refused
from connector.domain.money import ZERO, Money, to_yuan
from connector.domain.order import Content, Customer, Fee, FeeKind, Item, Millis
from connector.domain.pricing import unexplained
from mappings.fields import ChinaTime, Count, Lenient, Text, Yuan, load

#: The income formula is known to be up to this far off in orders of 2018 (``eleme.md`` 3.4).
_INCOME_TOLERANCE: Final = Money(100)


class NamedSchema(Lenient):
    """A spec, an attribute, an added ingredient."""

    name = Text()
    value = Text()


def _named() -> fields.List[Any]:
    return fields.List(fields.Nested(NamedSchema), load_default=list, allow_none=True)


class ItemSchema(Lenient):
    """A line of a basket (``eleme.md`` 3.2)."""

    id = Text()
    vfoodId = Text()
    skuId = Text()
    name = Text(required=True, validate=validate.Length(min=1))
    price = Yuan(required=True, validate=validate.Range(min=0))
    quantity = Count(required=True, most=100_000)
    extendCode = Text()
    barCode = Text()
    userPrice = Yuan()
    shopPrice = Yuan()
    newSpecs = _named()
    attributes = _named()
    ingredients = _named()


class ExtraSchema(Lenient):
    """A line of the extra group: boxes and such."""

    name = Text()
    price = Yuan()
    quantity = Count(load_default=1, least=0, most=100_000)
    total = Yuan(load_default=None)


class GroupSchema(Lenient):
    """A basket, or the group of extra costs."""

    name = Text()
    type = Text()
    items = fields.List(fields.Raw(), load_default=list, allow_none=True)


class OrderSchema(Lenient):
    """The order's head (``eleme.md`` 3.1)."""

    id = Text()
    orderId = Text()
    daySn = Count()
    activeAt = ChinaTime()
    createdAt = ChinaTime()
    deliverTime = ChinaTime()
    description = Text()
    groups = fields.List(fields.Nested(GroupSchema), load_default=None, allow_none=True)
    consignee = Text()
    phoneList = fields.List(Text(), load_default=list, allow_none=True)
    address = Text()
    totalPrice = Yuan(load_default=None, validate=validate.Range(min=0))
    originalPrice = Yuan(load_default=None)
    deliverFee = Yuan(load_default=None)
    packageFee = Yuan()
    hongbao = Yuan(load_default=None)
    shopPart = Yuan(load_default=None)
    elemePart = Yuan(load_default=None)
    serviceFee = Yuan(load_default=None)
    income = Yuan(load_default=None)
    merchantDeliverySubsidy = Yuan()
    downgraded = fields.Boolean(load_default=False, allow_none=True)


_ORDER, _ITEM, _EXTRA = OrderSchema(), ItemSchema(), ExtraSchema()

#: The sums of ``eleme.md`` 3.4; an order that does not tell them all is slim, and is fetched for them.
_SUMS: Final = ("originalPrice", "deliverFee", "hongbao", "shopPart", "elemePart", "serviceFee", "income")


def read_order(message: object, heard: Millis) -> tuple[str, Content | None, Millis]:
    """An order as pushed (10, 217) or as ``getOrder`` answers.

    Args:
        message: the order.
        heard: when it was sent or asked for, for one that tells no time.

    Returns:
        Its number, its content (``None`` for a slim one without lines or sum: it is to be fetched), and when it
        became effective.

    Raises:
        Refused: it cannot be read; the words name the field.
    """
    order = load(_ORDER, message, "order")
    number = order["orderId"] or order["id"]
    if not number:
        raise Refused("order: orderId: missing")
    active = order["activeAt"] or order["createdAt"] or heard
    items = tuple(_items(order["groups"] or []))
    if not items or order["totalPrice"] is None:
        return number, None, active
    whole = not order["downgraded"] and all(order[key] is not None for key in _SUMS)
    sums = {key: order[key] or ZERO for key in _SUMS}
    return number, _content({**order, **sums}, items, active, whole=whole), active


def _content(order: Mapping[str, Any], items: tuple[Item, ...], active: Millis, *, whole: bool) -> Content:
    fees = [*_boxes(order), *_delivery(order), *_discounts(order)]
    paid: Money = order["totalPrice"]
    warnings = []
    rest = unexplained(paid, items, fees)
    if rest:
        fees.append(Fee(kind="rounding", name="金额差异", amount=rest))
        warnings.append(
            f"金额差异 ¥{to_yuan(rest)}，已单列 · ¥{to_yuan(rest)} of the order's sum is not explained by its parts"
            if whole
            else "平台降级单或精简单，金额待核实 · downgraded or slim, the platform tells the parts of the sum later"
        )
    elif whole and abs(_income_gap(order)) > _INCOME_TOLERANCE and not _delivers_itself(order):
        warnings.append(f"实收与公式相差 ¥{to_yuan(_income_gap(order))} · income differs from the platform's formula")
    return Content(
        day_seq=order["daySn"],
        placed_at=order["createdAt"] or active,
        paid=paid,
        items=items,
        fees=tuple(fees),
        original=order["originalPrice"],
        income=order["income"],
        commission=Money(order["serviceFee"] + order["merchantDeliverySubsidy"]),
        promised_at=order["deliverTime"],
        remark=order["description"],
        customer=Customer(
            name=order["consignee"], phone=next(iter(order["phoneList"] or ()), ""), address=order["address"]
        ),
        whole=whole,
        warnings=tuple(warnings),
    )


def _items(groups: list[dict[str, Any]]) -> Iterator[Item]:
    number = 0
    for at, group in enumerate(groups):
        if group["type"] == "extra":
            continue
        for raw in group["items"] or ():
            number += 1
            line = load(_ITEM, raw, f"order: groups.{at}.items.{number}")
            yield Item(
                line=number,
                basket=group["name"],
                name=line["name"],
                quantity=line["quantity"],
                price=line["price"],
                total=Money(line["price"] * line["quantity"]),
                sku_code=line["extendCode"].strip(),
                barcode=line["barCode"].strip(),
                platform_item=platform_id(line["vfoodId"]) or platform_id(line["id"]),
                platform_sku=platform_id(line["skuId"]),
                user_price=line["userPrice"],
                shop_price=line["shopPrice"],
                discounted=ZERO < line["userPrice"] < line["price"],
                options=tuple(_options(line)),
            )


def _options(line: Mapping[str, Any]) -> Iterator[str]:
    for group in ("newSpecs", "attributes", "ingredients"):
        for option in line[group] or ():
            words = option["value"] or option["name"]
            if words:
                yield words


def platform_id(number: str) -> str:
    """An id of the platform; 0 and -1 stand for none (``eleme.md`` 3.2)."""
    return "" if number in {"0", "-1"} else number


def _boxes(order: Mapping[str, Any]) -> Iterator[Fee]:
    extras = [raw for group in order["groups"] if group["type"] == "extra" for raw in group["items"] or ()]
    for raw in extras:
        line = load(_EXTRA, raw, "order: extra")
        total = line["total"] if line["total"] is not None else line["price"] * line["quantity"]
        yield from _fee("box", line["name"] or "餐盒", Money(total))
    if not extras:
        yield from _fee("box", "餐盒", order["packageFee"])


def _delivery(order: Mapping[str, Any]) -> Iterator[Fee]:
    """The fee is the shop's only where the income says so; otherwise the platform delivers and keeps it."""
    kind: FeeKind = "delivery" if _delivers_itself(order) else "delivery_platform"
    yield from _fee(kind, "配送费", order["deliverFee"])


def _delivers_itself(order: Mapping[str, Any]) -> bool:
    return bool(order["deliverFee"]) and _income_gap(order) == order["deliverFee"]


def _discounts(order: Mapping[str, Any]) -> Iterator[Fee]:
    yield from _fee("discount_shop", "商家优惠", order["shopPart"])
    yield from _fee("discount_platform", "平台优惠", Money(order["elemePart"] + order["hongbao"]))


def _fee(kind: FeeKind, name: str, amount: Money) -> Iterator[Fee]:
    if amount:
        yield Fee(kind=kind, name=name, amount=amount)


def _income_gap(order: Mapping[str, Any]) -> Money:
    """Income less what the platform's formula gives (``eleme.md`` 3.4, delivery by the platform)."""
    parts = ("shopPart", "serviceFee", "merchantDeliverySubsidy")
    expected = order["originalPrice"] - order["deliverFee"] + sum(order[part] for part in parts)
    return Money(order["income"] - expected)
