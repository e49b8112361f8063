"""Raw events on their way to be applied, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from connector.database.writes import Writes
from connector.domain.order import Millis, OrderRef, StoreRef
from connector.ports import RawEvent
from connector.vault import Vault

#: The first rows of a lane that may be applied now; those behind a row of the same order that waits, wait with it.
_NEXT: Final = text("""
SELECT id, source, lane, order_ref, received_at, body, attempts FROM inbox AS row
WHERE lane = :lane AND state = 'pending' AND due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM inbox AS earlier
    WHERE earlier.state = 'pending' AND earlier.order_ref = row.order_ref AND earlier.id < row.id
        AND earlier.due_at > :now AND earlier.lane = row.lane
) ORDER BY id LIMIT :limit
""")
_COUNT: Final = text("UPDATE inbox SET attempts = attempts + 1, due_at = :due_at WHERE id = ANY(:ids)")
_END: Final = text("""
UPDATE inbox SET state = :state, reason = :reason, due_at = :due_at, order_ref = coalesce(order_ref, :order),
    done_at = :done_at
WHERE id = :id
""")
_HOLD: Final = text("UPDATE inbox SET state = 'held', reason = :reason WHERE lane = :lane AND state = 'pending'")
_NO_SHOP: Final = "ERP 中无此门店，新增后自动继续 · the ERP has no such shop, it goes on once it is added"
_RELEASE: Final = text("""
UPDATE inbox SET state = 'pending', attempts = 0, due_at = 0, reason = ''
WHERE state = 'held' AND lane IN (SELECT ref FROM stores WHERE (body ->> 'active')::boolean) RETURNING lane
""")
_MOVE: Final = text("""
UPDATE inbox SET lane = :lane, order_ref = :order, state = 'pending', attempts = 0, due_at = 0, reason = ''
WHERE id = :id
""")
#: Written so that each half can use an index of its own.
_LEAD: Final = text("""
UPDATE inbox SET lane = :home, order_ref = named.ref, state = 'pending', attempts = 0, due_at = 0, reason = ''
FROM unnest(CAST(:names AS text[]), CAST(:refs AS text[])) AS named (name, ref)
WHERE inbox.order_ref = named.name AND inbox.lane = :lane
    AND (inbox.state = 'pending' OR inbox.state IN ('held', 'parked'))
""")
_PARK_LOST: Final = text("""
UPDATE inbox SET state = 'parked', reason = :reason WHERE lane = :lane AND order_ref = :order AND state = 'held'
""")
_WAITING: Final = text("SELECT 1 FROM inbox WHERE state = 'pending' AND order_ref = :order LIMIT 1")
_LANES: Final = text("""
SELECT DISTINCT lane FROM inbox WHERE state = 'pending' AND due_at <= :now AND received_at <= :before
""")
_ANY_HELD: Final = text("SELECT 1 FROM inbox WHERE state = 'held' AND received_at >= :since LIMIT 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A raw event to be applied, as stored; ``attempts`` were begun before."""

    id: int
    source: str
    lane: StoreRef
    order: OrderRef | None
    received_at: Millis
    attempts: int
    sealed: bytes


class Inbox:
    """The inbox within one transaction."""

    def __init__(self, connection: Connection, vault: Vault, writes: Writes) -> None:
        self._connection = connection
        self._vault = vault
        self._writes = writes

    def next(self, lane: StoreRef, now: Millis, limit: int) -> list[Waiting]:
        """The first rows of a lane that may be applied now, oldest first."""
        self._writes.flush()
        found = self._connection.execute(_NEXT, {"lane": lane, "now": now, "limit": limit})
        return [_waiting(row) for row in found]

    def raw(self, waiting: Waiting) -> RawEvent:
        """The event for its source to read.

        Raises:
            Refused: it cannot be opened.
        """
        return RawEvent(
            id=waiting.id,
            source=waiting.source,
            lane=waiting.lane,
            received_at=waiting.received_at,
            body=self._vault.open(waiting.sealed),
        )

    def count(self, ids: Sequence[int], due_at: Millis) -> None:
        """Count an attempt before it is made; should it end the process, nothing else waits longer than ``due_at``."""
        self._connection.execute(_COUNT, {"ids": list(ids), "due_at": due_at})

    def done(self, row: int, now: Millis, reason: str = "") -> None:
        """It has been applied; ``reason`` keeps a press's verdict, or why there was nothing to read."""
        self._end(row, "done", reason=reason, done_at=now)

    def put_off(self, row: int, due_at: Millis, reason: str, order: OrderRef | None) -> None:
        """It failed and is tried again; the later rows of its order wait."""
        self._end(row, "pending", reason=reason, due_at=due_at, order=order)

    def park(self, row: int, reason: str, order: OrderRef | None) -> None:
        """A person must look."""
        self._end(row, "parked", reason=reason, order=order)

    def hold(self, row: int, reason: str, order: OrderRef | None = None) -> None:
        """Its shop may not take new orders, or is not told: it waits until the shop does, or is."""
        self._end(row, "held", reason=reason, order=order)

    def move(self, row: int, order: OrderRef, lane: StoreRef) -> None:
        """It belongs to an order of another lane."""
        self._writes.add("inbox", _MOVE, {"id": row, "order": order, "lane": lane})

    def lead(self, lane: StoreRef, names: Mapping[OrderRef, OrderRef], home: StoreRef) -> None:
        """Move what waits in a lane for orders, by the names that it has for them, to the lane of those orders."""
        self._writes.flush()
        values = {"lane": lane, "home": home, "names": list(names), "refs": list(names.values())}
        self._connection.execute(_LEAD, values)

    def park_lost(self, lane: StoreRef, order: OrderRef, reason: str) -> None:
        """What is held for an order waits for a person now."""
        self._writes.add("inbox", _PARK_LOST, {"lane": lane, "order": order, "reason": reason})

    def hold_lane(self, lane: StoreRef) -> int:
        """Everything of a shop that is not known waits until it is. How many rows there are."""
        return self._connection.execute(_HOLD, {"lane": lane, "reason": _NO_SHOP}).rowcount

    def release_held(self) -> set[StoreRef]:
        """Let go what waited for shops that are known and active now; their lanes."""
        return {StoreRef(lane) for lane in self._connection.execute(_RELEASE).scalars()}

    def any_held(self, since: Millis) -> bool:
        """Whether anything that was received since a moment waits for its shop."""
        return self._connection.execute(_ANY_HELD, {"since": since}).first() is not None

    def waiting(self, order: OrderRef) -> bool:
        """Whether events of an order have not been applied yet."""
        return self._connection.execute(_WAITING, {"order": order}).first() is not None

    def lanes(self, now: Millis, before: Millis) -> set[StoreRef]:
        """Lanes with rows that could be applied and were received before a moment."""
        found = self._connection.execute(_LANES, {"now": now, "before": before})
        return {StoreRef(lane) for lane in found.scalars()}

    def _end(self, row: int, state: str, *, reason: str, **changes: Any) -> None:  # noqa: ANN401 - column values
        values = {"due_at": 0, "done_at": None, "order": None, **changes}
        self._writes.add("inbox", _END, {"id": row, "state": state, "reason": reason, **values})


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        source=row.source,
        lane=StoreRef(row.lane),
        order=OrderRef(row.order_ref) if row.order_ref else None,
        received_at=Millis(row.received_at),
        attempts=row.attempts,
        sealed=row.body,
    )
