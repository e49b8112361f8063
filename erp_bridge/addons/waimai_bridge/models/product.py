from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    waimai_returnable = fields.Boolean(
        "Goes Back to Stock",
        help="Refunded after the kitchen used the materials, this product's materials return to stock: "
        "a can of cola does, cooked food does not.",
    )
