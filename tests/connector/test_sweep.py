import threading
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from connector.domain.errors import Refused, Unavailable
from connector.ports import Store
from connector.pulling import due
from connector.sweep import Sweep, sweep
from tests.connector.test_advance import ACCEPTED, NEW
from tests.doubles import LANE, ORDER, World, pressed


@pytest.fixture
def net(world):
    return Sweep(world.services)


def rung(world):
    rings, world.bell.rings = world.bell.rings, []
    return set(rings)


def test_nothing_to_do_rings_nothing(world, net):
    net.ring()
    assert rung(world) == set()


def test_what_its_door_has_just_rung_for_is_not_rung_again_but_soon_is(world, net):
    world.push(NEW)
    net.ring()
    assert rung(world) == set()
    world.clock.forward(1)
    net.ring()
    assert rung(world) == {(LANE, "advance")}


def test_a_document_that_waits_is_rung_for(world, net):
    world.push(NEW)
    world.advance()
    rung(world)
    net.ring()
    assert rung(world) == {(LANE, "deliver")}


def test_what_is_put_off_is_rung_for_when_it_is_due(world, net):
    world.erp.away = True
    world.push(NEW)
    world.settle()
    rung(world)
    net.ring()
    assert rung(world) == set()
    world.clock.forward(1)
    net.ring()
    assert rung(world) == {(LANE, "deliver")}


def test_a_window_that_is_over_rings_within_a_quarter_of_a_second(world, net):
    world.push(NEW, ACCEPTED)
    world.settle()
    rung(world)
    world.clock.forward(65)
    net.ring()
    assert rung(world) == {(LANE, "advance")}
    world.clock.forward(0.25)
    net.ring()
    assert rung(world) == {(LANE, "advance")}
    world.settle()
    assert world.order().state == "paid"
    world.clock.forward(1)
    rung(world)
    net.ring()
    assert rung(world) == set()


def test_a_command_that_nobody_waits_for_any_more_is_rung_for_although_its_order_is_parked(world, net):
    world.push(NEW)
    world.hear(pressed("accept", 1))
    world.advance()
    with world.journal.begin() as tx:
        order = tx.orders.open(ORDER)
        tx.park(order, "fact", "broken", world.clock.now(), silent=True)
        tx.orders.save(order)
    rung(world)
    net.ring()
    assert rung(world) == set()
    world.clock.forward(600)
    net.ring()
    assert rung(world) == {(LANE, "deliver")}
    world.settle()
    assert world.erp.results[1].state == "refused"


def test_shops_are_asked_for_at_the_start_and_every_twenty_seconds(world, net):
    world.open_shop(name="old")
    net.refresh()
    asked = []
    world.erp.stores = lambda: asked.append(1) or ()
    world.clock.forward(19)
    net.refresh()
    assert asked == []
    world.clock.forward(1)
    net.refresh()
    assert asked == [1]


def test_a_clock_that_goes_back_stops_nothing(world, net):
    net.refresh()
    world.clock.forward(-3600)
    asked = []
    world.erp.stores = lambda: asked.append(1) or ()
    net.refresh()
    assert asked == [1]


def test_a_shop_that_another_thread_has_just_asked_about_is_asked_about_again(world, net):
    class Ending(set):
        """The other thread ends in the very moment in which this one looks."""

        def __contains__(self, lane):
            there = super().__contains__(lane)
            self.discard(lane)
            return there

    net._pulling = Ending({LANE, "eleme:"})
    net.pull()
    assert world.platform.looks == []
    net.pull()
    assert sorted(store for store, _, _ in world.platform.looks) == ["eleme:", LANE]


def test_events_of_a_new_shop_wait_five_seconds_at_most_for_the_erp(journal):
    world = World(journal)
    net = Sweep(world.services)
    net.refresh()
    world.push(NEW)
    world.advance()
    assert world.states() == ["held"]
    world.erp.add_store(Store(ref=LANE, name="店", app_ref="a", cancel_window=-1, consume_at="preparing"))
    world.clock.forward(5)
    net.refresh()
    assert rung(world) == {(LANE, "advance")}
    world.settle()
    assert world.states() == ["done"]


def test_a_shop_that_the_erp_names_no_more_takes_no_new_orders_until_it_is_back(world, net):
    renumbered = replace(world.services.erp.stores()[0], ref="eleme:2")
    world.open_shop(auto_accept=True)
    world.push(NEW, order="eleme:7")
    world.settle()
    assert [call.order for call in world.platform.performed] == ["eleme:7"]
    world.erp.drop_store(LANE)
    world.erp.add_store(renumbered)
    net.refresh()
    world.push(NEW)
    world.push(ACCEPTED, order="eleme:7")
    world.settle()
    assert world.states() == ["done", "held", "done"]
    assert world.order() is None
    assert LANE not in due(world.services)
    assert world.order("eleme:7").parked_by == "erp"  # it goes on, and the ERP refuses its document for now
    world.erp.add_store(replace(renumbered, ref=LANE, auto_accept=True))
    world.clock.forward(60)
    net.refresh()
    assert (LANE, "advance") in rung(world)
    world.settle()
    assert world.states() == ["done"] * 3
    assert sorted(call.order for call in world.platform.performed) == [ORDER, "eleme:7"]
    assert world.order("eleme:7").parked is None
    assert set(world.erp.documents) == {ORDER, "eleme:7"}


@pytest.mark.parametrize("answer", [lambda: (), lambda: (_ for _ in ()).throw(Unavailable("away"))])
def test_no_answer_and_an_empty_one_close_no_shop(world, net, answer):
    world.erp.stores = answer
    with suppress(Unavailable):
        net.refresh()
    world.push(NEW)
    world.settle()
    assert world.states() == ["done"]


def test_a_shop_that_nobody_sets_up_is_asked_for_less_often_in_the_end(world, net):
    world.push(NEW, lane="eleme:9")
    world.advance("eleme:9")
    asked = []
    world.erp.stores = lambda: asked.append(world.clock.now()) or ()
    for _ in range(900):
        net.refresh()
        world.clock.forward(1)
    pauses = [(two - one) // 1000 for one, two in pairwise(asked)]
    assert set(pauses[:50]) == {5}
    assert set(pauses[-3:]) == {20}


def test_presses_that_did_not_reach_us_are_taken_once(world, net):
    world.push(NEW)
    world.settle()
    world.erp.commands = [pressed("accept", 1, at=world.clock.now())]
    rung(world)
    net.refresh()
    assert rung(world) == {(LANE, "advance")}
    world.settle()
    assert world.erp.results[1].state == "done"
    world.clock.forward(60)
    rung(world)
    net.refresh()
    assert rung(world) == set()
    world.settle()
    assert len(world.platform.performed) == 1


def test_an_erp_that_is_away_is_told_of_and_asked_again(world, net):
    world.erp.away = True
    with pytest.raises(Unavailable):
        net.refresh()
    world.erp.away = False
    world.clock.forward(60)
    net.refresh()


def gone(thread):
    """Wait until a sweep that was told to end has left the database, with the threads that ask for it."""
    thread.join()
    for asking in threading.enumerate():
        if asking.name.startswith("sweep "):
            asking.join(60)


def test_an_erp_that_hangs_or_refuses_delays_no_ring(world):
    stop, hanging, seen = threading.Event(), threading.Event(), threading.Event()
    world.erp.stores = lambda: hanging.wait(30) and ()

    class Bell:
        def ring(self, *_):
            seen.set()

    object.__setattr__(world.services, "bell", Bell())
    world.push(NEW)
    world.clock.forward(1)
    thread = threading.Thread(target=sweep, args=(world.services, stop))
    thread.start()
    assert seen.wait(10)
    stop.set()
    hanging.set()
    gone(thread)


@pytest.mark.parametrize("error", [Unavailable("away"), Refused("no"), RuntimeError("a bug")])
def test_the_net_does_not_tear(world, error):
    stop, seen = threading.Event(), threading.Event()

    class Bell:
        failed = False

        def ring(self, *_):
            if not self.failed:
                self.failed = True
                raise error
            seen.set()

    object.__setattr__(world.services, "bell", Bell())
    with world.journal.begin() as tx:
        order = tx.orders.add("eleme:7", LANE, world.services.erp.stores()[0].terms(60), world.clock.now())
        order.again = True
        tx.orders.save(order)
    thread = threading.Thread(target=sweep, args=(world.services, stop))
    thread.start()
    assert seen.wait(10)
    stop.set()
    gone(thread)
