"""From the outbox to the outside: documents and news to the ERP, commands and fetches to the platform.

Everything here may happen twice: documents are fenced by their version, commands by their key, fetches by what they
bring. The lease is checked right before every call that writes outside.
"""

from collections.abc import Callable, Sequence
from typing import Final

from connector import logs
from connector.calls import Calls
from connector.database.journal import Journal, Transaction
from connector.database.lanes import Lease, LeaseLost
from connector.database.orders import Kept, unpack
from connector.database.outbox import Kind, Outgoing
from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Millis, StoreRef
from connector.faults import reach
from connector.ports import Erp, Written
from connector.services import Services

#: Documents, and news, of one call.
BATCH: Final = 50
#: Tries of a document that fails in a way nobody expected before a person must look.
ATTEMPTS: Final = 5
_LEAP: Final = 1_000
_TAKEN: Final = frozenset({"written", "unchanged"})
_LOG: Final = logs.get(__name__)
_Call = Callable[[Sequence[Outgoing]], None]
_GiveUp = Callable[[Transaction, Outgoing, str], None]


def deliver(services: Services, lane: StoreRef) -> bool:
    """Visit a lane once: commands, which people wait for, then documents, fetches, and news.

    Returns:
        Whether something was left that could be done now; then ring again.

    Raises:
        Unavailable: the database is away, or somebody else has taken the lane over.
    """
    journal = services.journal
    with journal.lanes.visit(lane, "deliver") as lease:
        if lease is None:
            return False
        reach("deliver.claimed")
        with journal.lanes.kept(lease):
            calls, erp = Calls(services, lease), _ErpVisit(services, lease)
            calls.commands()
            erp.documents()
            calls.fetches()
            erp.news()
    for heard in sorted(calls.heard):
        services.bell.ring(heard, "advance")
    with journal.begin() as tx:
        return bool(tx.outbox.lanes(services.clock.now(), lane))


class _ErpVisit:
    """One visit's calls to the ERP."""

    def __init__(self, services: Services, lease: Lease) -> None:
        self._journal: Journal = services.journal
        self._erp: Erp = services.erp
        self._clock = services.clock
        self._gate = services.gates["erp"]
        self._lease = lease

    @property
    def _now(self) -> Millis:
        return self._clock.now()

    def documents(self) -> None:
        """Write the documents that have changed, in one call."""
        with self._journal.begin(self._lease) as tx:
            rows = tx.outbox.due(self._lease.lane, "document", self._now, BATCH)
        self._call(rows, self._write, self._park_document)

    def news(self) -> None:
        """Tell people what became of their presses, and what they must see."""
        with self._journal.begin(self._lease) as tx:
            rows = tx.outbox.due(self._lease.lane, "news", self._now, BATCH)
        self._call(rows, self._report, self._park_news)

    def _call(self, rows: Sequence[Outgoing], call: _Call, give_up: _GiveUp) -> None:
        """Make one call for all rows; if it fails in a way nobody expected, one for each, so that one fails alone."""
        if not rows:
            return
        if not self._gate.enter(self._now):
            self._wait(rows[0].kind)
            return
        answered = True
        try:
            call(rows)
        except LeaseLost:
            raise
        except (Unavailable, Refused) as error:  # refused as a whole is a matter of set-up, not of these rows
            answered = False
            self._journal.lanes.renew(self._lease)
            self._put_off(rows, str(error))
            self._wait(rows[0].kind)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            _LOG.error("not_delivered", lane=self._lease.lane, rows=len(rows), exc_info=error)
            self._one_by_one(rows, call, give_up, type(error).__name__)
        finally:
            self._gate.leave(self._now, answered=answered)

    def _one_by_one(self, rows: Sequence[Outgoing], call: _Call, give_up: _GiveUp, reason: str) -> None:
        if len(rows) > 1:
            for row in rows:
                self._call([row], call, give_up)
        elif rows[0].attempts + 1 < ATTEMPTS:
            self._put_off(rows, reason)
        else:
            with self._journal.begin(self._lease) as tx:
                give_up(tx, rows[0], reason)

    def _wait(self, kind: Kind) -> None:
        with self._journal.begin(self._lease) as tx:
            tx.outbox.wait(self._lease.lane, kind, self._gate.next_try(self._now))

    def _put_off(self, rows: Sequence[Outgoing], reason: str) -> None:
        _LOG.warning("erp_later", lane=self._lease.lane, rows=len(rows), reason=reason)
        with self._journal.begin(self._lease) as tx:
            tx.outbox.put_off([row.id for row in rows], self._now, reason)

    def _write(self, rows: Sequence[Outgoing]) -> None:
        documents = [unpack(row.document or b"", row.version) for row in rows]
        self._journal.lanes.renew(self._lease)
        reach("deliver.before_erp")
        answers = list(zip(rows, self._erp.write(documents), strict=True))
        reach("deliver.after_erp")
        plain = [row for row, answer in answers if answer.status in _TAKEN and row.parked_by is None]
        with self._journal.begin(self._lease) as tx:
            tx.outbox.written(plain, self._now)
        reach("deliver.after_mark")
        for row, answer in answers:  # one order at a time: many would be a deadlock with `advance`
            if answer.status not in _TAKEN or row.parked_by is not None:
                with self._journal.begin(self._lease) as tx:
                    self._mark(tx, row, answer)

    def _mark(self, tx: Transaction, row: Outgoing, answer: Written) -> None:
        """What the ERP's answer means for the order, if it is more than that the document has arrived."""
        if answer.status == "refused":
            self._park_document(tx, row, answer.reason)
            return
        kept = self._kept(tx, row)
        if answer.status != "stale":
            tx.outbox.written([row], self._now)
            if kept.parked_by == "erp":
                tx.heal(kept, self._now)
        elif kept.version == row.version:
            # The ERP has seen a newer one: our database was restored, or a clock went back. How far is not told, so
            # each leap is four times as long as the one before.
            kept.version = max(kept.version, self._now) + _LEAP * 4**row.attempts
            tx.outbox.revise(row.id, row.version, kept.version, self._now)
        tx.orders.save(kept)

    def _park_document(self, tx: Transaction, row: Outgoing, reason: str) -> None:
        """The order is parked, unless a newer document waits already, which shall be tried first."""
        kept = self._kept(tx, row)
        if tx.outbox.park_version(row.id, reason, row.version) and kept.parked_by in {None, "erp"}:
            tx.park(kept, "erp", reason, self._now)
            tx.orders.save(kept)

    def _kept(self, tx: Transaction, row: Outgoing) -> Kept:
        assert row.order is not None  # a document has one
        kept = tx.orders.open(row.order)
        assert kept is not None  # it wrote the document
        return kept

    def _report(self, rows: Sequence[Outgoing]) -> None:
        news = [row.news for row in rows]
        self._journal.lanes.renew(self._lease)
        self._erp.report(news)
        reach("deliver.after_report")
        with self._journal.begin(self._lease) as tx:
            tx.outbox.done([row.id for row in rows], self._now)

    def _park_news(self, tx: Transaction, row: Outgoing, reason: str) -> None:
        tx.outbox.park(row.id, reason)
