"""Orders and their facts, in one transaction."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, text

from connector.database.writes import Writes
from connector.domain.documents import Document
from connector.domain.order import Fact, Kind, Millis, OrderRef, StoreRef, Terms
from connector.domain.replay import Life, replay
from connector.vault import Vault
from mappings.stored import dump_document, dump_fact, load_document, load_fact

#: What keeps an order from being imported, written or called about; what each means stands in ``tables.py``.
ParkedBy = Literal["fact", "replay", "erp", "fetch"]
#: What is missing of an order: what was bought, a refund's sum, the exact sums of a downgraded order.
Wants = Literal["content", "refund", "whole"]

_COLUMNS: Final = """ref, store, terms, sold, version, document, state, parked, parked_by, alert,
    accepted_heard_at, due_at, rung, again, wants, view_ref, placed_at, day_seq"""
_OPEN: Final = text(f"""
SELECT {_COLUMNS} FROM orders WHERE ref = ANY(:refs) ORDER BY ref FOR UPDATE
""")  # noqa: S608 - columns named above
_ADD: Final = text("""
INSERT INTO orders (ref, store, terms, heard_at) VALUES (:ref, :store, CAST(:terms AS jsonb), :now)
ON CONFLICT DO NOTHING
""")
_SAVE: Final = text("""
UPDATE orders SET sold = :sold, version = :version, document = :document, state = :state, parked = :parked,
    parked_by = :parked_by, alert = :alert, accepted_heard_at = :accepted_heard_at, due_at = :due_at, rung = :rung,
    again = :again, wants = :wants, view_ref = :view_ref, placed_at = :placed_at, day_seq = :day_seq
WHERE ref = :ref
""")
_HOME: Final = text("""
SELECT ref, store FROM orders WHERE ref = :ref OR view_ref = :ref ORDER BY ref = :ref DESC LIMIT 1
""")
_FACTS: Final = text("SELECT order_ref, key, at, body, set_aside FROM facts WHERE order_ref = ANY(:refs)")
_PUT: Final = text("""
INSERT INTO facts (order_ref, key, at, body, inbox_id) VALUES (:ref, :key, :at, :body, :inbox_id)
ON CONFLICT (order_ref, key) DO UPDATE SET at = excluded.at, body = excluded.body
""")
_ASIDE: Final = text("UPDATE facts SET set_aside = :words WHERE order_ref = :ref AND key = :key")
_MOVE: Final = text("UPDATE facts SET order_ref = :ref WHERE order_ref = :name AND key = :key")
_DROP_FACTS: Final = text("DELETE FROM facts WHERE order_ref = :name")
_DROP: Final = text("DELETE FROM orders WHERE ref = :name")
_RINGING: Final = text("""
SELECT ref FROM orders WHERE store = :lane AND ((due_at IS NOT NULL AND NOT rung) OR again)
    AND (due_at <= :now OR again)
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'pending' AND order_ref = orders.ref)
ORDER BY due_at LIMIT :limit
""")
_RINGING_LANES: Final = text("""
SELECT DISTINCT store FROM orders WHERE ((due_at IS NOT NULL AND NOT rung) OR again) AND (due_at <= :now OR again)
""")

#: That the window's row has rung; its place in the reading is the end of the window.
DUE: Final = Fact(key="due", kind=Kind.DUE, at=Millis(0))
_Stored = tuple[Fact, str | None]


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
    view_ref: OrderRef | None = None
    placed_at: Millis | None = None
    day_seq: int = 0


Copy = tuple[
    dict[OrderRef, Kept | None],
    dict[OrderRef, dict[str, _Stored]],
    dict[OrderRef, Millis],
    set[OrderRef],
    dict[OrderRef, OrderRef],
]


class Orders:
    """Orders and facts within one transaction; each is read once."""

    def __init__(self, connection: Connection, vault: Vault, writes: Writes) -> None:
        self._connection = connection
        self._vault = vault
        self._writes = writes
        self._kept: dict[OrderRef, Kept | None] = {}
        self._facts: dict[OrderRef, dict[str, _Stored]] = {}
        self._added: dict[OrderRef, Millis] = {}
        self._changed: dict[OrderRef, Kept] = {}
        self._named: dict[OrderRef, OrderRef] = {}

    def load(self, refs: Iterable[OrderRef]) -> None:
        """Read and lock many orders at once, in an order that keeps others who do the same from waiting in a circle."""
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self._kept]
        if wanted:
            found = self._connection.execute(_OPEN, {"refs": wanted})
            self._kept.update(dict.fromkeys(wanted))
            self._kept.update({row.ref: self._opened(row) for row in found})
            self._facts.update({ref: {} for ref in wanted})
            for row in self._connection.execute(_FACTS, {"refs": wanted}):
                fact = replace(load_fact(json.loads(self._vault.open(row.body))), at=Millis(row.at))
                self._facts[row.order_ref][row.key] = (fact, row.set_aside)

    def open(self, ref: OrderRef) -> Kept | None:
        """An order, locked until the end of the transaction."""
        self.load([ref])
        return self._kept[ref]

    def add(self, ref: OrderRef, store: StoreRef, terms: Terms, now: Millis) -> Kept:
        """A new order, which :meth:`open` has not found, with the terms that it keeps for its life."""
        kept = self._kept[ref] = Kept(ref=ref, store=store, terms=terms)
        self._facts.setdefault(ref, {})
        self._added[ref] = now
        self._named[ref] = ref
        return kept

    def name(self, kept: Kept, view: OrderRef) -> None:
        """The other name of an order, by which some messages call it."""
        kept.view_ref = view
        self._named[view] = kept.ref

    def named(self) -> dict[OrderRef, OrderRef]:
        """Orders that have become known here, and names that have, once."""
        named, self._named = self._named, {}
        return named

    def stray(self, kept: Kept) -> Kept | None:
        """What was taken for an order of its own, since it was heard of first, and is this one by its other name.

        Nothing can have been made of it while nobody had told what was bought.
        """
        stray = self.open(kept.view_ref) if kept.view_ref else None
        if stray is None or stray is kept or stray.store != kept.store or stray.document is not None:
            return None
        return None if any(fact.content for fact, _ in self._facts[stray.ref].values()) else stray

    def join(self, stray: Kept, kept: Kept) -> tuple[Fact, ...]:
        """Move all facts of a :meth:`stray` to its order, and forget it. Those that the order did not have."""
        mine, fresh = self._facts[kept.ref], []
        for key, (fact, aside) in self._facts[stray.ref].items():
            if key in mine:
                self.put(kept.ref, [fact], None)
                continue
            mine[key] = (fact, aside)
            fresh.append(fact)
            self._writes.add("facts", _MOVE, {"ref": kept.ref, "name": stray.ref, "key": key})
        self._writes.add("facts", _DROP_FACTS, {"name": stray.ref})
        self._writes.add("orders", _DROP, {"name": stray.ref})
        self._kept[stray.ref], self._facts[stray.ref] = None, {}
        self._added.pop(stray.ref, None)
        self._changed.pop(stray.ref, None)
        return tuple(fresh)

    def home(self, ref: OrderRef) -> tuple[OrderRef, StoreRef] | None:
        """The order of this name, be it its other one, and its shop."""
        for kept in self._kept.values():
            if kept is not None and ref in {kept.ref, kept.view_ref}:
                return kept.ref, kept.store
        row = self._connection.execute(_HOME, {"ref": ref}).first()
        return None if row is None else (OrderRef(row.ref), StoreRef(row.store))

    def save(self, kept: Kept) -> None:
        """Write an order back, at the end of the transaction."""
        self._changed[kept.ref] = kept

    def life(self, kept: Kept) -> Life:
        """What follows from the facts of an order that was opened here."""
        known = [fact for fact, aside in self._facts[kept.ref].values() if not aside]
        return replay([*known, DUE] if kept.rung else known, sold=kept.sold, terms=kept.terms)

    def facts(self, ref: OrderRef) -> list[Fact]:
        """What is known of an order, less what was set aside."""
        self.load([ref])
        return [fact for fact, aside in self._facts[ref].values() if not aside]

    def put(self, ref: OrderRef, facts: Iterable[Fact], inbox_id: int | None) -> tuple[Fact, ...]:
        """Keep facts, each once by its key; of copies that differ, the one with the earliest time.

        Returns:
            Those that were not known.
        """
        self.load([ref])
        known, fresh = self._facts[ref], []
        for fact in facts:
            before, aside = known.get(fact.key, (None, None))
            if before is not None and place(fact) >= place(before):
                continue
            if before is None:
                fresh.append(fact)
            known[fact.key] = (fact, aside)
            body = self._vault.seal(_bytes(dump_fact(fact)))
            values = {"ref": ref, "key": fact.key, "at": fact.at, "body": body, "inbox_id": inbox_id}
            self._writes.add("facts", _PUT, values)
        return tuple(fresh)

    def set_aside(self, ref: OrderRef, key: str, words: str | None) -> bool:
        """Take a fact out of the reading (``None``: back into it); ``words`` say who did it and why. If it exists."""
        self.load([ref])
        if key not in self._facts[ref]:
            return False
        self._facts[ref][key] = (self._facts[ref][key][0], words)
        self._writes.add("facts", _ASIDE, {"ref": ref, "key": key, "words": words})
        return True

    def ringing(self, lane: StoreRef, now: Millis, limit: int) -> list[OrderRef]:
        """Orders of a lane whose window's row rings, or that wait for a replay; not those that events wait for."""
        self.flush()
        found = self._connection.execute(_RINGING, {"lane": lane, "now": now, "limit": limit})
        return [OrderRef(ref) for ref in found.scalars()]

    def ringing_lanes(self, now: Millis) -> set[StoreRef]:
        """Lanes in which something rings."""
        return {StoreRef(lane) for lane in self._connection.execute(_RINGING_LANES, {"now": now}).scalars()}

    def flush(self) -> None:
        """Send what was changed."""
        changed, self._changed = self._changed, {}
        added, self._added = self._added, {}
        for ref, now in added.items():
            kept = changed.get(ref) or self._kept[ref]
            assert kept is not None  # it was added
            self._writes.add(
                "orders", _ADD, {"ref": ref, "store": kept.store, "terms": json.dumps(asdict(kept.terms)), "now": now}
            )
        for kept in changed.values():
            values = {name: getattr(kept, name) for name in Kept.__slots__ if name not in {"store", "terms"}}
            values["document"] = None if kept.document is None else self._vault.seal(kept.document)
            self._writes.add("orders", _SAVE, values)
        self._writes.flush()

    def copy(self) -> Copy:
        """What was read and changed so far, for :meth:`restore`."""
        kept = {ref: one and replace(one) for ref, one in self._kept.items()}
        facts = {ref: dict(known) for ref, known in self._facts.items()}
        return kept, facts, dict(self._added), set(self._changed), dict(self._named)

    def restore(self, copy: Copy) -> None:
        """Forget what was changed since a copy was made."""
        self._kept, self._facts, self._added, changed, self._named = copy
        self._changed = {ref: kept for ref in changed if (kept := self._kept[ref]) is not None}

    def _opened(self, row: Row[Any]) -> Kept:
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


def place(fact: Fact) -> tuple[int, str]:
    """Which copy of a fact counts: the earliest; the text decides what is still equal, whoever came first."""
    return fact.at, repr(fact)
