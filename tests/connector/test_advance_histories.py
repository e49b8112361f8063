"""Histories of the disorder proof through database, journal, lanes and outbox; the end stands in the ERP's document."""

import itertools
import random
from dataclasses import replace

import pytest

from connector.advance import advance
from connector.domain.replay import replay
from tests.connector.test_advance_disorder import ends
from tests.disorder.hearing import PLATFORMS, Hearing, make
from tests.disorder.truth import books_of
from tests.doubles import LANE, event

HISTORIES = 100
PAIRS = 60
LONGEST_WINDOW = 300


class Told:
    """One history, to be told to a bridge as an order of its own."""

    def __init__(self, platform, number):
        self.rng = random.Random(f"database:{platform}:{number}")
        self.history = make(platform, self.rng)
        self.hearing = Hearing(self.history, self.rng, replay)
        self.platform, self.number = platform, number

    def tell(self, world, how, heard):
        """Each fact as a push, with visits in between, not before the window's row rings."""
        order = f"eleme:{self.platform}-{self.number}-{how}"
        world.platform.orders[order] = self.hearing.pulled_after(len(self.history.events) - 1, 2000)
        world.open_shop(cancel_window=self.history.window, consume_at=self.history.consume_at)
        for number, fact in enumerate(heard):
            world.hear(event(order, fact, salt=str(number)))
            if self.rng.random() < 0.3:
                advance(world.services, LANE)
        world.advance()
        return order

    def in_order(self):
        return self.hearing.facts

    def late_in_part(self, world):
        """What came before all went back is heard in order and imported, what came then in any order."""
        cut = self.hearing.before_all_back()
        order = self.tell(world, "late", self.hearing.facts[:cut])
        world.clock.forward(LONGEST_WINDOW + 6)
        rest = self.hearing.facts[cut:]
        self.rng.shuffle(rest)
        for number, fact in enumerate(rest):
            world.hear(event(order, fact, salt=f"late {number}"))
        world.advance()
        return order


def told(platform, number, *, unheard=False):
    """So many histories; ``unheard`` ones, in which staff pressed on after the end, only where it is heard late."""
    made = (Told(platform, at) for at in itertools.count())
    return list(itertools.islice((one for one in made if unheard or not one.history.unheard), number))


def rest(world):
    world.clock.forward(LONGEST_WINDOW + 6)
    world.settle()


def expected(world, one, order):
    return books_of(one.history, sold=world.order(order).sold).expected()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_histories_end_in_the_erp_as_they_truly_ended_in_whatever_order_they_are_heard(world, platform):
    pairs = [
        (one, one.tell(world, "ordered", one.in_order()), one.tell(world, "shuffled", one.hearing.heard(pulls=False)))
        for one in told(platform, PAIRS)
    ]
    rest(world)
    for one, ordered, shuffled in pairs:
        assert ends(world.erp.documents[ordered]) == expected(world, one, ordered)
        assert ends(world.erp.documents[shuffled]) == expected(world, one, shuffled)
        if world.order(ordered).sold == world.order(shuffled).sold:
            first, second = (replace(world.erp.documents[each], key="", version=0) for each in (ordered, shuffled))
            assert first == second


@pytest.mark.parametrize("platform", PLATFORMS)
def test_histories_with_pulls_between_end_the_same(world, platform):
    ones = told(platform, HISTORIES)
    orders = [(one, one.tell(world, "pulled", one.hearing.heard(pulls=True))) for one in ones]
    rest(world)
    for one, order in orders:
        assert ends(world.erp.documents[order]) == expected(world, one, order)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_histories_whose_end_is_heard_after_the_import_end_as_they_truly_ended(world, platform):
    orders = [(one, one.late_in_part(world)) for one in told(platform, HISTORIES, unheard=True)]
    rest(world)
    assert any(world.order(order).sold and books_of(one.history).expected()["sale"] is None for one, order in orders)
    for one, order in orders:
        assert ends(world.erp.documents[order]) == expected(world, one, order)
