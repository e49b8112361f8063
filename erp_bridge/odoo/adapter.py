"""The ERP port over the addon's five methods (``contract.md`` section 4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector import logs
from connector.domain.documents import Document
from connector.domain.errors import Refused
from connector.domain.holdings import Holding
from connector.domain.money import Money
from connector.domain.order import OrderRef, StoreRef
from connector.ports import Alert, CommandResult, Envelope, Store, Written
from erp_bridge.odoo.session import Address, Session, rows
from mappings.odoo import read_command, read_store, write_document, write_menu
from mappings.wire import write

_log = logs.get(__name__)


class OdooErp:
    """Odoo with the addon ``waimai_bridge``."""

    def __init__(self, address: Address) -> None:
        self._session = Session(address)

    def stores(self) -> tuple[Store, ...]:
        """``waimai.store.terms()``; a row that cannot be read is told of by its number alone, the others count."""
        return tuple(_store(row) for row in rows(self._session.call("waimai.store", "terms")))

    def write(self, documents: Sequence[Document]) -> tuple[Written, ...]:
        """``waimai.order.sync(documents)``: one call, one transaction."""
        sent = [write_document(document) for document in documents]
        answers = rows(self._session.call("waimai.order", "sync", sent))
        if len(answers) != len(documents):
            raise Refused("Odoo: the addon waimai_bridge answers fewer documents than it was sent")
        return tuple(_written(answer) for answer in answers)

    def report(self, news: Sequence[CommandResult | Alert]) -> None:
        """``waimai.command.report(results)``."""
        self._session.call("waimai.command", "report", [_told(each) for each in news])

    def open_commands(self) -> tuple[Envelope, ...]:
        """``waimai.command.open_commands()``, as the same events that the addon posts."""
        found = []
        for row in rows(self._session.call("waimai.command", "open_commands")):
            body = write(row).encode()
            try:
                found.append(Envelope.of_press(read_command(body), body))
            except Refused as refusal:
                _log.warning("command_not_read", reason=str(refusal))
        return tuple(found)

    def ping(self) -> None:
        """Ask for the stores: it needs the login, the addon and the database."""
        self._session.call("waimai.store", "terms")


def _store(row: Mapping[str, Any]) -> Store:
    try:
        return Store(**read_store(row))
    except Refused as refusal:
        _log.warning("store_not_read", reason=str(refusal))
    ref = StoreRef(str(row.get("store_ref")))
    return Store(ref=ref, name="", app_ref="", cancel_window=-1, consume_at="preparing", readable=False)


def _written(answer: Mapping[str, Any]) -> Written:
    status = answer.get("status")
    if status not in {"written", "unchanged", "stale", "refused"}:
        raise Refused("Odoo: the addon waimai_bridge answers an unknown status")
    return Written(
        key=OrderRef(str(answer["key"])),
        version=int(answer["version"]),
        status=status,
        reason=str(answer.get("reason") or ""),
        holds=_holding(answer),
    )


def _holding(answer: Mapping[str, Any]) -> Holding | None:
    """What Odoo has of the order; an older addon does not tell."""
    sums = [answer.get(name) for name in ("paid", "refunded", "sold")]
    paid, refunded, sold = (Money(one) if isinstance(one, int) else None for one in sums)
    if paid is None or refunded is None or sold is None:
        return None
    return Holding(state=str(answer.get("state") or ""), paid=paid, refunded=refunded, sold=sold)


def _told(news: CommandResult | Alert) -> dict[str, Any]:
    if isinstance(news, CommandResult):
        menu = {} if news.menu is None else {"menu": write_menu(news.menu)}
        return {"command_id": news.command_id, "state": news.state, "result": news.result, **menu}
    return {
        "alert": {
            "key": news.key,
            "kind": news.kind,
            "store_ref": news.store,
            "order_ref": news.order,
            "text": news.text,
            "state": news.state,
        }
    }
