from odoo import api, fields, models
from odoo.exceptions import UserError

from .access import check_manager, chosen_product
from .numbers import yuan
from .order_item import LACKING

COVERAGES = [
    ("mapped", "Mapped"),
    ("unmapped", "No product"),
    ("double", "Code used twice"),
    ("archived", "Product archived"),
    ("off", "Matching is off"),
]
WAYS = [
    ("rule", "Rule for the code"),
    ("code", "Internal reference"),
    ("barcode", "Barcode"),
    ("number", "Rule for the platform's id"),
]
SALES = [("on", "On sale"), ("off", "Off sale")]


class WaimaiMenuItem(models.Model):
    """What a store sells on its platform, as the platform told it last. A dish that is gone is archived, not deleted.

    Only a pull and the platform's answers write here; a person chooses the product, which makes a rule.
    """

    _name = "waimai.menu.item"
    _description = "Dish on a platform's menu"
    _order = "store_id, category, name, spec, id"

    store_id = fields.Many2one("waimai.store", required=True, readonly=True, index=True, ondelete="cascade")
    platform = fields.Selection(related="store_id.platform", store=True)
    company_id = fields.Many2one(related="store_id.company_id")
    currency_id = fields.Many2one(related="store_id.currency_id")
    active = fields.Boolean("On the Menu", default=True, readonly=True, help="Off: the last pull did not have it.")
    platform_item = fields.Char(required=True, readonly=True, help="The platform's own id of the dish.")
    platform_sku = fields.Char("Platform Size", readonly=True, help="The platform's own id of the size (规格).")
    sku_code = fields.Char("SKU Code", readonly=True, index="btree_not_null")
    barcode = fields.Char(readonly=True)
    name = fields.Char(required=True, readonly=True)
    spec = fields.Char("Size", readonly=True)
    category = fields.Char(readonly=True)
    price = fields.Monetary(readonly=True, aggregator=None)
    on_sale = fields.Boolean("On Sale", readonly=True, help="What the platform said last.")
    stock = fields.Integer("Stock at the Platform", readonly=True, aggregator=None)
    stock_told = fields.Boolean(readonly=True, help="The platform counts this dish.")
    last_seen = fields.Datetime(readonly=True)

    product_id = fields.Many2one("product.product", index="btree_not_null", ondelete="set null")
    coverage = fields.Selection(COVERAGES, required=True, readonly=True, default="unmapped")
    matched_by = fields.Selection(WAYS, readonly=True)
    note = fields.Char(compute="_compute_note", compute_sudo=True)
    waiting_count = fields.Integer(
        "Orders Waiting", compute="_compute_waiting_count", compute_sudo=True, help="Sold, and still without a product."
    )

    _platform_uniq = models.UniqueIndex(
        "(store_id, platform_item, COALESCE(platform_sku, ''))", "This dish is on the menu already."
    )

    @api.depends("name", "spec")
    def _compute_display_name(self):
        for item in self:
            item.display_name = f"{item.name}（{item.spec}）" if item.spec else item.name

    # -- what a pull brings

    @api.model
    def _take(self, store, rows):
        """Bring a store's menu to what the platform told (`menu` of a result, contract chapter 4)."""
        everything = self.with_context(active_test=False).search([("store_id", "=", store.id)])
        known = {(item.platform_item, item.platform_sku or ""): item for item in everything}
        seen, creations = self.browse(), {}
        for values in filter(None, map(_read, rows)):
            key = values["platform_item"], values["platform_sku"] or ""
            if key in known:
                item = known[key]
                item.write({name: value for name, value in values.items() if item[name] != value})
                seen |= item
            else:
                creations[key] = {**values, "store_id": store.id}
        seen |= self.create(list(creations.values()))
        seen.write({"active": True, "last_seen": fields.Datetime.now()})
        (everything - seen).write({"active": False})
        store.menu_pulled_at = fields.Datetime.now()
        store._match_menu()

    # -- what a person does

    def write(self, vals):
        """A person's choice of the product makes a rule; everything else only the platform's answers write."""
        if self.env.su:
            return super().write(vals)
        product = chosen_product(self, vals)
        for item in self.sudo():
            item._map(product)
        return True

    def _map(self, product):
        """Make or change the rule that gives this dish its product; its orders without one are repaired."""
        if product.company_id and product.company_id != self.company_id:
            raise UserError(self.env._("%(product)s belongs to another company.", product=product.display_name))
        own, common = self._rules()
        if not product:
            if not own and common:
                words = self.env._("The rule is one for every store: change it under Product Rules.")
                raise UserError(words)
            own.unlink()
        elif own:
            own.product_id = product
        elif common.product_id != product or not common:
            one_company = len(self.env["waimai.store"].search([]).company_id) == 1
            shared = self.sku_code and not common and one_company
            self.env["waimai.product.map"].create(
                {
                    "sku_code": self.sku_code,
                    "platform_item": False if self.sku_code else self._numbers()[0],
                    "store_id": False if shared else self.store_id.id,
                    "product_id": product.id,
                }
            )
        self._repair()

    def _rules(self):
        """(the store's own rule, the rule for every store) that this dish's code or number has."""
        rules = self.env["waimai.product.map"].search(
            [
                ("store_id", "in", [False, self.store_id.id]),
                ("sku_code", "=", self.sku_code) if self.sku_code else ("platform_item", "in", self._numbers()),
            ]
        )
        own = rules.filtered("store_id")
        return own, (rules - own)[:1]

    def _numbers(self):
        """The platform's ids that an order may name, the most precise first."""
        return [number for number in (self.platform_sku, self.platform_item) if number]

    # -- what else a screen shows

    @api.depends("coverage", "sku_code", "store_id", "product_id")
    def _compute_note(self):
        for item in self:
            item.note = item._why_double() if item.coverage == "double" else False

    def _why_double(self):
        twins = self.search([("store_id", "=", self.store_id.id), ("sku_code", "=", self.sku_code)]) - self
        if twins:
            return self.env._("The code is also on: %s", "、".join(twins.mapped("display_name")))
        products = self.env["product.product"].search(
            [("default_code", "=", self.sku_code), ("company_id", "in", [False, self.company_id.id])]
        )
        return self.env._("Products with this code: %s", "、".join(products.mapped("name")))

    @api.depends("product_id", "sku_code", "platform_item", "platform_sku")
    def _compute_waiting_count(self):
        for item, waiting in self._waiting().items():
            item.waiting_count = len(waiting)

    def _waiting(self):
        """{dish: items of orders that are this dish and have no product}."""
        lacking = self.env["waimai.order.item"].search([*LACKING, ("order_id.store_id", "in", self.store_id.ids)])
        found = {item: lacking.browse() for item in self}
        for store, items in self.grouped("store_id").items():
            here = lacking.filtered(lambda one, store=store: one.store_id == store)
            for item in items:
                codes, numbers = {item.sku_code} - {False}, set(item._numbers())
                found[item] = here.filtered(
                    lambda one, codes=codes, numbers=numbers: one.sku_code in codes or numbers & set(one._numbers())
                )
        return found

    def action_repair_orders(self):
        """Give the product to orders that came in without: their materials follow, also of what is cooked."""
        check_manager(self.env)
        self.check_access("read")
        return self.sudo()._repair()

    def _repair(self):
        """Returns how many items of orders found their product."""
        ready = self.filtered(lambda item: item.product_id and item.coverage in ("mapped", "double"))
        found = {}
        for item, waiting in ready._waiting().items():
            found.update(dict.fromkeys(waiting, item.product_id))
        if found:
            self.env["waimai.order.item"]._assign(found)
            self.invalidate_recordset(["waiting_count"])
        return len(found)

    def action_open_orders(self):
        """The orders that wait for this dish's product."""
        self.ensure_one()
        waiting = self.sudo()._waiting()[self]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders waiting for %s", self.display_name),
            "res_model": "waimai.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", waiting.order_id.ids)],
        }


def _read(row):
    """A row of the platform's menu as values, or None if it does not say which dish it is."""
    if not isinstance(row, dict):
        return None
    words = {
        name: str(row.get(name) or "").replace("\x00", "").strip() or False
        for name in ("platform_item", "platform_sku", "sku_code", "barcode", "name", "spec", "category")
    }
    words["platform_item"] = words["platform_item"] or words["platform_sku"]
    if not words["platform_item"]:
        return None
    stock = row.get("stock")
    told = isinstance(stock, int) and not isinstance(stock, bool)
    return {
        **words,
        "name": words["name"] or words["platform_item"],
        "price": yuan(row["price"]) if isinstance(row.get("price"), int) else 0.0,
        "on_sale": bool(row.get("on_sale", True)),
        "stock": max(min(stock, 2**31 - 1), -1) if told else 0,
        "stock_told": told,
    }
