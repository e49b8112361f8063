import os
import threading
from collections.abc import Sequence

import pytest

from connector.bell import SilentBell
from connector.domain.errors import BadSignature, Unavailable, Unreadable
from connector.domain.order import OrderRef, StoreRef
from connector.ports import Envelope, Heard, Hook, Outcome, RawEvent, Reply
from connector.receive import LIMIT, GroupCommit, group_commit, receive
from connector.services import Services

PATIENCE = 10.0  # seconds after which a test that hangs is a test that fails


def envelope(digest: str, lane: str = "eleme:1") -> Envelope:
    return Envelope(source="eleme", lane=StoreRef(lane), digest=digest, body=b"{}", order=OrderRef("eleme:9"))


class Journal:
    """Keeps digests; can be held in the middle of a commit, and can fail."""

    def __init__(self):
        self.rows: dict[str, int] = {}
        self.batches: list[list[str]] = []
        self.taken: list[Envelope] = []
        self.bad: set[str] = set()
        self.away = False
        self.entered = threading.Event()
        self.open = threading.Event()
        self.open.set()

    def take(self, envelopes: Sequence[Envelope], _received_at: int = 0) -> list[tuple[int, bool]]:
        self.batches.append([one.digest for one in envelopes])
        self.entered.set()
        assert self.open.wait(PATIENCE)
        if self.away:
            raise Unavailable("the database is away")
        if self.bad.intersection(self.batches[-1]):
            raise ValueError("a row that the database cannot hold")
        self.taken.extend(envelopes)
        before = set(self.rows)
        return [(self.rows.setdefault(d, len(self.rows) + 1), d not in before) for d in self.batches[-1]]


class Clock:
    def now(self) -> int:
        return 1_700_000_000_000


class Source:
    """A sender whose body is its digest; ``?`` is unreadable, ``!`` badly signed, ``*`` a fault of the source's own."""

    name = "eleme"

    def envelope(self, hook: Hook) -> Envelope | None:
        if not hook.body:
            return None
        for mark, error in ((b"?", Unreadable("?")), (b"!", BadSignature("!")), (b"*", KeyError("*"))):
            if hook.body == mark:
                raise error
        return envelope("x", hook.query) if hook.query else envelope(hook.body.decode())

    def heard(self, _raw: RawEvent) -> Heard:
        return Heard()

    def reply(self, outcome: Outcome, _event_id: int | None) -> Reply:
        return Reply(status=200, body=outcome.encode())


def hook(body: bytes, lane: str = "") -> Hook:
    return Hook(method="POST", path="/hooks/eleme", query=lane, headers={}, body=body)


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def writer(journal):
    writer = GroupCommit(journal.take, wait=PATIENCE)
    yield writer
    journal.open.set()


@pytest.fixture
def services(journal):
    return Services(journal=journal, bell=SilentBell(), erp=None, clock=Clock(), sources={}, platforms={})


@pytest.fixture
def door(services, journal):
    """What :func:`receive` takes first."""
    writer = group_commit(services)
    yield services, writer
    journal.open.set()


class Request(threading.Thread):
    """A request on a thread of its own, as the server has them."""

    def __init__(self, writer: GroupCommit, digest: str):
        super().__init__(daemon=True)
        self.writer, self.digest = writer, digest
        self.result: tuple[int, bool] | None = None
        self.error: Exception | None = None
        self.start()

    def run(self):
        try:
            self.result = self.writer.store(envelope(self.digest))
        except Unavailable as error:
            self.error = error

    def ended(self) -> "Request":
        self.join(PATIENCE)
        assert not self.is_alive()
        return self


def hold(journal: Journal, writer: GroupCommit) -> Request:
    """Begin a commit that does not end before ``journal.open`` is set."""
    journal.open.clear()
    first = Request(writer, "first")
    assert journal.entered.wait(PATIENCE)
    return first


def wait_for_queue(writer: GroupCommit, length: int):
    turn = threading.Event()
    for _ in range(int(PATIENCE * 1000)):
        if writer._queue.qsize() == length:
            return
        turn.wait(0.001)
    pytest.fail(f"{writer._queue.qsize()} wait instead of {length}")


def test_no_thread_is_started_before_the_first_event(journal):
    writer = GroupCommit(journal.take)
    assert writer._thread is None


def test_an_event_is_stored_and_its_repeat_gets_the_same_number(writer):
    assert writer.store(envelope("a")) == (1, True)
    assert writer.store(envelope("b")) == (2, True)
    assert writer.store(envelope("a")) == (1, False)


def test_what_waits_during_a_commit_shares_the_next_one(journal, writer):
    first = hold(journal, writer)
    others = [Request(writer, f"d{number}") for number in range(7)]
    wait_for_queue(writer, 7)
    journal.open.set()
    results = {request.ended().result for request in others}
    assert first.ended().result == (1, True)
    assert [len(batch) for batch in journal.batches] == [1, 7]
    assert results == {(number, True) for number in range(2, 9)}


def test_nobody_is_answered_before_the_commit_has_ended(journal, writer):
    first = hold(journal, writer)
    assert first.is_alive()
    assert first.result is None
    journal.open.set()
    assert first.ended().result == (1, True)


def test_a_batch_is_no_longer_than_500_rows(journal, writer):
    hold(journal, writer)
    for number in range(501):
        Request(writer, f"d{number}")
    wait_for_queue(writer, 501)
    journal.open.set()
    wait_for_queue(writer, 0)
    writer.store(envelope("last"))
    assert [len(batch) for batch in journal.batches[:3]] == [1, 500, 1]


def test_one_bad_row_fails_alone(journal, writer):
    journal.bad = {"bad"}
    first = hold(journal, writer)
    good, bad, fine = (Request(writer, digest) for digest in ("good", "bad", "fine"))
    wait_for_queue(writer, 3)
    journal.open.set()
    assert first.ended().result == (1, True)
    assert good.ended().result is not None
    assert fine.ended().result is not None
    assert isinstance(bad.ended().error, Unavailable)
    assert set(journal.rows) == {"first", "good", "fine"}
    assert writer.store(envelope("later"))[1] is True


def test_a_database_that_is_away_turns_all_that_wait_away_at_once_without_trying_row_by_row(journal, writer):
    journal.away = True
    first = hold(journal, writer)
    others = [Request(writer, f"d{number}") for number in range(3)]
    wait_for_queue(writer, 3)
    journal.open.set()
    assert all(isinstance(request.ended().error, Unavailable) for request in (first, *others))
    assert [len(batch) for batch in journal.batches] == [1, 3]
    journal.away = False
    assert writer.store(envelope("again")) == (1, True)


def test_a_request_waits_only_so_long_and_is_not_stored_afterwards_if_it_was_still_waiting(journal):
    writer = GroupCommit(journal.take, wait=0.02)
    first = hold(journal, writer)
    with pytest.raises(Unavailable) as late:
        writer.store(envelope("late"))
    assert late.value.unknown
    first.ended()
    journal.open.set()
    writer._wait = PATIENCE
    assert writer.store(envelope("next"))[1]  # whose turn is after that of the one that had gone
    assert set(journal.rows) == {"first", "next"}


def test_a_request_beyond_the_room_is_turned_away_at_once(journal):
    writer = GroupCommit(journal.take, wait=PATIENCE, room=2)
    hold(journal, writer)
    waiting = [Request(writer, digest) for digest in "ab"]
    wait_for_queue(writer, 2)
    with pytest.raises(Unavailable, match="too many"):
        writer.store(envelope("c"))
    journal.open.set()
    assert all(request.ended().result for request in waiting)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_a_writer_of_its_own(journal, writer):
    writer.store(envelope("parent"))
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if writer.store(envelope("child")) == (2, True) else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_new_event_is_stored_answered_and_its_lane_rung(door, services):
    assert receive(*door, Source(), hook(b"a")) == ("stored", 1)
    assert services.bell.rings == [("eleme:1", "advance")]


def test_a_repeat_is_said_to_be_one_with_the_same_number_and_rings_nothing(door, services):
    receive(*door, Source(), hook(b"a"))
    assert receive(*door, Source(), hook(b"a")) == ("repeated", 1)
    assert len(services.bell.rings) == 1


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "check"),
        (b"?", "unreadable"),
        (b"!", "bad_signature"),
        (b"*", "unavailable"),
        (b"x" * (LIMIT + 1), "too_large"),
    ],
)
def test_what_is_not_stored_has_an_outcome_and_leaves_no_row(door, journal, body, outcome):
    assert receive(*door, Source(), hook(body)) == (outcome, None)
    assert journal.batches == []


def test_a_body_of_exactly_the_limit_is_read(door):
    assert receive(*door, Source(), hook(b"x" * LIMIT)) == ("stored", 1)


def test_a_database_that_is_away_is_unavailable_and_leaves_nothing_half_done(door, journal, services):
    journal.away = True
    assert receive(*door, Source(), hook(b"a")) == ("unavailable", None)
    assert journal.rows == {}
    assert services.bell.rings == []


@pytest.mark.parametrize("lane", ["eleme:\x00", "eleme:" + "9" * 200_000, "eleme:a b", "odd"])
def test_what_no_column_should_hold_is_stored_in_a_lane_of_its_own(door, journal, lane):
    assert receive(*door, Source(), hook(b"a", lane)) == ("stored", 1)
    assert journal.taken[0].lane == "eleme:unknown"
