"""What operators ask the database: how much waits, why, and what became of one order. No personal data leaves here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Column, ColumnElement, Connection, Engine, Row, and_, func, or_, select

from connector.database.errors import translated
from connector.database.gaps import REFUNDABLE_MILLIS
from connector.database.orders import unpack
from connector.database.tables import FACTS, INBOX, ORDERS, OUTBOX, PULLS
from connector.domain.documents import Document
from connector.domain.order import Fact, Millis, OrderRef, StoreRef, Terms
from connector.vault import Vault
from mappings.stored import load_fact
from mappings.wire import read

_MOST: Final = 200
_PARKED: Final = ORDERS.c.parked.is_not(None)
_SEEKING: Final = and_(INBOX.c.state == "held", INBOX.c.lane.endswith(":"))  # its shop is being looked for
_ASIDE: Final = and_(INBOX.c.state.in_(["held", "parked"]), ~_SEEKING)
_FINAL: Final = ("refunded", "cancelled")
_COMPLETED: Final = ("completed", "partially_refunded")

Values = dict[tuple[str, ...], float]
#: Help text, names of labels, values by labels.
Gauge = tuple[str, tuple[str, ...], Values]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Something that waits for a person: an order, or an event that no order could be found for.

    ``kind`` is ``parked`` or ``held`` (an event of a shop that the ERP does not know), ``event`` its number if it is
    one, ``by`` who parked the order.
    """

    kind: str
    lane: StoreRef
    order: OrderRef | None
    event: int | None
    since: Millis
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """All that is known of one order; rows as they lie in the tables, without bodies.

    ``facts`` come with the number of the event that told them and, if one was set aside, who did it and why.
    """

    order: Mapping[str, Any]
    terms: Terms
    facts: tuple[tuple[Fact, int | None, str | None], ...]
    events: tuple[Mapping[str, Any], ...]
    effects: tuple[Mapping[str, Any], ...]


def gauges(engine: Engine, now: Millis) -> dict[str, Gauge]:
    """What waits, as figures by name.

    Raises:
        Unavailable: the database is away.
    """
    opened = OUTBOX.c.state.in_(["pending", "sending", "unknown"])
    aside = INBOX.c.state.in_(["held", "parked"])
    with translated(), engine.connect() as connection:
        pending = INBOX.c.state == "pending"  # counted apart from the rest, since each has an index of its own
        inbox = _counted(connection, INBOX.c.state, pending, ["pending"])
        inbox |= _counted(connection, INBOX.c.state, aside, ["held", "parked"])
        oldest = connection.scalar(select(func.min(INBOX.c.received_at)).where(pending))
        outbox = _counted(connection, OUTBOX.c.kind, opened, ["document", "command", "fetch", "news"])
        orders = connection.scalar(select(func.count()).where(_PARKED)) or 0
        pulls = connection.execute(select(PULLS)).all()
    age = max(0, now - oldest) / 1000 if oldest else 0.0
    return {
        "waimai_inbox_rows": ("Events that are not done, by state", ("state",), inbox),
        "waimai_inbox_oldest_seconds": ("Age of the oldest pending event", (), {(): age}),
        "waimai_outbox_rows": ("Effects that are not done, by kind", ("kind",), outbox),
        "waimai_orders_parked": ("Orders that wait for a person", (), {(): float(orders)}),
        "waimai_gaps_found": (
            "Orders and messages that had not reached us, found by asking the platform",
            ("store",),
            {(row.lane,): float(row.found) for row in pulls},
        ),
        "waimai_pull_age_seconds": (
            "How long ago the platform was asked what was missed",
            ("store",),
            {(row.lane,): max(0, now - row.pulled_at) / 1000 for row in pulls},
        ),
        "waimai_pull_failing": (
            "Whether the last time it did not answer, or not all",
            ("store",),
            {(row.lane,): float(bool(row.reason)) for row in pulls},
        ),
    }


def waiting(engine: Engine) -> tuple[Waiting, ...]:
    """Orders and events that wait for a person, what is parked first, then oldest first; no more than some hundreds.

    Raises:
        Unavailable: the database is away.
    """
    parked = select(ORDERS).where(_PARKED).order_by(ORDERS.c.heard_at).limit(_MOST)
    aside = select(INBOX).where(_ASIDE).order_by(INBOX.c.state == "held", INBOX.c.id).limit(_MOST)
    with translated(), engine.connect() as connection:
        orders, events = connection.execute(parked).all(), connection.execute(aside).all()
    return (*(_waiting_order(row) for row in orders), *(_waiting_event(row) for row in events))


def waiting_counts(engine: Engine) -> tuple[int, dict[StoreRef, int]]:
    """How many orders and events are parked, and how many events are held in each lane: all of :func:`waiting`.

    Raises:
        Unavailable: the database is away.
    """
    by_lane = select(INBOX.c.state, INBOX.c.lane, func.count()).where(_ASIDE).group_by(INBOX.c.state, INBOX.c.lane)
    with translated(), engine.connect() as connection:
        orders = connection.scalar(select(func.count()).where(_PARKED)) or 0
        rows = connection.execute(by_lane).all()
    held = {StoreRef(lane): number for state, lane, number in rows if state == "held"}
    return orders + sum(number for state, _, number in rows if state == "parked"), held


def trace(engine: Engine, vault: Vault, ref: OrderRef) -> Trace | None:
    """What is known of an order; ``None`` if nothing has been heard of it.

    Raises:
        Unavailable: the database is away.
    """
    hidden = {"body", "document", "terms"}
    with translated(), engine.connect() as connection:
        order = connection.execute(select(ORDERS).where(ORDERS.c.ref == ref)).one_or_none()
        facts = connection.execute(
            select(FACTS).where(FACTS.c.order_ref == ref).order_by(FACTS.c.at, FACTS.c.key)
        ).all()
        events = connection.execute(select(INBOX).where(INBOX.c.order_ref == ref).order_by(INBOX.c.id)).all()
        effects = connection.execute(select(OUTBOX).where(OUTBOX.c.order_ref == ref).order_by(OUTBOX.c.id)).all()
    if order is None and not events:
        return None

    def shown(row: Row[Any]) -> dict[str, Any]:
        return {key: value for key, value in row._mapping.items() if key not in hidden}  # noqa: SLF001 - its public name

    return Trace(
        order=shown(order) if order else {},
        terms=Terms(**order.terms) if order else Terms(),
        facts=tuple((_fact(vault, row), row.inbox_id, row.set_aside) for row in facts),
        events=tuple(shown(row) for row in events),
        effects=tuple(shown(row) for row in effects),
    )


def unfinished(engine: Engine, store: StoreRef, now: Millis) -> tuple[OrderRef, ...]:
    """Orders of a store that may still change, as far as we have heard, oldest first.

    Those under way, and those of the last days that were completed.

    Raises:
        Unavailable: the database is away.
    """
    lately = func.coalesce(ORDERS.c.placed_at, ORDERS.c.heard_at) >= now - REFUNDABLE_MILLIS
    may_change = or_(ORDERS.c.state.not_in(_FINAL + _COMPLETED), and_(ORDERS.c.state.in_(_COMPLETED), lately))
    mine = select(ORDERS.c.ref).where(ORDERS.c.store == store, may_change).order_by(ORDERS.c.heard_at)
    with translated(), engine.connect() as connection:
        return tuple(OrderRef(ref) for ref in connection.execute(mine).scalars())


def documents(engine: Engine, vault: Vault) -> Iterator[Document]:
    """What the ERP was last told of each order, for who compares.

    Raises:
        Unavailable: the database is away.
    """
    told = select(ORDERS.c.document, ORDERS.c.version).where(ORDERS.c.document.is_not(None)).order_by(ORDERS.c.ref)
    with translated(), engine.connect() as connection:
        for row in connection.execution_options(stream_results=True).execute(told):
            yield unpack(vault.open(row.document), row.version)


def open_work(engine: Engine) -> int:
    """How much is still to be done: events, effects (but fetches that only make sure), and windows that have to ring.

    Raises:
        Unavailable: the database is away.
    """
    events = select(func.count()).where(INBOX.c.state.in_(["pending", "held"]))
    opened = OUTBOX.c.state.in_(["pending", "sending", "unknown"])
    effects = select(func.count()).where(opened, OUTBOX.c.key.not_like("after:%"))
    windows = select(func.count()).where(ORDERS.c.due_at.is_not(None), ~ORDERS.c.rung)
    with translated(), engine.connect() as connection:
        return sum(int(connection.scalar(count) or 0) for count in (events, effects, windows))


def due_work(engine: Engine, store: StoreRef, now: Millis) -> int:
    """How many events and documents of a shop could be applied and delivered now.

    Raises:
        Unavailable: the database is away.
    """
    events = select(func.count()).where(INBOX.c.lane == store, INBOX.c.state == "pending", INBOX.c.due_at <= now)
    held = select(ORDERS.c.ref).where(ORDERS.c.ref == OUTBOX.c.order_ref, ORDERS.c.parked.is_not(None)).exists()
    documents = select(func.count()).where(
        OUTBOX.c.lane == store, OUTBOX.c.kind == "document", OUTBOX.c.state == "pending", OUTBOX.c.due_at <= now, ~held
    )
    with translated(), engine.connect() as connection:
        return sum(int(connection.scalar(count) or 0) for count in (events, documents))


def _fact(vault: Vault, row: Row[Any]) -> Fact:
    return load_fact(cast("Mapping[str, Any]", read(vault.open(row.body))))


def _counted(connection: Connection, by: Column[str], where: ColumnElement[bool], names: Sequence[str]) -> Values:
    rows = connection.execute(select(by, func.count()).where(where).group_by(by)).all()
    values: Values = {(name,): 0.0 for name in names}
    return values | {(row[0],): float(row[1]) for row in rows}


def _waiting_order(row: Row[Any]) -> Waiting:
    return Waiting(
        kind="parked",
        lane=row.store,
        order=row.ref,
        event=None,
        since=row.heard_at,
        by=row.parked_by or "",
        reason=row.parked,
    )


def _waiting_event(row: Row[Any]) -> Waiting:
    return Waiting(
        kind=row.state,
        lane=row.lane,
        order=row.order_ref,
        event=row.id,
        since=row.received_at,
        by="event",
        reason=row.reason,
    )
