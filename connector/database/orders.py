"""Orders and their facts, in one transaction."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, text

from connector.domain.documents import Document
from connector.domain.order import Fact, Millis, OrderRef, StoreRef, Terms
from connector.vault import Vault
from mappings.stored import dump_document, dump_fact, load_document, load_fact

#: What keeps an order from being imported, written or called about; what each means stands in ``tables.py``.
ParkedBy = Literal["fact", "replay", "erp", "fetch"]
#: What is missing of an order: what was bought, a refund's sum, the exact sums of a downgraded order.
Wants = Literal["content", "refund", "whole"]

_COLUMNS: Final = """ref, store, terms, sold, version, document, state, parked, parked_by, alert,
    accepted_heard_at, due_at, rung, again, wants"""
_OPEN: Final = text(f"SELECT {_COLUMNS} FROM orders WHERE ref = :ref FOR UPDATE")  # noqa: S608 - columns named above
_ADD: Final = text("""
INSERT INTO orders (ref, store, terms, heard_at) VALUES (:ref, :store, CAST(:terms AS jsonb), :now)
ON CONFLICT DO NOTHING
""")
_SAVE: Final = text("""
UPDATE orders SET sold = :sold, version = :version, document = :document, state = :state, parked = :parked,
    parked_by = :parked_by, alert = :alert, accepted_heard_at = :accepted_heard_at, due_at = :due_at, rung = :rung,
    again = :again, wants = :wants
WHERE ref = :ref
""")
_FACTS: Final = text("SELECT key, at, body, set_aside FROM facts WHERE order_ref = :ref")
_PUT: Final = text("""
INSERT INTO facts (order_ref, key, at, body, inbox_id) VALUES (:ref, :key, :at, :body, :inbox_id)
ON CONFLICT (order_ref, key) DO UPDATE SET at = excluded.at, body = excluded.body
""")
_ASIDE: Final = text("UPDATE facts SET set_aside = :words WHERE order_ref = :ref AND key = :key")
_RINGING: Final = text("""
SELECT ref FROM orders WHERE store = :lane AND ((due_at IS NOT NULL AND NOT rung) OR again)
    AND (due_at <= :now OR again)
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'pending' AND order_ref = orders.ref)
ORDER BY due_at LIMIT :limit
""")
_RINGING_LANES: Final = text("""
SELECT DISTINCT store FROM orders WHERE ((due_at IS NOT NULL AND NOT rung) OR again) AND (due_at <= :now OR again)
""")


@dataclass(kw_only=True, slots=True)
class Kept:
    """An order's row while a transaction works on it; nothing is written before :meth:`Orders.save`.

    ``document`` is the last one that was handed to the outbox, as bytes without its version.
    """

    ref: OrderRef
    store: StoreRef
    terms: Terms
    sold: bool = False
    version: int = 0
    document: bytes | None = None
    state: str = "new"
    parked: str | None = None
    parked_by: ParkedBy | None = None
    alert: str | None = None
    accepted_heard_at: Millis | None = None
    due_at: Millis | None = None
    rung: bool = False
    again: bool = False
    wants: Wants | None = None


class Orders:
    """Orders and facts within one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def open(self, ref: OrderRef) -> Kept | None:
        """An order, locked until the end of the transaction."""
        row = self._connection.execute(_OPEN, {"ref": ref}).first()
        return None if row is None else self._kept(row)

    def add(self, ref: OrderRef, store: StoreRef, terms: Terms, now: Millis) -> Kept:
        """A new order with the terms that it keeps for its life; if it exists already, as it is."""
        values = {"ref": ref, "store": store, "terms": json.dumps(asdict(terms)), "now": now}
        self._connection.execute(_ADD, values)
        kept = self.open(ref)
        assert kept is not None  # inserted above, by us or by somebody else
        return kept

    def save(self, kept: Kept) -> None:
        """Write an order back."""
        values = {name: getattr(kept, name) for name in Kept.__slots__ if name not in {"store", "terms"}}
        values["document"] = None if kept.document is None else self._vault.seal(kept.document)
        self._connection.execute(_SAVE, values)

    def facts(self, ref: OrderRef) -> list[Fact]:
        """What is known of an order, less what was set aside."""
        return [fact for fact, aside in self._stored(ref) if not aside]

    def put(self, ref: OrderRef, facts: Iterable[Fact], inbox_id: int | None) -> tuple[Fact, ...]:
        """Keep facts, each once by its key; of copies that differ, the one with the earliest time.

        Returns:
            Those that were not known.
        """
        known = {fact.key: fact for fact, _ in self._stored(ref)}
        new: dict[str, Fact] = {}
        for fact in facts:
            before = new.get(fact.key) or known.get(fact.key)
            if before is None or _place(fact) < _place(before):
                new[fact.key] = fact
        for key, fact in new.items():
            body = self._vault.seal(_bytes(dump_fact(fact)))
            values = {"ref": ref, "key": key, "at": fact.at, "body": body, "inbox_id": inbox_id}
            self._connection.execute(_PUT, values)
        return tuple(fact for fact in new.values() if fact.key not in known)

    def set_aside(self, ref: OrderRef, key: str, words: str | None) -> bool:
        """Take a fact out of the reading (``None``: back into it); ``words`` say who did it and why. If it exists."""
        changed = self._connection.execute(_ASIDE, {"ref": ref, "key": key, "words": words})
        return changed.rowcount == 1

    def ringing(self, lane: StoreRef, now: Millis, limit: int) -> list[OrderRef]:
        """Orders of a lane whose window's row rings, or that wait for a replay; not those that events wait for."""
        found = self._connection.execute(_RINGING, {"lane": lane, "now": now, "limit": limit})
        return [OrderRef(ref) for ref in found.scalars()]

    def ringing_lanes(self, now: Millis) -> set[StoreRef]:
        """Lanes in which something rings."""
        return {StoreRef(lane) for lane in self._connection.execute(_RINGING_LANES, {"now": now}).scalars()}

    def _stored(self, ref: OrderRef) -> list[tuple[Fact, str | None]]:
        return [
            (replace(load_fact(json.loads(self._vault.open(row.body))), at=Millis(row.at)), row.set_aside)
            for row in self._connection.execute(_FACTS, {"ref": ref})
        ]

    def _kept(self, row: Row[Any]) -> Kept:
        values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's columns, despite its name
        values["terms"] = Terms(**values["terms"])
        values["document"] = None if row.document is None else self._vault.open(row.document)
        return Kept(**values)


def pack(document: Document) -> bytes:
    """A document as it is stored, without its version: equal bytes say the same."""
    return _bytes(dump_document(replace(document, version=0)))


def unpack(stored: bytes, version: int) -> Document:
    """The document that :func:`pack` packed, as the version that it was handed on as."""
    return replace(load_document(json.loads(stored)), version=version)


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _place(fact: Fact) -> tuple[int, str]:
    """Which copy of a fact counts: the earliest; the text decides what is still equal, whoever came first."""
    return fact.at, repr(fact)
