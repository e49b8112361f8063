"""Every list of a life ends as it says, and the lunch rush is what the demo needs."""

import pytest

from connector.simulator.catalogue import DISHES, MATERIALS, grams
from connector.simulator.eleme.acts import ACTS
from connector.simulator.eleme.scenarios import SCENARIOS
from connector.simulator.kinds import KINDS
from connector.simulator.play import LUNCH, LUNCH_SECONDS, play, play_plan
from connector.simulator.truth import sold, totals

from .conftest import NOW

SHOP = 155000001
WINDOW = 60


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_pushes_what_it_says(world, connector, clock, name):
    scenario = SCENARIOS[name]
    played = play(world, scenario, SHOP, "several", start=NOW)
    world.tick()
    clock.advance(scenario.length)
    world.tick()
    assert played.refused == []
    order = world.order(played.order_id)
    assert tuple(kind for _, kind in order.history) == scenario.codes
    assert order.history[-1][0] == NOW + scenario.length * 1000
    world.pusher.drain()
    assert tuple(connector.types) == scenario.codes


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_of_the_past_has_the_times_it_would_have_had(make_world, clock, name):
    scenario = SCENARIOS[name]
    live = make_world()
    one = play(live, scenario, SHOP, "several", start=NOW)
    for _ in range(scenario.length + 1):
        live.tick()
        clock.advance(1)
    past = make_world()
    two = play(past, scenario, SHOP, "several", start=NOW)
    past.tick()
    assert past.order(two.order_id).history == live.order(one.order_id).history


def test_steps_name_acts_of_the_table():
    assert {step.act for scenario in SCENARIOS.values() for step in scenario.steps} <= set(ACTS)


def test_every_type_of_the_order_families_is_played():
    played = {code for scenario in SCENARIOS.values() for code in scenario.codes}
    families = {10, 12, 14, 15, 17, 18, *range(20, 27), *range(30, 37), 39, 45, 46, *range(51, 57)}
    assert families <= played


def test_the_merchant_can_be_somebody_else(world, clock):
    played = play(world, SCENARIOS["refund_before_cooking"], SHOP, "several", start=NOW, merchant=False)
    world.tick()
    order = world.order(played.order_id)
    assert order.word == "unprocessed"
    world.act(order.id, "accept")
    clock.advance(200)
    world.tick()
    assert order.word == "refunding"
    clock.advance(60)
    world.tick()
    assert order.word == "refunding"
    assert played.refused == []


def test_a_step_that_the_platform_does_not_allow_is_noted(world, clock):
    played = play(world, SCENARIOS["delivered"], SHOP, "plain", start=NOW)
    world.tick()
    world.act(played.order_id, "reject")
    clock.advance(20)
    world.tick()
    assert played.refused == ["accept: BIZ_ORDER_STATUS_ERROR 订单已取消"]


@pytest.fixture
def lunch(make_world, clock):
    world = make_world(
        apps=[
            {
                "app_id": 1,
                "key": "k",
                "secret": "s",
                "shops": [{"id": 155000001 + n, "name": f"店{n}"} for n in range(3)],
            }
        ]
    )
    played = play_plan(world, LUNCH, start=clock.now - LUNCH_SECONDS * 1000)
    world.tick()
    return world, played


def test_the_lunch_rush_is_thirty_orders_in_three_shops_and_all_over(lunch):
    world, played = lunch
    assert len(played) == len(world.orders) == 30
    assert [entry.refused for entry in played] == [[]] * 30
    assert {shop: len(orders) for shop, orders in world.by_shop.items()} == dict.fromkeys(world.by_shop, 10)
    assert {entry.kind for entry in played} == set(KINDS) - {"bag", "delivery_discount"}
    for entry in played:
        codes = tuple(kind for _, kind in world.order(entry.order_id).history)
        assert codes == SCENARIOS[entry.scenario].codes


def test_the_lunch_rush_has_the_cases_of_the_demo(lunch):
    world, played = lunch
    of = {entry.scenario: world.order(entry.order_id) for entry in played}
    now = world.now()
    for name, was_sold, refunded in (
        ("window_cancel", False, "all"),
        ("window_cancel_rider", False, "all"),
        ("refund_before_cooking", True, "all"),
        ("refund_after_cooking", True, "all"),
        ("cancel_rejected", True, "none"),
        ("refund_part", True, "part"),
        ("refund_rejected", True, "none"),
        ("refund_full", True, "all"),
        ("part_by_shop", True, "part"),
        ("rejected_by_shop", False, "all"),
        ("cooking", True, "none"),
    ):
        order = of[name]
        assert sold(order, WINDOW, now) is was_sold, name
        share = {0: "none", order.content.paid: "all"}.get(order.refunded, "part")
        assert share == refunded, name


def test_totals_count_only_what_was_sold(lunch):
    world, _ = lunch
    for orders in world.by_shop.values():
        sums = totals(orders, WINDOW, world.now())
        became = [order for order in orders if sold(order, WINDOW, world.now())]
        assert sums["sold"] == len(became) < sums["orders"] == 10
        assert sums["paid"] - sums["refunded"] == sums["net"] > 0
        assert sums["paid"] == sum(order.content.paid for order in became)


@pytest.mark.parametrize(
    ("acts", "after", "expected"),
    [
        ([(0, "accept", {})], 60, False),
        ([(0, "accept", {})], 61, True),
        ([(0, "accept", {}), (60, "force_invalid", {})], 500, False),
        ([(0, "accept", {}), (61, "force_invalid", {})], 500, True),
        ([(0, "accept", {}), (30, "finish", {})], 30, True),
        ([(0, "accept", {}), (30, "part_cancel", {"items": [{"line": 1}]})], 61, True),
        ([(0, "reject", {})], 500, False),
        ([], 500, False),
    ],
)
def test_sold_follows_the_window_to_the_second(world, acts, after, expected):
    order = world.place(SHOP, KINDS["several"].content)
    for at, act, args in acts:
        world.act(order.id, act, args, at=NOW + at * 1000)
    assert sold(order, WINDOW, NOW + after * 1000) is expected


def test_recipes_are_whole_grams_of_known_materials():
    for dish in DISHES.values():
        assert set(dish.recipe) <= set(MATERIALS)
        assert all(isinstance(amount, int) and amount > 0 for amount in dish.recipe.values())
        assert bool(dish.recipe) is dish.mapped
    codes = [dish.code for dish in DISHES.values() if dish.code]
    assert len(codes) == len(set(codes))
    assert {material for dish in DISHES.values() for material in dish.recipe} == set(MATERIALS)


def test_grams_follow_the_recipes():
    assert grams([("CP1001", 2), ("CP1002", 1), ("", 5), ("XP9001", 1)]) == {
        "YL02": 540,
        "YL03": 210,
        "YL07": 80,
    }
