from collections import Counter

from odoo import api, fields, models

from .access import check_manager
from .command import UNDER_WAY
from .menu_item import COVERAGES
from .order_item import LACKING


class WaimaiStore(models.Model):
    """A store's menu: how much of it has its product here."""

    _inherit = "waimai.store"

    menu_item_ids = fields.One2many("waimai.menu.item", "store_id")
    menu_pulled_at = fields.Datetime("Menu Pulled", readonly=True, copy=False)
    menu_command_id = fields.Many2one("waimai.command", readonly=True, copy=False, ondelete="set null")
    menu_state = fields.Selection(related="menu_command_id.state", string="Pull")
    menu_result = fields.Text(related="menu_command_id.answer", string="Answer to the Pull")
    menu_count = fields.Integer(compute="_compute_menu_counts")
    mapped_count = fields.Integer("Mapped", compute="_compute_menu_counts")
    unmapped_count = fields.Integer("No Product", compute="_compute_menu_counts")
    double_count = fields.Integer("Code Used Twice", compute="_compute_menu_counts")
    archived_count = fields.Integer("On Sale, Archived Here", compute="_compute_menu_counts")

    @api.depends("menu_item_ids.coverage", "menu_item_ids.active", "menu_item_ids.on_sale")
    def _compute_menu_counts(self):
        groups = self.env["waimai.menu.item"]._read_group(
            [("store_id", "in", self.ids)], ["store_id", "coverage", "on_sale"], ["__count"]
        )
        counts = {}
        for store, coverage, on_sale, count in groups:
            if coverage != "archived" or on_sale:
                counts[store.id, coverage] = counts.get((store.id, coverage), 0) + count
            counts[store.id, "all"] = counts.get((store.id, "all"), 0) + count
        for store in self:
            store.menu_count = counts.get((store.id, "all"), 0)
            for name in ("mapped", "unmapped", "double", "archived"):
                store[f"{name}_count"] = counts.get((store.id, name), 0)

    def action_pull_menu(self):
        """Ask the platform for the menu. Returns the ids of the commands; one that is under way is not asked twice."""
        check_manager(self.env)
        self.check_access("read")
        return self.sudo()._ask_menu()

    def _ask_menu(self):
        numbers = []
        for store in self:
            if store.menu_state not in UNDER_WAY:
                orders = self.env["waimai.order"]
                store.menu_command_id = self.env["waimai.command"]._press(store, orders, "pull_menu", {})
            numbers.append(store.menu_command_id.id)
        return numbers

    def action_open_menu(self):
        """The coverage of this store; the context may name a filter."""
        self.ensure_one()
        chosen = {f"search_default_{name}": 1 for name in dict(COVERAGES) if name == self.env.context.get("coverage")}
        action = self.env["ir.actions.act_window"]._for_xml_id("waimai_bridge.action_menu_items")
        return {
            **action,
            "name": self.env._("Menu of %s", self.name),
            "domain": [("store_id", "=", self.id)],
            "context": {"default_store_id": self.id, **chosen},
        }

    def action_repair_orders(self):
        """Try again what came in without a product: by code, by rule, by the menu. Says how many found one."""
        check_manager(self.env)
        self.check_access("read")
        repaired = sum(store._repair_orders() for store in self.sudo())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if repaired else "info",
                "message": self.env._("%s dishes of orders found their product; their materials follow.", repaired),
            },
        }

    def _repair_orders(self):
        self._match_menu()
        items = self.env["waimai.order.item"]
        lacking = items.search([*LACKING, ("order_id.store_id", "=", self.id)])
        found = {item: product for item, product in lacking._match()[0].items() if product} if lacking else {}
        if found:
            items._assign(found)
        return len(found) + self.menu_item_ids._repair()

    def _match_menu(self):
        """Find the products of the stores' menus anew: codes, rules or products have changed."""
        for store in self.with_context(active_test=True):  # whoever archives a template has it off
            store._match_own_menu()

    def _match_own_menu(self):
        items = self.menu_item_ids
        if not self.match_products:
            _write_changed(dict.fromkeys(items, (items.product_id.browse(), "off", False)))
            return
        found, doubles = self._find_products(items)
        missing = items.filtered(lambda item: not found[item][0])
        gone, _doubles = self.with_context(active_test=False)._find_products(missing)
        codes = Counter(item.sku_code for item in items if item.sku_code)
        twice = {code for code, count in codes.items() if count > 1}
        wanted = {}
        for item in items:
            product, way = found[item]
            coverage = "double" if item in doubles or item.sku_code in twice else "mapped"
            if not product:
                product, way = gone[item]
                coverage = "archived" if product else "unmapped"
            wanted[item] = product, coverage, way
        _write_changed(wanted)


def _write_changed(wanted):
    """`wanted` = {item: (product, coverage, way)}."""
    for item, (product, coverage, way) in wanted.items():
        values = {"product_id": product.id, "coverage": coverage, "matched_by": way}
        if (item.product_id.id, item.coverage, item.matched_by) != tuple(values.values()):
            item.write(values)
