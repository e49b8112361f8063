"""The journal: the door's insert, and the transactions in which steps read and write."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy import Connection, Engine

from connector import faults
from connector.database.errors import translated
from connector.database.gaps import Gaps
from connector.database.inbox import Inbox
from connector.database.lanes import Lanes, Lease, fence
from connector.database.orders import Kept, Orders, ParkedBy
from connector.database.outbox import Outbox
from connector.database.stores import Shelf, Stores, find
from connector.database.writes import Writes
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.ports import Alert, Envelope, Store
from connector.vault import Vault

_INSERT: Final = """
INSERT INTO inbox (source, digest, lane, order_ref, received_at, body) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (source, digest) DO NOTHING RETURNING id
"""
_KNOWN: Final = "SELECT id FROM inbox WHERE source = %s AND digest = %s"


class Transaction:
    """What a step reads and writes at once: all of it, or nothing."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._writes = Writes(connection)
        self.inbox = Inbox(connection, vault, self._writes)
        self.orders = Orders(connection, vault, self._writes)
        self.outbox = Outbox(connection, vault, self._writes)

    def flush(self) -> None:
        """Send what has been gathered."""
        self.orders.flush()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Something that can fail by itself: then nothing of it is written, and everything is as it was before."""
        copy, mark, put = self.orders.copy(), self._writes.mark(), len(self.outbox.put)
        try:
            yield
        except Exception:
            self.orders.restore(copy)
            self._writes.forget(mark)
            del self.outbox.put[put:]
            raise

    def adopt(self, lane: StoreRef) -> None:
        """Take over what waits, without a shop or by its other name, for orders that have become known here."""
        if named := self.orders.named():
            self.inbox.lead(StoreRef(f"{split_ref(lane)[0]}:"), named, lane)
        if views := {name: ref for name, ref in named.items() if name != ref}:
            self.inbox.lead(lane, views, lane)

    def waits(self, lane: StoreRef, now: Millis) -> bool:
        """Whether a lane has events to apply, or orders whose window's row rings."""
        return bool(self.inbox.next(lane, now, 1) or self.orders.ringing(lane, now, 1))

    def store(self, ref: StoreRef) -> Store | None:
        """A shop, or ``None`` if the ERP has not named it yet."""
        return find(self._connection, ref)

    def park(self, kept: Kept, by: ParkedBy, reason: str, now: Millis, *, silent: bool = False) -> None:
        """Let an order's documents and commands wait, and tell people unless nobody need be alarmed."""
        kept.parked_by, kept.parked = by, reason
        if not silent and kept.alert is None:
            kept.alert = f"parked:{kept.ref}:{now}"
            chinese, _, english = reason.partition(" · ")
            self._tell(kept, f"订单已挂起：{chinese} · the order is parked: {english or chinese}", now)

    def heal(self, kept: Kept, now: Millis) -> None:
        """Let them go on, try a refused document again, and close the alert."""
        kept.parked_by = kept.parked = None
        self.outbox.revive(kept.ref, now)
        if kept.alert is not None:
            self._tell(kept, "已恢复 · repaired", now, closed=True)
            kept.alert = None

    def _tell(self, kept: Kept, words: str, now: Millis, *, closed: bool = False) -> None:
        assert kept.alert is not None
        alert = Alert(
            key=kept.alert,
            kind="parked",
            store=kept.store,
            order=kept.ref,
            text=words,
            state="closed" if closed else "open",
        )
        self.outbox.put_news(kept.store, alert, now)


class Journal:
    """Everything that is kept, in one PostgreSQL.

    Args:
        engine: from :func:`connector.database.engine.build_engine`.
        vault: what raw rows and personal data pass through.
    """

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self.gaps = Gaps(engine)
        self.lanes = Lanes(engine)
        self.stores = Stores(engine)
        self.shelf = Shelf(engine, vault)
        self._vault = vault

    @contextmanager
    def begin(self, lease: Lease | None = None) -> Iterator[Transaction]:
        """A transaction; with a lease only while it holds, and nobody else takes the lane before the end.

        Raises:
            LeaseLost: somebody else has taken the lane; nothing is written.
            Unavailable: the database is away; nothing is known to be written.
            Refused: the database does not take it.
        """
        with translated(), self.engine.begin() as connection:
            if lease is not None:
                fence(connection, lease)
            transaction = Transaction(connection, self._vault)
            yield transaction
            transaction.flush()

    def home(self, order: OrderRef) -> tuple[OrderRef, StoreRef] | None:
        """The order of this name, be it its other one, and its shop; ``None`` if nothing has been heard of it.

        Raises:
            Unavailable: the database is away.
        """
        with self.begin() as tx:
            return tx.orders.home(order)

    def take(self, envelopes: Sequence[Envelope], received_at: Millis) -> list[tuple[int, bool]]:
        """Store raw events in one transaction, each once by source and digest.

        This is the one hot statement, so it goes past SQLAlchemy: one round trip for a whole group.

        Returns:
            For each envelope the number of its row, and whether it is new.

        Raises:
            Unavailable: the database is away; nothing is known to be stored, the same call may be repeated.
            Refused: a value that no column takes; nothing is stored.
        """
        rows = [(e.source, e.digest, e.lane, e.order, received_at, self._vault.seal(e.body)) for e in envelopes]
        with translated():
            try:
                return self._insert(rows)
            except psycopg.OperationalError:  # most likely a connection that was cut while it lay in the pool
                self.engine.dispose()
                return self._insert(rows)

    def _insert(self, rows: Sequence[tuple[object, ...]]) -> list[tuple[int, bool]]:
        connection = self.engine.raw_connection()
        try:
            cursor: psycopg.Cursor[tuple[int]] = connection.cursor()  # type: ignore[assignment]
            taken = _insert(cursor, rows)
            faults.reach("receive.before_commit")
            connection.commit()
            faults.reach("receive.after_commit")
        except psycopg.Error:
            connection.invalidate()
            raise
        finally:
            connection.close()  # rolls back what was not committed, and gives it back to the pool
        return taken


def _insert(cursor: psycopg.Cursor[tuple[int]], rows: Sequence[tuple[object, ...]]) -> list[tuple[int, bool]]:
    if not rows:
        return []
    cursor.executemany(_INSERT, rows, returning=True)
    found = [cursor.fetchone() for _ in cursor.results()]
    return [(row[0], True) if row else (_known(cursor, values), False) for row, values in zip(found, rows, strict=True)]


def _known(cursor: psycopg.Cursor[tuple[int]], values: tuple[object, ...]) -> int:
    row = cursor.execute(_KNOWN, values[:2]).fetchone()
    assert row is not None  # rows of the inbox are not deleted while their sender may repeat them
    return row[0]
