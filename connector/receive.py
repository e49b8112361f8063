"""The door: verify, store, answer; nothing else stands between a sender and the commit.

What waits is committed together by one writer thread per process, since the disk's flush can be shared. The bell rings
from a thread of its own afterwards, so that a broker that is away never delays or fails an answer.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from connector import logs
from connector.domain.errors import BadSignature, Unavailable, Unreadable
from connector.domain.order import StoreRef
from connector.ports import Envelope, Hook, Outcome, Source
from connector.routing import nameless
from connector.services import REFERENCE, Services

#: Bytes of a body and a query; more is refused unread.
LIMIT: Final = 256 * 1024
_BATCH: Final = 500
_log = logs.get(__name__)

#: Stores envelopes in one transaction: their event numbers, and whether each is new.
Take = Callable[[Sequence[Envelope]], Sequence[tuple[int, bool]]]


def group_commit(services: Services) -> "GroupCommit":
    """The writer of one process."""
    return GroupCommit(lambda envelopes: services.journal.take(envelopes, services.clock.now()))


def receive(services: Services, writer: "GroupCommit", source: Source, hook: Hook) -> tuple[Outcome, int | None]:
    """Take one request in; returns when the event is committed, with its number.

    A repeat has the number of the first. Nothing is raised: every failure is an outcome that the sender is told.
    """
    if len(hook.body) + len(hook.query) > LIMIT:
        return "too_large", None
    try:
        envelope = source.envelope(hook)
        if envelope is None:
            return "check", None
        envelope = _led(services, _tidy(envelope))
        number, fresh = writer.store(envelope)
    except Exception as error:  # noqa: BLE001 - whatever it is, the sender must get an answer that it understands
        return _failed(source, error), None
    if not fresh:
        return "repeated", number
    services.bell.ring(envelope.lane, "advance")
    return "stored", number


def _tidy(envelope: Envelope) -> Envelope:
    """Keep what is no reference out of the columns, which cannot hold everything that can be signed.

    Such an event waits in a lane of its own for a person; its content is stored as it came. One that names no shop at
    all lies in the platform's lane without a shop: there it goes to its order's, or is read if it is of none.
    """
    order = envelope.order if envelope.order and REFERENCE.fullmatch(envelope.order) else None
    shopless = envelope.lane == f"{envelope.source}:"
    lane = envelope.lane if shopless or REFERENCE.fullmatch(envelope.lane) else StoreRef(f"{envelope.source}:unknown")
    return replace(envelope, lane=lane, order=order)


def _led(services: Services, envelope: Envelope) -> Envelope:
    """The lane of its order, if the sender does not tell the shop and the order is known."""
    if not nameless(envelope.lane) or envelope.order is None:
        return envelope
    home = services.journal.home(envelope.order)
    return replace(envelope, order=home[0], lane=home[1]) if home else envelope


def _failed(source: Source, error: Exception) -> Outcome:
    if isinstance(error, BadSignature):
        return "bad_signature"
    if isinstance(error, Unreadable):
        return "unreadable"
    if not isinstance(error, Unavailable):  # which the writer has logged, once for all that waited
        _log.error("not_received", source=source.name, exc_info=error)
    return "unavailable"  # a fault of ours is never the sender's: it shall come again


class _Waiting:
    """One request that waits for the commit; a raw lock is the cheapest thing to wait on."""

    __slots__ = ("_gate", "envelope", "gone", "result")

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.result: tuple[int, bool] | None = None
        self.gone = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def settle(self, result: tuple[int, bool] | None) -> None:
        self.result = result
        self._gate.release()

    def wait(self, seconds: float) -> tuple[int, bool] | None:
        self.gone = not self._gate.acquire(timeout=seconds)
        return self.result


class GroupCommit:
    """One thread that stores whatever waits in one transaction, without lingering for more.

    Args:
        take: stores envelopes in one transaction, all or none.
        wait: seconds that a request waits for its commit at most.
        room: requests that may wait; the next one is turned away at once.
    """

    def __init__(self, take: Take, *, wait: float = 3.0, room: int = 2_000) -> None:
        self._take = take
        self._wait = wait
        self._room = room
        self._queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def store(self, envelope: Envelope) -> tuple[int, bool]:
        """Store one envelope: its event number, and whether it is new.

        Raises:
            Unavailable: not committed in time, or at all; with ``unknown`` as it may still be.
        """
        if self._queue.qsize() >= self._room:
            raise Unavailable("too many requests wait for the database")
        waiting = _Waiting(envelope)
        self._queue.put(waiting)
        self._ensure()
        result = waiting.wait(self._wait)
        if result is None:
            raise Unavailable("the database did not take the event", unknown=waiting.gone)
        return result

    def _ensure(self) -> None:
        """Start the thread unless it runs.

        So late because servers fork after they have loaded the application, and threads do not survive that.
        """
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())  # this thread alone takes, so it never blocks here
            self._write([one for one in batch if not one.gone])

    def _write(self, batch: list[_Waiting]) -> None:
        """Settle each of a batch, whatever happens: nobody may wait for a thread that has died."""
        if not batch:
            return
        try:
            results: Sequence[tuple[int, bool] | None] = self._take([one.envelope for one in batch])
        except Exception as error:  # noqa: BLE001 - all that wait must be told, and the thread must live on
            away = isinstance(error, Unavailable)
            _log.exception("not_stored", rows=len(batch))
            if len(batch) > 1 and not away:  # one bad row fails alone
                for one in batch:
                    self._write([one] if not one.gone else [])
                return
            results = [None] * len(batch)
        for one, result in zip(batch, results, strict=True):
            one.settle(result)
