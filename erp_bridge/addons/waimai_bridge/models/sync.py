import logging
import traceback
from pathlib import Path

import psycopg2
from psycopg2 import errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.tools.translate import LazyGettext

from .access import check_bot
from .const import QUIET
from .document import BadDocumentError, key_of, read
from .numbers import fen

_logger = logging.getLogger(__name__)
REASON_LENGTH = 300


class WaimaiOrder(models.Model):
    """The one way in: documents become orders, sales, materials and refunds, in one call per batch."""

    _inherit = "waimai.order"

    @api.model
    def sync(self, documents):
        """Write whole documents, idempotent by key and version.

        Returns a list in the same order of {"key", "version", "status", "reason", "id"}; status is "written",
        "unchanged" (this version is here), "stale" (a newer one is) or "refused" (with the reason, nothing written).
        Of an order that was here before also what Odoo has of it, for who counts (`_holding`).
        A refused document never harms its neighbours. Conflicts with other calls are Odoo's to repeat.
        """
        check_bot(self.env)
        lang = self.env.context.get("lang") or self.env.user.lang
        orders = self.sudo().with_context(**QUIET, lang=lang)
        newest = _newest(documents)
        results, todo = orders._sort_out(newest)
        results.update(orders._write_all(todo))
        orders._tell_screens(results)
        holdings = orders._holdings(results)
        return [_answer(document, newest, results, holdings) for document in documents]

    @api.model
    def _holdings(self, results):
        """{key: what stands here} of the orders that needed no writing."""
        keys = {number: key for key, (status, _reason, number) in results.items() if status in {"unchanged", "stale"}}
        return {keys[order.id]: order._holding() for order in self.browse(keys)}

    def _holding(self):
        """State and sums in fen; "sold" is what the confirmed sales order adds up to, 0 without one."""
        sale = self.sale_order_id
        return {
            "state": self.state,
            "paid": fen(self.paid_amount),
            "refunded": fen(self.refunded_amount),
            "sold": fen(sale.amount_total) if sale.state == "sale" else 0,
        }

    @api.model
    def _sort_out(self, newest):
        """({key: (status, reason, id)} of what needs no writing, [(key, read document)] to write)."""
        results, todo = {}, []
        rows = self._rows_of(newest)
        readings = {}
        for key, (version, document) in newest.items():
            row = rows.get(key)
            if row and row.version >= version:
                results[key] = ("unchanged" if row.version == version else "stale", "", row.id)
                continue
            try:
                readings[key] = read(document)
            except Exception as problem:  # noqa: BLE001 however odd a document is, its neighbours are written
                results[key] = ("refused", self._words(problem), row.id if row else False)
        stores = self.env["waimai.store"]._by_refs([reading["store_ref"] for reading in readings.values()])
        for key, reading in readings.items():
            row = rows.get(key)
            if problem := self._problem(reading, stores.get(reading["store_ref"]), row):
                results[key] = ("refused", problem, row.id if row else False)
            else:
                todo.append(reading)
        return results, todo

    @api.model
    def _rows_of(self, keys):
        """{key: order} of those that exist."""
        numbers = [key.partition(":")[2] for key in keys]
        rows = self.search([("platform_ref", "in", numbers)])
        return {row.key: row for row in rows}

    @api.model
    def _problem(self, reading, store, row):
        """Why this document cannot be written, or nothing; what is seen here costs its neighbours no time."""
        if not store:
            return self.env._("Unknown store: %s", reading["store_ref"][:80])
        if store.platform != reading["platform"]:
            return self.env._("The order is of another platform than the store.")
        if row and row.store_id != store:
            return self.env._("The order belongs to another store.")
        if store.company_id.currency_id.name != "CNY":
            return self.env._("The company of %s is not in CNY.", store.name)
        if store.partner_id == store.company_id.partner_id:
            return self.env._("The partner of %s is the own company.", store.name)
        return None

    @api.model
    def _write_all(self, readings):
        """One savepoint for all; only if that fails are they halved, until the ones at fault stand alone."""
        if not readings:
            return {}
        try:
            with self.env.cr.savepoint():
                results = self._apply(readings)
                # The savepoint would flush as the caller, and a bot may not read what flushing reads (currencies).
                self.env.flush_all()
                return results
        except (psycopg2.OperationalError, psycopg2.InterfaceError, ConcurrencyError):
            raise  # a conflict, or no connection any more: Odoo repeats the call, or the connector does
        except LockError as locked:
            raise ConcurrencyError("locked by another call") from locked
        except errors.UniqueViolation as violation:
            if violation.diag.constraint_name == "waimai_order_ref_uniq":
                # Another call wrote one of these at the same time. Repeated, this call finds it "unchanged".
                raise ConcurrencyError("written by another call") from None
            problem = violation
        except Exception as error:  # noqa: BLE001 a fault that one document meets must not stop its neighbours
            problem = error
        if len(readings) > 1:
            half = len(readings) // 2
            return {**self._write_all(readings[:half]), **self._write_all(readings[half:])}
        reading = readings[0]
        if not isinstance(problem, UserError):
            _logger.warning("waimai order %s refused: %s", reading["key"], _place(problem))
        row = self._rows_of([reading["key"]]).get(reading["key"])
        return {reading["key"]: ("refused", self._words(problem), row.id if row else False)}

    @api.model
    def _apply(self, readings):
        """Wanted less existing, in every aspect, each step for all orders at once."""
        rows = self._rows_of([reading["key"] for reading in readings])
        stores = self.env["waimai.store"]._by_refs([reading["store_ref"] for reading in readings])
        orders = self._mirror(readings, rows, stores)
        orders.filtered("sale_state").item_ids._resolve()
        orders._settle_sales()
        orders._settle_materials()
        return {reading["key"]: ("written", "", order.id) for reading, order in zip(readings, orders, strict=True)}

    @api.model
    def _tell_screens(self, results):
        written = self.browse([number for status, _reason, number in results.values() if status == "written"])
        for store, orders in written.grouped("store_id").items():
            store._changed(orders.ids)

    @api.model
    def _words(self, problem):
        """A reason for people: short, one line, in the caller's language, without the values of other records."""
        if isinstance(problem, psycopg2.Error):
            return self.env._("The database refused it (%s).", problem.diag.constraint_name or type(problem).__name__)
        if not isinstance(problem, (UserError, BadDocumentError)):
            return self.env._("Unexpected: %s", _place(problem))
        words = problem.args[0] if problem.args else type(problem).__name__
        if isinstance(words, LazyGettext):
            words = self.env._(words)
        return " ".join(str(words).split())[:REASON_LENGTH]


def _place(problem):
    """What went wrong and where in our code, but not the message: it may hold a customer's data."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if "waimai_bridge" in frame.filename]
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(problem).__name__}{where}"


def _newest(documents):
    """{key: (version, document)}: the newest version of each key of this call."""
    newest = {}
    for document in documents:
        key, version = key_of(document)
        if key not in newest or version > newest[key][0]:
            newest[key] = (version, document)
    return newest


def _answer(document, newest, results, holdings):
    key, version = key_of(document)
    status, reason, number = results[key]
    if version < newest[key][0]:
        status, reason = "stale", ""
    told = {"key": key, "version": version, "status": status, "reason": reason, "id": number}
    return {**told, **holdings.get(key, {})}
