import threading

import pytest

from connector.database.lanes import LeaseLost, fence
from connector.domain.errors import Unavailable

LANE = "eleme:1"


@pytest.fixture
def lanes(journal):
    return journal.lanes


def expire(engine):
    """Let every lease run out, by the clock that counts."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE lanes SET until = clock_timestamp() - interval '1 second'")


def seconds_left(engine):
    with engine.connect() as connection:
        sql = "SELECT extract(epoch FROM until - clock_timestamp()) FROM lanes"
        return float(connection.exec_driver_sql(sql).scalar())


def test_a_lane_has_one_holder(lanes):
    assert lanes.claim(LANE, "advance") is not None
    assert lanes.claim(LANE, "advance") is None


def test_the_steps_of_a_lane_and_other_lanes_are_free(lanes):
    lanes.claim(LANE, "advance")
    assert lanes.claim(LANE, "deliver") is not None
    assert lanes.claim("eleme:2", "advance") is not None


def test_a_lane_that_was_given_back_is_free_at_once(lanes):
    first = lanes.claim(LANE, "advance")
    lanes.release(first)
    assert lanes.claim(LANE, "advance").token == first.token + 1


def test_a_lease_that_has_run_out_is_taken_over_and_its_holder_may_write_no_more(lanes, engine, journal):
    first = lanes.claim(LANE, "advance")
    expire(engine)
    second = lanes.claim(LANE, "advance")
    assert second.token > first.token
    with pytest.raises(LeaseLost):
        lanes.renew(first)
    with pytest.raises(LeaseLost), journal.begin(first):
        raise AssertionError("no transaction begins")
    lanes.renew(second)


def test_an_outdated_holder_cannot_give_the_lane_away(lanes, engine):
    first = lanes.claim(LANE, "advance")
    expire(engine)
    lanes.claim(LANE, "advance")
    lanes.release(first)
    assert lanes.claim(LANE, "advance") is None


def test_a_late_holder_goes_on_if_nobody_has_taken_the_lane(lanes, engine):
    lease = lanes.claim(LANE, "advance")
    expire(engine)
    lanes.renew(lease)
    assert lanes.claim(LANE, "advance") is None


def test_every_transaction_prolongs_the_lease(lanes, engine, journal):
    lease = lanes.claim(LANE, "advance")
    expire(engine)
    with journal.begin(lease):
        pass
    assert 8 < seconds_left(engine) <= 10


def test_while_a_transaction_of_the_holder_is_open_nobody_takes_the_lane_and_nobody_waits(lanes, engine):
    lease = lanes.claim(LANE, "advance")
    expire(engine)
    with engine.begin() as connection:
        fence(connection, lease)
        assert lanes.claim(LANE, "advance") is None


def test_of_many_who_knock_at_once_one_gets_in(lanes):
    got = []
    threads = [threading.Thread(target=lambda: got.append(lanes.claim(LANE, "advance"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease is not None for lease in got) == 1


def test_a_heartbeat_prolongs_the_lease_while_a_call_lasts(lanes, engine):
    lease = lanes.claim(LANE, "deliver")
    expire(engine)
    with lanes.kept(lease, every=0.01):
        while seconds_left(engine) < 0:
            pass
    assert lanes.claim(LANE, "deliver") is None


def test_a_heartbeat_that_the_database_did_not_hear_is_not_the_last(lanes, engine, monkeypatch):
    lease, renew, away = lanes.claim(LANE, "deliver"), lanes.renew, [Unavailable("away")] * 2
    expire(engine)

    def unsteady(lease):
        if away:
            raise away.pop()
        renew(lease)

    monkeypatch.setattr(lanes, "renew", unsteady)
    with lanes.kept(lease, every=0.01):
        while seconds_left(engine) < 0 and any(thread.name == f"lease {LANE}" for thread in threading.enumerate()):
            pass
    assert away == []
    assert lanes.claim(LANE, "deliver") is None


def test_a_heartbeat_of_an_outdated_holder_ends_by_itself(lanes, engine):
    lease = lanes.claim(LANE, "deliver")
    expire(engine)
    lanes.claim(LANE, "deliver")
    before = seconds_left(engine)
    with lanes.kept(lease, every=0.01):
        while any(thread.name == f"lease {LANE}" for thread in threading.enumerate()):
            pass
    assert seconds_left(engine) < before


def test_losing_a_lease_is_for_later_not_for_a_person():
    assert issubclass(LeaseLost, Unavailable)
