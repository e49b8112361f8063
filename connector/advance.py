"""From the inbox to the outbox: read what waits in a lane, replay its orders, and write what changed.

A visit takes up to twenty rows, each in a savepoint of its own, and leaves; everything that a row means is written in
one transaction with the row itself. One order that fails does not stop the others of its shop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector import logs
from connector.database.inbox import Waiting
from connector.database.journal import Transaction
from connector.database.lanes import Lease
from connector.database.orders import Kept
from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Millis, OrderRef, StoreRef
from connector.domain.traits import Traits
from connector.faults import reach
from connector.ports import Alert, Heard, Store
from connector.routing import nameless, seek
from connector.services import Services
from connector.settling import judge, settle

#: Rows that one visit takes before others are let in.
ROWS: Final = 20
#: Attempts at a row before a person must look.
ATTEMPTS: Final = 5
_LOG: Final = logs.get(__name__)


class _Held(Exception):  # noqa: N818 - an outcome, never leaves this module
    """The shop takes no new orders (it is archived in the ERP)."""


def advance(services: Services, lane: StoreRef) -> bool:
    """Visit a lane once.

    Returns:
        Whether something was left that could be done now; then ring again. ``False`` as well while somebody else is
        there, who looks once more before leaving.

    Raises:
        Unavailable: the database is away, or somebody else has taken the lane over.
    """
    with services.journal.lanes.visit(lane, "advance") as lease:
        if lease is None:
            return False
        reach("advance.claimed")
        visit = _Visit(services, lease)
        left, more = ROWS, True
        while left > 0 and more:
            rows, more = visit.next(left)
            visit.apply(rows)
            left -= len(rows)
    if visit.written:
        services.bell.ring(lane, "deliver")
    for home in sorted(visit.led):
        services.bell.ring(home, "advance")
    return visit.waiting()


@dataclass(kw_only=True, slots=True)
class _Row:
    """What is known of a row while it is applied."""

    waiting: Waiting
    order: OrderRef | None


class _Visit:
    """One visit of one lane."""

    def __init__(self, services: Services, lease: Lease) -> None:
        self._services = services
        self._lease = lease
        self._store: Store | None = None
        self.written = False
        self.led: set[StoreRef] = set()

    @property
    def _now(self) -> Millis:
        return self._services.clock.now()

    @property
    def _traits(self) -> Traits:
        return self._services.traits(self._lease.lane)

    def next(self, limit: int) -> tuple[Sequence[Waiting], bool]:
        """The rows to apply together, their attempts counted and committed before any is applied; and if more wait.

        A row that was begun before may have ended its worker: it is tried alone, and put off before it is.
        """
        lane = self._lease.lane
        with self._services.journal.begin(self._lease) as tx:
            self._store = tx.store(lane)
            if self._store is None and not nameless(lane):
                tx.inbox.hold_lane(lane)
                return (), False
            found = tx.inbox.next(lane, self._now, limit)
            begun = [index for index, row in enumerate(found) if row.attempts]
            rows = found[: (begun[0] or 1) if begun else len(found)]
            if rows:
                tx.inbox.count([row.id for row in rows], _backoff(self._now, rows[0].attempts))
        reach("advance.counted")
        return rows, len(rows) < len(found)

    def apply(self, rows: Sequence[Waiting]) -> None:
        """Apply rows in one transaction, and let windows' rows ring; what the database refuses is found alone."""
        if not rows and self._store is None:
            return
        try:
            self._apply(rows, ring=True)
        except Refused:
            for row in rows:
                self._apply_alone(row)
            self._apply((), ring=True)

    def _apply_alone(self, row: Waiting) -> None:
        try:
            self._apply([row], ring=False)
        except Refused as refusal:
            with self._services.journal.begin(self._lease) as tx:
                self._park(tx, _Row(waiting=row, order=row.order), str(refusal))

    def _apply(self, rows: Sequence[Waiting], *, ring: bool) -> None:
        failed: set[OrderRef] = set()
        with self._services.journal.begin(self._lease) as tx:
            tx.orders.load(row.order for row in rows if row.order)
            for waiting in rows:
                row = _Row(waiting=waiting, order=waiting.order)
                if row.order in failed:
                    tx.inbox.put_off(waiting.id, Millis(0), "behind an earlier event of its order", row.order)
                elif not self._tried(tx, row) and row.order:
                    failed.add(row.order)
                reach("advance.applied")
            if ring:
                self._ring(tx)
            tx.adopt(self._lease.lane)
            tx.flush()
            reach("advance.before_commit")
        self.written = self.written or bool(tx.outbox.put)
        reach("advance.after_commit")

    def waiting(self) -> bool:
        """Whether something can be done now, asked after the lane was given back."""
        with self._services.journal.begin() as tx:
            return tx.waits(self._lease.lane, self._now)

    def _tried(self, tx: Transaction, row: _Row) -> bool:
        try:
            if row.waiting.attempts >= ATTEMPTS:
                raise Refused(f"given up after {ATTEMPTS} attempts")  # noqa: TRY301 - one way to park
            with tx.part():
                self._read(tx, row)
        except Unavailable:
            raise
        except _Held:
            tx.inbox.hold(row.waiting.id, "the shop takes no new orders")
        except Refused as refusal:
            self._park(tx, row, str(refusal))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other orders of the shop go on
            return self._failed(tx, row, error)
        return True

    def _failed(self, tx: Transaction, row: _Row, error: Exception) -> bool:
        waiting, attempts = row.waiting, row.waiting.attempts + 1
        _LOG.error("not_applied", event_id=waiting.id, lane=waiting.lane, attempts=attempts, exc_info=error)
        if attempts >= ATTEMPTS:
            self._park(tx, row, f"{type(error).__name__} after {attempts} attempts")
            return True
        tx.inbox.put_off(waiting.id, _backoff(self._now, attempts), type(error).__name__, row.order)
        return False

    def _read(self, tx: Transaction, row: _Row) -> None:
        source = self._services.sources.get(row.waiting.source)
        if source is None:
            raise Refused(f"no such source: {row.waiting.source}")
        heard = source.heard(tx.inbox.raw(row.waiting))
        row.order = self._order(tx, row, heard)
        words = heard.note
        if row.order and nameless(self._lease.lane):
            self._seek(tx, row.waiting.id, row.order)
            return
        if heard.press is not None:
            words = judge(tx, heard.press, row.waiting.id, self._now, self._traits)
        elif heard.order is not None and heard.facts:
            self._absorb(tx, row.order or heard.order, row, heard)
        for alert in heard.alerts:
            tx.outbox.put_alert(self._lease.lane, alert, self._now)
        tx.inbox.done(row.waiting.id, self._now, words)

    def _order(self, tx: Transaction, row: _Row, heard: Heard) -> OrderRef | None:
        """The order that an event is about; one that tells no content may call it by its other name."""
        order = heard.order or row.order
        if order is None or heard.press or any(fact.content for fact in heard.facts):
            return order
        return _own_name(tx, order)

    def _seek(self, tx: Transaction, row: int, order: OrderRef) -> None:
        home = seek(tx, self._lease.lane, row, order, self._now)
        self.led |= {home} if home else set()

    def _absorb(self, tx: Transaction, order: OrderRef, row: _Row, heard: Heard) -> None:
        kept = tx.orders.open(order) or self._add(tx, order)
        fresh = tx.orders.put(order, heard.facts, row.waiting.id)
        settle(tx, kept, fresh, self._now, self._traits)

    def _add(self, tx: Transaction, order: OrderRef) -> Kept:
        assert self._store is not None  # or the lane is held
        if not self._store.active:
            raise _Held
        terms = self._store.terms(self._services.default_window)
        return tx.orders.add(order, self._lease.lane, terms, self._now)

    def _park(self, tx: Transaction, row: _Row, reason: str) -> None:
        """A person must look at this row, and at its order: nothing is made of an order that is not known whole."""
        waiting, lane = row.waiting, self._lease.lane
        row.order = row.order and _own_name(tx, row.order)
        words = f"事件 {waiting.id} 无法处理：{reason} · event {waiting.id} cannot be applied: {reason}"
        _LOG.warning("parked", event_id=waiting.id, lane=lane, source=waiting.source)
        tx.inbox.park(waiting.id, reason, row.order)
        kept = tx.orders.open(row.order) if row.order else None
        if row.order and kept is None and self._store is not None and self._store.active:
            kept = self._add(tx, row.order)
        if kept is not None:
            tx.park(kept, "fact", words, self._now)
            tx.orders.save(kept)
            return
        alert = Alert(key=f"parked:event:{waiting.id}", kind="parked", store=lane, order=None, text=words)
        tx.outbox.put_news(lane, alert, self._now)

    def _ring(self, tx: Transaction) -> None:
        """Let windows' rows ring, and replay what a person has released."""
        refs = tx.orders.ringing(self._lease.lane, self._now, ROWS)
        tx.orders.load(refs)
        for ref in refs:
            if tx.orders.open(ref) is None:  # it was another's other name
                continue
            try:
                with tx.part():
                    settle(tx, self._rung(tx, ref), (), self._now, self._traits)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - the same as for a row
                _LOG.error("not_replayed", order=ref, exc_info=error)
                kept = self._rung(tx, ref)
                tx.park(kept, "fact", f"{type(error).__name__}: 无法计算 · the order cannot be replayed", self._now)
                tx.orders.save(kept)

    def _rung(self, tx: Transaction, ref: OrderRef) -> Kept:
        kept = tx.orders.open(ref)
        assert kept is not None  # it was found a moment ago
        kept.again = False
        kept.rung = kept.rung or (kept.due_at is not None and kept.due_at <= self._now)
        return kept


def _own_name(tx: Transaction, order: OrderRef) -> OrderRef:
    """An order's own name, whichever of its names this is."""
    home = None if tx.orders.open(order) else tx.orders.home(order)
    return home[0] if home else order


def _backoff(now: Millis, attempts: int) -> Millis:
    """When a row that was begun so often is tried again: at once, then after 1, 2, 4 … 60 seconds."""
    return Millis(now + min(60_000, 1000 * 2 ** (attempts - 1))) if attempts else now
