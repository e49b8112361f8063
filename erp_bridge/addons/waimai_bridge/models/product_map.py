from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .order_item import LACKING


class WaimaiProductMap(models.Model):
    """A rule: this code on the platform is this product. Making one also repairs the orders that lacked it."""

    _name = "waimai.product.map"
    _description = "Product of a platform's code"
    _order = "store_id, sku_code, id"
    _rec_name = "sku_code"

    store_id = fields.Many2one("waimai.store", ondelete="cascade", help="Empty: every store.")
    company_id = fields.Many2one(related="store_id.company_id")
    sku_code = fields.Char("SKU Code", index="btree_not_null")
    platform_item = fields.Char("Platform Item", index="btree_not_null", help="The platform's own id of the dish.")
    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade")

    _sku_uniq = models.UniqueIndex(
        "(COALESCE(store_id, 0), sku_code) WHERE sku_code IS NOT NULL", "There is a rule for this code already."
    )
    _item_uniq = models.UniqueIndex(
        "(COALESCE(store_id, 0), platform_item) WHERE platform_item IS NOT NULL AND sku_code IS NULL",
        "There is a rule for this platform item already.",
    )

    @api.constrains("sku_code", "platform_item")
    def _check_code(self):
        for rule in self:
            if not rule.sku_code and not rule.platform_item:
                raise ValidationError(self.env._("A rule needs a code or a platform item."))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create([self._stripped(vals) for vals in vals_list])
        rules._check_common()
        rules._repair_orders()
        rules._stores()._match_menu()
        return rules

    def write(self, vals):
        self._check_common()
        stores = self._stores()
        result = super().write(self._stripped(vals))
        self._check_common()
        self._repair_orders()
        (stores | self._stores())._match_menu()
        return result

    def unlink(self):
        self._check_common()
        stores = self._stores()
        result = super().unlink()
        stores._match_menu()
        return result

    def _check_common(self):
        """A rule for every store is made and changed by who may see them all: it changes orders in each company."""
        if any(not rule.store_id for rule in self) and not self._sees_every_store():
            raise UserError(
                self.env._("A rule without a store counts in companies that you do not see, too: name the store.")
            )

    @api.model
    def _sees_every_store(self):
        return self.env.su or self.env["waimai.store"].sudo().search([]).company_id <= self.env.user.company_ids

    def _stores(self):
        """The stores whose menus these rules can speak of."""
        common = any(not rule.store_id for rule in self)
        stores = self.env["waimai.store"].sudo()
        return stores.search([("menu_item_ids", "!=", False)]) if common else self.sudo().store_id

    @api.model
    def _stripped(self, vals):
        codes = {name: (vals[name] or "").strip() or False for name in ("sku_code", "platform_item") if name in vals}
        return {**vals, **codes}

    def _repair_orders(self):
        """Give the product to imported items that had none, and their materials, after the fact."""
        items = self.env["waimai.order.item"].sudo()
        codes, numbers = self.mapped("sku_code"), self.mapped("platform_item")
        lacking = items.search(
            [
                *LACKING,
                "|",
                ("sku_code", "in", [code for code in codes if code]),
                ("platform_item", "in", [number for number in numbers if number]),
            ]
        )
        if lacking:
            items._assign({item: product for item, product in lacking._match()[0].items() if product})
