"""`/sim/…`: plays the people of the simulated world and tells what really happened (JSON, loopback only).

Orders and plays stand here; the platforms themselves (shops, menus, switches, pushes) in `control_platforms.py`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from . import asked, control_platforms, params, truth
from .catalogue import DISHES, MATERIALS
from .eleme.bodies import DELIVERY
from .eleme.order import Order as ElemeOrder
from .eleme.rides import possible as eleme_ride
from .errors import ORDER_UNKNOWN, VALIDATION_FAILED, PlatformError
from .guard import guard, here
from .kinds import KINDS
from .meituan.moves import RIDES
from .meituan.moves import possible as meituan_ride
from .meituan.order import Order as MeituanOrder
from .play import PLANS, play, play_plan
from .units import day

if TYPE_CHECKING:
    from .acting import Act
    from .order import AnyOrder
    from .play import Played

control = Blueprint("control", __name__, url_prefix="/sim")
control.before_request(guard)
control.register_blueprint(control_platforms.platforms)
WHEN = ("at", "ago")
FASTEST = 60
BOTH = "both"


def _window() -> int:
    return request.args.get("window", here().config.free_cancel_seconds, type=int)


def _row(order: AnyOrder) -> dict[str, object]:
    world = here()
    return truth.row(order, _window(), world.now())


def _played(played: Played) -> dict[str, object]:
    return {
        "orderId": played.order_id,
        "shop": played.shop_id,
        "kind": played.kind,
        "scenario": played.scenario,
        "refused": played.refused,
    }


@control.app_errorhandler(PlatformError)
def _refused(error: PlatformError) -> tuple[Response, int]:
    status = {VALIDATION_FAILED: 400, ORDER_UNKNOWN: 404}.get(error.code, 409)
    return jsonify(error={"code": error.code, "message": error.message}), status


@control.get("/orders")
def orders() -> Response:
    """Every order as it really is, and the sums of each shop; `window`, `shop`, `platform`, `day` in the query."""
    world, window = here(), _window()
    with world.lock:
        now, chosen = world.now(), _chosen()
        rows = [_row(order) for found in chosen.values() for order in found]
        sums = {str(ref): truth.totals(found, window, now) for ref, found in chosen.items()}
    rows.sort(key=lambda row: int(str(row["placed"])))
    return jsonify(orders=rows, shops=sums, window=window)


def _chosen() -> dict[int | str, list[AnyOrder]]:
    """The orders of the shops that the query names."""
    world, date = here(), request.args.get("day")
    shop, platform = request.args.get("shop"), request.args.get("platform")
    return {
        ref: [order for order in found if date in (None, day(order.placed_at))]
        for ref, found in world.by_shop.items()
        if shop in (None, str(ref)) and platform in (None, world.shop_platform(ref).name)
    }


@control.get("/days/<date>")
def of_day(date: str) -> Response:
    """Each shop's own list of a business day `yyyy-MM-dd` (or `today`): numbers, ids, money as the platform has it."""
    world = here()
    with world.lock:
        wanted = day(world.now()) if date == "today" else date
        rows = [
            {"shop": ref, "platform": world.shop_platform(ref).name, **truth.of_day(found, wanted)}
            for ref, found in world.by_shop.items()
        ]
    return jsonify(day=wanted, shops=rows)


@control.get("/orders/<order_id>")
def order(order_id: str) -> Response:
    """One order as it really is."""
    world = here()
    with world.lock:
        return jsonify(_row(world.order(order_id)))


def codes(order: AnyOrder) -> list[int]:
    """The news that the order's rider can bring next."""
    if isinstance(order, MeituanOrder):
        return [code for code in RIDES if meituan_ride(order, code)]
    return [code for code in DELIVERY if isinstance(order, ElemeOrder) and eleme_ride(order, code)]


def _act(act: Act) -> dict[str, object]:
    return {"act": act.name, "actor": act.actor.name, "asks": act.asks, "zh": act.zh, "en": act.en}


def shown_acts(order: AnyOrder) -> dict[str, object]:
    """What can be done to an order now, with what each act asks for; the rider's next news, unanswered reminders."""
    offered = here().order_platform(order.id).offered(order)
    open_reminders = [one.number for one in order.reminders if one.replied_at is None]
    return {"acts": [_act(act) for act in offered], "codes": codes(order), "reminders": open_reminders}


@control.get("/orders/<order_id>/acts")
def acts(order_id: str) -> Response:
    """What can be done to the order now, by whom, and what each act asks for; `codes` are the rider's next news."""
    world = here()
    with world.lock:
        found = world.order(order_id)
        return jsonify(orderId=order_id, platform=found.platform, **shown_acts(found))


@control.post("/orders")
def place() -> Response:
    """A customer orders: `shop`, and `kind` or `items`; `at` or `ago` for another moment than now."""
    given, world = asked.given(), here()
    shop = asked.ref(given.get("shop"))
    kind = "items" if "items" in given else asked.kind(given)
    return jsonify(_row(world.place(shop, asked.content(given, shop), kind=kind, at=asked.moment(given))))


@control.post("/orders/<order_id>/<act>")
def move(order_id: str, act: str) -> Response:
    """Somebody does `act` to an order, with the act's arguments in the body."""
    given, world = asked.given(), here()
    args = {name: value for name, value in given.items() if name not in WHEN}
    at = asked.moment(given) if any(name in given for name in WHEN) else None
    return jsonify(_row(world.act(order_id, act, args, at=at)))


@control.post("/scenarios/<name>")
def scenario(name: str) -> Response:
    """Plays a scenario: `shop`, `kind`, `ago` (default: long enough to be over), `merchant` false to leave out."""
    given, world = asked.given(), here()
    shop = asked.ref(given.get("shop"))
    found = world.shop_platform(shop).scenarios
    if name not in found:
        raise PlatformError(VALIDATION_FAILED, f"没有这个剧本 {name}")
    kind = params.word({"kind": "several", **given}, "kind", tuple(KINDS))
    start, merchant = asked.moment(given, found[name].length), asked.flag(given, "merchant", default=True)
    played = play(world, found[name], shop, kind, start=start, merchant=merchant)
    world.tick()
    return jsonify(_played(played))


@control.post("/plan")
def plan() -> Response:
    """Plays the lunch rush: `platform` `eleme` (default), `meituan` or `both`, `ago`, `merchant`, `pace`."""
    given, world = asked.given(), here()
    merchant = asked.flag(given, "merchant", default=True)
    pace = params.between({"pace": 1, **given}, "pace", 1, FASTEST)
    wanted = params.word({"platform": "eleme", **given}, "platform", (*PLANS, BOTH))
    played: list[Played] = []
    for name in PLANS if wanted == BOTH else (wanted,):
        chosen, length = PLANS[name]
        start = asked.moment(given, -(-length // pace))
        played += play_plan(world, chosen, start=start, platform=name, merchant=merchant, pace=pace)
    world.tick()
    return jsonify(orders=[_played(entry) for entry in played])


@control.get("/plays")
def plays() -> Response:
    """Everything that was put on the agenda, with the steps that the platform did not allow."""
    return jsonify([_played(played) for played in list(here().plays)])


@control.get("/catalogue")
def catalogue() -> Response:
    """The menu with recipes in grams, the materials, and what can be played; Meituan's own under `platforms`."""
    own = {
        name: {
            "acts": [_act(act) for act in platform.acts.values()],
            "scenarios": {entry.name: {"zh": entry.zh, "en": entry.en} for entry in platform.scenarios.values()},
        }
        for name, platform in here().platforms.items()
    }
    eleme = here().eleme
    return jsonify(
        dishes=[{**dataclasses.asdict(dish), "title": dish.title} for dish in DISHES.values()],
        materials=MATERIALS,
        kinds={kind.name: {"zh": kind.zh, "en": kind.en, "platform": kind.platform} for kind in KINDS.values()},
        acts={act.name: {"actor": act.actor.name, "asks": act.asks} for act in eleme.acts.values()},
        scenarios=own["eleme"]["scenarios"],
        platforms=own,
    )
