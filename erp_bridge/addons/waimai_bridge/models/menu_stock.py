import math

from odoo import api, fields, models
from odoo.exceptions import UserError

from .access import check_staff
from .numbers import TOLERANCE
from .recipes import recipes

RECIPES = [
    ("ok", "Has a recipe"),
    ("no_recipe", "No recipe"),
    ("empty_recipe", "Empty recipe"),
    ("service", "A service, whose recipe is not used"),
    ("lot", "Material with lots"),
]


class WaimaiMenuItem(models.Model):
    """How many portions of a dish the store's kitchen can still make."""

    _inherit = "waimai.menu.item"

    portions = fields.Integer(
        "Can Be Made", compute="_compute_portions", compute_sudo=True, help="By the materials that are not planned yet."
    )
    short = fields.Boolean("Short of Materials", compute="_compute_portions", compute_sudo=True, search="_search_short")
    short_text = fields.Char("Lacking", compute="_compute_portions", compute_sudo=True)
    recipe_state = fields.Selection(RECIPES, "Recipe", compute="_compute_portions", compute_sudo=True)

    @api.depends("product_id", "store_id")
    def _compute_portions(self):
        self.portions, self.short, self.short_text, self.recipe_state = 0, False, False, False
        for store, items in self.filtered("product_id").grouped("store_id").items():
            known = recipes(items.product_id, store.company_id)
            materials = self.env["product.product"].browse(
                {number for recipe, _p in known.values() for number in recipe}
            )
            left = store._left(materials)
            for item in items:
                recipe, problem = known[item.product_id]
                item.recipe_state = problem or "ok"
                if recipe:
                    item._set_portions(recipe, left)

    def _set_portions(self, recipe, left):
        self.portions = max(min(math.floor(left[number] / each + TOLERANCE) for number, each in recipe.items()), 0)
        self.short = self.portions < 1
        if self.short:
            lacking = [number for number, each in recipe.items() if left[number] + TOLERANCE < each]
            self.short_text = "、".join(
                f"{material.name} {round(left[material.id], 4):g} {material.uom_id.name}"
                for material in self.env["product.product"].browse(lacking)
            )

    @api.model
    def _search_short(self, operator, value):
        if operator != "in":
            return NotImplemented
        short = self.search([("product_id", "!=", False)]).filtered(lambda item: item.short in value)
        return [("id", "in", short.ids)]

    def action_off_sale_everywhere(self):
        """Take these dishes off sale on every platform and in every store that the user may see."""
        return self._templates().action_waimai_off_sale()

    def action_on_sale_everywhere(self):
        return self._templates().action_waimai_on_sale()

    def _templates(self):
        check_staff(self.env)
        self.check_access("read")
        return self.product_id.product_tmpl_id


class WaimaiStore(models.Model):
    _inherit = "waimai.store"

    def _left(self, materials):
        """{material id: what lies in the kitchen and is not planned for an order yet}, in the material's unit."""
        left = dict.fromkeys(materials.ids, 0.0)
        kitchen = self.warehouse_id.lot_stock_id
        quants = self.env["stock.quant"]._read_group(
            [("product_id", "in", materials.ids), ("location_id", "child_of", kitchen.id)],
            ["product_id"],
            ["quantity:sum"],
        )
        planned = self.env["waimai.consumption"]._read_group(
            [
                ("product_id", "in", materials.ids),
                ("order_id.sale_order_id.warehouse_id", "=", self.warehouse_id.id),
                ("move_id", "=", False),
            ],
            ["product_id"],
            ["quantity:sum"],
        )
        for sign, groups in ((1, quants), (-1, planned)):
            for product, quantity in groups:
                left[product.id] += sign * quantity
        return left


class ProductTemplate(models.Model):
    """A dish on all menus at once."""

    _inherit = "product.template"

    waimai_menu_count = fields.Integer("On Menus", compute="_compute_waimai_menus")
    waimai_on_sale_count = fields.Integer("On Sale at Platforms", compute="_compute_waimai_menus")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_waimai_menus(self):
        counts = {}
        if self.env["waimai.menu.item"].has_access("read"):
            for item in self._waimai_menu_items():
                told, on_sale = counts.get(item.product_id.product_tmpl_id.id, (0, 0))
                counts[item.product_id.product_tmpl_id.id] = told + 1, on_sale + item.on_sale
        for template in self:
            template.waimai_menu_count, template.waimai_on_sale_count = counts.get(template.id, (0, 0))

    def action_waimai_off_sale(self):
        """Ask every platform to stop selling these dishes, in all stores that the user may see."""
        return self._waimai_ask("action_off_sale")

    def action_waimai_on_sale(self):
        """Ask every platform to sell these dishes again."""
        return self._waimai_ask("action_on_sale")

    def action_open_waimai_menus(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("waimai_bridge.action_menu_items")
        return {**action, "domain": [("product_id.product_tmpl_id", "in", self.ids)], "context": {}}

    def _waimai_menu_items(self):
        return self.env["waimai.menu.item"].search([("product_id.product_tmpl_id", "in", self.ids)])

    def _waimai_ask(self, method):
        check_staff(self.env)
        items = self._waimai_menu_items()
        if not items:
            raise UserError(self.env._("On no menu: pull the stores' menus first, and give the dish its product."))
        getattr(items, method)()
        names = "、".join(items.store_id.mapped("display_name"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Asked the platforms of: %s", names),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
