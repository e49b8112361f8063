"""`/sim/…` about the platforms themselves: shops, menus, switches, pushes, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from . import asked, params
from .errors import VALIDATION_FAILED, PlatformError
from .guard import here

if TYPE_CHECKING:
    from .menu import Entry
    from .push import Sent

platforms = Blueprint("platforms", __name__)
ELEME_CHANGES = ("remove", "restore")
MEITUAN_CHANGES = ("open", "close", "control", "release", "bind", "unbind")


def shown_push(sent: Sent) -> dict[str, object]:
    """One delivery of `GET /sim/pushes`."""
    return {
        "requestId": sent.request_id,
        "type": sent.kind,
        "note": sent.note,
        "appId": sent.app_id,
        "orderId": sent.order_id,
        "shop": sent.shop_id,
        "attempt": sent.attempt,
        "at": sent.at,
        "forms": sent.forms,
        "status": sent.status,
        "answer": sent.answer,
        "ok": sent.ok,
    }


@platforms.get("/shops")
def shops() -> Response:
    """The shops with platform and application, Ele.me's first."""
    world = here()
    return jsonify(
        [
            {"id": shop.id, "name": shop.name, "appId": app.app_id, "platform": world.shop_platform(shop.id).name}
            for app, shop in world.shops.values()
        ]
    )


@platforms.post("/shops/<shop>/<change>")
def change_shop(shop: str, change: str) -> Response:
    """Ele.me: `remove` the authorisation (100), `restore` it.

    Meituan: `open`, `close`; `control` closed by the platform, `release`; `bind`, `unbind`.
    """
    world, ref = here(), asked.ref(shop)
    if ref not in world.shops:
        raise PlatformError(VALIDATION_FAILED, "没有这个店铺")
    if isinstance(ref, int) and change in ELEME_CHANGES:
        (world.eleme.remove_authorisation if change == "remove" else world.eleme.restore_authorisation)(ref)
    elif isinstance(ref, str) and change in ("bind", "unbind"):
        world.meituan.bind_shop(ref, bound=change == "bind")
    elif isinstance(ref, str) and change in MEITUAN_CHANGES:
        by = "BUSINESS" if change in ("open", "close") else "MEITUAN"
        world.meituan.open_shop(ref, opens=change in ("open", "release"), by=by)
    else:
        raise PlatformError(VALIDATION_FAILED, f"该平台没有这个操作 {change}")
    return jsonify(ok=True)


@platforms.post("/privacy")
def privacy() -> Response:
    """Meituan's privacy numbers fail (隐私号降级): every application is told."""
    here().meituan.downgrade_privacy()
    return jsonify(ok=True)


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "dish": entry.dish.number,
        "code": entry.code,
        "spu": entry.spu,
        "name": entry.dish.title,
        "price": entry.dish.price,
        "onSale": entry.on_sale,
        "stock": entry.stock,
    }


@platforms.get("/menu")
def menu() -> Response:
    """The menu of `shop` as the merchant keeps it on the platform."""
    world, ref = here(), asked.ref(request.args.get("shop"))
    platform = world.shop_platform(ref)
    platform.shop(ref)
    with world.lock:
        return jsonify([_entry(entry) for entry in platform.menus[ref].entries.values()])


@platforms.post("/menu")
def change_menu() -> Response:
    """The merchant changes the menu of `shop` in his own app: `code`, `onSale`, `stock` of `dish`, or of all."""
    world, given = here(), asked.given()
    ref = asked.ref(given.get("shop"))
    platform = world.shop_platform(ref)
    platform.shop(ref)
    with world.lock:
        entries = platform.menus[ref].entries
        chosen = list(entries.values())
        if "dish" in given:
            number = params.integer(given, "dish")
            if number not in entries:
                raise PlatformError(VALIDATION_FAILED, "没有这个菜品")
            chosen = [entries[number]]
        for entry in chosen:
            _change(entry, given)
        return jsonify([_entry(entry) for entry in chosen])


def _change(entry: Entry, given: dict[str, object]) -> None:
    if "code" in given:
        entry.code = params.text(given, "code")
        entry.spu = entry.code if entry.dish.number == entry.dish.product or not entry.code else entry.spu
    entry.on_sale = asked.flag(given, "onSale", default=entry.on_sale)
    if "stock" in given:
        entry.stock = None if given["stock"] is None else params.integer(given, "stock")


@platforms.get("/switches")
def switches() -> Response:
    """What is set to go wrong, by application."""
    return jsonify(here().board.shown())


@platforms.post("/switches")
def switch() -> Response:
    """Changes switches of one application (`app_id`), of a `platform`, or of all; names in the `switches.py` files."""
    world = here()
    with world.lock:
        world.board.change(asked.given())
    return switches()


@platforms.get("/pushes")
def pushes() -> Response:
    """The deliveries so far with their answers, newest last; `order`, `platform`, `failed` in the query choose."""
    world, only, platform = here(), request.args.get("order"), request.args.get("platform")
    apps = {app.app_id: name for name, one in world.platforms.items() for app in one.apps}
    log = [sent for sent in list(world.pusher.log) if only in (None, sent.order_id)]
    log = [sent for sent in log if platform in (None, apps[sent.app_id])]
    if "failed" in request.args:
        log = [sent for sent in log if not sent.ok]
    missing = {str(app_id): world.pusher.not_reached_count(app_id) for app_id in apps}
    rows = [{**shown_push(sent), "platform": apps[sent.app_id]} for sent in log]
    return jsonify(waiting=world.pusher.waiting(), notReached=missing, log=rows)


@platforms.post("/pushes/drain")
def drain() -> Response:
    """Does what is due by the clock and delivers what is due, now; gives the number of deliveries."""
    world = here()
    world.tick()
    return jsonify(delivered=world.pusher.drain())


@platforms.post("/check")
def check() -> Response:
    """The reachability check of the consoles, for every application."""
    found = [platform.check() for platform in here().platforms.values()]
    return jsonify({app_id: seen for one in found for app_id, seen in one.items()})


@platforms.post("/tokens/expire")
def expire() -> Response:
    """Ends every access token (of Ele.me) at once."""
    world = here()
    with world.lock:
        world.eleme.tokens.expire()
    return jsonify(ok=True)
