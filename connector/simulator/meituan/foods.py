"""The calls about the menu (platform page 7): list, codes written back, on and off sale, stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.errors import PlatformError
from connector.simulator.units import yuan

from .errors import NO_ITEM, NO_SKU, badly_formed
from .given import integer, rows, shop_of, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.simulator.config import MeituanApp
    from connector.simulator.menu import Entry, Menu

    from .platform import Meituan

    Given = Mapping[str, str]
    Call = Callable[[Meituan, MeituanApp, Given], object]

OK = "ok"
CATEGORY = "招牌面饭"
UNLIMITED = "*"
ON_SALE, OFF_SALE = "0", "1"
LARGEST_PAGE = 200


def _code(entries: list[Entry]) -> str:
    """`app_food_code`: the merchant's, the name if he never set one."""
    return entries[0].spu or entries[0].dish.name


def _spec(entry: Entry) -> str:
    return "".join(value for _, value in entry.dish.specs)


def _sku(entry: Entry) -> dict[str, object]:
    return {
        "sku_id": entry.code,
        "spec": _spec(entry),
        "upc": "",
        "stock": UNLIMITED if entry.stock is None else str(entry.stock if entry.on_sale else 0),
        "price": f"{yuan(entry.dish.price):.2f}",
        "location_code": "",
        "box_num": "1",
        "box_price": f"{yuan(100):.2f}",
    }


def _row(shop: str, entries: list[Entry]) -> dict[str, object]:
    return {
        "app_poi_code": shop,
        "app_food_code": _code(entries),
        "name": entries[0].dish.name,
        "price": min(yuan(entry.dish.price) for entry in entries),
        "unit": "份",
        "box_num": 1.0,
        "box_price": yuan(100),
        "category_name": CATEGORY,
        "is_sold_out": int(not any(entry.on_sale for entry in entries)),
        "skus": [_sku(entry) for entry in entries],
    }


def _list(world: Meituan, app: MeituanApp, given: Given) -> list[dict[str, object]]:
    shop = shop_of(world, app, given)
    found = [_row(shop.id, entries) for entries in world.menus[shop.id].products().values()]
    first, most = integer(given, "offset", 0), integer(given, "limit", LARGEST_PAGE)
    return found[first : first + most]


def _product(menu: Menu, code: str) -> list[Entry]:
    for entries in menu.products().values():
        if _code(entries) == code:
            return entries
    raise PlatformError(NO_ITEM, "不存在此菜品")


def _get(world: Meituan, app: MeituanApp, given: Given) -> dict[str, object]:
    shop = shop_of(world, app, given)
    return _row(shop.id, _product(world.menus[shop.id], text(given, "app_food_code")))


def _chosen(menu: Menu, row: Mapping[str, object]) -> list[tuple[Entry, Mapping[str, object]]]:
    """The entries that a row of `food_data` names; without skus all of its food."""
    entries = _product(menu, str(row.get("app_food_code", "")))
    skus = row.get("skus")
    if not isinstance(skus, list) or not skus:
        return [(entry, {}) for entry in entries]
    found: list[tuple[Entry, Mapping[str, object]]] = []
    for sku in skus:
        if not isinstance(sku, dict):
            raise badly_formed("food_data")
        matching = [entry for entry in entries if entry.code == sku.get("sku_id")]
        if not matching:
            raise PlatformError(NO_SKU, "不存在此 sku")
        found.append((matching[0], sku))
    return found


def _named(world: Meituan, app: MeituanApp, given: Given) -> list[tuple[Entry, Mapping[str, object]]]:
    menu = world.menus[shop_of(world, app, given).id]
    return [pair for row in rows(given, "food_data") for pair in _chosen(menu, row)]


def _sell_status(world: Meituan, app: MeituanApp, given: Given) -> str:
    status = text(given, "sell_status")
    if status not in (ON_SALE, OFF_SALE):
        raise badly_formed("sell_status")
    for entry, _ in _named(world, app, given):
        entry.on_sale = status == ON_SALE
    return OK


def _stock(world: Meituan, app: MeituanApp, given: Given) -> str:
    named = _named(world, app, given)
    amounts = [str(sku.get("stock", "")) for _, sku in named]
    if not all(amount == UNLIMITED or amount.isdecimal() for amount in amounts):
        raise badly_formed("food_data")
    for (entry, _), amount in zip(named, amounts, strict=True):
        entry.stock = None if amount == UNLIMITED else int(amount)
    return OK


def _write(entries: list[Entry], spec: Entry | None, given: Given) -> str:
    for entry in entries:
        entry.spu = text(given, "app_food_code")
    if spec is not None and given.get("sku_id"):
        spec.code = given["sku_id"]
    return OK


def _code_by_name(world: Meituan, app: MeituanApp, given: Given) -> str:
    """By name, category and spec: the tool for a shop without codes."""
    menu = world.menus[shop_of(world, app, given).id]
    if given["category_name"] != CATEGORY:
        raise PlatformError("706", "不存在此菜品分类")
    for entries in menu.products().values():
        for entry in entries:
            if entry.dish.name == given["name"] and _spec(entry) == given.get("spec", ""):
                return _write(entries, entry, given)
    raise PlatformError(NO_ITEM, "不存在此菜品")


def _code_by_origin(world: Meituan, app: MeituanApp, given: Given) -> str:
    """By the present codes."""
    menu = world.menus[shop_of(world, app, given).id]
    entries = _product(menu, text(given, "app_food_code_origin"))
    origin = given.get("sku_id_origin")
    spec = next((entry for entry in entries if origin is not None and entry.code == origin), None)
    if origin is not None and spec is None:
        raise PlatformError(NO_SKU, "不存在此 sku")
    return _write(entries, spec or (entries[0] if len(entries) == 1 else None), given)


SHOP = ("app_poi_code",)
DATA = (*SHOP, "food_data")
FOODS: dict[str, tuple[tuple[str, ...], Call]] = {
    "food/list": (SHOP, _list),
    "food/get": ((*SHOP, "app_food_code"), _get),
    "food/sku/sellStatus": ((*DATA, "sell_status"), _sell_status),
    "food/sku/stock": (DATA, _stock),
    "food/updateAppFoodCodeByNameAndSpec": ((*SHOP, "name", "category_name", "app_food_code"), _code_by_name),
    "food/updateAppFoodCodeByOrigin": ((*SHOP, "app_food_code_origin", "app_food_code"), _code_by_origin),
}
