"""Writes of a transaction, gathered so that many rows cost few round trips.

They are sent before anything is read that they could change, and at the end: table by table, those of one table in the
order in which they were asked for, and each group of equal statements in one go.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, TextClause

#: Tables; the outbox's fetches are a table of their own here, so that documents come in one go.
Target = Literal["facts", "orders", "fetches", "outbox", "inbox"]


class Writes:
    """Statements that wait to be sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[Target, TextClause, Mapping[str, Any]]] = []
        self._sent = 0

    def add(self, table: Target, statement: TextClause, values: Mapping[str, Any]) -> None:
        """Remember a statement that changes a table."""
        self._waiting.append((table, statement, values))

    def mark(self) -> int:
        """Where we are, for :meth:`forget`."""
        return self._sent + len(self._waiting)

    def forget(self, mark: int) -> None:
        """Drop what was added since a mark; nothing of it may have been sent."""
        assert mark >= self._sent  # a part reads nothing that makes us send
        del self._waiting[mark - self._sent :]

    def flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting = self._waiting, []
        self._sent += len(waiting)
        waiting.sort(key=lambda one: one[0])
        for _, group in groupby(waiting, key=lambda one: (one[0], id(one[1]))):
            equal = list(group)
            self._connection.execute(equal[0][1], [values for _, _, values in equal])
