"""`/`: the page on which people play the simulated world; `/page/…`: what it looks at every second.

The page itself stands in `templates/` and `static/`, plain HTML and JavaScript. Everything that changes the world goes
through `/sim/…` (`control.py`); here is only what is shown.
"""

from __future__ import annotations

import dataclasses
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request

from . import asked, params, truth, words
from .control import shown_acts
from .control_platforms import shown_push
from .errors import VALIDATION_FAILED, PlatformError
from .guard import guard, here
from .kinds import kinds_of
from .meituan.order import Order as MeituanOrder
from .units import day, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from .order import AnyOrder
    from .push import Sent
    from .world import World

page = Blueprint("page", __name__, template_folder="templates")
page.before_request(guard)
ORDERS_SHOWN = 60
PUSHES_SHOWN = 60
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@page.get("/")
def index() -> Response:
    """The page, with what never changes while the simulator runs."""
    config = here().config
    start = {
        "words": words.told(),
        "platforms": _platforms(),
        "desk": config.desk_url,
        "freeCancel": config.free_cancel_seconds,
    }
    html = render_template("simulator.html", start=current_app.json.dumps(start))
    response = make_response(html)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _platforms() -> dict[str, object]:
    world = here()
    urls = {"eleme": world.config.push_url, "meituan": world.config.meituan_push_url}
    return {
        name: {
            "pushUrl": urls[name],
            "apps": [app.app_id for app in one.apps],
            "switches": dataclasses.asdict(one.usual),
            "shops": [{"id": shop.id, "name": shop.name} for _, shop in one.shops.values()],
            "kinds": {kind.name: [kind.zh, kind.en] for kind in kinds_of(name).values()},
            "scenarios": {entry.name: [entry.zh, entry.en] for entry in one.scenarios.values()},
        }
        for name, one in world.platforms.items()
    }


@page.get("/page/live")
def live() -> Response:
    """What is going on: latest orders (of `platform`), latest deliveries (`failed` ones), counts, the `open` order."""
    world = here()
    with world.pusher.changed:
        log = list(world.pusher.log)[::-1]
    with world.lock:
        return jsonify(
            now=world.now(),
            orders=[_row(order) for order in _latest(world)],
            days=_days(world),
            waiting=world.pusher.waiting(),
            notReached=_not_reached(world),
            reach=_reach(world, log),
            log=_pushes(world, (sent for sent in log if not (sent.ok and "failed" in request.args))),
            open=_open(world, log),
        )


def _latest(world: World) -> list[AnyOrder]:
    platform = request.args.get("platform")
    chosen = (order for order in world.orders.values() if platform in (None, order.platform))
    return nlargest(ORDERS_SHOWN, chosen, key=lambda order: order.placed_at)


def _row(order: AnyOrder) -> dict[str, object]:
    world = here()
    lines = enumerate(order.content.lines, 1)
    return {
        **truth.row(order, world.config.free_cancel_seconds, world.now()),
        "shopName": order.shop.name,
        "remark": order.content.remark,
        "left": order.left,
        "leftOfLines": [line.quantity - order.given_back(number) for number, line in lines],
        "reminders": sum(one.replied_at is None for one in order.reminders),
        "messages": len(order.history),
    }


def _days(world: World) -> list[dict[str, object]]:
    today = day(world.now())
    counted = {ref: truth.of_day(orders, today) for ref, orders in world.by_shop.items()}
    return [
        {"shop": ref, "marks": _marks(world, ref), **{name: value for name, value in counts.items() if name != "ids"}}
        for ref, counts in counted.items()
    ]


def _marks(world: World, ref: int | str) -> list[str]:
    """What is out of order with a shop."""
    there = world.meituan
    sets: Mapping[str, Collection[object]] = {
        "removed": world.eleme.removed,
        "closed": there.closed,
        "controlled": there.controlled,
        "unbound": there.unbound,
    }
    return [name for name, shops in sets.items() if ref in shops]


def _not_reached(world: World) -> dict[str, int]:
    return {
        name: sum(world.pusher.not_reached_count(app.app_id) for app in one.apps)
        for name, one in world.platforms.items()
    }


def _platform_of(world: World, sent: Sent) -> str:
    return next(name for name, one in world.platforms.items() if any(app.app_id == sent.app_id for app in one.apps))


def _reach(world: World, log: list[Sent]) -> dict[str, object]:
    """The last delivery of each platform, none before the first: whether the connector is there."""
    found: dict[str, object] = dict.fromkeys(world.platforms)
    for name, one in world.platforms.items():
        apps = {app.app_id for app in one.apps}
        last = next((sent for sent in log if sent.app_id in apps), None)
        found[name] = last and {"status": last.status, "answer": last.answer, "ok": last.ok, "at": last.at}
    return found


def _pushes(world: World, log: Iterable[Sent]) -> list[dict[str, object]]:
    """The first of them; `again`: one that was not taken comes once more."""
    most = {"eleme": world.config.push_deliveries, "meituan": 1 + len(world.config.meituan_retry_seconds)}
    rows = [(sent, _platform_of(world, sent)) for sent in islice(log, PUSHES_SHOWN)]
    return [
        {**shown_push(sent), "platform": name, "again": not sent.ok and sent.attempt < most[name]}
        for sent, name in rows
    ]


def _open(world: World, log: list[Sent]) -> dict[str, object] | None:
    order_id = request.args.get("open", "")
    if order_id not in world.orders:
        return None
    order = world.order(order_id)
    own = _pushes(world, (sent for sent in log if sent.order_id == order_id))
    return {"order": _row(order), "log": own, **shown_acts(order)}


@page.post("/page/price")
def price() -> Response:
    """What an order would cost: `shop`, and `kind` or `items`, as `/sim/orders` takes them; fen."""
    given = asked.given()
    content = asked.content(given, asked.ref(given.get("shop")))
    return jsonify(
        lines=[{"name": line.dish.title, "quantity": line.quantity} for line in content.lines],
        remark=content.remark,
        goods=sum(line.total for line in content.lines),
        fees=content.package_fee + content.bag + content.deliver_fee,
        reductions=content.original - content.paid,
        paid=content.paid,
    )


@page.get("/page/parts/<order_id>")
def parts(order_id: str) -> Response:
    """What `items` (JSON, `[{"line", "quantity"}]`) of an order are worth if they go back now; fen."""
    world = here()
    try:
        rows = params.rows({"items": parse(request.args.get("items", ""))}, "items")
    except ValueError as error:
        raise PlatformError(VALIDATION_FAILED, "参数 items 不正确") from error
    with world.lock:
        return jsonify(amount=_worth(world.order(order_id), rows))


def _worth(order: AnyOrder, rows: Iterable[Mapping[str, object]]) -> int:
    lines = order.content.lines
    chosen = [
        (number, params.between(row, "quantity", 0, lines[number - 1].quantity - order.given_back(number)))
        for row in rows
        for number in [params.between(row, "line", 1, len(lines))]
    ]
    if isinstance(order, MeituanOrder):
        return sum(order.worth(number, quantity) for number, quantity in chosen)
    return order.content.share(sum(lines[number - 1].dish.price * quantity for number, quantity in chosen))
