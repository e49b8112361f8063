import json
import random

import pytest

from connector.domain.order import Terms
from connector.domain.replay import replay
from mappings.meituan import read_event
from tests.domain.build import DUE, ends, fact
from tests.vectors import DATA

HISTORIES = [
    pytest.param(history, id=history["name"])
    for history in json.loads((DATA / "golden_histories.json").read_text("utf-8"))["histories"]
]
#: When the histories' orders were paid, in seconds.
PAID_AT = 1_768_471_400
STATUSES = {"order-paid": "2", "order-confirmed": "4", "order-completed": "8"}


def eleme(event, paid):
    """An event of Ele.me as a fact, its money as it is."""
    return fact(event["type"], event["t"], scope=event.get("scope"), money=event.get("money"), paid=paid)


def meituan(event, paid):
    """An event of Meituan as it is pushed, through the mapping."""
    told = {name: str(value) for name, value in event.items() if name not in {"push", "t", "ctime", "money"}}
    told |= {"timestamp": str(PAID_AT + event["t"]), "order_id": "1"}
    if "ctime" in event:
        told["ctime"] = str(PAID_AT + event["ctime"])
    if "money" in event:
        told["money"] = f"{event['money'] / 100}"
    if event["push"] == "logistics":
        told["time"] = told["timestamp"]
    if event["push"] in STATUSES:
        line = {"food_name": "牛肉面", "quantity": 1, "price": paid / 100}
        told |= {"status": STATUSES[event["push"]], "utime": told["timestamp"], "ctime": str(PAID_AT)}
        told |= {"total": f"{paid / 100}", "original_price": f"{paid / 100}", "detail": json.dumps([line])}
    (read,) = read_event(json.dumps({"kind": event["push"], "params": told}).encode()).facts
    return read


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_ends_as_it_should_in_any_order(history):
    heard = {"eleme": eleme, "meituan": meituan}[history["platform"]]
    facts = [heard(event, history["paid"]) for event in history["events"]]
    terms = Terms(cancel_window=history["window"], consume_at=history["consume_at"])
    after = history["import_after"]
    sold = bool(after) and replay([*facts[:after], DUE], sold=False, terms=terms).imported
    shuffled = random.Random(0)
    for _ in range(20):
        assert ends(replay([*facts, DUE], sold=sold, terms=terms)) == history["expected"]
        shuffled.shuffle(facts)
