"""Events whose platform does not tell the shop go to the lane of their order, wherever it appears first."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from connector.database import inspect, releasing
from connector.domain.errors import Unavailable
from connector.domain.order import Fact, Kind
from connector.ports import Alert, Heard, Hook
from connector.receive import GroupCommit, receive
from tests.connector.test_advance import ACCEPTED, NEW, at
from tests.doubles import LANE, ORDER, event

LOST = "eleme:"
VIEW = "eleme:900"
RIDER = at(53, 20)


def lost(*facts, order=ORDER):
    return event(order, *facts, lane=LOST)


def heard(world):
    """Facts of the order, and where its events lie."""
    facts = world.rows("SELECT order_ref, key FROM facts ORDER BY order_ref, key")
    events = world.rows("SELECT DISTINCT lane, order_ref, state FROM inbox ORDER BY lane")
    return facts, events


def settle(world):
    for lane in (LOST, LANE, LOST, LANE):
        world.settle(lane)


def named(view="900"):
    return replace(NEW, content=replace(NEW.content, view_ref=view))


def test_what_is_lost_and_known_goes_home_at_once(world):
    world.push(NEW)
    world.settle()
    world.hear(lost(ACCEPTED))
    world.bell.rings.clear()
    world.advance(LOST)
    assert (LANE, "advance") in world.bell.rings
    world.settle()
    assert world.order().state == "waiting"
    assert heard(world)[1] == [(LANE, ORDER, "done")]


def test_what_is_lost_and_unknown_waits_without_alarm_until_the_order_appears(world):
    world.platform.away = Unavailable("away")
    world.hear(lost(ACCEPTED))
    world.settle(LOST)
    assert world.states() == ["held"]
    assert inspect.waiting(world.journal.engine) == ()
    assert inspect.open_work(world.journal.engine) > 0
    world.push(NEW)
    world.settle()
    assert world.order().state == "waiting"
    assert heard(world)[1] == [(LANE, ORDER, "done")]


def test_the_platform_is_asked_whose_order_it_is(world):
    world.platform.orders[ORDER], world.platform.homes[ORDER] = (NEW,), LANE
    world.hear(lost(ACCEPTED), lost(RIDER))
    settle(world)
    assert world.platform.fetched == [ORDER]
    assert (world.order().state, world.order().store) == ("waiting", LANE)
    assert world.states() == ["done", "done", "done"]
    assert world.rows("SELECT kind, state FROM outbox WHERE key LIKE 'find:%%'") == [("fetch", "done")]


def test_nobody_is_asked_if_the_order_has_become_known_meanwhile(world):
    world.platform.away = Unavailable("away")
    world.hear(lost(ACCEPTED))
    world.settle(LOST)
    asked = len(world.platform.fetched)
    world.platform.away = None
    with world.journal.begin() as tx:  # a push that was being applied at the same time
        store = tx.store(LANE)
        tx.orders.add(ORDER, LANE, store.terms(60), world.clock.now())
    world.clock.forward(2)
    settle(world)
    assert ORDER in world.platform.fetched[:asked]
    assert heard(world)[0] == [(ORDER, ACCEPTED.key)]


def test_a_platform_that_does_not_know_the_order_parks_the_event_and_people_are_told(world):
    world.hear(lost(ACCEPTED))
    settle(world)
    (found,) = inspect.waiting(world.journal.engine)
    assert (found.kind, found.lane, found.order) == ("parked", LOST, ORDER)
    assert "no such order" in found.reason
    assert [alert.kind for alert in world.erp.alerts.values()] == ["parked"]
    world.push(NEW)
    world.settle()
    assert world.order().state == "waiting"
    assert inspect.waiting(world.journal.engine) == ()


def test_a_platform_that_stays_away_for_half_a_minute_is_shown_and_asked_on(world):
    world.platform.away = Unavailable("away")
    world.hear(lost(ACCEPTED))
    for _ in range(5):
        world.settle(LOST)
        world.clock.forward(61)
    assert [one.reason for one in inspect.waiting(world.journal.engine)] != []
    world.platform.away = None
    world.platform.orders[ORDER], world.platform.homes[ORDER] = (NEW,), LANE
    settle(world)
    assert world.order().state == "waiting"
    assert inspect.waiting(world.journal.engine) == ()


def test_an_answer_that_names_no_shop_is_no_answer(world):
    world.platform.orders[ORDER] = (NEW,)
    world.hear(lost(ACCEPTED))
    settle(world)
    assert [one.kind for one in inspect.waiting(world.journal.engine)] == ["parked"]


def test_a_released_event_is_looked_for_again(world):
    world.hear(lost(ACCEPTED))
    settle(world)
    world.platform.orders[ORDER], world.platform.homes[ORDER] = (NEW,), LANE
    assert releasing.release(world.journal.engine, ORDER, world.clock.now()) == LOST
    settle(world)
    assert world.order().state == "waiting"


@pytest.mark.parametrize("first", ["order", "news"])
def test_an_order_is_known_by_both_its_names(world, first):
    news = lost(RIDER, order=VIEW)
    world.platform.away = Unavailable("away")
    for envelope in (event(ORDER, named()), news) if first == "order" else (news, event(ORDER, named())):
        world.hear(envelope)
        settle(world)
    assert heard(world) == (
        [(ORDER, "10:1700000000"), (ORDER, RIDER.key)],
        [(LANE, ORDER, "done")],
    )
    assert world.rows("SELECT ref, view_ref FROM orders") == [(ORDER, VIEW)]


def test_news_that_name_the_shop_but_call_the_order_by_its_other_name_find_it(world):
    world.push(named())
    world.settle()
    world.hear(event(VIEW, RIDER))
    world.settle()
    assert world.rows("SELECT ref FROM orders") == [(ORDER,)]
    assert world.order().ref == ORDER
    assert (ORDER, RIDER.key) in heard(world)[0]


def test_other_orders_of_the_shop_do_not_wait_behind_what_is_lost(world):
    world.platform.away = Unavailable("away")
    world.hear(lost(ACCEPTED))
    world.settle(LOST)
    world.push(at(10), order="eleme:200")
    world.settle()
    assert world.order("eleme:200").state == "new"


def test_news_of_no_order_are_read_without_a_shop(world):
    alert = Alert(key="privacy:1", kind="privacy", store=LOST, order=None, text="降级")
    world.platform.heard = lambda _: Heard(alerts=(alert,), note="read")
    world.hear(event(None, Fact(key="n", kind=Kind.NOTE, at=0), lane=LOST))
    world.settle(LOST)
    assert world.states() == ["done"]
    assert world.erp.alerts == {"privacy:1": alert}


@pytest.mark.parametrize(("known", "lane"), [(True, LANE), (False, LOST)])
def test_the_door_looks_for_the_order_of_a_push_without_a_shop(world, known, lane):
    if known:
        world.push(NEW)
        world.settle()
    world.bell.rings.clear()
    writer = GroupCommit(lambda envelopes: world.journal.take(envelopes, world.clock.now()))

    push = lost(ACCEPTED)
    hook = Hook(method="POST", path="/", query="", headers={}, body=b"{}")
    source = SimpleNamespace(name="eleme", envelope=lambda _: push)
    assert receive(world.services, writer, source, hook)[0] == "stored"
    assert world.bell.rings == [(lane, "advance")]
    assert world.rows("SELECT lane FROM inbox WHERE digest = %(d)s", d=push.digest) == [(lane,)]
