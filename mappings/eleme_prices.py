"""Activity prices of an order's dishes (``getCommodities``, ``eleme.md`` 3.2, 5.2), which no order carries itself."""

from collections.abc import Mapping
from typing import Any, Final

_PRICES: Final = ("userPrice", "shopPrice")


def with_prices(order: object, prices: object) -> object:
    """An order whose dishes have their activity prices, where they are told.

    Args:
        order: as ``getOrder`` answers.
        prices: as ``getCommodities`` answers: by food id, each with ``skuId``; anything else tells nothing.
    """
    told = [one for one in prices.values() if isinstance(one, Mapping)] if isinstance(prices, Mapping) else []
    known = {(name, str(one[name])): one for one in told for name in ("skuId", "id") if one.get(name)}
    if not known or not isinstance(order, Mapping) or not isinstance(order.get("groups"), list):
        return order
    return {**order, "groups": [_group(group, known) for group in order["groups"]]}


def _group(group: Any, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> Any:  # noqa: ANN401 - read later, by schema
    if not isinstance(group, Mapping) or not isinstance(group.get("items"), list):
        return group
    return {**group, "items": [_item(item, known) for item in group["items"]]}


def _item(item: Any, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> Any:  # noqa: ANN401 - the same
    if not isinstance(item, Mapping):
        return item
    found = known.get(("skuId", str(item.get("skuId"))), known.get(("id", str(item.get("id"))), {}))
    return {**item, **{name: found[name] for name in _PRICES if found.get(name) is not None}}
