"""The actions that read: orders, refunds, riders, reminders, shops, messages (platform page 5.2, 5.4, 5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator import params
from connector.simulator.errors import VALIDATION_FAILED, PlatformError
from connector.simulator.units import day, yuan

from . import receipt
from .access import order_of, orders_of, shop_of
from .envelope import as_list_entry, as_text
from .moves import has_open_case_of
from .order import Family, Order, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.simulator.config import App

    from .platform import Eleme

    Given = Mapping[str, object]
    Action = Callable[[Eleme, App, Given], object]

MOST_PAGES = 100
LARGEST_PAGE = 50


def _get_order(world: Eleme, app: App, given: Given) -> dict[str, object]:
    return world.read(order_of(world, app, given))


def _mget_orders(world: Eleme, app: App, given: Given) -> dict[str, object]:
    return {order.id: world.read(order) for order in orders_of(world, app, given)}


def _get_all_orders(world: Eleme, app: App, given: Given) -> dict[str, object]:
    shop = shop_of(world, app, given)
    page = params.between(given, "pageNo", 1, MOST_PAGES)
    size = params.between(given, "pageSize", 1, LARGEST_PAGE)
    wanted = day(world.now()) if given.get("date") is None else params.text(given, "date")
    found = [order for order in world.by_shop[shop.id] if day(order.placed_at) == wanted]
    found.sort(key=lambda order: (order.placed_at, order.id))
    chosen = found[(page - 1) * size : page * size]
    return {"list": [world.read(order) for order in chosen], "total": len(found)}


def _ids(chosen: Callable[[Order], bool]) -> Action:
    def run(world: Eleme, app: App, given: Given) -> list[str]:
        shop = shop_of(world, app, given)
        return [order.id for order in world.by_shop[shop.id] if chosen(order)]

    return run


def _get_refund(world: Eleme, app: App, given: Given) -> dict[str, object]:
    return receipt.refund(order_of(world, app, given))


def _mget_refunds(world: Eleme, app: App, given: Given) -> dict[str, object]:
    return {order.id: receipt.refund(order) for order in orders_of(world, app, given)}


def _delivery_records(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    order = order_of(world, app, given)
    return [receipt.ride_record(order, ride) for ride in order.rides]


def _delivery_states(world: Eleme, app: App, given: Given) -> dict[str, object]:
    orders = orders_of(world, app, given)
    return {order.id: receipt.ride_record(order, order.rides[-1]) for order in orders if order.rides}


def _reminders(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    shop = shop_of(world, app, given)
    return [
        {"reminderId": reminder.number, "orderId": order.id}
        for order in world.by_shop[shop.id]
        for reminder in order.reminders
        if reminder.replied_at is None
    ]


def _commodities(world: Eleme, app: App, given: Given) -> dict[str, dict[str, object]]:
    return receipt.commodities(order_of(world, app, given))


def _missed_entries(world: Eleme, app: App, given: Given) -> list[dict[str, object]]:
    _check_app(app, given)
    return [as_list_entry(push) for push in world.not_reached(app)]


def _missed_texts(world: Eleme, app: App, given: Given) -> list[str]:
    _check_app(app, given)
    return [as_text(push) for push in world.not_reached(app)]


def _check_app(app: App, given: Given) -> None:
    if params.integer(given, "appId") != app.app_id:
        raise PlatformError(VALIDATION_FAILED, "参数 appId 不正确")


def _get_user(world: Eleme, app: App, _given: Given) -> dict[str, object]:
    shops = [{"id": shop.id, "name": shop.name} for shop in app.shops if shop.id not in world.removed]
    return {"userId": app.user_id, "userName": f"user{app.app_id}", "authorizedShops": shops}


def _get_shop(world: Eleme, app: App, given: Given) -> dict[str, object]:
    shop = shop_of(world, app, given)
    return {
        "id": shop.id,
        "name": shop.name,
        "openId": shop.open_id,
        "isOpen": 1,
        "busyLevel": "busyLevelFree",
        "packingFee": yuan(100),
        "agentFee": yuan(300),
        "phones": [],
        "latitude": 31.2304,
        "longitude": 121.4737,
        "invoice": 1,
        "onlinePayment": 1,
    }


READING: dict[str, Action] = {
    "eleme.order.getOrder": _get_order,
    "eleme.order.mgetOrders": _mget_orders,
    "eleme.order.getAllOrders": _get_all_orders,
    "eleme.order.getUnprocessOrders": _ids(lambda order: order.status is Status.UNPROCESSED),
    "eleme.order.getCancelOrders": _ids(lambda order: has_open_case_of(order, Family.CANCEL)),
    "eleme.order.getRefundOrders": _ids(lambda order: has_open_case_of(order, Family.RETURN)),
    "eleme.order.getRefundOrder": _get_refund,
    "eleme.order.mgetRefundOrders": _mget_refunds,
    "eleme.order.getDeliveryStateRecord": _delivery_records,
    "eleme.order.batchGetDeliveryStates": _delivery_states,
    "eleme.order.getUnreplyReminders": _reminders,
    "eleme.order.getCommodities": _commodities,
    "eleme.message.getNonReachedOMessages": _missed_entries,
    "eleme.message.getNonReachedMessages": _missed_texts,
    "eleme.user.getUser": _get_user,
    "eleme.shop.getShop": _get_shop,
}
