"""Meituan's order object (``meituan.md`` chapter 4) as content; pushes and ``getOrderDetail`` have the same names.

In a push every value is text, JSON included; in an answer they are real types. Money is yuan but for the few fields
that say fen. Nothing is rounded away here: what the parts do not explain of the sum, :mod:`connector.domain.pricing`
shows as a line of its own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from marshmallow import validate

from connector.domain.money import Money
from connector.domain.order import Content, Customer, Fee, Item, Millis
from connector.domain.pricing import unexplained
from mappings.fields import Count, Epoch, Json, Lenient, Text, Yuan, load
from mappings.meituan_money import fee, promotions, receipt

#: 5.5: the shop's own riders, with or without a system of theirs.
OWN_RIDERS: Final = frozenset({"0000", "00009002", "00009003"})
#: 4.1: whoever delivers otherwise, the shop may only show the masked address.
_SEES_ADDRESS: Final = frozenset({"", "0000", "5001", "00009003"})
#: 4.1, ``incmp_modules``: what may be missing without touching lines or money (member, address, partial-refund items).
_HARMLESS: Final = frozenset({"3", "6", "9"})
_DEGRADED: Final = "-1"
_PICK_UP: Final = "到店自取"
_PRIVACY: Final = "收餐人隐私号"
_BLANK_BEFORE_TITLE: Final = re.compile(r"\s+(?=[(（])")
_SLIM: Final = "平台降级单，金额待核实 · downgraded, the platform tells the rest of it later"


class LineSchema(Lenient):
    """A line of ``detail`` (4.2); ``box_num`` is that of the whole line and may be a fraction."""

    app_food_code = Text()
    food_name = Text()
    sku_id = Text()
    upc = Text()
    quantity = Count(required=True, most=100_000)
    price = Yuan(required=True, validate=validate.Range(min=0))
    actual_price = Yuan()
    original_price = Yuan()
    box_num = Yuan(validate=validate.Range(min=0))  # in hundredths, as fen are of yuan
    box_price = Yuan(validate=validate.Range(min=0))
    spec = Text()
    food_property = Text()
    cart_id = Count(least=-(2**31))


class OrderSchema(Lenient):
    """The head (4.1), as far as it is read."""

    wm_order_id_view = Text()
    recipient_address = Text()
    recipient_address_desensitization = Text()
    recipient_phone = Text()
    recipient_name = Text()
    shipping_fee = Yuan()
    total = Yuan(load_default=None, validate=validate.Range(min=0))
    original_price = Yuan()
    caution = Text()
    ctime = Epoch()
    delivery_time = Epoch()
    estimate_arrival_time = Epoch()
    pick_type = Text()
    day_seq = Count()
    logistics_code = Text()
    package_bag_money = Count()
    package_bag_money_yuan = Yuan()
    incmp_code = Text()
    incmp_modules = Json(list)
    detail = Json(list)
    extras = Json(list)
    poi_receive_detail = Json(dict)
    poi_receive_detail_yuan = Json(dict)


_ORDER, _LINE = OrderSchema(), LineSchema()


def read_content(order: Mapping[str, Any], heard: Millis, *, pushed: bool = False) -> Content | None:
    """An order's content; ``None`` if it has no lines or no sum (a slim push: the rest is to be fetched).

    Args:
        order: the parameters of an order push, or the object that ``getOrderDetail`` answers.
        heard: when it was sent or asked for, for one that tells no time.
        pushed: more can be asked for, so one that leaves its promotions out (4.1, any JSON text may be empty) is slim.

    Raises:
        Refused: it cannot be read; the words name the field.
    """
    head = load(_ORDER, order, "order")
    lines = [load(_LINE, raw, f"order: detail.{at}") for at, raw in enumerate(head["detail"])]
    if not lines or head["total"] is None:
        return None
    income, commission, bearers = receipt(head)
    own = head["logistics_code"] in OWN_RIDERS
    items, costs = tuple(_items(lines)), tuple(_costs(head, lines, own=own))
    fees, item_fees = promotions(head["extras"], bearers)
    untold = pushed and not order.get("extras") and unexplained(head["total"], items, costs)
    whole = not untold and not _degraded(head)
    return Content(
        day_seq=head["day_seq"],
        placed_at=head["ctime"] or heard,
        paid=head["total"],
        items=items,
        fees=(*costs, *fees),
        item_fees=item_fees,
        original=head["original_price"],
        income=income,
        commission=commission,
        promised_at=head["delivery_time"] or head["estimate_arrival_time"],
        remark=_remark(head),
        view_ref=head["wm_order_id_view"],
        customer=_customer(head),
        own_delivery=own and not _picked_up(head),
        whole=whole,
        warnings=() if whole else (_SLIM,),
    )


def _degraded(head: Mapping[str, Any]) -> bool:
    """Whether the platform left out what touches lines or money (``incmp_code`` -1)."""
    missing = {str(module) for module in head["incmp_modules"]}
    return head["incmp_code"] == _DEGRADED and not (missing and missing <= _HARMLESS)


def _items(lines: list[dict[str, Any]]) -> Iterator[Item]:
    bags = len({line["cart_id"] for line in lines}) > 1
    for number, line in enumerate(lines, start=1):
        name = line["food_name"] or line["app_food_code"] or line["sku_id"] or "商品"
        now = line["actual_price"] or line["price"]
        yield Item(
            line=number,
            basket=f"{line['cart_id'] + 1}号袋" if bags else "",
            name=name,
            quantity=line["quantity"],
            price=line["price"],
            total=Money(line["price"] * line["quantity"]),
            sku_code=sku_code(line["sku_id"], line["app_food_code"], name),
            barcode=line["upc"].strip(),
            platform_item=line["app_food_code"],
            platform_sku=line["sku_id"],
            spec=line["spec"],
            boxes=_boxes([line]),
            user_price=line["actual_price"],
            discounted=line["original_price"] > now,
            options=tuple(part.strip() for part in re.split("[,，]", line["food_property"]) if part.strip()),
        )


def sku_code(sku: str, code: str, name: str) -> str:
    """The merchant's own code of a dish: a name is none (``contract.md`` section 4, ``sku_code``).

    >>> sku_code("", "F001", "宫保鸡丁"), sku_code("", "宫保鸡丁", "宫保鸡丁")
    ('F001', '')
    """
    own = "" if code.strip() == name.strip() else code.strip()
    return sku.strip() or own


def _costs(head: Mapping[str, Any], lines: list[dict[str, Any]], *, own: bool) -> Iterator[Fee]:
    yield from fee("box", "餐盒", _boxes(lines))
    yield from fee("box", "打包袋", head["package_bag_money_yuan"] or Money(head["package_bag_money"]))
    yield from fee("delivery" if own else "delivery_platform", "配送费", head["shipping_fee"])


def _boxes(lines: list[dict[str, Any]]) -> Money:
    hundredths = sum(line["box_num"] * line["box_price"] for line in lines)
    return Money((hundredths + 50) // 100)


def _picked_up(head: Mapping[str, Any]) -> bool:
    """The customer comes for it; ``pick_type`` is only there if subscribed, the address tells it as well."""
    address: str = head["recipient_address"]
    return head["pick_type"] == "1" or address.lstrip().startswith(_PICK_UP)


def _remark(head: Mapping[str, Any]) -> str:
    said: str = head["caution"].partition(_PRIVACY)[0].strip()
    return f"{_PICK_UP} {said}".strip() if _picked_up(head) and _PICK_UP not in said else said


def _customer(head: Mapping[str, Any]) -> Customer:
    masked = head["logistics_code"] not in _SEES_ADDRESS and head["recipient_address_desensitization"]
    typed, _, found = head["recipient_address"].rpartition("@#")
    address = masked or typed or found
    return Customer(
        name=_BLANK_BEFORE_TITLE.sub("", head["recipient_name"].strip()),
        phone=head["recipient_phone"],
        address=address.strip(),
    )
