from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .access import check_bot
from .const import MOMENTS, PLATFORMS
from .numbers import BigInteger, grow

# What the connector decides by; writing one of these makes a new version of the store's terms.
TERMS = (
    "name",
    "platform",
    "platform_ref",
    "app_ref",
    "auto_accept",
    "cancel_window",
    "consume_at",
    "invoicing",
    "price_mode",
    "match_products",
    "active",
)


class WaimaiStore(models.Model):
    _name = "waimai.store"
    _description = "Store on a delivery platform"
    _inherit = ["bus.listener.mixin"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    platform = fields.Selection(PLATFORMS, required=True, default="eleme")
    platform_ref = fields.Char("Store Number", required=True, help="Ele.me shopId, Meituan app_poi_code")
    app_ref = fields.Char("App", help="The platform app (its id) through which the store's pushes come.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        ondelete="restrict",
        help="Where the materials are taken from. Left empty, the store gets its own.",
    )
    consumption_location_id = fields.Many2one(
        "stock.location",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Where used materials go; one per store, so that stores never wait for each other.",
    )
    partner_id = fields.Many2one("res.partner", "Platform Partner", ondelete="restrict", help="Who owes the money.")
    user_ids = fields.Many2many("res.users", string="Shop Staff", help="Who sees this store's orders.")
    auto_accept = fields.Boolean(help="New orders are confirmed on the platform without a press.")
    cancel_window = fields.Integer(default=-1, help="Seconds after acceptance; -1 = the connector's default.")
    consume_at = fields.Selection(MOMENTS, required=True, default="preparing", string="Use Materials At")
    invoicing = fields.Selection(
        [("none", "By hand"), ("order", "Each order"), ("day", "Once a day")], required=True, default="none"
    )
    price_mode = fields.Selection(
        [("discounted", "After item discounts"), ("original", "Before item discounts")],
        required=True,
        default="discounted",
        help="As set for the app at Meituan.",
    )
    match_products = fields.Boolean(default=True, help="Off: orders only, no products, no materials, no warnings.")
    version = BigInteger(readonly=True, copy=False)
    store_ref = fields.Char(compute="_compute_store_ref")
    order_ids = fields.One2many("waimai.order", "store_id")

    _ref_uniq = models.UniqueIndex("(platform, platform_ref)", "This store of the platform exists already.")
    _window = models.Constraint("CHECK(cancel_window >= -1)", "The window cannot be shorter than nothing.")

    @api.depends("platform", "platform_ref")
    def _compute_store_ref(self):
        for store in self:
            store.store_ref = f"{store.platform}:{store.platform_ref}"

    @api.depends("name", "platform")
    def _compute_display_name(self):
        """The name; with the platform where a shop has the same name on both."""
        labels = dict(self._fields["platform"]._description_selection(self.env))
        groups = self.sudo()._read_group([("name", "in", self.mapped("name"))], ["name"], ["__count"])
        counts = dict(groups)
        for store in self:
            twin = counts.get(store.name, 0) > 1
            store.display_name = f"{store.name} · {labels[store.platform]}" if twin else store.name

    @api.constrains("company_id")
    def _check_currency(self):
        for store in self:
            if store.company_id.currency_id.name != "CNY":
                raise ValidationError(
                    self.env._("%s: platform orders are in CNY, so must the company be.", store.company_id.name)
                )

    @api.constrains("partner_id", "company_id")
    def _check_partner(self):
        for store in self:
            if store.partner_id == store.company_id.partner_id:
                raise ValidationError(self.env._("The platform owes the money, not the own company."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["platform_ref"] = _stripped(vals.get("platform_ref"))
            vals["version"] = grow(0)
        stores = super().create(vals_list)
        stores._complete()
        return stores

    def write(self, vals):
        if "platform_ref" in vals:
            vals = {**vals, "platform_ref": _stripped(vals["platform_ref"])}
        self._check_kept(vals)
        result = super().write(vals)
        if any(name in vals for name in TERMS):
            for store in self:
                super(WaimaiStore, store).write({"version": grow(store.version)})
        if vals.get("company_id") or ("warehouse_id" in vals and not vals["warehouse_id"]):
            self._complete()
        if "match_products" in vals or "company_id" in vals:
            self._match_menu()
        return result

    def _check_kept(self, vals):
        """Orders lie in their store's books and are told by its number: neither changes under them."""
        changed = self.filtered(
            lambda store: any(
                name in vals and vals[name] != (store[name].id if name == "company_id" else store[name])
                for name in ("platform", "platform_ref", "company_id")
            )
        )
        if taken := changed.filtered(lambda store: store.sudo().with_context(active_test=False).order_ids):
            words = self.env._(
                "Orders have come to %s: its platform, number and company stay. "
                "Make another store, and archive this one.",
                "、".join(taken.mapped("name")),
            )
            raise ValidationError(words)

    def _complete(self):
        """Warehouse, consumption location, partner, taxes: what a store needs and nobody should have to make."""
        lang = self.env.context.get("lang") or self.env.user.lang
        for store in self.sudo().with_context(lang=lang):
            store._complete_one()

    def _complete_one(self):
        self.company_id._waimai_set_up()
        if not self.warehouse_id:
            self.warehouse_id = self._make_warehouse()
        if self.consumption_location_id.company_id != self.company_id:
            self.consumption_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Kitchen use %s", self.name),
                    "usage": "customer",
                    "location_id": self.env.ref("stock.stock_location_customers").id,
                    "company_id": self.company_id.id,
                }
            )
        if not self.partner_id:
            self.partner_id = self.env.ref(f"waimai_bridge.partner_{self.platform}")

    def _make_warehouse(self):
        warehouses = self.env["stock.warehouse"].with_context(active_test=False)
        taken = warehouses.search([("company_id", "=", self.company_id.id)])
        codes, names = set(taken.mapped("code")), set(taken.mapped("name"))
        number = next(n for n in range(1, len(taken) + 2) if f"WM{n}" not in codes)
        name = self.name if self.name not in names else f"{self.name} ({self.platform_ref})"
        return warehouses.create({"name": name, "code": f"WM{number}", "company_id": self.company_id.id})

    @api.model
    def terms(self):
        """The settings of every store, archived ones too, for the connector.

        Returns a list of {"store_ref", "name", "app_ref", "auto_accept", "cancel_window" (seconds, -1 = default),
        "consume_at", "invoicing", "price_mode", "match_products", "active", "version"}.
        """
        check_bot(self.env)
        fields_ = ["store_ref", "version", *(name for name in TERMS if name not in ("platform", "platform_ref"))]
        stores = self.sudo().with_context(active_test=False).search([], order="id")
        return [{name: store[name] or "" if name == "app_ref" else store[name] for name in fields_} for store in stores]

    @api.model
    def catalog(self, store_ref):
        """What can be sold in a store: {"store_ref", "items": [{"sku_code", "product", "recipe"}]}.

        `recipe` is "ok", "none" (no kit) or "empty" (a kit that uses nothing). Raises ValidationError
        for an unknown store.
        """
        check_bot(self.env)
        store = self.sudo()._by_refs([store_ref]).get(store_ref)
        if not store:
            raise ValidationError(self.env._("Unknown store: %s", str(store_ref)[:80]))
        return {"store_ref": store_ref, "items": store._catalog_items()}

    def _by_refs(self, refs):
        """{store_ref: store} of those that exist, archived ones too."""
        numbers = [ref.partition(":")[2] for ref in refs if isinstance(ref, str)]
        stores = self.with_context(active_test=False).search([("platform_ref", "in", numbers)])
        return {store.store_ref: store for store in stores.with_context(active_test=True)}

    def _changed(self, order_ids, **more):
        """Tell the open screens of this store that these orders changed: ids only, the rules decide what they read."""
        self._bus_send("waimai/changed", {"store_id": self.id, "order_ids": order_ids, **more})


def _stripped(number):
    """A platform's number without the blanks of a copy and paste."""
    return str(number or "").strip()
