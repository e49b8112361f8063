"""What is to happen outside, in one transaction: documents, commands, fetches, news."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, TextClause, text

from connector.database.writes import Writes
from connector.domain.menu import MenuItem
from connector.domain.order import Millis, OrderRef, StoreRef
from connector.ports import Alert, Command, CommandResult
from connector.vault import Vault

Kind = Literal["document", "command", "fetch", "news"]

#: The longest pause between two tries, in milliseconds.
_LONGEST: Final = 60_000

_PUT: Final = """
INSERT INTO outbox (lane, kind, key, order_ref, version, body, due_at, expires_at, created_at)
VALUES (:lane, :kind, :key, :order, :version, :body, :due_at, :expires_at, :now) ON CONFLICT (key) DO """
_PUT_ONCE: Final = text(_PUT + "NOTHING")
_PUT_ANEW: Final = text(
    _PUT
    + """UPDATE SET version = excluded.version, body = excluded.body, lane = excluded.lane,
    state = 'pending', attempts = 0, due_at = excluded.due_at, created_at = excluded.created_at, reason = '',
    done_at = NULL"""
)
_COLUMNS: Final = """row.id, row.lane, row.kind, row.key, row.order_ref, row.version, row.body, row.state, row.attempts,
    row.created_at, orders.document, orders.parked_by"""
_OPEN: Final = "row.state IN ('pending', 'sending', 'unknown')"
_WAIT: Final = {  # a document that was refused is tried again with each news; everything else of a parked order waits
    "document": "AND (orders.parked IS NULL OR orders.parked_by = 'erp')",
    "command": "AND orders.parked IS NULL",
    "fetch": "",
    "news": "",
}
_DUE: Final = {
    kind: text(f"""
SELECT {_COLUMNS} FROM outbox AS row LEFT JOIN orders ON orders.ref = row.order_ref
WHERE {_OPEN} AND row.lane = :lane AND row.kind = '{kind}' AND row.due_at <= :now {wait}
ORDER BY row.id LIMIT :limit
""")  # noqa: S608 - nothing but the constants above
    for kind, wait in _WAIT.items()
}
_EXPIRED: Final = text(f"""
SELECT {_COLUMNS} FROM outbox AS row LEFT JOIN orders ON orders.ref = row.order_ref
WHERE {_OPEN} AND row.lane = :lane AND row.kind = 'command' AND row.expires_at <= :now
ORDER BY row.id LIMIT :limit
""")  # noqa: S608 - columns named above
_DELIVERABLE: Final = " OR ".join(f"(row.kind = '{kind}' {wait})" for kind, wait in _WAIT.items())
_LANES: Final = text(f"""
SELECT DISTINCT row.lane FROM outbox AS row LEFT JOIN orders ON orders.ref = row.order_ref
WHERE {_OPEN} AND (row.expires_at <= :now OR (row.due_at <= :now AND ({_DELIVERABLE})))
    AND (CAST(:lane AS text) IS NULL OR row.lane = :lane)
""")  # noqa: S608 - nothing but the constants above
_DONE: Final = text("UPDATE outbox SET state = 'done', reason = :reason, done_at = :now WHERE id = ANY(:ids)")
_PARK: Final = text("""
UPDATE outbox SET state = 'parked', reason = :reason
WHERE id = :id AND (CAST(:version AS bigint) IS NULL OR version = :version)
""")
#: Rows that ``advance`` holds get a newer version just now: they are passed over, since waiting for many rows while
#: somebody else waits for ours would be a deadlock. They are sent once more, which changes nothing.
_WRITTEN: Final = text("""
UPDATE outbox SET state = 'done', reason = '', done_at = :now WHERE id IN (
    SELECT row.id FROM outbox AS row
    JOIN unnest(CAST(:ids AS bigint[]), CAST(:versions AS bigint[])) AS sent (id, version) USING (id, version)
    FOR UPDATE OF row SKIP LOCKED)
""")
_SENDING: Final = text("UPDATE outbox SET state = 'sending' WHERE id = :id")
_UNKNOWN: Final = text("UPDATE outbox SET state = 'unknown', due_at = :due_at WHERE id = :id")
_PUT_OFF: Final = text("""
UPDATE outbox SET state = :state, reason = :reason, attempts = attempts + 1,
    due_at = :now + least(CAST(:longest AS bigint), CAST(1000 * power(2, least(attempts, 10)) AS bigint))
WHERE id IN (SELECT id FROM outbox WHERE id = ANY(:ids) FOR UPDATE SKIP LOCKED)
""")
_WAIT_UNTIL: Final = text(f"""
UPDATE outbox SET due_at = :until WHERE id IN (
    SELECT id FROM outbox AS row WHERE {_OPEN} AND lane = :lane AND kind = :kind AND due_at < :until
    FOR UPDATE SKIP LOCKED)
""")  # noqa: S608 - nothing but the constant above
_PUT_OFF_UNTIL: Final = text("UPDATE outbox SET due_at = :due_at, attempts = attempts + 1 WHERE id = :id")
_REVISE: Final = text("""
UPDATE outbox SET version = :version, due_at = :now, attempts = attempts + 1 WHERE id = :id AND version = :old
""")
_CANCEL: Final = text("""
UPDATE outbox SET state = 'done', reason = :reason, done_at = :now
WHERE order_ref = :order AND kind = 'fetch' AND state = 'pending' AND key LIKE :prefix
""")
_REVIVE: Final = text("""
UPDATE outbox SET state = 'pending', attempts = 0, due_at = :now, reason = ''
WHERE order_ref = :order AND kind = 'document' AND state = 'parked'
""")
_CONDITION: Final = text("SELECT since, open, key FROM conditions WHERE subject = :subject")
_SET_CONDITION: Final = text("""
INSERT INTO conditions (subject, since, open, key) VALUES (:subject, :since, :open, :key)
ON CONFLICT (subject) DO UPDATE SET since = excluded.since, open = excluded.open, key = excluded.key
""")
_HAS: Final = text("SELECT 1 FROM outbox WHERE key = :key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A row of the outbox; ``document`` is its order's last one, ``parked_by`` its order's."""

    id: int
    lane: StoreRef
    kind: Kind
    key: str
    order: OrderRef | None
    version: int
    body: dict[str, Any]
    state: str
    attempts: int
    created_at: Millis
    document: bytes | None
    parked_by: str | None

    @property
    def command(self) -> Command:
        """The call, for a row of that kind."""
        return Command(
            key=self.key,
            store=self.lane,
            order=self.order,
            action=self.body["action"],
            args=self.body["args"],
        )

    @property
    def news(self) -> CommandResult | Alert:
        """The words, for a row of that kind."""
        if "alert" in self.body:
            return Alert(**self.body["alert"])
        menu = self.body["result"].get("menu")
        rows = None if menu is None else tuple(MenuItem(**row) for row in menu)
        return CommandResult(**{**self.body["result"], "menu": rows})


class Outbox:
    """The outbox within one transaction; ``put`` are the keys of what was put into it."""

    def __init__(self, connection: Connection, vault: Vault, writes: Writes) -> None:
        self._connection = connection
        self._vault = vault
        self._writes = writes
        self.put: list[str] = []
        self._conditions: dict[str, tuple[Millis, bool, str]] = {}

    def put_document(self, order: OrderRef, lane: StoreRef, version: int, now: Millis) -> None:
        """The order's document has changed: its one row waits again, whatever became of the version before."""
        self._put(_PUT_ANEW, "document", f"document:{order}", lane, {}, order=order, version=version, now=now)

    def put_command(self, command: Command, *, command_id: int | None, now: Millis, expires_at: Millis) -> None:
        """A call to the platform, once ever by its key; after ``expires_at`` it is not made."""
        body = {"action": command.action, "args": dict(command.args), "command_id": command_id}
        more = {"order": command.order, "now": now, "expires_at": expires_at}
        self._put(_PUT_ONCE, "command", command.key, command.store, body, **more)

    def put_fetch(self, key: str, order: OrderRef, lane: StoreRef, now: Millis, due_at: Millis) -> None:
        """The order is to be read back from its platform when it is due; again if that has been done before."""
        self._put(_PUT_ANEW, "fetch", key, lane, {}, order=order, now=now, due_at=due_at)

    def put_news(self, lane: StoreRef, news: CommandResult | Alert, now: Millis) -> None:
        """Something that people are to be told, once."""
        if isinstance(news, CommandResult):
            key = f"result:{news.command_id}:{news.state}"
            self._put(_PUT_ONCE, "news", key, lane, {"result": asdict(news)}, now=now)
            return
        key = f"alert:{news.key}:{news.state}"
        self._put(_PUT_ONCE, "news", key, lane, {"alert": asdict(news)}, order=news.order, now=now)

    def put_alert(self, lane: StoreRef, alert: Alert, now: Millis) -> None:
        """Something that a person must see; of what lasts only what is news. Last of what can fail by itself."""
        if alert.since is None:
            self.put_news(lane, alert, now)
            return
        since, was, key = self.condition(alert.key)
        if alert.since <= since:
            return
        so = alert.state == "open"
        key = key if was else f"{alert.key}:{alert.since}"
        if so != was:
            self.put_news(lane, replace(alert, key=key, since=None), now)
        self._conditions[alert.key] = (alert.since, so, key)
        values = {"subject": alert.key, "since": alert.since, "open": so, "key": key}
        self._writes.add("outbox", _SET_CONDITION, values)

    def condition(self, subject: str) -> tuple[Millis, bool, str]:
        """What is known of something that lasts: since when, whether it is so, and the alert that says it."""
        if subject not in self._conditions:
            row = self._connection.execute(_CONDITION, {"subject": subject}).first()
            known = (Millis(row.since), bool(row.open), str(row.key)) if row else (Millis(0), False, "")
            self._conditions[subject] = known
        return self._conditions[subject]

    def has(self, key: str) -> bool:
        """Whether something of this key was ever put here."""
        return key in self.put or self._connection.execute(_HAS, {"key": key}).first() is not None

    def due(self, lane: StoreRef, kind: Kind, now: Millis, limit: int) -> list[Outgoing]:
        """What of a kind may be tried now, oldest first."""
        self._writes.flush()
        found = self._connection.execute(_DUE[kind], {"lane": lane, "now": now, "limit": limit})
        return [self._outgoing(row) for row in found]

    def expired(self, lane: StoreRef, now: Millis, limit: int) -> list[Outgoing]:
        """Commands that nobody waits for any more, also those of parked orders."""
        self._writes.flush()
        found = self._connection.execute(_EXPIRED, {"lane": lane, "now": now, "limit": limit})
        return [self._outgoing(row) for row in found]

    def lanes(self, now: Millis, lane: StoreRef | None = None) -> set[StoreRef]:
        """Lanes (or the one) in which something may be tried now."""
        self._writes.flush()
        found = self._connection.execute(_LANES, {"now": now, "lane": lane})
        return {StoreRef(name) for name in found.scalars()}

    def sending(self, row: int) -> None:
        """A call is about to be made: from here on its outcome is unknown until it is told."""
        self._writes.add("outbox", _SENDING, {"id": row})

    def unknown(self, row: int, due_at: Millis) -> None:
        """A call was begun, nobody knows how it ended, and the order has been read back since."""
        self._writes.add("outbox", _UNKNOWN, {"id": row, "due_at": due_at})

    def written(self, rows: Sequence[Outgoing], now: Millis) -> None:
        """Documents have reached the ERP; those that have got a newer version since still wait."""
        sent = {"ids": [row.id for row in rows], "versions": [row.version for row in rows]}
        self._writes.add("outbox", _WRITTEN, {**sent, "now": now})

    def done(self, rows: Sequence[int], now: Millis, reason: str = "") -> None:
        """It has happened."""
        self._writes.add("outbox", _DONE, {"ids": list(rows), "reason": reason, "now": now})

    def park(self, row: int, reason: str) -> None:
        """A person must look."""
        self._writes.add("outbox", _PARK, {"id": row, "reason": reason, "version": None})

    def park_version(self, row: int, reason: str, version: int) -> bool:
        """A person must look at a document, unless a newer one waits already. Whether it was parked."""
        self._writes.flush()
        parked = self._connection.execute(_PARK, {"id": row, "reason": reason, "version": version})
        return parked.rowcount > 0

    def put_off(self, rows: Sequence[int], now: Millis, reason: str, *, state: str = "pending") -> None:
        """Try again after 1, 2, 4 … 60 seconds."""
        values = {"ids": list(rows), "now": now, "reason": reason, "state": state, "longest": _LONGEST}
        self._writes.add("outbox", _PUT_OFF, values)

    def wait(self, lane: StoreRef, kind: Kind, until: Millis) -> None:
        """Nobody is there to take anything of a kind: let all of it wait, uncounted."""
        self._writes.add("outbox", _WAIT_UNTIL, {"lane": lane, "kind": kind, "until": until})

    def put_off_until(self, row: int, due_at: Millis) -> None:
        """Try again at a moment."""
        self._writes.add("outbox", _PUT_OFF_UNTIL, {"id": row, "due_at": due_at})

    def revise(self, row: int, old: int, version: int, now: Millis) -> None:
        """Send a document as a newer version, unless a newer one waits already."""
        self._writes.add("outbox", _REVISE, {"id": row, "old": old, "version": version, "now": now})

    def cancel_fetches(self, order: OrderRef, prefix: str, now: Millis, reason: str) -> None:
        """Fetches of an order that are not needed any more."""
        values = {"order": order, "prefix": prefix + "%", "now": now, "reason": reason}
        self._writes.add("fetches", _CANCEL, values)

    def revive(self, order: OrderRef, now: Millis) -> None:
        """Try an order's refused document again."""
        self._writes.add("outbox", _REVIVE, {"order": order, "now": now})
        self.put.append(f"document:{order}")

    def _put(self, how: TextClause, kind: Kind, key: str, lane: StoreRef, body: object, **row: Any) -> None:  # noqa: ANN401
        sealed = self._vault.seal(json.dumps(body, ensure_ascii=False).encode())
        values = {"order": None, "version": 0, "due_at": row["now"], "expires_at": None, **row}
        self._writes.add(
            "fetches" if kind == "fetch" else "outbox",
            how,
            {"kind": kind, "key": key, "lane": lane, "body": sealed, **values},
        )
        self.put.append(key)

    def _outgoing(self, row: Row[Any]) -> Outgoing:
        return Outgoing(
            id=row.id,
            lane=StoreRef(row.lane),
            kind=row.kind,
            key=row.key,
            order=row.order_ref,
            version=row.version,
            body=json.loads(self._vault.open(row.body)),
            state=row.state,
            attempts=row.attempts,
            created_at=Millis(row.created_at),
            document=None if row.document is None else self._vault.open(row.document),
            parked_by=row.parked_by,
        )
