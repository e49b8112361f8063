"""Whole lives of both platforms through doors, database, lanes and the real Odoo, told in any order.

The histories are those of the disorder proof and of `golden_histories.json`; the end is read from Odoo.
"""

import itertools
import json

import pytest

from tests.disorder.hearing import make
from tests.disorder.truth import books_of
from tests.flows.telling import RECIPE, Teller, ends, golden, money, open_shops, pushes, seeded, shuffled, told
from tests.vectors import DATA

GOLDEN = json.loads((DATA / "golden_histories.json").read_text("utf-8"))["histories"]
HISTORIES = 240
COMMANDS = itertools.count(10_000_000)
KITCHEN = {"start", "ready", "dispatch"}
WINDOWS = {0, 60}  # each window and moment of use is a shop of its own; making shops takes longer than telling


@pytest.fixture
def teller(system, world):
    return Teller(system, world)


def test_every_golden_history_ends_in_odoo_as_it_should(teller):
    given = [history for history in GOLDEN if history["import_after"] is None]
    orders = {told(golden(history)): history["expected"] for history in given for _ in range(4)}
    open_shops(teller.world.kitchen, orders)
    teller.tell(list(orders), shuffled(orders, teller.web, seeded("golden")))
    found = ends(teller.world.kitchen, orders)
    assert {order.ref: found.get(order.ref) for order in orders} == {
        order.ref: expected for order, expected in orders.items()
    }


@pytest.mark.parametrize("given", [one for one in GOLDEN if one["import_after"]], ids=lambda one: one["name"])
def test_a_golden_history_that_is_heard_after_the_import(teller, given):
    order = told(golden(given))
    open_shops(teller.world.kitchen, [order])
    letters = [letter for _, letter in pushes(order, teller.web)]
    teller.tell([order], letters[: given["import_after"]])
    teller.tell([order], letters[given["import_after"] :])
    assert ends(teller.world.kitchen, [order]) == {order.ref: given["expected"]}


def histories():
    """As many of each platform; presses that can be made after all the rest is known, and nothing else."""
    for platform in ("eleme", "meituan"):
        made = (make(platform, seeded("flows", platform, number)) for number in itertools.count())
        fitting = (one for one in made if not one.unheard and one.window in WINDOWS and _actions(one) <= KITCHEN)
        yield from itertools.islice(fitting, HISTORIES // 2)


def _actions(history):
    return {event.action for event in history.events if event.what == "press"}


def test_generated_histories_of_both_platforms_end_in_odoo_as_the_truth_says(teller):
    orders = [told(history) for history in histories()]
    kitchen = teller.world.kitchen
    open_shops(kitchen, orders)
    teller.tell(orders, shuffled(orders, teller.web, seeded("any order")))
    teller.press(orders, COMMANDS)
    found, left = ends(kitchen, orders), money(kitchen, orders)
    wrong = {}
    for order in orders:
        end = found.get(order.ref)
        sold = bool(end and end["sale"])
        expected = books_of(order.history, sold=sold).expected()
        if end != expected or sold != _sold(order.history, sold=sold):
            wrong[order.ref] = (order.history, expected, end)
        elif sold and end["sale"] != "cancelled":
            assert left[order.ref] == order.history.paid - end["refunded"], order
    assert not wrong, f"{len(wrong)} of {len(orders)}: {next(iter(wrong.values()))}"
    assert used(kitchen, orders) == {order.ref for order in orders if found[order.ref]["consumed"] and _whole(order)}


def _sold(history, *, sold):
    """Whether it is a sale. It may be one too early where something imports at once, or the window is very short."""
    early = any(event.what == "finished" or event.family == "return" for event in history.events)
    return sold if early or not history.window else books_of(history).expected()["sale"] is not None


def _whole(order):
    """No dish of it was named in a refund, so that all of it is used or nothing."""
    parts = any(event.scope == "part" or event.what == "part" for event in order.history.events)
    return not parts and not any(event.wire.get("goods") for event in order.history.events)


def used(kitchen, orders):
    """The orders whose whole recipe has left the stock, once."""
    whole = {order.number: order.ref for order in orders if _whole(order)}
    lines = kitchen.search(
        "waimai.consumption",
        [("order_id.platform_ref", "in", list(whole)), ("move_id", "!=", False)],
        *("order_id", "quantity"),
    )
    numbers = {
        row["id"]: row["platform_ref"]
        for row in kitchen.search("waimai.order", [("platform_ref", "in", list(whole))], "platform_ref")
    }
    grams = {}
    for line in lines:
        ref = whole[numbers[line["order_id"][0]]]
        grams[ref] = grams.get(ref, 0) + line["quantity"]
    eaten = {ref: amount for ref, amount in grams.items() if amount}
    assert set(eaten.values()) <= {sum(RECIPE.values())}
    return set(eaten)
