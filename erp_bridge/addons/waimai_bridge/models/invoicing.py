import logging
from datetime import timedelta

import psycopg2

from odoo import api, models
from odoo.exceptions import ConcurrencyError, LockError

from .days import day_of, midnight, today

_logger = logging.getLogger(__name__)

CONFLICTS = (psycopg2.OperationalError, psycopg2.InterfaceError, ConcurrencyError, LockError)
# Whose sums are whole, or on an invoice already; and the others.
COMPLETE = ["|", ("whole", "=", True), ("sale_order_id.order_line.qty_invoiced", ">", 0)]
PARTS = ["!", *COMPLETE]
# Orders of one run and store, or one whole day: a run must fit into Odoo's time limits (500 orders take less than a
# minute); the next run goes on.
SLICE = 200


class WaimaiStore(models.Model):
    """Invoices, apart from `sync`: numbering locks the journal, and an order must never wait for that."""

    _inherit = "waimai.store"

    @api.model
    def _cron_invoice(self):
        """Invoice what is completed, by each store's setting. Later refunds become credit notes the same way.

        Whatever goes wrong at one store, the others' invoices go on.
        """
        stores = self.search([("invoicing", "in", ("order", "day"))])
        for number, store in enumerate(stores, 1):
            try:
                with self.env.cr.savepoint():
                    store._invoice()
            except CONFLICTS as conflict:
                # With a call of the connector's, say; without a connection the commit fails, too.
                _logger.info("waimai store %s waits for the next run: %s", store.store_ref, type(conflict).__name__)
            except Exception as problem:  # noqa: BLE001 a fault at one store must not stop the others
                store._tell_not_invoiced(problem)
            self.env["ir.cron"]._commit_progress(1, remaining=len(stores) - number)

    def _tell_not_invoiced(self, problem):
        """One alert a day: somebody has to look at it."""
        words = self.env["waimai.order"]._words(problem)
        _logger.warning("waimai store %s not invoiced: %s", self.store_ref, words)
        key = f"invoice:{self.store_ref}:{today()}"
        text = self.env._("Invoices could not be made: %s", words)
        values = {"key": key, "kind": "warning", "text": text, "state": "open"}
        self.env["waimai.alert"]._take(values, self, self.env["waimai.order"])

    def _invoice(self):
        """Post the invoices of this store: one per order, or one per day that is over.

        A day is invoiced with what is completed of it once none of its orders is under way, at the latest when the next
        one is over, too. What is completed after that, or refunded, comes on an invoice or credit note of its own.
        Orders of which the platform has told only parts of the sum wait for the rest, unless somebody has invoiced
        them by hand; what an invoice lacks is an order's own business from then on, as with any other.
        """
        domain = [("store_id", "=", self.id), ("sale_order_id.invoice_status", "=", "to invoice")]
        if self.invoicing == "day":
            domain.append(("placed_at", "<", self._end_of_days()))
        self._tell_waiting(domain + PARTS)
        orders = self._due(domain + COMPLETE)
        groups = [orders] if self.invoicing == "order" else orders.grouped(_day).values()
        for group in groups:
            if group:
                sales = group.sale_order_id.with_company(self.company_id)
                invoices = sales._create_invoices(grouped=self.invoicing == "order", final=True)
                self._date_invoices(invoices, group)
                invoices.action_post()
                _settle_credits(invoices)

    def _end_of_days(self):
        """Until when (naive UTC) the days can be invoiced: yesterday's orders may still be on their way."""
        end = midnight(today())
        begin = end - timedelta(days=1)
        yesterday = [("store_id", "=", self.id), ("placed_at", ">=", begin), ("placed_at", "<", end)]
        under_way = self.env["waimai.order"].search_count([*yesterday, ("sale_state", "=", "confirmed")], limit=1)
        return begin if under_way else end

    def _due(self, domain):
        """The orders that this run invoices: the oldest, of days only whole ones."""
        orders = self.env["waimai.order"].search(domain, order="placed_at, id", limit=SLICE)
        if self.invoicing == "order" or len(orders) < SLICE:
            return orders
        last = _day(orders[-1])
        whole_days = orders.filtered(lambda order: _day(order) < last)
        return whole_days or orders.search([*domain, ("placed_at", "<", midnight(last) + timedelta(days=1))])

    def _date_invoices(self, invoices, orders):
        """The shops' day, whatever time zone the run's user has: Odoo's own today is the day before until eight.

        An invoice of a day is dated that day; one of an order, and every credit note, today.
        """
        invoices.invoice_date = today()
        if self.invoicing == "day":
            invoices.filtered(lambda move: move.move_type == "out_invoice").invoice_date = _day(orders[0])

    def _tell_waiting(self, domain):
        """An alert for each order that waits for its sums, closed when it does so no more."""
        alerts, waiting = self.env["waimai.alert"], self.env["waimai.order"].search(domain)
        for order in waiting:
            text = self.env._("Not invoiced: the platform has told only parts of the sum of %s.", order.platform_ref)
            values = {"key": f"parts:{order.key}", "kind": "warning", "text": text, "state": "open"}
            alerts._take(values, self, order)
        open_ones = alerts.search([("store_id", "=", self.id), ("state", "=", "open"), ("key", "=like", "parts:%")])
        open_ones.filtered(lambda alert: alert.order_id not in waiting).state = "closed"


def _day(order):
    return day_of(order.placed_at)


def _settle_credits(moves):
    """Set credit notes off against the invoices of the same orders, as far as they are open.

    So an invoice shows what the platform still owes for it, and not more.
    """
    for sale in moves.line_ids.sale_line_ids.order_id:
        posted = sale.invoice_ids.filtered(lambda move: move.state == "posted")
        if "out_refund" not in posted.mapped("move_type"):
            continue
        debts = posted.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        for lines in debts.grouped("account_id").values():
            lines.reconcile()
