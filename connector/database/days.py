"""A shop's orders of one day as we have them, for who compares them with the platform's and the ERP's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Engine, Row, text

from connector.database.errors import translated
from connector.database.orders import unpack
from connector.domain.documents import Document
from connector.domain.gaps import start_of
from connector.domain.order import OrderRef, StoreRef
from connector.vault import Vault

_ORDERS: Final = text("""
SELECT orders.ref, orders.state, orders.parked, orders.version, orders.document, outbox.state AS sent FROM orders
LEFT JOIN outbox ON outbox.key = 'document:' || orders.ref
WHERE store = :lane AND coalesce(placed_at, heard_at) >= :first AND coalesce(placed_at, heard_at) < :last
ORDER BY day_seq, ref
""")
_STORED: Final = text("""
SELECT DISTINCT ON (order_ref) order_ref, state, reason FROM inbox
WHERE order_ref = ANY(:refs) AND (state = 'pending' OR state IN ('held', 'parked')) ORDER BY order_ref, id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """An order as we have it; ``parked`` is why its document waits, ``sent`` whether the ERP has taken the newest."""

    order: OrderRef
    state: str
    parked: str
    document: Document | None
    sent: bool


def orders_of(engine: Engine, vault: Vault, store: StoreRef, day: date) -> dict[OrderRef, Ours]:
    """Orders that were placed on a day (those whose content is not known: heard of), by their numbers in the day.

    Raises:
        Unavailable: the database is away.
    """
    where = {"lane": store, "first": start_of(day), "last": start_of(day + timedelta(days=1))}
    with translated(), engine.connect() as connection:
        return {OrderRef(row.ref): _ours(row, vault) for row in connection.execute(_ORDERS, where)}


def stored(engine: Engine, refs: Iterable[OrderRef]) -> dict[OrderRef, str]:
    """Orders of which events are stored that have not been applied, and why.

    Raises:
        Unavailable: the database is away.
    """
    with translated(), engine.connect() as connection:
        rows = connection.execute(_STORED, {"refs": sorted(refs)}).all()
    return {OrderRef(row.order_ref): f"{row.state} {row.reason}".strip() for row in rows}


def _ours(row: Row[Any], vault: Vault) -> Ours:
    document = None if row.document is None else unpack(vault.open(row.document), row.version)
    return Ours(
        order=OrderRef(row.ref),
        state=row.state,
        parked=row.parked or "",
        document=document,
        sent=row.sent == "done",
    )
