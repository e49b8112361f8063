"""What was missed is asked for: who is asked when, what is told, and what becomes of the answers."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from connector.database.gaps import NEVER
from connector.domain.errors import Busy, Refused, Unavailable
from connector.domain.gaps import day_of, start_of
from connector.pulling import EVERY_MILLIS, due, pull
from connector.sweep import Sweep
from tests.connector.test_advance import ACCEPTED, NEW, T0, at
from tests.doubles import LANE, ORDER, event

APP = "eleme:"
HERE = replace(NEW, content=replace(NEW.content, placed_at=T0 * 1000))
TODAY = date(2023, 11, 15)  # of the standing clock, in China
YESTERDAY = date(2023, 11, 14)
DAY = 86_400


@pytest.fixture
def bare(world):
    """Nothing was ever asked about."""
    assert day_of(world.clock.now()) == TODAY
    return world


def looked(world):
    """The looks since the last question: shop, since which day, in full or not."""
    looks, world.platform.looks = world.platform.looks, []
    return [(store, day_of(since), known.full) for store, known, since in looks]


def a_day_begun(world):
    """The first look is in full; what follows is the cheap kind."""
    pull(world.services, LANE)
    world.clock.forward(60)
    looked(world)


def test_each_open_shop_and_the_platforms_applications_are_asked_about(world):
    world.open_shop("eleme:2", active=False)
    world.open_shop("eleme:3")
    world.open_shop("other:1")
    assert sorted(due(world.services)) == [APP, LANE, "eleme:3"]


def test_a_shop_is_asked_about_once_a_minute(world):
    pull(world.services, LANE)
    world.clock.forward(59)
    assert due(world.services) == [APP]
    assert pull(world.services, LANE) == 0
    world.clock.forward(1)
    assert due(world.services) == [APP, LANE]
    pull(world.services, LANE)
    assert [store for store, _, _ in looked(world)] == [LANE, LANE]


def test_who_has_waited_longest_is_asked_about_first(world):
    world.open_shop("eleme:3")
    for lane in (LANE, APP, "eleme:3"):
        pull(world.services, lane)
        world.clock.forward(1)
    world.clock.forward(60)
    assert due(world.services) == [LANE, APP, "eleme:3"]


def test_the_first_look_is_at_the_present_day_the_next_ones_are_cheap(bare):
    pull(bare.services, LANE)
    assert looked(bare) == [(LANE, TODAY, True)]
    bare.clock.forward(60)
    pull(bare.services, LANE)
    assert looked(bare) == [(LANE, TODAY, False)]


def test_once_a_day_whole_days_are_looked_at(bare):
    a_day_begun(bare)
    for _ in range(DAY // 240):
        bare.clock.forward(240)
        pull(bare.services, LANE)
    full = [look for look in looked(bare) if look[2]]
    assert full == [(LANE, TODAY, True)]


@pytest.mark.parametrize(
    ("days", "first"),
    [(1, date(2023, 11, 15)), (2, date(2023, 11, 15)), (5, date(2023, 11, 15)), (30, date(2023, 12, 8))],
)
def test_after_a_pause_all_days_since_the_last_full_look_are_looked_at_but_no_more_than_a_week(bare, days, first):
    a_day_begun(bare)
    bare.clock.forward(days * DAY)
    pull(bare.services, LANE)
    assert looked(bare) == [(LANE, first, True)]


@pytest.mark.parametrize(("seconds", "look"), [(240, (LANE, TODAY, False)), (241, (LANE, YESTERDAY, True))])
def test_a_pause_of_minutes_is_looked_into_in_full(bare, seconds, look):
    a_day_begun(bare)  # a minute of it has passed
    bare.clock.forward(seconds)
    pull(bare.services, LANE)
    assert looked(bare) == [look]


@pytest.mark.parametrize(("minutes", "full"), [(3, False), (10, True)])
def test_the_first_answer_after_an_outage_of_the_platform_is_in_full(bare, minutes, full):
    a_day_begun(bare)
    bare.platform.lists[LANE] = [Unavailable("away")]
    for _ in range(minutes):
        pull(bare.services, LANE)
        bare.clock.forward(60)
    assert len(looked(bare)) == minutes
    bare.platform.lists[LANE] = []
    for _ in range(2):
        pull(bare.services, LANE)
        bare.clock.forward(60)
    first = YESTERDAY if full else TODAY
    assert looked(bare) == [(LANE, first, full), (LANE, TODAY, False)]


def test_after_midnight_the_day_before_is_still_looked_at_for_a_quarter_of_an_hour(bare):
    bare.clock.at = start_of(date(2023, 11, 16)) + 60_000
    pull(bare.services, LANE)
    for _ in range(20):
        bare.clock.forward(60)
        pull(bare.services, LANE)
    cheap = [day.day for _, day, full in looked(bare) if not full]
    assert cheap[:13] == [15] * 13
    assert cheap[-5:] == [16] * 5


def test_what_is_found_enters_through_the_same_door(world):
    world.platform.lists[LANE] = [event(ORDER, NEW, ACCEPTED)]
    world.bell.rings.clear()
    assert pull(world.services, LANE) == 1
    assert world.bell.rings == [(LANE, "advance")]
    world.settle()
    assert world.order().state == "waiting"


def test_a_push_that_is_handed_out_again_is_the_same_event(world):
    push = event(ORDER, NEW)
    world.hear(push)
    world.settle()
    world.platform.lists[APP] = [push, event(ORDER, ACCEPTED)]
    assert pull(world.services, APP) == 1
    world.settle()
    assert world.states() == ["done", "done"]
    assert world.order().state == "waiting"
    assert world.journal.gaps.last(APP).found == 1


def test_the_platform_is_told_what_we_have(world):
    world.push(replace(NEW, content=replace(NEW.content, placed_at=T0 * 1000, day_seq=7)))
    world.push(at(12, 30), order="eleme:200")  # its content is not known
    world.hear(event("eleme:300", at(10), lane="eleme:9"))  # another shop's
    world.settle()
    pull(world.services, LANE)
    ((_, known, _),) = world.platform.looks
    assert known.states == {ORDER: "new", "eleme:200": "waiting"}
    assert known.counts == {TODAY: 2}
    assert known.numbers == {TODAY: frozenset({7})}
    assert known.now == world.clock.now()
    assert ORDER in known.stale
    assert known.asked == {"eleme:200"}  # parked: its platform does not know it


def test_older_orders_are_known_while_something_may_happen_to_them(world):
    world.push(replace(NEW, content=replace(NEW.content, placed_at=(T0 - 3 * DAY) * 1000)))
    world.push(at(10), at(14, 5), order="eleme:200")  # long ago, and over
    world.settle()
    pull(world.services, LANE)
    ((_, known, _),) = world.platform.looks
    assert (known.states, known.counts) == ({ORDER: "new"}, {})


def test_an_event_that_has_not_been_applied_is_known_as_well(world):
    world.push(NEW)
    pull(world.services, LANE)
    ((_, known, _),) = world.platform.looks
    assert known.states == {ORDER: ""}


def test_an_order_that_is_under_way_is_read_back_when_nothing_was_heard_for_a_while(bare):
    a_day_begun(bare)
    bare.push(HERE)
    bare.settle()
    stale = []
    for _ in range(34):
        bare.clock.forward(60)
        bare.platform.lists[LANE] = [event(ORDER, NEW, salt=str(bare.clock.now()))] if stale[-1:] == [True] else []
        pull(bare.services, LANE)
        ((_, known, _),) = bare.platform.looks
        bare.platform.looks.clear()
        stale.append(ORDER in known.stale)
    assert stale.index(True) in {14, 15}
    assert stale.count(True) <= 5


def test_an_order_that_is_over_is_not_read_back(world):
    world.push(HERE, at(14, 10))
    world.settle()
    pull(world.services, LANE)
    ((_, known, _),) = world.platform.looks
    assert known.states == {ORDER: "cancelled"}
    assert known.stale == ()


def test_reading_back_what_we_have_is_no_gap(world):
    world.push(HERE)
    world.settle()
    world.platform.lists[LANE] = [event(ORDER, NEW, ACCEPTED, salt="read back")]
    assert pull(world.services, LANE) == 0
    assert world.rows("SELECT pulled_at FROM orders") == [(world.clock.now(),)]


def test_an_order_that_the_platform_refuses_is_not_asked_for_again_at_once(world):
    world.push(HERE)
    world.settle()

    def refusing(_store, known, _since):
        assert known.told(ORDER, lambda: world.platform.fetch(ORDER, LANE)) is None
        yield event("eleme:200", at(10))

    world.platform.missed, world.platform.away = refusing, Refused("no such order")
    assert pull(world.services, LANE) == 1
    assert world.rows("SELECT pulled_at FROM orders WHERE ref = 'eleme:100'") == [(world.clock.now(),)]
    last = world.journal.gaps.last(LANE)
    assert (last.reason, last.full_at) == ("", world.clock.now())


@pytest.mark.parametrize("trouble", [Unavailable("away"), Refused("not ours"), RuntimeError("a bug")])
def test_what_was_found_before_it_failed_counts_and_the_next_look_is_in_full_again(world, trouble):
    world.platform.lists[LANE] = [event(ORDER, NEW), trouble, event("eleme:200", at(10))]
    assert pull(world.services, LANE) == 1
    last = world.journal.gaps.last(LANE)
    assert (last.pulled_at, last.full_at, last.found) == (world.clock.now(), 0, 1)
    assert last.reason in {str(trouble), type(trouble).__name__}
    world.platform.lists[LANE] = []
    world.clock.forward(61)
    pull(world.services, LANE)
    assert [full for _, _, full in looked(world)] == [True, True]
    assert world.journal.gaps.last(LANE).reason == ""


@pytest.mark.parametrize(("trouble", "asked"), [(Unavailable("away"), 1), (Busy("often", seconds=1), 2)])
def test_a_platform_that_is_away_is_not_asked_about_every_shop(world, trouble, asked):
    world.open_shop("eleme:2")
    world.platform.lists = {LANE: [trouble], "eleme:2": [trouble]}
    pull(world.services, LANE)
    pull(world.services, "eleme:2")
    assert len(looked(world)) == asked


def test_who_has_asked_nobody_does_not_say_that_the_platform_answers_again(world):
    world.open_shop("eleme:2")
    world.platform.lists[LANE] = [Unavailable("away")]
    pull(world.services, LANE)
    world.clock.forward(2)
    pull(world.services, LANE)  # not due
    lease = world.journal.lanes.claim("eleme:2", "pull")
    pull(world.services, "eleme:2")  # somebody else is there
    world.journal.lanes.release(lease)
    gate = world.services.gates["eleme"]
    assert gate.enter(world.clock.now())
    assert not gate.enter(world.clock.now()), "one alone tries it"


def test_somebody_else_who_asks_is_left_alone(world):
    lease = world.journal.lanes.claim(LANE, "pull")
    assert pull(world.services, LANE) == 0
    world.journal.lanes.release(lease)
    assert looked(world) == []
    pull(world.services, LANE)
    assert len(looked(world)) == 1


def test_several_processes_ask_once(world):
    threads = [threading.Thread(target=Sweep(world.services).pull) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store for store, _, _ in looked(world)) == [APP, LANE]


def test_a_shop_that_hangs_does_not_keep_the_others_from_being_asked_about(world):
    world.open_shop("eleme:2")
    hangs, over = threading.Event(), threading.Event()

    def missed(store, known, since):
        world.platform.looks.append((store, known, since))
        if store == APP:
            hangs.set()
            over.wait(30)
        return iter(())

    world.platform.missed = missed
    net = Sweep(world.services)
    first = threading.Thread(target=net.pull)
    first.start()
    assert hangs.wait(30)
    net.pull()
    assert sorted(store for store, _, _ in looked(world)) == [APP, LANE, "eleme:2"]
    over.set()
    first.join()


def test_a_clock_that_goes_back_stops_nothing(world):
    pull(world.services, LANE)
    world.clock.forward(-3600)
    assert LANE in due(world.services)


def test_a_shop_that_was_never_asked_about_says_so(world):
    assert world.journal.gaps.last("eleme:77") == NEVER
    assert EVERY_MILLIS == 60_000
