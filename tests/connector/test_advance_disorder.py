import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.advance import advance
from tests.domain.build import fact
from tests.doubles import LANE, event
from tests.vectors import DATA

HISTORIES = [
    history
    for history in json.loads((DATA / "golden_histories.json").read_text("utf-8"))["histories"]
    if history["platform"] == "eleme"
]
NUMBERS = itertools.count(1000)


def facts_of(history):
    return [
        fact(each["type"], each["t"], scope=each.get("scope"), money=each.get("money"), paid=history["paid"])
        for each in history["events"]
    ]


def wanted(world, order):
    world.settle()
    return replace(world.erp.documents[order], key="", version=0)


def ends(document):
    return {
        "state": document.state,
        "order_state": document.order_state,
        "waimai_state": document.waimai_state,
        "rider_state": document.rider_state,
        "refunded": document.refunded,
        "sale": document.sale,
        "consumed": document.consumed_at is not None,
        "refunds": [
            {key: getattr(refund.case, key) for key in ("key", "family", "scope", "status", "amount")}
            for refund in document.refunds
        ],
    }


def in_order(world, history):
    """One visit per event, the window's row ringing where the history wants it; else after all."""
    order = f"eleme:{next(NUMBERS)}"
    for number, each in enumerate(facts_of(history), start=1):
        world.hear(event(order, each))
        world.advance()
        if number == history["import_after"]:
            world.clock.forward(history["window"] + 6)
            world.advance()
    world.clock.forward(history["window"] + 6)
    return wanted(world, order)


def open_shop(world, history):
    world.open_shop(cancel_window=history["window"], consume_at=history["consume_at"])


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history["name"])
def test_a_history_reaches_the_erp_as_it_should(world, history):
    open_shop(world, history)
    assert ends(in_order(world, history)) == history["expected"]


FREE = st.sampled_from([history for history in HISTORIES if history["import_after"] is None])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=FREE, data=st.data())
def test_any_order_of_hearing_with_repeats_and_visits_between_ends_in_the_same_document(world, history, data):
    open_shop(world, history)
    expected = in_order(world, history)
    order = f"eleme:{next(NUMBERS)}"
    facts = facts_of(history)
    copies = data.draw(st.lists(st.sampled_from(facts), max_size=5), label="repeats")
    for number, each in enumerate(data.draw(st.permutations([*facts, *copies]), label="hearing")):
        salt = str(number) if data.draw(st.booleans(), label="told in other words") else ""
        world.hear(event(order, each, salt=salt))
        if data.draw(st.booleans(), label="visit"):
            advance(world.services, LANE)
    world.advance()
    world.clock.forward(history["window"] + 6)
    assert wanted(world, order) == expected
