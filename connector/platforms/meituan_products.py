"""A shop's menu at Meituan: read it, write our codes to it, take dishes off sale (``meituan.md`` chapter 7)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.menu import MenuItem
from connector.platforms.meituan_api import MeituanApi, Outcome
from mappings.meituan_menu import read_foods
from mappings.wire import write

_PAGE: Final = 200
#: No menu has so many pages; a platform that ignores ``offset`` would be asked for ever.
_PAGES: Final = 50
_ON, _OFF = "0", "1"

Rows = Sequence[Mapping[str, Any]]


def read_menu(api: MeituanApi, shop: str) -> tuple[MenuItem, ...]:
    """The whole menu.

    Raises:
        Unavailable: no answer.
        Refused: the platform does not tell it.
    """
    found: dict[MenuItem, None] = {}
    for page in range(_PAGES):
        outcome = api.get("food/list", app_poi_code=shop, offset=str(page * _PAGE), limit=str(_PAGE))
        if outcome.code:
            raise Refused(f"{outcome.words} ({outcome.code})")
        foods = outcome.result
        found |= dict.fromkeys(read_foods(foods))
        if not isinstance(foods, list) or len(foods) < _PAGE:
            break
    return tuple(found)


def _push_code(api: MeituanApi, shop: str, rows: Rows) -> Iterator[Outcome]:
    """Write codes, one call for each spec.

    A dish has one code for itself and one for each spec. What has codes is named by them; what has none, by its name,
    and is then called by the code of its first spec.
    """
    dishes: dict[tuple[str, str], str] = {}
    for row in rows:
        name, item, sku = _text(row, "name"), _text(row, "platform_item"), _text(row, "platform_sku")
        code, category = _text(row, "code"), _text(row, "category")
        if item and sku and item != name:
            yield api.post(
                "food/updateAppFoodCodeByOrigin",
                app_poi_code=shop,
                app_food_code_origin=item,
                app_food_code=item,
                sku_id_origin=sku,
                sku_id=code,
            )
            continue
        dish = dishes.setdefault((name, category), item if item and item != name else code)
        yield api.post(
            "food/updateAppFoodCodeByNameAndSpec",
            app_poi_code=shop,
            name=name,
            category_name=category,
            spec=_text(row, "spec"),
            app_food_code=dish,
            sku_id=code,
        )


def _sell(status: str) -> Callable[[MeituanApi, str, Rows], Iterator[Outcome]]:
    def run(api: MeituanApi, shop: str, rows: Rows) -> Iterator[Outcome]:
        dishes: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            code = _text(row, "platform_item") or _text(row, "name")
            dishes.setdefault(code, []).append({"sku_id": _text(row, "platform_sku")})
        food = [{"app_food_code": code, "skus": skus} for code, skus in dishes.items()]
        yield api.post("food/sku/sellStatus", app_poi_code=shop, food_data=write(food), sell_status=status)

    return run


#: What is pressed on a shop.
PRODUCT_CALLS: Final = {"push_code": _push_code, "off_sale": _sell(_OFF), "on_sale": _sell(_ON)}


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")
