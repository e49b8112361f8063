from odoo import fields, models

from .access import check_manager, chosen_product
from .const import PROBLEMS

# Items that still find their product, once there is one. What came in while the store's matching was off is none of
# them: later settings touch no old order.
LACKING = [
    ("matched", "=", True),
    ("product_id", "=", False),
    ("problem", "=", "unmapped"),
    ("order_id.store_id.match_products", "=", True),
]


class WaimaiOrderItem(models.Model):
    _name = "waimai.order.item"
    _description = "Item of a platform order"
    _order = "order_id, line, id"

    order_id = fields.Many2one("waimai.order", required=True, readonly=True, index=True, ondelete="cascade")
    store_id = fields.Many2one(related="order_id.store_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    line = fields.Integer(readonly=True, aggregator=None)
    basket = fields.Char(readonly=True)
    name = fields.Char(required=True, readonly=True)
    spec = fields.Char("Specification", readonly=True)
    options = fields.Char(readonly=True)
    sku_code = fields.Char("SKU Code", readonly=True, index="btree_not_null")
    barcode = fields.Char(readonly=True)
    platform_item = fields.Char(readonly=True, index="btree_not_null", help="The platform's own id.")
    platform_sku = fields.Char("Platform SKU", readonly=True, index="btree_not_null")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    used = fields.Float(digits="Product Unit", readonly=True, help="Not refunded before the kitchen used materials.")
    price = fields.Monetary("List Price", readonly=True, aggregator=None)
    total = fields.Monetary(readonly=True)
    user_price = fields.Monetary("Customer's Price", readonly=True, aggregator=None)
    shop_price = fields.Monetary("Shop's Price", readonly=True, aggregator=None)
    discounted = fields.Boolean("In a Promotion", readonly=True)
    box_amount = fields.Monetary("Boxes", readonly=True, help="What of the order's boxes belongs to this line.")
    shop_share = fields.Monetary("Promotion by the Shop", readonly=True, help="This line's part of the discounts.")
    platform_share = fields.Monetary("Promotion by the Platform", readonly=True)

    # Resolved once, at import or when somebody maps it; later changes of products and recipes touch no old order.
    product_id = fields.Many2one("product.product", index="btree_not_null", ondelete="restrict")
    matched = fields.Boolean("Matching Tried", readonly=True)
    recipe = fields.Json(readonly=True, help="Material (product id) -> quantity for one piece, in the material's unit.")
    returnable = fields.Boolean(readonly=True)
    problem = fields.Selection(PROBLEMS, readonly=True)

    _unmapped = models.Index("(order_id) WHERE matched AND product_id IS NULL")

    def write(self, vals):
        """A person's choice of the product: recipe and materials follow. Everything else only `sync` writes."""
        if self.env.su:
            return super().write(vals)
        self.sudo()._assign(dict.fromkeys(self.sudo(), chosen_product(self, vals)))
        return True

    def action_map(self):
        """Open a new rule for this item's code, for every store or this one."""
        self.ensure_one()
        check_manager(self.env)
        common = self.sku_code and self.env["waimai.product.map"]._sees_every_store()
        return {
            "type": "ir.actions.act_window",
            "res_model": "waimai.product.map",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_sku_code": self.sku_code,
                "default_platform_item": False if self.sku_code else (self._numbers() or [False])[0],
                "default_store_id": False if common else self.store_id.id,
            },
        }
