"""What an order of Meituan costs besides its dishes: promotions by bearer, and what the shop gets (4.4 and 4.5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from marshmallow import fields

from connector.domain.money import ZERO, Money, share
from connector.domain.order import Fee, FeeKind
from mappings.fields import Count, Hint, Lenient, Text, Yuan, load

#: 4.4: promotions on single dishes; all others are of the order, its delivery or its boxes.
_ITEM_TYPES: Final = frozenset(
    str(number)
    for number in (
        *(7, 17, 20, 27, *range(31, 36), 40, 41, 43, 46, 47, 55, 56, 60, 61, *range(64, 67)),
        *(117, 118, 124, 127, 201, 202, 313, 324),
    )
)
#: 4.4: promotions on the delivery's price; so is a coupon of type 9 that says so.
_DELIVERY_TYPES: Final = frozenset(
    str(number)
    for number in (
        *(16, 18, 21, 25, 30, 36, 44, 48, 54, 59, 105, 106, 111),
        *(300, 302, 304, 316, 323, 325, 327),
    )
)
_DELIVERY_COUPON: Final = "3"


class PromotionSchema(Lenient):
    """An element of ``extras``; the shares are there only if subscribed."""

    type = Text()
    reduce_fee = Yuan()
    mt_charge = Yuan(load_default=None)
    poi_charge = Yuan(load_default=None)
    type_9_coupon_type = Hint()


class BearerSchema(Lenient):
    """An element of ``actOrderChargeByMt`` or ``…ByPoi``: fen in one variant, yuan in the other."""

    moneyCent = Count(least=-(2**31))
    money = Yuan()


def _bearers() -> fields.List[Any]:
    return fields.List(fields.Nested(BearerSchema), load_default=list, allow_none=True)


class ReceiptSchema(Lenient):
    """``poi_receive_detail``, in fen."""

    actOrderChargeByMt = _bearers()
    actOrderChargeByPoi = _bearers()
    foodShareFeeChargeByPoi = Count(least=-(2**31))
    wmPoiReceiveCent = Count(least=-(2**31), load_default=None)


class YuanReceiptSchema(Lenient):
    """``poi_receive_detail_yuan``."""

    actOrderChargeByMt = _bearers()
    actOrderChargeByPoi = _bearers()
    foodShareFeeChargeByPoi = Yuan()
    poiReceive = Yuan(load_default=None)


_PROMOTION, _RECEIPT, _YUAN_RECEIPT = PromotionSchema(), ReceiptSchema(), YuanReceiptSchema()

#: What the platform and the shop bear of all promotions together.
Bearers = tuple[Money, Money]


def receipt(head: Mapping[str, Any]) -> tuple[Money, Money, Bearers | None]:
    """What the shop gets, the platform's commission (negative), and who bears the promotions; 0 if not subscribed.

    In a paid push it is the platform's estimate. The fen variant goes before the one in yuan.
    """
    if head["poi_receive_detail"]:
        told = load(_RECEIPT, head["poi_receive_detail"], "order: poi_receive_detail")
        income, unit = told["wmPoiReceiveCent"], "moneyCent"
    elif head["poi_receive_detail_yuan"]:
        told = load(_YUAN_RECEIPT, head["poi_receive_detail_yuan"], "order: poi_receive_detail_yuan")
        income, unit = told["poiReceive"], "money"
    else:
        return ZERO, ZERO, None
    platform, shop = (
        Money(sum(abs(one[unit]) for one in told[name] or ())) for name in ("actOrderChargeByMt", "actOrderChargeByPoi")
    )
    return Money(income or 0), Money(-abs(told["foodShareFeeChargeByPoi"])), (platform, shop)


def promotions(extras: Sequence[object], bearers: Bearers | None) -> tuple[tuple[Fee, ...], tuple[Fee, ...]]:
    """Promotions of the order, and of single dishes, each as a fee of the platform's and one of the shop's.

    Args:
        extras: the elements; those without ``type`` (the ``{}`` at the end) are no promotions.
        bearers: what ``poi_receive_detail`` tells, for elements without shares.

    Raises:
        Refused: an element cannot be read.
    """
    told = [load(_PROMOTION, raw, f"order: extras.{at}") for at, raw in enumerate(extras)]
    given = [one for one in told if one["type"] and one["reduce_fee"]]
    shares = _platform_shares(given, bearers)
    return tuple(_borne(given, shares, of_items=False)), tuple(_borne(given, shares, of_items=True))


def _platform_shares(given: Sequence[Mapping[str, Any]], bearers: Bearers | None) -> list[Money]:
    """What the platform bears of each; where nobody tells it is the shop's."""
    shares = [_told(one) for one in given]
    untold = [at for at, part in enumerate(shares) if part is None]
    known = Money(sum(part for part in shares if part is not None))
    total = Money(sum(one["reduce_fee"] for one in given))
    weights = [given[at]["reduce_fee"] for at in untold]
    parts = [ZERO] * len(untold)
    if untold and bearers and sum(bearers) == total and 0 <= bearers[0] - known <= sum(weights) and min(weights) > 0:
        parts = list(share(Money(bearers[0] - known), weights))
    filled = dict(zip(untold, parts, strict=True))
    return [filled[at] if part is None else part for at, part in enumerate(shares)]


def _told(one: Mapping[str, Any]) -> Money | None:
    if one["mt_charge"] is not None:
        return Money(one["mt_charge"])
    return None if one["poi_charge"] is None else Money(one["reduce_fee"] - one["poi_charge"])


def _borne(given: Sequence[Mapping[str, Any]], shares: Sequence[Money], *, of_items: bool) -> Iterator[Fee]:
    chosen = [(one, part) for one, part in zip(given, shares, strict=True) if _on_dish(one) is of_items]
    shop = [(one, Money(one["reduce_fee"] - part)) for one, part in chosen]
    yield from _discount("discount_shop", "商家优惠", shop)
    yield from _discount("discount_platform", "平台优惠", chosen)


def _discount(kind: FeeKind, name: str, borne: Sequence[tuple[Mapping[str, Any], Money]]) -> Iterator[Fee]:
    off_delivery = Money(-sum(part for one, part in borne if _on_delivery(one)))
    yield from fee(kind, name, Money(-sum(part for _, part in borne)), off_delivery)


def _on_dish(one: Mapping[str, Any]) -> bool:
    return one["type"] in _ITEM_TYPES


def _on_delivery(one: Mapping[str, Any]) -> bool:
    return one["type"] in _DELIVERY_TYPES or (one["type"] == "9" and one["type_9_coupon_type"] == _DELIVERY_COUPON)


def fee(kind: FeeKind, name: str, amount: Money, delivery: Money = ZERO) -> Iterator[Fee]:
    """A fee, unless it is nothing."""
    if amount:
        yield Fee(kind=kind, name=name, amount=amount, delivery=delivery)
