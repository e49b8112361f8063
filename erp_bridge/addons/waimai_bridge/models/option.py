import re

from odoo import api, fields, models

# "珍珠×2", "加蛋 x 3": how often an option was chosen.
TIMES = re.compile(r"^(.*\S)\s*[x×*X]\s*([1-9]\d?)$")


class WaimaiOption(models.Model):
    """A choice of the customer that uses materials of its own: 加料, 大杯. What has no row here uses nothing more.

    The recipe is that of a product: its kit, or the product itself where it is kept in stock. It is added to the
    dish's recipe when the item is resolved, and stays as it was then.
    """

    _name = "waimai.option"
    _description = "Option of a dish that has a recipe"
    _order = "name, store_id, dish_id, id"

    name = fields.Char("Option", required=True, help="Exactly as the platform writes it.")
    store_id = fields.Many2one("waimai.store", ondelete="cascade", help="Empty: every store.")
    company_id = fields.Many2one(related="store_id.company_id")
    dish_id = fields.Many2one(
        "product.product", "Only With", ondelete="cascade", help="A large coffee uses something else than a large tea."
    )
    product_id = fields.Many2one("product.product", "Uses", required=True, index=True, ondelete="cascade")
    quantity = fields.Float("Pieces", digits="Product Unit", required=True, default=1.0)

    _name_uniq = models.UniqueIndex(
        "(COALESCE(store_id, 0), COALESCE(dish_id, 0), name)", "There is a row for this option already."
    )
    _positive = models.Constraint("CHECK(quantity > 0)", "An option uses something.")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "name": (vals.get("name") or "").strip()} for vals in vals_list])

    def write(self, vals):
        if "name" in vals:
            vals = {**vals, "name": (vals["name"] or "").strip()}
        return super().write(vals)

    def _fits(self, item, dish):
        """Whether the row speaks of this item, resolved as this dish; other companies' products are no materials."""
        here = not self.store_id or self.store_id == item.store_id
        ours = self.product_id.company_id in (item.store_id.company_id, self.env["res.company"])
        return here and ours and self.product_id.active and (not self.dish_id or self.dish_id == dish)


class WaimaiOrderItem(models.Model):
    _inherit = "waimai.order.item"

    def _chosen(self):
        """{option: how often} of this item, its size among them."""
        words = [self.spec or "", *(self.options or "").split("、")]
        chosen = {}
        for word in dict.fromkeys(filter(None, map(str.strip, words))):
            several = TIMES.match(word)
            name, times = (several[1], int(several[2])) if several else (word, 1)
            chosen[name] = chosen.get(name, 0) + times
        return chosen

    def _extras(self, products):
        """{item: ((product id, pieces for one), ...)} by the rows that fit best; `products` is {item: dish}."""
        chosen = {item: item._chosen() for item in self}
        rows = self.env["waimai.option"].search([("name", "in", [name for names in chosen.values() for name in names])])
        # The more a row says, the later it is read, and the last one counts.
        rows = rows.sorted(lambda row: (bool(row.dish_id), bool(row.store_id), row.id))
        extras = {}
        for item, names in chosen.items():
            found = {}
            for row in rows.filtered(lambda row, item=item: row._fits(item, products[item])):
                if row.name in names:
                    found[row.name] = (row.product_id.id, row.quantity * names[row.name])
            extras[item] = tuple(sorted(found.values()))
        return extras
