"""News that call an order by its other name alone belong to it, whether they are heard before or after it."""

from dataclasses import replace
from itertools import permutations

import pytest

from tests.connector.test_advance import ACCEPTED, NEW, T0, at
from tests.connector.test_routing import RIDER, VIEW, heard, named
from tests.doubles import ORDER, event


def called(*facts, salt=""):
    """Pushes that name the shop, and the order by its other name alone."""
    return event(VIEW, *facts, salt=salt)


def end(world):
    """What is left once the window is over and nothing more happens."""
    world.pass_window()
    facts = world.rows("SELECT order_ref, key FROM facts ORDER BY key")
    orders = world.rows("SELECT ref, view_ref, state, parked, wants FROM orders")
    opened = sorted(key for key, alert in world.erp.alerts.items() if alert.state == "open")
    at_work = world.rows("SELECT key FROM outbox WHERE state <> 'done' AND kind <> 'fetch'")
    pending = world.rows("SELECT key FROM outbox WHERE state = 'pending'")
    return facts, orders, opened, at_work, pending, replace(world.erp.documents[ORDER], version=0)


STEPS = [event(ORDER, named()), event(ORDER, ACCEPTED), called(RIDER), called(at(45, 30))]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_news_under_the_other_name_count_whenever_they_are_heard(world, order):
    for number in order:
        world.hear(STEPS[number])
        world.settle()
    facts, orders, opened, *rest = end(world)
    assert {ref for ref, _ in facts} == {ORDER}
    assert len(facts) == len(STEPS)
    assert orders == [(ORDER, VIEW, "prepared", None, None)]
    assert opened == [f"reminder:{ORDER}:45:{T0 + 30}"]
    assert rest[:2] == [[], []]
    assert (rest[2].key, rest[2].rider_state) == (ORDER, 53)
    version = world.order().version
    world.hear(called(RIDER, salt="again"), called(at(45, 30), salt="again"))
    world.settle()
    assert world.order().version == version
    assert end(world)[:3] == (facts, orders, opened)


def test_all_of_one_visit_belongs_to_the_order_as_well(world):
    world.hear(STEPS[2], STEPS[3], STEPS[0], STEPS[1])
    world.settle()
    assert world.rows("SELECT ref FROM orders") == [(ORDER,)]
    assert {ref for ref, _ in heard(world)[0]} == {ORDER}
    assert [key for key, alert in world.erp.alerts.items() if alert.state == "open"] == [
        f"reminder:{ORDER}:45:{T0 + 30}"
    ]


def test_what_a_person_set_aside_under_the_other_name_stays_aside(world):
    world.hear(called(RIDER))
    world.settle()
    with world.journal.begin() as tx:
        assert tx.orders.set_aside(VIEW, RIDER.key, "not ours")
    world.push(named(), ACCEPTED)
    assert end(world)[1] == [(ORDER, VIEW, "paid", None, None)]
    assert world.rows("SELECT order_ref, set_aside FROM facts WHERE key = %(key)s", key=RIDER.key) == [
        (ORDER, "not ours")
    ]


def test_of_two_copies_of_news_under_both_names_the_earlier_one_counts(world):
    late = replace(RIDER, at=RIDER.at + 5000)
    for first, second in ((RIDER, late), (late, RIDER)):
        world.hear(called(first, salt=str(first.at)), event(ORDER, second, salt=str(first.at)))
    world.hear(event(ORDER, named()))
    world.settle()
    assert world.rows("SELECT order_ref, at FROM facts WHERE key = %(key)s", key=RIDER.key) == [(ORDER, RIDER.at)]


def test_what_cannot_be_read_under_the_other_name_parks_the_order_itself(world):
    broken = replace(called(RIDER), body=b"no JSON", digest="broken")
    for each in (broken, event(ORDER, named())):
        world.hear(each)
        world.settle()
    assert world.rows("SELECT ref, parked_by FROM orders") == [(ORDER, "fact")]
    opened = {alert.order for alert in world.erp.alerts.values() if alert.state == "open"}
    assert opened == {ORDER}
    world.hear(replace(broken, digest="another"))
    world.settle()
    assert world.rows("SELECT ref, parked_by FROM orders") == [(ORDER, "fact")]


def test_nothing_moves_if_the_order_cannot_be_applied(world, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    world.hear(called(RIDER))
    world.settle()
    with monkeypatch.context() as patch:
        patch.setattr("connector.settling.document", broken)
        world.hear(event(ORDER, named()))
        world.advance()
    assert world.rows("SELECT ref FROM orders") == [(VIEW,)]
    assert world.rows("SELECT order_ref FROM facts") == [(VIEW,)]
    world.clock.forward(61)
    world.settle()
    assert world.rows("SELECT ref FROM orders") == [(ORDER,)]
    assert heard(world)[0] == [(ORDER, "10:1700000000"), (ORDER, RIDER.key)]


@pytest.mark.parametrize("answer", ["refused", "known"])
def test_the_order_becomes_known_while_its_platform_is_asked_for_the_other_name(world, answer):
    def fetch(order, store):
        world.push(named())
        world.advance()
        return kept(order, store)

    kept, world.platform.fetch = world.platform.fetch, fetch
    if answer == "known":
        world.platform.orders[VIEW] = (RIDER,)
    world.hear(called(RIDER))
    world.settle()
    assert world.rows("SELECT ref, parked FROM orders") == [(ORDER, None)]
    assert world.rows("SELECT key FROM outbox WHERE state = 'pending'") == []


def test_an_order_that_has_become_one_under_its_other_name_is_left_alone(world):
    world.hear(called(NEW))
    world.settle()
    world.push(named())
    world.settle()
    assert world.rows("SELECT ref FROM orders ORDER BY ref") == [(ORDER,), (VIEW,)]
    assert set(world.erp.documents) == {ORDER, VIEW}
