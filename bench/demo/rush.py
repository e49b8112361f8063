"""Playing the rush: a lunch of both platforms with everything awry, and the presses of our own staff in Odoo."""

from dataclasses import dataclass, field
from typing import Any, Final

from bench.demo.staff import work
from bench.demo.stories import BOTH, shift
from bench.demo.world import Say, World, as_found

#: How much faster than life the lunch is played: the demo's window is five seconds, not a minute.
PACE: Final = 10

#: How each platform misbehaves, with all that its page allows; shares of the pushes, and seconds.
TROUBLE: Final[dict[str, dict[str, Any]]] = {
    "eleme": {"type_as_text": 0.3, "pretty": 0.3, "overtaken": 0.2},
    "meituan": {
        "overtaken": 0.3,  # confirmed before paid
        "agree_first": 0.4,
        "echo_first": 0.4,
        "empty_json": 0.2,
        "other_scheme": 0.2,
        "encodings": {"order-paid": 1, "order-confirmed": 2, "refund": 1, "partial-refund": 2},
        "methods": {"logistics": "GET", "order-completed": "GET"},
        "new_timestamp": True,
        "view_differs": True,
    },
}
SHUFFLED: Final = {"doubled": 0.5, "shuffled": 1.0, "shuffle_seconds": 2, "extra_key": 0.1, "extra_unknown": 0.02}
#: For the shift of our own staff, who wait for each push: none is kept back until another one comes.
CALM: Final = {
    "eleme": {"doubled": 0.3, "shuffled": 0, "overtaken": 0},
    "meituan": {"doubled": 0.3, "shuffled": 0, "overtaken": 0, "agree_first": 0},
}

#: Played once each at life's own pace, long ago: the platform's deadlines are in it, and every named case that the
#: lunch does not have (``order-life.md`` section 3).
NAMED: Final = {
    "eleme": (
        "cancel_unanswered",
        "cancel_unanswered_told_twice",
        "cancel_withdrawn",
        "cancel_upheld",
        "cancel_dismissed",
        "cancel_asked_twice",
        "forced_invalid",
        "shop_cancels",
        "part_cancel",
        "refund_withdrawn",
        "refund_upheld",
        "refund_dismissed",
        "shop_refunds",
        "collected",
        "not_accepted",
        "riders_refuse",
        "rider_changes",
    ),
    "meituan": (
        "cancel_unanswered",
        "cancel_withdrawn",
        "cancel_dismissed",
        "appeal_withdrawn",
        "cancel_asked_twice",
        "forced_invalid",
        "shop_cancels",
        "asked_then_done_agreed",
        "part_asked_then_done_agreed",
        "part_then_asked_then_done",
        "refund_part_then_withdrawn",
        "refund_part_then_rejected",
        "refund_withdrawn",
        "collected",
        "not_accepted",
    ),
}


@dataclass(kw_only=True)
class Rush:
    """What was played: the scenario of each order, by the platform's number."""

    scenarios: dict[str, str] = field(default_factory=dict)


def play(world: World, say: Say) -> Rush:
    """The lunch, whose merchant uses the platforms' own apps, the named cases, then the shift of our own staff.

    The switches are left as they were found, also if it fails: whoever tries the product next has platforms that
    behave.
    """
    rush = Rush()
    with as_found(world.simulator):
        _lunch(world, rush)
        say(f"  {len(rush.scenarios)} 单已在两个平台下单，推送加倍且乱序 · orders placed, pushes doubled and shuffled")
        for platform in BOTH:
            _switch(world, platform, CALM[platform])
        cases = list(shift(world))
        work(world, cases, say)
    for case, _ in cases:
        rush.scenarios[case.order] = case.name.partition(" ")[2]
    return rush


def _lunch(world: World, rush: Rush) -> None:
    """Everything awry, and nobody of ours at work."""
    for platform in BOTH:
        _switch(world, platform, {**SHUFFLED, **TROUBLE[platform]})
    for order in _post(world, "/sim/plan", platform="both", pace=PACE)["orders"]:
        rush.scenarios[order["orderId"]] = order["scenario"]
    for platform in BOTH:
        shops = world.shops(platform)
        for place, name in enumerate(NAMED[platform]):
            placed = _post(world, f"/sim/scenarios/{name}", shop=shops[place % len(shops)], kind="several")
            rush.scenarios[placed["orderId"]] = name


def _switch(world: World, platform: str, switches: dict[str, Any]) -> None:
    _post(world, "/sim/switches", platform=platform, **switches)


def _post(world: World, path: str, **body: object) -> Any:  # noqa: ANN401 - the simulator's JSON
    return world.simulator.post(path, json=body).raise_for_status().json()
