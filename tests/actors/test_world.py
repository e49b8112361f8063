"""Workers in a world in which things stop, vanish and fail."""

import os
import signal
import time

from connector.advance import ROWS
from tests.actors.outside import LANES, wait_for
from tests.actors.test_kill import check_versions
from tests.domain.build import fact
from tests.doubles import event

LANE = LANES[0]
TAKEN_OVER = 15


def sale(number, lane=LANE):
    order = f"eleme:{number}"
    return [event(order, fact(10, 0), lane=lane), event(order, fact(12, 10), lane=lane)]


def sold(outside, number):
    document = outside.erp.documents.get(f"eleme:{number}")
    return document is not None and document.sale == "confirmed"


def freeze(process):
    os.kill(process.pid, signal.SIGSTOP)


def thaw(process):
    os.kill(process.pid, signal.SIGCONT)


def test_the_lanes_of_a_dead_worker_are_taken_over_within_fifteen_seconds(outside):
    outside.hear(*sale(1))
    doomed = outside.worker(fault="advance.before_commit")
    outside.sweeper()
    wait_for(lambda: not doomed.is_alive())
    died = time.monotonic()
    outside.worker()
    wait_for(lambda: sold(outside, 1))
    assert time.monotonic() - died < TAKEN_OVER


def test_a_worker_that_was_frozen_longer_than_its_lease_writes_no_more(outside):
    outside.erp.gate.clear()
    outside.hear(*sale(1))
    frozen = outside.worker()
    wait_for(lambda: outside.erp.inside, words="its call has reached the ERP")
    freeze(frozen)
    [(token,)] = outside.rows("SELECT token FROM lanes WHERE step = 'deliver'")
    wait_for(
        lambda: outside.rows("SELECT 1 FROM lanes WHERE step = 'deliver' AND until < clock_timestamp()"),
        words="its lease runs out, since nothing prolongs it",
    )
    outside.erp.inside.clear()
    outside.erp.gate.set()
    outside.hear(*sale(2), event("eleme:1", fact(53, 20), lane=LANE))
    outside.worker()
    outside.sweeper()
    wait_for(outside.at_rest)
    before = outside.rows("SELECT id, version, state, done_at FROM outbox ORDER BY id")
    lanes = outside.rows("SELECT name, step, token FROM lanes ORDER BY name, step")
    assert ("eleme:1", "deliver", token) not in lanes
    thaw(frozen)
    outside.hear(*sale(3, LANES[1]))
    outside.kill(outside.processes[1])  # so that the one that was frozen does the rest
    wait_for(lambda: sold(outside, 3) and outside.at_rest())
    after = outside.rows("SELECT id, version, state, done_at FROM outbox ORDER BY id")
    assert after[: len(before)] == before
    assert outside.erp.documents["eleme:1"].rider_state == 53
    check_versions(outside)


def test_while_redis_is_emptied_again_and_again_everything_arrives(outside):
    outside.worker()
    outside.sweeper()
    for number in range(20):
        outside.hear(*sale(number, LANES[number % 3]))
        outside.redis.flushall()
    wait_for(lambda: all(sold(outside, number) for number in range(20)))
    wait_for(outside.at_rest)


def test_when_redis_is_away_the_door_stays_open_and_later_everything_arrives(outside, redis_server):
    outside.worker()
    outside.sweeper()
    outside.hear(*sale(1))
    wait_for(lambda: sold(outside, 1))
    redis_server.stop()
    outside.hear(*sale(2))
    redis_server.start()
    wait_for(lambda: sold(outside, 2))


def test_workers_never_meet_in_a_lane_and_each_event_counts_once(outside):
    count = 40
    for number in range(count):
        outside.hear(*sale(number, LANES[number % 3]))
    outside.worker(threads=4)
    outside.worker(threads=4)
    outside.sweeper()
    wait_for(outside.at_rest)
    assert all(sold(outside, number) for number in range(count))
    assert outside.erp.overlaps == []
    assert outside.platform.overlaps == []
    assert outside.rows("SELECT count(*), max(attempts) FROM inbox") == [(2 * count, 1)]
    check_versions(outside)


def test_a_poisoned_order_stops_nobody_else_of_its_shop(outside):
    poison = fact(10, 0, key="poison")
    outside.hear(event("eleme:66", poison, lane=LANE), event("eleme:66", fact(12, 10), lane=LANE), *sale(1), *sale(2))
    outside.worker()
    outside.sweeper()
    wait_for(lambda: sold(outside, 1) and sold(outside, 2))
    states = outside.rows("SELECT state FROM inbox WHERE order_ref = 'eleme:66'")
    assert states == [("pending",), ("pending",)]


def test_the_backlog_of_one_shop_is_left_after_a_slice_and_others_are_let_in(outside):
    rows = 5 * ROWS
    outside.hear(*(event("eleme:1", fact(51, second), lane=LANE) for second in range(rows)), ring=False)
    outside.hear(*sale(2, LANES[1]), ring=False)
    outside.bell.ring(LANE, "advance")
    outside.bell.ring(LANES[1], "advance")
    outside.worker(threads=1)
    outside.sweeper()
    wait_for(lambda: outside.rows("SELECT count(*) FROM inbox WHERE state = 'done'") == [(rows + 2,)])
    done = [lane for (lane,) in outside.rows("SELECT lane FROM inbox ORDER BY done_at, id")]
    assert done.index(LANES[1]) <= 2 * ROWS
