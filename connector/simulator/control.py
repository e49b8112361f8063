"""`/sim/…`: plays the people of the simulated world and tells what really happened (JSON, loopback only)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from . import params, truth
from .acts import ACTS
from .catalogue import DISHES, MATERIALS
from .errors import ORDER_UNKNOWN, VALIDATION_FAILED, PlatformError
from .guard import guard, here
from .kinds import KINDS, at_random, of_items
from .play import LUNCH, LUNCH_SECONDS, play, play_plan
from .scenarios import SCENARIOS
from .units import SECOND

if TYPE_CHECKING:
    from .content import Content
    from .play import Played
    from .push import Sent

control = Blueprint("control", __name__, url_prefix="/sim")
control.before_request(guard)
WHEN = ("at", "ago")
RANDOM = "random"
FASTEST = 60


def _given() -> dict[str, object]:
    if not request.get_data():
        return {}
    given = request.get_json(silent=True, force=True)
    if not isinstance(given, dict):
        raise PlatformError(VALIDATION_FAILED, "请求应为 JSON 对象")
    return given


def _moment(given: dict[str, object], ago: int = 0) -> int:
    """`at` in milliseconds, or `ago` seconds before now."""
    if "at" in given:
        return params.integer(given, "at")
    return here().now() - params.integer(given, "ago", ago) * SECOND


def _flag(given: dict[str, object], name: str, *, default: bool) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise PlatformError(VALIDATION_FAILED, f"参数 {name} 不正确")
    return value


def _kind(given: dict[str, object]) -> str:
    return params.word({"kind": "plain", **given}, "kind", (*KINDS, RANDOM))


def content(given: dict[str, object]) -> Content:
    """What to buy: `items`, or a `kind` by name, or the kind `random`."""
    if "items" in given:
        return of_items(given)
    kind = _kind(given)
    if kind != RANDOM:
        return KINDS[kind].content
    return at_random(here().draws("content", len(here().orders)))


def _window() -> int:
    return request.args.get("window", here().config.free_cancel_seconds, type=int)


def _played(played: Played) -> dict[str, object]:
    return {
        "orderId": played.order_id,
        "shop": played.shop_id,
        "kind": played.kind,
        "scenario": played.scenario,
        "refused": played.refused,
    }


def _sent(sent: Sent) -> dict[str, object]:
    return {
        "requestId": sent.request_id,
        "type": sent.kind,
        "orderId": sent.order_id,
        "shop": sent.shop_id,
        "attempt": sent.attempt,
        "at": sent.at,
        "forms": sent.forms,
        "status": sent.status,
        "answer": sent.answer,
        "ok": sent.ok,
    }


@control.errorhandler(PlatformError)
def _refused(error: PlatformError) -> tuple[Response, int]:
    status = {VALIDATION_FAILED: 400, ORDER_UNKNOWN: 404}.get(error.code, 409)
    return jsonify(error={"code": error.code, "message": error.message}), status


@control.get("/orders")
def orders() -> Response:
    """Every order as it really is, and the sums of each shop; `window` and `shop` in the query."""
    world, window, only = here(), _window(), request.args.get("shop", type=int)
    with world.lock:
        now = world.now()
        shops = [shop_id for shop_id in world.shops if only in (None, shop_id)]
        rows = [truth.row(order, window, now) for order in world.orders.values() if order.shop.id in shops]
        sums = {str(shop_id): truth.totals(world.by_shop[shop_id], window, now) for shop_id in shops}
    return jsonify(orders=rows, shops=sums, window=window)


@control.get("/shops")
def shops() -> Response:
    """The shops, by the application that they belong to."""
    return jsonify([{"id": shop.id, "name": shop.name, "appId": app.app_id} for app, shop in here().shops.values()])


@control.get("/orders/<order_id>")
def order(order_id: str) -> Response:
    """One order as it really is."""
    world = here()
    with world.lock:
        return jsonify(truth.row(world.order(order_id), _window(), world.now()))


@control.post("/orders")
def place() -> Response:
    """A customer orders: `shop`, and `kind` or `items`; `at` or `ago` for another moment than now."""
    given, world = _given(), here()
    kind = "items" if "items" in given else _kind(given)
    placed = world.place(params.integer(given, "shop"), content(given), kind=kind, at=_moment(given))
    return jsonify(truth.row(placed, _window(), world.now()))


@control.post("/orders/<order_id>/<act>")
def move(order_id: str, act: str) -> Response:
    """Somebody does `act` (`GET /sim/acts`) to an order, with the act's arguments in the body."""
    given, world = _given(), here()
    args = {name: value for name, value in given.items() if name not in WHEN}
    at = _moment(given) if any(name in given for name in WHEN) else None
    moved = world.act(order_id, act, args, at=at)
    return jsonify(truth.row(moved, _window(), world.now()))


@control.post("/scenarios/<name>")
def scenario(name: str) -> Response:
    """Plays a scenario: `shop`, `kind`, `ago` (default: long enough to be over), `merchant` false to leave out."""
    given, world = _given(), here()
    if name not in SCENARIOS:
        raise PlatformError(VALIDATION_FAILED, f"没有这个剧本 {name}")
    chosen, kind = SCENARIOS[name], params.word({"kind": "several", **given}, "kind", tuple(KINDS))
    start, merchant = _moment(given, chosen.length), _flag(given, "merchant", default=True)
    played = play(world, chosen, params.integer(given, "shop"), kind, start=start, merchant=merchant)
    world.tick()
    return jsonify(_played(played))


@control.post("/plan")
def plan() -> Response:
    """Plays the lunch rush of thirty orders: `ago` (default: long enough to be over), `merchant`, `pace`."""
    given, world = _given(), here()
    merchant, pace = _flag(given, "merchant", default=True), params.between({"pace": 1, **given}, "pace", 1, FASTEST)
    start = _moment(given, -(-LUNCH_SECONDS // pace))
    played = play_plan(world, LUNCH, start=start, merchant=merchant, pace=pace)
    world.tick()
    return jsonify(orders=[_played(entry) for entry in played])


@control.get("/plays")
def plays() -> Response:
    """Everything that was put on the agenda, with the steps that the platform did not allow."""
    return jsonify([_played(played) for played in list(here().plays)])


@control.get("/switches")
def switches() -> Response:
    """What is set to go wrong, by application."""
    return jsonify(here().board.shown())


@control.post("/switches")
def switch() -> Response:
    """Changes switches of one application (`app_id`) or of all; names and meanings in `switches.py`."""
    world = here()
    with world.lock:
        world.board.change(_given())
    return switches()


@control.get("/pushes")
def pushes() -> Response:
    """The deliveries so far with their answers, newest last; `order` and `failed` in the query choose."""
    world, only = here(), request.args.get("order")
    log = [sent for sent in list(world.pusher.log) if only in (None, sent.order_id)]
    if "failed" in request.args:
        log = [sent for sent in log if not sent.ok]
    missing = {str(app.app_id): world.pusher.not_reached_count(app) for app in world.config.accounts}
    rows = [_sent(sent) for sent in log]
    return jsonify(waiting=world.pusher.waiting(), notReached=missing, log=rows)


@control.post("/pushes/drain")
def drain() -> Response:
    """Does what is due by the clock and delivers what is due, now; gives the number of deliveries."""
    world = here()
    world.tick()
    return jsonify(delivered=world.pusher.drain())


@control.post("/check")
def check() -> Response:
    """The reachability check of the console, for every application."""
    world = here()
    return jsonify({str(app.app_id): world.pusher.check(app) for app in world.config.accounts})


@control.post("/tokens/expire")
def expire() -> Response:
    """Ends every access token at once."""
    world = here()
    with world.lock:
        world.tokens.expire()
    return jsonify(ok=True)


@control.post("/shops/<int:shop_id>/<any(remove, restore):change>")
def authorisation(shop_id: int, change: str) -> Response:
    """The merchant takes the authorisation of a shop away (100) or gives it back."""
    if change == "remove":
        here().remove_authorisation(shop_id)
    else:
        here().restore_authorisation(shop_id)
    return jsonify(ok=True)


@control.get("/catalogue")
def catalogue() -> Response:
    """The menu with recipes in grams, the materials, and what can be played."""
    return jsonify(
        dishes=[{**dataclasses.asdict(dish), "title": dish.title} for dish in DISHES.values()],
        materials=MATERIALS,
        kinds={kind.name: {"zh": kind.zh, "en": kind.en} for kind in KINDS.values()},
        acts={act.name: {"actor": act.actor.name, "asks": act.asks} for act in ACTS.values()},
        scenarios={entry.name: {"zh": entry.zh, "en": entry.en} for entry in SCENARIOS.values()},
    )
