import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Whose sums are whole, or on an invoice already; and the others.
COMPLETE = ["|", ("whole", "=", True), ("sale_order_id.order_line.qty_invoiced", ">", 0)]
PARTS = ["!", *COMPLETE]
SLICE = 200  # orders of one run and store: a run must fit into Odoo's time limits; the next run goes on


class WaimaiStore(models.Model):
    """Invoices, apart from `sync`: numbering locks the journal, and an order must never wait for that."""

    _inherit = "waimai.store"

    @api.model
    def _cron_invoice(self):
        """Invoice what is completed, by each store's setting. Later refunds become credit notes the same way."""
        stores = self.search([("invoicing", "in", ("order", "day"))])
        for number, store in enumerate(stores, 1):
            try:
                with self.env.cr.savepoint():
                    store._invoice()
            except UserError as problem:
                store._tell_not_invoiced(problem)
            self.env["ir.cron"]._commit_progress(1, remaining=len(stores) - number)

    def _tell_not_invoiced(self, problem):
        """One alert a day: the other stores' invoices go on, and somebody has to look at this one's."""
        _logger.warning("waimai store %s not invoiced: %s", self.store_ref, problem)
        key = f"invoice:{self.store_ref}:{fields.Date.today()}"
        text = self.env._("Invoices could not be made: %s", problem)
        values = {"key": key, "kind": "warning", "text": text, "state": "open"}
        self.env["waimai.alert"]._take(values, self, self.env["waimai.order"])

    def _invoice(self):
        """Post the invoices of this store: one per order, or one for all orders of the days that are over.

        Orders of which the platform has told only parts of the sum wait for the rest, unless somebody has invoiced
        them by hand; what an invoice lacks is an order's own business from then on, as with any other.
        """
        domain = [("store_id", "=", self.id), ("sale_order_id.invoice_status", "=", "to invoice")]
        if self.invoicing == "day":
            today = datetime.now(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
            midnight = today.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            domain.append(("placed_at", "<", fields.Datetime.to_string(midnight)))
        self._tell_waiting(domain + PARTS)
        orders = self.env["waimai.order"].search(domain + COMPLETE, order="placed_at, id", limit=SLICE)
        groups = [orders] if self.invoicing == "order" else orders.grouped(_day).values()
        for group in groups:
            if group:
                sales = group.sale_order_id.with_company(self.company_id)
                invoices = sales._create_invoices(grouped=self.invoicing == "order", final=True)
                self._date_invoices(invoices, group)
                invoices.action_post()
                _settle_credits(invoices)

    def _date_invoices(self, invoices, orders):
        """The shops' day, whatever time zone the run's user has: Odoo's own today is the day before until eight.

        An invoice of a day is dated that day; one of an order, and every credit note, today.
        """
        invoices.invoice_date = datetime.now(SHANGHAI).date()
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
    return (order.placed_at + timedelta(hours=8)).date()


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
