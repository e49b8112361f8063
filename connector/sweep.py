"""The safety net and the clockwork: it rings lanes in which something is due, and asks outside what we have missed.

It only rings and takes in, so that any number of processes may run it, and losing all of Redis costs seconds of delay.
"""

import threading
from collections.abc import Callable
from typing import Final

from connector import logs
from connector.database import releasing
from connector.domain.errors import BridgeError
from connector.domain.order import Millis, StoreRef
from connector.pulling import due, pull
from connector.services import Services

_BELL_SECONDS: Final = 0.25
_WAITING_MILLIS: Final = 1_000
#: What was received a shorter time ago has been rung for by its door.
_FRESH_MILLIS: Final = 1_000
_ASK_SECONDS: Final = 1.0
#: Shops that are asked about at a time.
_PULLS: Final = 4
_REFRESH_MILLIS: Final = 20_000
_REFRESH_HELD_MILLIS: Final = 5_000
#: A shop that nobody has set up for so long can wait for the minute.
_NEWLY_HELD_MILLIS: Final = 10 * 60_000
_LOG: Final = logs.get(__name__)


class Sweep:
    """One process's sweep: when it did what last, by the services' clock."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looked = _Last()
        self._asked = _Last()
        self._lock = threading.Lock()
        self._pulling: set[StoreRef] = set()

    def ring(self) -> None:
        """Ring lanes with windows that are over; once a second also those with anything that waits.

        Raises:
            Unavailable: the database is away.
        """
        now, bell = self._services.clock.now(), self._services.bell
        look = self._looked.over(now, _WAITING_MILLIS)
        with self._services.journal.begin() as tx:
            advance = tx.orders.ringing_lanes(now)
            if look:
                advance |= tx.inbox.lanes(now, Millis(now - _FRESH_MILLIS))
            deliver = tx.outbox.lanes(now) if look else set()
        for lane in sorted(advance):
            bell.ring(lane, "advance")
        for lane in sorted(deliver):
            bell.ring(lane, "deliver")

    def pull(self) -> None:
        """Ask the platforms for what we have missed, shop by shop; several threads may, each at shops of its own.

        Raises:
            Unavailable: the database is away.
        """
        for lane in due(self._services):
            if self._begin(lane):
                try:
                    pull(self._services, lane)
                finally:
                    self._end(lane)

    def _begin(self, lane: StoreRef) -> bool:
        """Take a shop for this thread; false if another one asks about it."""
        with self._lock:
            if lane in self._pulling:
                return False
            self._pulling.add(lane)
            return True

    def _end(self, lane: StoreRef) -> None:
        with self._lock:
            self._pulling.discard(lane)

    def refresh(self) -> None:
        """Once a minute, and at the start: the ERP's shops and the presses that have not reached us.

        Sooner if events have lately begun to wait for a shop that is not known.

        Raises:
            Unavailable: the ERP or the database is away.
            Refused: the ERP does not let us in.
        """
        now, journal = self._services.clock.now(), self._services.journal
        with journal.begin() as tx:
            held = tx.inbox.any_held(Millis(now - _NEWLY_HELD_MILLIS))
        if not self._asked.over(now, _REFRESH_HELD_MILLIS if held else _REFRESH_MILLIS):
            return
        for store in journal.stores.put(self._services.erp.stores(), now):
            releasing.release_refused(journal.engine, store, now)
        with journal.begin() as tx:
            lanes = tx.inbox.release_held()
        presses = self._services.erp.open_commands()
        taken = journal.take(presses, now)
        lanes |= {press.lane for press, (_, fresh) in zip(presses, taken, strict=True) if fresh}
        for lane in sorted(lanes):
            self._services.bell.ring(lane, "advance")


def sweep(services: Services, stop: threading.Event) -> None:
    """Sweep until told to end. ERP and platforms are asked in threads of their own: one that hangs delays no ring."""
    one = Sweep(services)
    for ask in (one.refresh, *[one.pull] * _PULLS):
        threading.Thread(
            target=_loop, args=(ask, _ASK_SECONDS, stop), name=f"sweep {ask.__name__}", daemon=True
        ).start()
    _loop(one.ring, _BELL_SECONDS, stop)


def _loop(work: Callable[[], None], pause: float, stop: threading.Event) -> None:
    failing = ""
    while not stop.is_set():
        try:
            work()
            failing = ""
        except BridgeError as error:  # it is tried again all the same: told once, not four times a second
            if failing != str(error):
                _LOG.warning("sweep_failed", part=work.__name__, reason=str(error))
            failing = str(error)
        except Exception as error:  # noqa: BLE001 - the net must not tear
            _LOG.error("sweep_failed", part=work.__name__, exc_info=error)
        stop.wait(pause)


class _Last:
    """When something was done last; a clock that goes back makes it due."""

    def __init__(self) -> None:
        self._at: Millis | None = None

    def over(self, now: Millis, millis: int) -> bool:
        """Whether it is so long ago; then it is done now."""
        if self._at is not None and 0 <= now - self._at < millis:
            return False
        self._at = now
        return True
