"""The calls about shops (platform page 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.errors import PlatformError
from connector.simulator.units import yuan

from .errors import SHOP_CONTROLLED
from .given import shop_of, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.simulator.config import MeituanApp, MeituanShop

    from .platform import Meituan

    Given = Mapping[str, str]
    Call = Callable[[Meituan, MeituanApp, Given], object]

OK = "ok"
OPEN, CLOSED = 1, 3


def _ids(world: Meituan, app: MeituanApp, _given: Given) -> list[str]:
    return [shop.id for shop in app.shops if shop.id not in world.unbound]


def _row(world: Meituan, shop: MeituanShop) -> dict[str, object]:
    return {
        "app_poi_code": shop.id,
        "name": shop.name,
        "address": "测试大洲04号站",
        "latitude": 29.774482,
        "longitude": 95.369232,
        "phone": "4000000001",
        "shipping_fee": yuan(300),
        "shipping_time": "00:00-23:59",
        "open_level": CLOSED if shop.id in world.closed else OPEN,
        "is_online": 1,
        "tag_name": "面馆",
        "city_id": 999999,
    }


def _mget(world: Meituan, app: MeituanApp, given: Given) -> list[dict[str, object]]:
    codes = text(given, "app_poi_codes").split(",")
    return [_row(world, shop_of(world, app, {"app_poi_code": code})) for code in codes]


def _open(world: Meituan, app: MeituanApp, given: Given) -> str:
    shop = shop_of(world, app, given)
    if shop.id in world.controlled:
        raise PlatformError(SHOP_CONTROLLED, "门店被平台置休，不能自行开店")
    if shop.id in world.closed:
        world.open_shop(shop.id, opens=True)
    return OK


def _close(world: Meituan, app: MeituanApp, given: Given) -> str:
    shop = shop_of(world, app, given)
    if shop.id not in world.closed:
        world.open_shop(shop.id, opens=False)
    return OK


SHOP = ("app_poi_code",)
SHOPS: dict[str, tuple[tuple[str, ...], Call]] = {
    "poi/getids": ((), _ids),
    "poi/mget": (("app_poi_codes",), _mget),
    "poi/open": (SHOP, _open),
    "poi/close": (SHOP, _close),
}
