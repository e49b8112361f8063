"""A shop's menu at Ele.me: read it, write our codes to it, take dishes off the shelf (``eleme.md`` 5.3)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.menu import MenuItem
from connector.platforms.eleme_api import ElemeApi, Outcome
from mappings.eleme_menu import read_categories, read_goods

_PAGE: Final = 100
#: No menu has so many pages; a platform that ignores ``offset`` would be asked for ever.
_PAGES: Final = 100
#: Members of an item that ``updateItem`` takes as ``properties``; what it is not given may be lost.
_KEPT: Final = (
    *("name", "description", "labels", "sellingTime", "attributes"),
    *("backCategoryId", "minPurchaseQuantity", "unit"),
)

Rows = Sequence[Mapping[str, Any]]


def read_menu(api: ElemeApi, shop: str) -> tuple[MenuItem, ...]:
    """The whole menu.

    Raises:
        Unavailable: no answer.
        Refused: the platform does not tell it.
    """
    number = _number(shop)
    categories = read_categories(_result(api, "eleme.product.category.getShopCategories", {"shopId": number}))
    found: dict[MenuItem, None] = {}
    for page in range(_PAGES):
        asked = {"shopId": number, "offset": page * _PAGE, "limit": _PAGE}
        goods = _result(api, "eleme.product.item.queryItemByPage", {"queryPage": asked})
        found |= dict.fromkeys(read_goods(goods, categories))
        if len(goods.get("list", ()) if isinstance(goods, Mapping) else goods) < _PAGE:
            break
    return tuple(found)


def _push_code(api: ElemeApi, rows: Rows) -> Iterator[Outcome]:
    """Write codes: each item is read and sent back with **all** its specs, since a shorter list may remove some."""
    items: dict[int, dict[int, str]] = {}
    for row in rows:
        codes = items.setdefault(_number(row.get("platform_item")), {})
        codes[_number(row.get("platform_sku"))] = str(row.get("code") or "")
    for item, codes in items.items():
        told = api.call("eleme.product.item.getItem", {"itemId": item})
        if told.code or not isinstance(told.result, Mapping):
            yield told if told.code else Outcome(result=None, code="getItem", words="商品无法读取 · no such item")
            continue
        goods = _numbers(told.result)
        specs = [_coded(spec, codes) for spec in goods.get("specs") or () if isinstance(spec, Mapping)]
        properties = {name: goods[name] for name in _KEPT if goods.get(name) is not None}
        params = {"itemId": item, "categoryId": goods.get("categoryId"), "properties": {**properties, "specs": specs}}
        yield api.call("eleme.product.item.updateItem", params)


def _numbers(value: Any) -> Any:  # noqa: ANN401 - somebody else's JSON
    """Prices go back as the JSON numbers that they came as: a double holds yuan and fen of a dish as they are."""
    if isinstance(value, Mapping):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


def _coded(spec: Mapping[str, Any], codes: Mapping[int, str]) -> dict[str, Any]:
    code = codes.get(int(spec["specId"])) if str(spec.get("specId")).isdecimal() else None
    return {**spec, "extendCode": code} if code is not None else dict(spec)


def _shelve(action: str) -> Callable[[ElemeApi, Rows], Iterator[Outcome]]:
    def run(api: ElemeApi, rows: Rows) -> Iterator[Outcome]:
        yield api.call(action, {"specIds": [_number(row.get("platform_sku")) for row in rows]})

    return run


#: What is pressed on a shop.
PRODUCT_CALLS: Final = {
    "push_code": _push_code,
    "off_sale": _shelve("eleme.product.item.batchOffShelf"),
    "on_sale": _shelve("eleme.product.item.batchOnShelf"),
}


def _result(api: ElemeApi, action: str, params: Mapping[str, object]) -> Any:  # noqa: ANN401 - somebody else's JSON
    outcome = api.call(action, params)
    if outcome.code:
        raise Refused(f"{outcome.words} ({outcome.code})")
    return outcome.result


def _number(value: object) -> int:
    text = str(value or "")
    if not text.isdecimal():
        raise Refused("该商品无平台编号，请先同步菜单 · a dish without the platform's number: pull the menu first")
    return int(text)
