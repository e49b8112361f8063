"""Who may work on a lane: lease rows with a token that grows, by the database's clock.

A lease is claimed for a step of a lane, checked (and prolonged) in every transaction and again right before every
write outside, and given back at the end of a visit. A holder that was too slow finds its token outdated and stops.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

from connector import logs
from connector.database.errors import translated
from connector.domain.errors import Unavailable
from connector.domain.order import StoreRef

#: A dead worker's lanes are taken over within fifteen seconds: this, and the sweep that rings them.
LEASE_SECONDS: Final = 10
_HEARTBEAT_SECONDS: Final = 3
_LOG: Final = logs.get(__name__)

_OPEN: Final = text("INSERT INTO lanes (name, step, until) VALUES (:lane, :step, '-infinity') ON CONFLICT DO NOTHING")
#: Rows that somebody holds at this moment are passed over instead of waited for.
_CLAIM: Final = text("""
UPDATE lanes SET token = token + 1, until = clock_timestamp() + make_interval(secs => :seconds)
WHERE (name, step) IN (
    SELECT name, step FROM lanes
    WHERE name = :lane AND step = :step AND until < clock_timestamp() FOR UPDATE SKIP LOCKED
) RETURNING token
""")
_RENEW: Final = text("""
UPDATE lanes SET until = clock_timestamp() + make_interval(secs => :seconds)
WHERE name = :lane AND step = :step AND token = :token
""")
_RELEASE: Final = text("UPDATE lanes SET until = '-infinity' WHERE name = :lane AND step = :step AND token = :token")
_EXISTS: Final = text("SELECT 1 FROM lanes WHERE name = :lane AND step = :step")


class LeaseLost(Unavailable):
    """Somebody else holds the lane now; whatever was begun ends here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to work on one step of a lane, until somebody else has a larger token."""

    lane: StoreRef
    step: str
    token: int


def fence(connection: Connection, lease: Lease) -> None:
    """Prolong a lease in this transaction, and keep others from taking the lane before its end.

    Raises:
        LeaseLost: the token is outdated.
    """
    parameters = {"lane": lease.lane, "step": lease.step, "token": lease.token, "seconds": LEASE_SECONDS}
    if connection.execute(_RENEW, parameters).rowcount != 1:
        raise LeaseLost(f"{lease.lane}: another worker has taken over {lease.step}")


class Lanes:
    """The lease rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, lane: StoreRef, step: str) -> Lease | None:
        """Take a lane for a step; ``None`` while somebody else works on it."""
        where = {"lane": lane, "step": step}
        with translated(), self._engine.begin() as connection:
            token = connection.execute(_CLAIM, {**where, "seconds": LEASE_SECONDS}).scalar()
            if token is None and connection.execute(_EXISTS, where).first() is None:
                connection.execute(_OPEN, where)
                token = connection.execute(_CLAIM, {**where, "seconds": LEASE_SECONDS}).scalar()
        return None if token is None else Lease(lane=lane, step=step, token=token)

    def renew(self, lease: Lease) -> None:
        """Prolong a lease, right before something is written outside.

        Raises:
            LeaseLost: the token is outdated: nothing may be written.
        """
        with translated(), self._engine.begin() as connection:
            fence(connection, lease)

    def release(self, lease: Lease) -> None:
        """Let others in, unless they have taken the lane already."""
        with translated(), self._engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))  # if it is lost, the lease runs out
            connection.execute(_RELEASE, {"lane": lease.lane, "step": lease.step, "token": lease.token})

    @contextmanager
    def visit(self, lane: StoreRef, step: str) -> Iterator[Lease | None]:
        """A lane for the length of a block, given back however that ends; ``None`` while somebody else is there."""
        lease = self.claim(lane, step)
        try:
            yield lease
        finally:
            if lease is not None:
                self._leave(lease)

    def _leave(self, lease: Lease) -> None:
        try:
            self.release(lease)
        except Unavailable as error:  # then the lease runs out
            _LOG.warning("lease_not_released", lane=lease.lane, step=lease.step, reason=str(error))

    @contextmanager
    def kept(self, lease: Lease, every: float = _HEARTBEAT_SECONDS) -> Iterator[None]:
        """Prolong a lease from a thread of its own while calls outside last; a frozen process prolongs nothing."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(every):
                try:
                    self.renew(lease)
                except Unavailable as error:
                    _LOG.warning("lease_not_prolonged", lane=lease.lane, step=lease.step, reason=str(error))
                    if isinstance(error, LeaseLost):  # the next check of the visit itself will tell
                        return

        thread = threading.Thread(target=beat, name=f"lease {lease.lane}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
