"""Plays scenarios on a world, and the lunch rush of the demo: thirty orders in three shops.

Steps go onto the world's agenda at their business times. Started in the past they all happen at the next tick,
with the times that they would have had; started now they happen as time goes by.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .acting import Actor
from .eleme.scenarios import SCENARIOS
from .errors import VALIDATION_FAILED, PlatformError
from .kinds import KINDS
from .meituan.scenarios import SCENARIOS as MEITUAN_SCENARIOS
from .units import SECOND

if TYPE_CHECKING:
    from .scenario import Scenario, Step
    from .world import World


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An order of a plan: the shop by its place among all shops, a kind, a scenario, seconds after the start."""

    shop: int
    kind: str
    scenario: str
    after: int


@dataclass(frozen=True, kw_only=True)
class Played:
    """What was put on the agenda; `refused` fills with the steps that the platform did not allow."""

    order_id: str
    shop_id: int | str
    kind: str
    scenario: str
    refused: list[str]


# fmt: off
_RUSH = (
    (0, "plain", "delivered"), (1, "several", "delivered"), (2, "specs", "delivered"),
    (0, "activity", "delivered"), (1, "shared_cost", "delivered"), (2, "red_packet", "delivered"),
    (0, "single_price", "delivered"), (1, "limited", "window_cancel"), (2, "two_baskets", "delivered"),
    (0, "three_baskets", "delivered"), (1, "gift", "delivered"), (2, "notes", "delivered"),
    (0, "unmapped", "delivered"), (1, "book", "cooking"), (2, "pick_up", "picked_up"),
    (0, "company", "delivered"), (1, "plain", "window_cancel"), (2, "several", "window_cancel_rider"),
    (0, "several", "refund_before_cooking"), (1, "specs", "refund_after_cooking"),
    (2, "activity", "cancel_rejected"), (0, "two_baskets", "refund_part"), (1, "no_fees", "delivered"),
    (2, "plain", "rejected_by_shop"), (0, "gift", "refund_rejected"), (1, "several", "part_by_shop"),
    (2, "specs", "reminder"), (0, "red_packet", "cancelled_before"), (1, "activity", "delivery_trouble"),
    (2, "shared_cost", "refund_full"),
)
# fmt: on

BETWEEN_ORDERS = 20
LUNCH: tuple[Planned, ...] = tuple(
    Planned(shop=shop, kind=kind, scenario=scenario, after=number * BETWEEN_ORDERS)
    for number, (shop, kind, scenario) in enumerate(_RUSH)
)
LUNCH_SECONDS = max(planned.after + SCENARIOS[planned.scenario].length for planned in LUNCH)
# The same at Meituan, and what happens only there.
_RUSH_THERE = (
    (0, "several", "refund_twice"),
    (1, "specs", "refund_part_then_rest"),
    (2, "several", "asked_then_done"),
    (0, "several", "part_cancel"),
    (1, "bag", "self_delivered"),
    (2, "delivery_discount", "cancel_upheld"),
)
MEITUAN_LUNCH: tuple[Planned, ...] = tuple(
    Planned(shop=shop, kind=kind, scenario=scenario, after=number * BETWEEN_ORDERS)
    for number, (shop, kind, scenario) in enumerate((*_RUSH, *_RUSH_THERE))
)
MEITUAN_LUNCH_SECONDS = max(one.after + MEITUAN_SCENARIOS[one.scenario].length for one in MEITUAN_LUNCH)
PLANS = {"eleme": (LUNCH, LUNCH_SECONDS), "meituan": (MEITUAN_LUNCH, MEITUAN_LUNCH_SECONDS)}


def play(  # noqa: PLR0913 - the one way to play, all but what is played by name
    world: World,
    scenario: Scenario,
    shop_id: int | str,
    kind: str,
    *,
    start: int,
    merchant: bool = True,
    pace: int = 1,
) -> Played:
    """Plays a scenario from `start` (milliseconds), `pace` times as fast as life.

    Without `merchant` somebody else does those steps.
    """
    platform = world.shop_platform(shop_id)
    platform.shop(shop_id)
    order_id = platform.reserve()
    played = Played(order_id=order_id, shop_id=shop_id, kind=kind, scenario=scenario.name, refused=[])

    def placed(at: int) -> None:
        platform.place(shop_id, KINDS[kind].content, kind=kind, at=at, order_id=order_id)

    world.plays.append(played)
    world.later(start, placed)
    for step in scenario.steps:
        if merchant or platform.acts[step.act].actor is not Actor.MERCHANT:
            world.later(start + step.at * SECOND // pace, partial(_do, world, played, step))
    return played


def _do(world: World, played: Played, step: Step, at: int) -> None:
    try:
        world.act(played.order_id, step.act, step.args, at=at)
    except PlatformError as error:
        played.refused.append(f"{step.act}: {error.code} {error.message}")


def play_plan(
    world: World,
    plan: tuple[Planned, ...],
    *,
    start: int,
    platform: str = "eleme",
    merchant: bool = True,
    pace: int = 1,
) -> list[Played]:
    """Plays every order of a plan in a platform's shops, `pace` times as fast as life.

    Shops are counted round if the platform has fewer.
    """
    shops = list(world.platform(platform).shops)
    if not shops:
        raise PlatformError(VALIDATION_FAILED, f"平台 {platform} 没有店铺")
    scenarios = world.platform(platform).scenarios
    return [
        play(
            world,
            scenarios[planned.scenario],
            shops[planned.shop % len(shops)],
            planned.kind,
            start=start + planned.after * SECOND // pace,
            merchant=merchant,
            pace=pace,
        )
        for planned in plan
    ]
