from odoo import fields, models


class WaimaiConsumption(models.Model):
    """A material of an order: planned from the import on, posted when it has a stock move.

    Negative quantities were taken back. Rows are the truth of an order; the stock moves add them up.
    """

    _name = "waimai.consumption"
    _description = "Material of a platform order"
    _order = "order_id, id"
    _rec_name = "product_id"

    order_id = fields.Many2one("waimai.order", required=True, readonly=True, index=True, ondelete="cascade")
    store_id = fields.Many2one("waimai.store", required=True, readonly=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", "Material", required=True, readonly=True, ondelete="restrict")
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the material's unit; negative: taken back.")
    move_id = fields.Many2one("stock.move", readonly=True, index="btree_not_null", ondelete="restrict")

    _planned = models.Index("(store_id, product_id) WHERE move_id IS NULL")
