from odoo import api, fields, models

from .const import BOOKED, FEES, PASS_THROUGH
from .numbers import fen, same


class SaleOrder(models.Model):
    _inherit = "sale.order"

    waimai_order_id = fields.Many2one(
        "waimai.order", "Platform Order", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    @api.depends("state", "waimai_order_id.consumed")
    def _compute_delivery_status(self):
        # The kitchen's use of materials is our delivery; there is no picking to look at.
        ours = self.filtered("waimai_order_id")
        for sale in ours:
            if sale.state != "sale":
                sale.delivery_status = False
            else:
                sale.delivery_status = "full" if sale.waimai_order_id.consumed else "pending"
        return super(SaleOrder, self - ours)._compute_delivery_status()

    def action_open_waimai_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "waimai.order",
            "res_id": self.waimai_order_id.id,
            "views": [(False, "form")],
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    waimai_key = fields.Char(
        "Platform Line",
        readonly=True,
        copy=False,
        help="Which item, fee or refund of the document the line stands for.",
    )

    @api.depends("product_id", "order_id.waimai_order_id")
    def _compute_qty_delivered_method(self):
        ours = self.filtered("order_id.waimai_order_id")
        ours.qty_delivered_method = "manual"
        return super(SaleOrderLine, self - ours)._compute_qty_delivered_method()

    @api.depends("qty_invoiced", "qty_delivered", "product_uom_qty", "state")
    def _compute_qty_to_invoice(self):
        # A mapped dish may be set to be invoiced when ordered; platform orders are when completed.
        result = super()._compute_qty_to_invoice()
        for line in self.filtered("order_id.waimai_order_id"):
            if line.state == "sale" and not line.display_type:
                line.qty_to_invoice = line.qty_delivered - line.qty_invoiced
        return result

    @api.depends("state", "product_id", "untaxed_amount_invoiced", "qty_delivered", "product_uom_qty", "price_unit")
    def _compute_untaxed_amount_to_invoice(self):
        # Ours is delivered in full or not at all, so the taxes need not be taken apart a second time.
        ours = self.filtered("order_id.waimai_order_id")
        for line in ours:
            due = line.price_subtotal if line.state == "sale" and line.qty_delivered else 0.0
            line.untaxed_amount_to_invoice = due - line.untaxed_amount_invoiced
        return super(SaleOrderLine, self - ours)._compute_untaxed_amount_to_invoice()

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        account = self._waimai_clearing_account()
        return {**values, "account_id": account.id} if account else values

    def _waimai_clearing_account(self):
        """The account of money that only passes through us: the platform's, for its two products."""
        order = self.sudo().order_id.waimai_order_id  # who invoices need not see the platform's orders
        if order and self._waimai_passes_through():
            clearing = order.company_id.waimai_clearing_ids
            return clearing.filtered(lambda row: row.platform == order.platform).account_id
        return self.env["account.account"]

    def _waimai_passes_through(self):
        orders = self.env["waimai.order"]
        return self.product_id in [orders._own_product(FEES[kind]) for kind in PASS_THROUGH]

    def _waimai_booked(self):
        """Whether the line stands for no line of the order: it was booked beside them, or is out of use."""
        return (self.waimai_key or "").startswith((*BOOKED, "gone:"))

    def _waimai_differs(self, values):
        """Whether the line says something else than these values: words, pieces, or money."""
        if self.name != values["name"]:
            return True
        if self.display_type:
            return False
        return (
            not same(self.product_uom_qty, values["product_uom_qty"])
            or fen(self.price_unit) != fen(values["price_unit"])
            or fen(self.price_total) != fen(values["price_unit"] * values["product_uom_qty"])
        )

    def _waimai_change(self, values):
        """Make the line say these values; False if it is another dish and a new line is needed."""
        if self.name != values["name"] and not self.display_type:
            self._waimai_drop()
            return False
        changed = (
            ("name",) if self.display_type else ("product_uom_qty", "price_unit", "technical_price_unit", "tax_ids")
        )
        if not self.display_type and self.qty_delivered:
            self.qty_delivered = 0.0
        self.write({name: values[name] for name in changed})
        return True

    def _waimai_drop(self):
        """Take the line out: deleted where Odoo allows it, else of quantity 0."""
        if self.state in ("draft", "cancel") or self.display_type:
            self.unlink()
            return
        if self.qty_delivered:
            self.qty_delivered = 0.0
        self.write({"product_uom_qty": 0.0, "waimai_key": f"gone:{self.waimai_key}"})
