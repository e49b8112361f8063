import json
import random

import pytest

from connector.domain.order import Terms
from connector.domain.replay import replay
from tests.domain.build import DUE, fact
from tests.vectors import DATA

HISTORIES = [
    pytest.param(history, id=history["name"])
    for history in json.loads((DATA / "golden_histories.json").read_text("utf-8"))["histories"]
    if history["platform"] == "eleme"
]


def ends(life):
    return {
        "state": life.state,
        "order_state": life.order_state,
        "waimai_state": life.waimai_state,
        "rider_state": life.rider_state,
        "refunded": life.granted,
        "sale": life.sale,
        "consumed": life.consumed,
        "refunds": [
            {key: getattr(case, key) for key in ("key", "family", "scope", "status", "amount")} for case in life.cases
        ],
    }


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_ends_as_it_should_in_any_order(history):
    facts = [
        fact(
            event["type"],
            event["t"],
            scope=event.get("scope"),
            money=event.get("money"),
            paid=history["paid"],
        )
        for event in history["events"]
    ]
    terms = Terms(cancel_window=history["window"], consume_at=history["consume_at"])
    after = history["import_after"]
    sold = bool(after) and replay([*facts[:after], DUE], sold=False, terms=terms).imported
    shuffled = random.Random(0)
    for _ in range(20):
        assert ends(replay([*facts, DUE], sold=sold, terms=terms)) == history["expected"]
        shuffled.shuffle(facts)
