from odoo import fields, models
from odoo.exceptions import AccessError

from .access import check_manager
from .const import COLUMNS, DELIVERERS, FINAL, PLATFORMS, SALES, STATES
from .numbers import BigInteger


class WaimaiOrder(models.Model):
    """The platform's view of an order, mirrored from the connector. Only `sync` writes it."""

    _name = "waimai.order"
    _description = "Platform order"
    _order = "placed_at desc, id desc"

    platform = fields.Selection(PLATFORMS, required=True, readonly=True)
    platform_ref = fields.Char("Order Number", required=True, readonly=True)
    platform_view_ref = fields.Char("Number Shown to the Customer", readonly=True)
    store_id = fields.Many2one("waimai.store", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="store_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = BigInteger(readonly=True)

    state = fields.Selection(STATES, required=True, readonly=True, group_expand="_expand_states")
    order_state = fields.Selection(STATES, "State without Refund", readonly=True)
    waimai_state = fields.Integer("Platform Code", readonly=True, aggregator=None)
    rider_state = fields.Integer("Rider Code", readonly=True, aggregator=None)
    sale_state = fields.Selection(SALES, "Wanted Sale", readonly=True)
    consumed = fields.Boolean("Materials Used", readonly=True)
    offer = fields.Char(readonly=True, help="What staff may press now, as the connector says; empty: by the state.")

    day_seq = fields.Integer("Day Number", readonly=True, aggregator=None)
    placed_at = fields.Datetime(readonly=True)
    promised_at = fields.Datetime(readonly=True)
    accepted_at = fields.Datetime(readonly=True)
    completed_at = fields.Datetime(readonly=True)
    consumed_at = fields.Datetime(readonly=True)
    accept_by = fields.Datetime(readonly=True, help="When the platform cancels an order that nobody accepted.")
    window_ends = fields.Datetime(readonly=True, help="Until then a cancelled order never becomes a sale.")

    customer_name = fields.Char(readonly=True)
    customer_phone = fields.Char(readonly=True)
    customer_address = fields.Char(readonly=True)
    rider_name = fields.Char(readonly=True)
    rider_phone = fields.Char(readonly=True)
    remark = fields.Text("Customer's Remark", readonly=True)
    delivery_by = fields.Selection(DELIVERERS, "Delivered By", readonly=True)
    reminder_ref = fields.Char("Open Reminder", readonly=True, help="The number of one that nobody has answered.")

    paid_amount = fields.Monetary("Paid by the Customer", readonly=True)
    original_amount = fields.Monetary("Before Discounts", readonly=True)
    income_amount = fields.Monetary(
        "Income before Refunds",
        readonly=True,
        help="What the shop receives as the platform estimated it with the order; refunds are not taken off.",
    )
    commission_amount = fields.Monetary("Commission", readonly=True)
    refunded_amount = fields.Monetary("Refunded Money", readonly=True)
    delivery_discount_amount = fields.Monetary(
        "Off the Delivery",
        readonly=True,
        help="What of the promotions is off the delivery's price: no dish gives it back.",
    )
    fees = fields.Json(readonly=True)
    included = fields.Json(readonly=True, help="Promotions that the prices of the dishes already hold.")
    timeline = fields.Json(readonly=True)
    whole = fields.Boolean(
        "Sums Complete", readonly=True, default=True, help="Not a downgraded order, of which the platform tells less."
    )

    document_warning = fields.Text(readonly=True)
    warning = fields.Text(compute="_compute_warning", search="_search_warning", help="In the reader's language.")

    sale_order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="restrict")
    item_ids = fields.One2many("waimai.order.item", "order_id", readonly=True)
    refund_ids = fields.One2many("waimai.refund", "order_id", readonly=True)
    command_ids = fields.One2many("waimai.command", "order_id", readonly=True)
    consumption_ids = fields.One2many("waimai.consumption", "order_id", readonly=True)
    alert_ids = fields.One2many("waimai.alert", "order_id", readonly=True)

    _ref_uniq = models.UniqueIndex("(platform, platform_ref)", "This order of the platform exists already.")
    _open = models.Index(
        "(store_id, state) WHERE state NOT IN ('completed', 'refunded', 'partially_refunded', 'cancelled')"
    )
    _placed = models.Index("(store_id, placed_at)")

    def _expand_states(self, states, domain):
        """The desk's columns in the order of progress; what waits for an answer stands beside the new ones."""
        return [name for name in COLUMNS if name in states or name not in FINAL]

    def write(self, vals):
        """People change nothing here; a manager's form may carry the products of items (see there)."""
        if self.env.su:
            return super().write(vals)
        check_manager(self.env)
        self.check_access("write")
        commands = vals.get("item_ids", [])
        if set(vals) - {"item_ids"} or any(command[0] != fields.Command.UPDATE for command in commands):
            raise AccessError(self.env._("Orders come from the platform and are not changed here."))
        for _update, number, values in commands:
            (self.item_ids & self.item_ids.browse(number)).write(values)
        return True

    @property
    def key(self):
        """`<platform>:<number>`, as the documents and the sales order's reference have it."""
        return f"{self.platform}:{self.platform_ref}"
