from odoo import api, fields, models

# What a platform's code is compared with.
MATCHED_BY = ("default_code", "barcode", "active", "company_id")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    waimai_returnable = fields.Boolean(
        "Goes Back to Stock",
        help="Refunded after the kitchen used the materials, this product's materials return to stock: "
        "a can of cola does, cooked food does not.",
    )


class ProductProduct(models.Model):
    """Menus follow the products' codes. Orders do not: what an item is was decided when it came in."""

    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        products._waimai_match_menus(products._waimai_codes())
        return products

    def write(self, vals):
        if not any(name in vals for name in MATCHED_BY):
            return super().write(vals)
        before = self._waimai_codes()
        result = super().write(vals)
        self._waimai_match_menus(before | self._waimai_codes())
        return result

    def _waimai_codes(self):
        return {*self.mapped("default_code"), *self.mapped("barcode")} - {False}

    def _waimai_match_menus(self, codes):
        codes = list(codes)
        touched = self.env["waimai.menu.item"].sudo()
        domain = ["|", "|", ("product_id", "in", self.ids), ("sku_code", "in", codes), ("barcode", "in", codes)]
        touched.search(domain).store_id._match_menu()
