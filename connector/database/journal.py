"""The journal: the door's insert, and the transactions in which steps read and write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine

from connector import faults
from connector.database.errors import translated
from connector.domain.order import Millis
from connector.ports import Envelope
from connector.vault import Vault

if TYPE_CHECKING:
    from psycopg import Cursor

_INSERT: Final = """
INSERT INTO inbox (source, digest, lane, order_ref, received_at, body) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (source, digest) DO NOTHING RETURNING id
"""
_KNOWN: Final = "SELECT id FROM inbox WHERE source = %s AND digest = %s"


class Journal:
    """Everything that is kept, in one PostgreSQL.

    Args:
        engine: from :func:`connector.database.engine.build_engine`.
        vault: what raw rows and personal data pass through.
    """

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self._vault = vault

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
            connection = self.engine.raw_connection()
            try:
                cursor: Cursor[tuple[int]] = connection.cursor()  # type: ignore[assignment]
                taken = _insert(cursor, rows)
                faults.reach("receive.before_commit")
                connection.commit()
                faults.reach("receive.after_commit")
            finally:
                connection.close()  # rolls back what was not committed, and gives it back to the pool
        return taken


def _insert(cursor: "Cursor[tuple[int]]", rows: Sequence[tuple[object, ...]]) -> list[tuple[int, bool]]:
    if not rows:
        return []
    cursor.executemany(_INSERT, rows, returning=True)
    found = [cursor.fetchone() for _ in cursor.results()]
    return [(row[0], True) if row else (_known(cursor, values), False) for row, values in zip(found, rows, strict=True)]


def _known(cursor: "Cursor[tuple[int]]", values: tuple[object, ...]) -> int:
    row = cursor.execute(_KNOWN, values[:2]).fetchone()
    assert row is not None  # rows of the inbox are not deleted while their sender may repeat them
    return row[0]
