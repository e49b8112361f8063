"""An ERP in memory, part of the library: the double that every fast test runs against.

It keeps whole documents by version as Odoo does, and refuses what Odoo refuses on sight; it has no accounts and no
materials.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from connector.domain.documents import Document
from connector.domain.errors import Unavailable
from connector.domain.holdings import Holding
from connector.ports import Alert, CommandResult, Envelope, Store, Written

if TYPE_CHECKING:
    from connector.domain.order import OrderRef, StoreRef


class MemoryErp:
    """Documents, command results and alerts, for whoever looks.

    Args:
        stores: the shops it knows.
    """

    def __init__(self, stores: Sequence[Store] = ()) -> None:
        self._lock = threading.Lock()
        self._stores = {store.ref: store for store in stores}
        self.documents: dict[OrderRef, Document] = {}
        self.results: dict[int, CommandResult] = {}
        self.alerts: dict[str, Alert] = {}
        self.commands: list[Envelope] = []
        self.calls: list[int] = []
        self.away = False

    def stores(self) -> tuple[Store, ...]:
        """The shops it knows."""
        self.ping()
        return tuple(self._stores.values())

    def add_store(self, store: Store) -> None:
        """Know one more shop."""
        self._stores[store.ref] = store

    def drop_store(self, ref: "StoreRef") -> None:
        """Know one shop less: it was deleted, or has another number now."""
        del self._stores[ref]

    def write(self, documents: Sequence[Document]) -> tuple[Written, ...]:
        """Keep each document unless a newer version is here."""
        self.ping()
        with self._lock:
            self.calls.append(len(documents))
            return tuple(self._write(document) for document in documents)

    def report(self, news: Sequence[CommandResult | Alert]) -> None:
        """Keep results and alerts, newest last."""
        self.ping()
        with self._lock:
            for each in news:
                if isinstance(each, CommandResult):
                    self.results[each.command_id] = each
                else:
                    self.alerts[each.key] = each

    def open_commands(self) -> tuple[Envelope, ...]:
        """Presses that were not sent."""
        self.ping()
        return tuple(self.commands)

    def ping(self) -> None:
        """Away when told to be."""
        if self.away:
            raise Unavailable("memory: away")

    def _write(self, document: Document) -> Written:
        known = self.documents.get(document.key)
        if known is not None and known.version >= document.version:
            status: Literal["unchanged", "stale"] = "unchanged" if known.version == document.version else "stale"
            return Written(key=document.key, version=document.version, status=status, holds=Holding.of(known))
        reason = self._objection(document)
        if reason:
            return Written(key=document.key, version=document.version, status="refused", reason=reason)
        self.documents[document.key] = document
        return Written(key=document.key, version=document.version, status="written")

    def _objection(self, document: Document) -> str:
        if document.store not in self._stores:
            return "unknown store"
        total = sum(line.item.total for line in document.items) + sum(fee.amount for fee in document.fees)
        return "" if total == document.paid else "the lines do not add up to what was paid"
