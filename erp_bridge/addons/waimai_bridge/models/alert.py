from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from .access import check_staff
from .const import ALERT_KINDS
from .words import half


class WaimaiAlert(models.Model):
    _name = "waimai.alert"
    _description = "Alert for the desk"
    _order = "id desc"
    _rec_name = "text"

    key = fields.Char(required=True, readonly=True)
    kind = fields.Selection(ALERT_KINDS, required=True, readonly=True)
    store_id = fields.Many2one("waimai.store", readonly=True, index="btree_not_null", ondelete="cascade")
    order_id = fields.Many2one("waimai.order", readonly=True, index="btree_not_null", ondelete="cascade")
    order_ref = fields.Char(
        "Platform Order",
        readonly=True,
        index="btree_not_null",
        help="An order can wait for a person before it is here.",
    )
    text = fields.Text(readonly=True)
    shown_text = fields.Text("What Happened", compute="_compute_shown_text", help="In the reader's language.")
    state = fields.Selection(
        [("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
    )

    _key_uniq = models.UniqueIndex("(key)", "This alert exists already.")

    @api.depends("text")
    @api.depends_context("lang")
    def _compute_shown_text(self):
        for alert in self:
            alert.shown_text = half(alert.text or "", self.env.lang) or False

    def action_close(self):
        """Staff have seen it."""
        check_staff(self.env)
        self.check_access("read")
        alerts = self.sudo().filtered(lambda alert: alert.state == "open")
        alerts.state = "closed"
        for store, closed in alerts.grouped("store_id").items():
            if store:
                store._changed(closed.order_id.ids)

    def _take(self, values, store, order):
        """Create, renew or close the alert with this key; returns whether anything changed.

        A closed alert stays closed: an alert is raised once per new fact, and a repeat is no new fact.
        """
        alert = self.search([("key", "=", values["key"])])
        if not alert:
            self._raise(values, store, order)
            return True
        if values.get("state") == "closed" and alert.state != "closed":
            alert.state = "closed"
            return True
        if alert.state != "closed" and values.get("text") and values["text"] != alert.text:
            alert.text = values["text"]
            return True
        return False

    def _find_orders(self, orders):
        """Belong to orders that were not here yet when the alert was raised."""
        by_key = {order.key: order for order in orders}
        for alert in self.search([("order_ref", "in", list(by_key)), ("order_id", "=", False)]):
            alert.order_id = by_key[alert.order_ref]

    def _raise(self, values, store, order):
        """Create it; if another call does so at this moment, Odoo repeats this one, which then finds it."""
        creation = {
            "key": values["key"],
            "kind": values.get("kind") if values.get("kind") in dict(ALERT_KINDS) else "warning",
            "store_id": store.id,
            "order_id": order.id,
            "order_ref": values.get("order_ref") or False,
            "text": values.get("text") or "",
            "state": "closed" if values.get("state") == "closed" else "open",
        }
        try:
            with self.env.cr.savepoint():
                self.create(creation)
        except UniqueViolation:
            raise ConcurrencyError("raised by another call") from None
