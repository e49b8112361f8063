import threading

import dramatiq.errors
import pytest
import redis.exceptions

from connector.bell import FAILURES, RedisBell, SilentBell, TickingBell, build_broker, ping, queue_of
from connector.domain.errors import Unavailable

LANE, OTHER = "eleme:1", "eleme:2"


@pytest.fixture
def broker(redis_server):
    made = build_broker(redis_server.url)
    made.client.flushall()
    yield made
    made.client.close()


@pytest.fixture
def bell(broker):
    return RedisBell(broker, queues=4)


def waiting(broker):
    return {key.decode(): broker.client.llen(key) for key in broker.client.keys("waimai:lane-?")}


def test_a_ring_puts_one_message_into_the_lanes_queue(bell, broker):
    bell.ring(LANE, "advance")
    assert waiting(broker) == {f"waimai:{queue_of(LANE, 4)}": 1}


def test_rings_are_collapsed_until_a_worker_answers(bell, broker):
    for _ in range(5):
        bell.ring(LANE, "advance")
    assert sum(waiting(broker).values()) == 1
    bell.answer(LANE, "advance")
    bell.ring(LANE, "advance")
    assert sum(waiting(broker).values()) == 2


def test_steps_and_lanes_ring_for_themselves_and_a_lane_always_in_the_same_queue(bell, broker):
    bell.ring(LANE, "advance")
    bell.ring(LANE, "deliver")
    bell.ring(OTHER, "advance")
    assert waiting(broker)[f"waimai:{queue_of(LANE, 4)}"] >= 2
    assert sum(waiting(broker).values()) == 3


def test_a_ring_whose_ringer_died_halfway_is_not_the_last(bell, broker):
    bell.ring(LANE, "advance")
    assert 0 < broker.client.ttl(f"nudge:advance:{LANE}") <= 5


def test_a_redis_that_is_away_stops_nobody(redis_server, bell, broker):
    redis_server.stop()
    try:
        bell.ring(LANE, "advance")
        bell.answer(LANE, "advance")
        with pytest.raises(Unavailable):
            ping(broker)
    finally:
        redis_server.start()
    ping(broker)
    bell.ring(LANE, "advance")
    assert sum(waiting(broker).values()) == 1


def test_everything_that_the_libraries_raise_means_that_redis_is_away():
    for module in (redis.exceptions, dramatiq.errors):
        raised = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Exception)]
        assert raised
        assert all(issubclass(kind, FAILURES) for kind in raised if kind.__module__ == module.__name__)


class Held(SilentBell):
    """Each ring waits until it is let go; ``begun`` says that the first one is at it."""

    def __init__(self):
        super().__init__()
        self.begun, self.open = threading.Event(), threading.Event()

    def ring(self, lane, step):
        self.begun.set()
        assert self.open.wait(30)
        super().ring(lane, step)


def test_a_ring_from_a_request_does_not_wait_and_each_lane_is_rung_once_per_tick():
    inner = Held()
    bell = TickingBell(inner, tick=0.001)
    bell.ring(OTHER, "advance")
    assert inner.begun.wait(30)
    for _ in range(100):
        bell.ring(LANE, "advance")
    bell.ring(OTHER, "deliver")
    assert inner.rings == []
    inner.open.set()
    bell.close()
    assert inner.rings[0] == (OTHER, "advance")
    assert sorted(inner.rings[1:]) == [(LANE, "advance"), (OTHER, "deliver")]


def test_what_is_rung_during_the_last_wait_is_rung_before_the_end():
    inner = Held()
    bell = TickingBell(inner, tick=60)
    bell.ring(LANE, "advance")
    assert inner.begun.wait(30)
    inner.open.set()
    bell.ring(LANE, "deliver")
    bell.close()
    assert inner.rings == [(LANE, "advance"), (LANE, "deliver")]
