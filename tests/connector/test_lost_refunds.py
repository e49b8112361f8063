"""Refunds whose own pushes are lost are found: by the push that the money went back, else by the daily look."""

import json
from dataclasses import replace

import pytest

from connector.domain.order import Claim, Fact, Kind, RefundWords
from connector.domain.reading import paid_out
from connector.pulling import pull
from mappings.meituan import read_event
from tests.connector.test_advance import NEW, T0, at
from tests.doubles import LANE, ORDER, event

HERE = replace(NEW, content=replace(NEW.content, placed_at=T0 * 1000))
DAY = 86_400


def granted(case, seconds=400, money=500):
    sent = (T0 + seconds) * 1000
    words, claim = RefundWords(scope="part", money=money), Claim(key=case, asked_at=sent, sent_at=sent)
    return Fact(key=f"refund:{case}", kind=Kind.GRANT, at=sent, code=23, basis="case", claim=claim, refund=words)


def paid(case, status="13", seconds=500):
    return Fact(key=f"refund-money:{case}:{status}", kind=Kind.NOTE, at=(T0 + seconds) * 1000, note="已到账")


@pytest.fixture
def over(world):
    """A completed order; its platform tells of a refund when it is asked."""
    world.push(HERE, at(12, 10), at(18, 300))
    world.settle()
    world.platform.orders[ORDER] = (granted("1"),)
    return world


def later(world, seconds=31):
    world.settle()
    world.clock.forward(seconds)
    world.settle()


@pytest.mark.parametrize("status", ["3", "4", "13", "14"])
def test_the_push_that_money_went_back_names_its_case(status):
    params = {"app_id": "1", "timestamp": str(T0), "order_id": "9", "refund_id": "a:7", "refund_status": status}
    (fact,) = read_event(json.dumps({"kind": "refund-money", "params": params}).encode()).facts
    assert paid_out(fact) == "a:7"
    assert paid_out(granted("7")) == ""


def test_an_order_whose_money_went_back_for_an_unknown_case_is_read_back_once(over):
    over.push(paid("1"))
    later(over, 29)
    assert over.platform.fetched == []
    later(over)
    assert over.platform.fetched == [ORDER]
    assert over.order().state == over.erp.documents[ORDER].state == "partially_refunded"
    over.push(paid("1", "14"))
    later(over)
    assert over.platform.fetched == [ORDER]


def test_a_case_that_its_platform_does_not_tell_is_asked_for_once_and_alarms_nobody(over):
    over.platform.orders[ORDER] = ()
    over.push(paid("1"), paid("2"))
    for status in ("3", "4"):
        over.push(paid("1", status))
        later(over, 600)
    assert over.platform.fetched == [ORDER, ORDER]
    assert (over.order().state, over.order().parked) == ("completed", None)
    assert over.rows("SELECT key FROM outbox WHERE kind = 'fetch' AND state <> 'done'") == []


@pytest.mark.parametrize("first", [paid("1"), granted("1")], ids=["money", "case"])
def test_nobody_is_asked_when_the_pushes_of_the_case_come(over, first):
    (second,) = {paid("1"), granted("1")} - {first}
    over.push(first)
    over.settle()
    over.push(second)
    later(over, 600)
    assert over.platform.fetched == []
    assert over.order().state == "partially_refunded"


def test_the_push_of_another_case_does_not_keep_the_order_from_being_read(over):
    over.platform.orders[ORDER] = (granted("1"), granted("12"))
    over.push(paid("1"), paid("12"), granted("1"))
    later(over)
    assert over.platform.fetched == [ORDER]


def test_nobody_is_asked_when_all_the_money_is_back_anyway(over):
    over.push(at(17, 400), paid("1"))
    later(over, 600)
    assert over.platform.fetched == []


def stale(world):
    pull(world.services, LANE)
    _, known, _ = world.platform.looks.pop()
    return known.full, known.stale


def read(world, *facts):
    world.platform.lists[LANE] = [event(ORDER, *facts, salt=str(world.clock.now()))]


def test_what_is_over_and_can_still_be_refunded_is_read_back_in_full_looks_alone(over):
    partly = replace(HERE, content=replace(HERE.content, placed_at=(T0 - 60) * 1000))
    over.push(partly, at(18, 300), granted("1"), order="eleme:200")
    over.push(HERE, at(17, 20), order="eleme:300")
    over.settle()
    over.clock.forward(60)
    read(over)
    assert stale(over) == (True, (ORDER, "eleme:200"))
    over.clock.forward(60)
    assert stale(over) == (False, ())
    over.clock.forward(1200)
    assert stale(over) == (True, ("eleme:200",)), "read back just now, in the look before"
    over.clock.forward(DAY - 3600)
    read(over, granted("1"))
    full, again = stale(over)
    assert (full, ORDER in again) == (True, True)
    over.settle()
    assert over.order().state == "partially_refunded"
    over.clock.forward(DAY + 3600)
    full, again = stale(over)
    assert (full, ORDER in again) == (True, False), "placed more than two days ago"
