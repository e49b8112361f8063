from odoo import api, models
from odoo.exceptions import UserError

# In the context of our own changes. An object, because whatever a caller sends is made of words and numbers.
MIRROR = object()

ORDER_FIELDS = {"state", "waimai_order_id", "company_id", "currency_id", "pricelist_id", "warehouse_id"}
ORDER_FIELDS |= {"amount_untaxed", "amount_tax", "amount_total"}
# What a down payment has as well: of 0 pieces it is an invoice's business, whatever its price is.
LINE_FIELDS = {"order_id", "waimai_key", "product_id", "product_uom_id", "product_uom_qty", "is_downpayment"}
PRICE_FIELDS = {"price_unit", "technical_price_unit", "discount", "tax_ids", "extra_tax_data"}
PRICE_FIELDS |= {"price_subtotal", "price_tax", "price_total"}


class SaleOrder(models.Model):
    """Sales of platform orders change by documents alone. Everything else Odoo does with them stays as it is."""

    _inherit = "sale.order"

    def _waimai_check_mirror(self):
        if self.env.context.get("waimai_mirror") is MIRROR:
            return
        ours = self.sudo().filtered("waimai_order_id")
        if ours:
            raise UserError(
                self.env._(
                    "Sales of the platforms follow their platform orders and are not changed by hand: %s. "
                    "Cancel or refund on the platform order instead.",
                    "、".join(ours[:5].mapped("name")),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        sales = super().create(vals_list)
        sales._waimai_check_mirror()
        return sales

    def write(self, vals):
        guarded = not ORDER_FIELDS.isdisjoint(vals)
        if guarded:
            self._waimai_check_mirror()
        result = super().write(vals)
        if guarded:  # it may have become one of ours
            self._waimai_check_mirror()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_platforms(self):
        self._waimai_check_mirror()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _waimai_sold(self):
        """The lines that stand for something: notes do not, nor does the line of a down payment's invoice."""
        return self.filtered(
            lambda line: line.waimai_key or line.product_uom_qty or not (line.display_type or line.is_downpayment)
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._waimai_sold().order_id._waimai_check_mirror()
        return lines

    def write(self, vals):
        pieces = not LINE_FIELDS.isdisjoint(vals)
        if pieces:
            self.order_id._waimai_check_mirror()
        elif not PRICE_FIELDS.isdisjoint(vals):
            self.filtered(lambda line: not line.is_downpayment).order_id._waimai_check_mirror()
        result = super().write(vals)
        if "order_id" in vals:
            self.order_id._waimai_check_mirror()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_platforms(self):
        self._waimai_sold().order_id._waimai_check_mirror()


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _update_uom(self, to_uom_id):
        """The lines of a product whose unit is changed take the new one; the platforms' as well."""
        return super(ProductProduct, self.with_context(waimai_mirror=MIRROR))._update_uom(to_uom_id)
