"""Which application may see which shop and order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.errors import ACCESS_DENIED, PlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.simulator.config import App, Shop

    from .order import Order
    from .platform import Eleme


def _own(world: Eleme, app: App, shop_id: int) -> Shop:
    owner, shop = world.shop(shop_id)
    if owner != app or shop_id in world.removed:
        raise PlatformError(ACCESS_DENIED, "无权限访问该店铺")
    return shop


def shop_of(world: Eleme, app: App, given: Mapping[str, object]) -> Shop:
    """The shop named by `shopId`, if it is one of the application's and still authorised."""
    return _own(world, app, params.integer(given, "shopId"))


def order_of(world: Eleme, app: App, given: Mapping[str, object]) -> Order:
    """The order named by `orderId`, likewise."""
    order = world.order(params.text(given, "orderId"))
    _own(world, app, order.shop.id)
    return order


def orders_of(world: Eleme, app: App, given: Mapping[str, object]) -> list[Order]:
    """The orders named by `orderIds`; one unknown or foreign id fails the call."""
    return [order_of(world, app, {"orderId": identity}) for identity in params.texts(given, "orderIds")]
