"""The actions about the menu (platform page 5.3): goods with their specs, codes written back, on and off the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.errors import PRODUCT_UNKNOWN, VALIDATION_FAILED, PlatformError
from connector.simulator.units import yuan

from .access import shop_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.simulator.config import App, Shop
    from connector.simulator.menu import Entry, Menu

    from .platform import Eleme

    Given = Mapping[str, object]
    Action = Callable[[Eleme, App, Given], object]

LARGEST_PAGE = 300
MOST_CODES = 100
MOST_STOCK = 10000
PROPERTIES = {
    "name",
    "description",
    "imageHash",
    "labels",
    "specs",
    "sellingTime",
    "attributes",
    "backCategoryId",
    "minPurchaseQuantity",
    "unit",
}


def _category(shop: Shop) -> int:
    return 9000000000 + shop.id


def _spec(entry: Entry) -> dict[str, object]:
    stock = MOST_STOCK if entry.stock is None else entry.stock
    return {
        "specId": entry.dish.sku_id,
        "name": "".join(value for _, value in entry.dish.specs),
        "price": yuan(entry.dish.price),
        "stock": stock,
        "maxStock": MOST_STOCK,
        "packingFee": yuan(100),
        "onShelf": int(entry.on_sale),
        "extendCode": entry.code,
        "barCode": "",
        "weight": 1,
        "activityLevel": 0,
        "supplyLink": None,
    }


def _item(shop: Shop, entries: list[Entry]) -> dict[str, object]:
    return {
        "id": entries[0].dish.vfood_id,
        "name": entries[0].dish.name,
        "description": "",
        "isValid": 1,
        "recentPopularity": 0,
        "categoryId": _category(shop),
        "shopId": shop.id,
        "shopName": shop.name,
        "imageUrl": "",
        "labels": {},
        "specs": [_spec(entry) for entry in entries],
        "sellingTime": None,
        "attributes": [{"name": name, "details": [value]} for name, value in entries[0].dish.attributes],
        "backCategoryId": 0,
        "minPurchaseQuantity": 1,
        "unit": "份",
    }


def _items(world: Eleme, shop: Shop) -> list[dict[str, object]]:
    return [_item(shop, entries) for entries in world.menus[shop.id].products().values()]


def _shops(world: Eleme, app: App) -> Iterator[Shop]:
    return (shop for shop in app.shops if shop.id not in world.removed)


def _by_page(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    page = given.get("queryPage")
    if not isinstance(page, dict):
        raise PlatformError(VALIDATION_FAILED, "参数 queryPage 不正确")
    shop = shop_of(world, app, page)
    limit = params.between(page, "limit", 1, LARGEST_PAGE)
    first = params.between(page, "offset", 0, 10**6)
    return _items(world, shop)[first : first + limit]


def _categories(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    shop = shop_of(world, app, given)
    named = {"id": _category(shop), "name": "招牌面饭", "description": "", "isValid": 1, "parentId": 0}
    return [{**named, "categoryType": "", "children": []}]


def _by_category(world: Eleme, app: App, given: Given) -> dict[str, object]:
    number = params.integer(given, "categoryId")
    for shop in _shops(world, app):
        if _category(shop) == number:
            return {str(item["id"]): item for item in _items(world, shop)}
    raise PlatformError(PRODUCT_UNKNOWN, "分类不存在")


def _get_item(world: Eleme, app: App, given: Given) -> dict[str, object]:
    wanted = params.integer(given, "itemId")
    for shop in _shops(world, app):
        for item in _items(world, shop):
            if item["id"] == wanted:
                return item
    raise PlatformError(PRODUCT_UNKNOWN, "商品不存在")


def _coded(menu: Menu, codes: list[str]) -> set[int]:
    return {entry.dish.product for code in codes for entry in menu.by_code(code)}


def _by_code(world: Eleme, app: App, given: Given) -> dict[str, object]:
    shop = shop_of(world, app, given)
    menu = world.menus[shop.id]
    found = _coded(menu, [params.text(given, "extendCode")])
    if not found:
        raise PlatformError(PRODUCT_UNKNOWN, "商品不存在")
    product = min(found)
    return _item(shop, menu.products()[product])


def _by_codes(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    shop = shop_of(world, app, given)
    codes = params.texts(given, "itemExtCodes")
    if len(codes) > MOST_CODES:
        raise PlatformError(VALIDATION_FAILED, "参数 itemExtCodes 不正确")
    menu = world.menus[shop.id]
    return [_item(shop, menu.products()[product]) for product in sorted(_coded(menu, codes))]


def _update(world: Eleme, app: App, given: Given) -> dict[str, object]:
    """Only what a connector writes is kept: the codes and stocks of specs, all of which must be named."""
    wanted, category = params.integer(given, "itemId"), params.integer(given, "categoryId")
    shop = next((one for one in _shops(world, app) if _category(one) == category), None)
    properties = given.get("properties")
    if shop is None or not isinstance(properties, dict) or not properties.keys() <= PROPERTIES:
        raise PlatformError(VALIDATION_FAILED, "参数 categoryId 或 properties 不正确")
    for entries in world.menus[shop.id].products().values():
        if entries[0].dish.vfood_id == wanted:
            _write(entries, params.rows(properties, "specs"))
            return _item(shop, entries)
    raise PlatformError(PRODUCT_UNKNOWN, "商品不存在")


def _write(entries: list[Entry], specs: list[dict[str, object]]) -> None:
    by_id = {entry.dish.sku_id: entry for entry in entries}
    if {spec.get("specId") for spec in specs} != by_id.keys():
        raise PlatformError(VALIDATION_FAILED, "规格不完整，未提交的规格会被删除")
    for spec in specs:
        entry = by_id[params.integer(spec, "specId")]
        entry.code = params.text(spec, "extendCode", entry.code)
        if entry.dish.number == entry.dish.product:
            entry.spu = entry.code


def _shelf(*, on_sale: bool | None = None, stock: int | None = None) -> Action:
    """On or off the shelf, filled or empty, by `specIds`."""

    def run(world: Eleme, app: App, given: Given) -> dict[str, object]:
        wanted = given.get("specIds")
        if not isinstance(wanted, list) or not wanted or not all(isinstance(one, int) for one in wanted):
            raise PlatformError(VALIDATION_FAILED, "参数 specIds 不正确")
        own = [entry for shop in _shops(world, app) for entry in world.menus[shop.id].entries.values()]
        found = [entry for entry in own if entry.dish.sku_id in wanted]
        if len(found) < len(set(wanted)):
            raise PlatformError(PRODUCT_UNKNOWN, "规格不存在")
        for entry in found:
            entry.on_sale = entry.on_sale if on_sale is None else on_sale
            entry.stock = entry.stock if stock is None else stock
        return {"failures": [], "modifies": []}

    return run


PRODUCTS: dict[str, Action] = {
    "eleme.product.category.getShopCategories": _categories,
    "eleme.product.category.getShopCategoriesWithChildren": _categories,
    "eleme.product.item.getItemsByCategoryId": _by_category,
    "eleme.product.item.getItem": _get_item,
    "eleme.product.item.queryItemByPage": _by_page,
    "eleme.product.item.getItemByShopIdAndExtendCode": _by_code,
    "eleme.product.itemV2.getItemsByExtCode": _by_codes,
    "eleme.product.item.updateItem": _update,
    "eleme.product.item.batchOnShelf": _shelf(on_sale=True),
    "eleme.product.item.batchOffShelf": _shelf(on_sale=False),
    "eleme.product.item.batchFillStock": _shelf(stock=MOST_STOCK),
    "eleme.product.item.batchClearStock": _shelf(stock=0),
}
