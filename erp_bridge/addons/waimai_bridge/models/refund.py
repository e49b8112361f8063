from odoo import api, fields, models

from .const import FAMILIES, REFUND_STATUSES, SCOPES


class WaimaiRefund(models.Model):
    """A refund case as the platform tells it; replaced as a whole by each version."""

    _name = "waimai.refund"
    _description = "Refund case of a platform order"
    _order = "order_id, requested_at, id"
    _rec_name = "key"

    order_id = fields.Many2one("waimai.order", required=True, readonly=True, index=True, ondelete="cascade")
    store_id = fields.Many2one(related="order_id.store_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    key = fields.Char(required=True, readonly=True)
    family = fields.Selection(FAMILIES, readonly=True)
    scope = fields.Selection(SCOPES, readonly=True)
    status = fields.Selection(REFUND_STATUSES, readonly=True)
    amount = fields.Monetary(readonly=True)
    reason = fields.Char(readonly=True)
    appeal = fields.Boolean("Appeal", readonly=True, help="The customer asks again after a rejection.")
    requested_at = fields.Datetime(readonly=True)
    lines_text = fields.Char("What", compute="_compute_lines_text")
    lines = fields.Json(readonly=True, help="What is refunded: line, quantity, amount (fen).")

    @api.depends("lines", "order_id.item_ids.name")
    def _compute_lines_text(self):
        for refund in self:
            names = {item.line: item.name for item in refund.order_id.item_ids}
            refund.lines_text = "、".join(_part(part, names) for part in refund.lines or [])


def _part(part, names):
    """A line of a refund in words; money back for no piece (the price was too high) has no number."""
    name = names.get(part["line"], "?")
    return f"{part['quantity']:g} × {name}" if part["quantity"] else name
