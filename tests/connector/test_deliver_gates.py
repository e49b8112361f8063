import threading

from connector.deliver import BATCH, deliver
from connector.domain.errors import InDoubt, Unavailable
from connector.gates import Gate
from tests.connector.test_advance import NEW
from tests.doubles import LANE, pressed

LANES = [f"eleme:{number}" for number in range(2, 6)]


def test_a_gate_is_open_as_long_as_calls_are_answered():
    gate = Gate()
    for _ in range(3):
        assert gate.enter(1000)
        assert gate.enter(1000)
        gate.leave(1000, answered=True)
        gate.leave(1000, answered=True)


def test_after_a_call_without_answer_one_at_a_time_tries_again_after_a_second():
    gate = Gate()
    gate.enter(1000)
    gate.leave(1000, answered=False)
    assert [gate.enter(1999), gate.enter(2000), gate.enter(2000)] == [False, True, False]
    gate.leave(2000, answered=False)
    assert [gate.enter(2500), gate.enter(3000)] == [False, True]
    gate.leave(3000, answered=True)
    assert [gate.enter(3000), gate.enter(3000)] == [True, True]


def test_an_erp_that_is_away_is_asked_by_one_lane_not_by_all(world, monkeypatch):
    asked = []

    def write(documents):
        asked.append(documents[0].store)
        raise Unavailable("away")

    monkeypatch.setattr(world.erp, "write", write)
    for lane in LANES:
        world.open_shop(lane)
        world.push(NEW, lane=lane, order=f"{lane}00")
        world.advance(lane)
    for lane in LANES:
        assert deliver(world.services, lane) is False
    assert asked == LANES[:1]
    assert world.rows("SELECT sum(attempts) FROM outbox WHERE kind = 'document'") == [(1,)]
    monkeypatch.undo()
    world.clock.forward(1)
    for lane in LANES:
        world.settle(lane)
    assert len(world.erp.documents) == len(LANES)


def test_a_backlog_of_many_batches_waits_after_one_call(world, monkeypatch):
    asked = []

    def write(documents):
        asked.append(len(documents))
        raise Unavailable("away")

    for number in range(2 * BATCH):
        world.push(NEW, order=f"eleme:{number}")
    world.advance()
    monkeypatch.setattr(world.erp, "write", write)
    assert deliver(world.services, LANE) is False
    assert asked == [BATCH]


def test_while_the_erp_hangs_commands_reach_the_platform(world):
    hanging, entered = threading.Event(), threading.Event()

    def write(documents):
        entered.set()
        hanging.wait(30)
        raise Unavailable("timed out")

    world.erp.write = write
    world.push(NEW)
    world.advance()
    thread = threading.Thread(target=deliver, args=(world.services, LANE))
    thread.start()
    entered.wait(30)
    other = LANES[0]
    world.open_shop(other)
    world.push(NEW, lane=other, order="eleme:200")
    world.hear(pressed("accept", 1, "eleme:200", lane=other, at=world.clock.now()))
    world.advance(other)
    world.services.gates["erp"].leave(world.clock.now(), answered=False)  # another call has already failed
    deliver(world.services, other)
    assert list(world.platform.taken) == ["cmd-1"]
    hanging.set()
    thread.join()


def deliver_three_accepts(world, away):
    world.platform.away = away
    for number in range(3):
        world.push(NEW, order=f"eleme:{number}")
        world.hear(pressed("accept", number + 1, f"eleme:{number}", at=world.clock.now()))
    world.advance()
    deliver(world.services, LANE)


def test_a_platform_that_is_away_is_asked_by_one_command_not_by_all(world):
    deliver_three_accepts(world, Unavailable("away"))
    assert len(world.platform.performed) == 1
    world.platform.away = None
    world.clock.forward(1)
    world.settle()
    assert {result.state for result in world.erp.results.values()} == {"done"}


def test_a_platform_that_answers_but_leaves_one_call_in_doubt_is_asked_by_the_others(world):
    deliver_three_accepts(world, InDoubt("perhaps"))
    assert len(world.platform.performed) == 3
    assert world.services.gates["eleme"].enter(world.clock.now())
