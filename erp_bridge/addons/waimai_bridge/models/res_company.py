from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .const import FEES, PASS_THROUGH, PLATFORMS

RATE = 6.0  # small meals and delivery services, VAT 6 % included in the price


class ResCompany(models.Model):
    _inherit = "res.company"

    waimai_tax_id = fields.Many2one(
        "account.tax",
        string="Tax on Platform Orders",
        help="Included in the platform's prices; on every dish, box, own delivery and shop discount.",
    )
    waimai_clearing_ids = fields.One2many("waimai.clearing", "company_id")

    @api.constrains("waimai_tax_id", "account_price_include")
    def _check_waimai_tax(self):
        """Another tax would be added to what the customer paid: the sum of every order would be wrong."""
        for company in self:
            tax = company.waimai_tax_id
            if tax and not (tax.amount_type == "percent" and tax.price_include):
                problem = self.env._(
                    "%s cannot be the tax on platform orders: it has to be a percentage that is included in the price,"
                    " for the platforms' prices hold it.",
                    tax.name,
                )
                raise ValidationError(problem)

    @api.model
    def _waimai_set_up_all(self):
        """Prepare every company in CNY: tax, clearing accounts, our products. Repeatable."""
        for company in self.search([("currency_id.name", "=", "CNY")]):
            company._waimai_set_up()

    def _waimai_set_up(self):
        self.ensure_one()
        self._waimai_set_up_tax()
        self._waimai_set_up_clearing()
        self._waimai_set_up_products()

    def _waimai_set_up_tax(self):
        """Copy the chart's 6 % sales tax as price-included: the copy keeps its account.

        A tax made from nothing would post the tax into revenue, and a price-excluded one cannot hit every fen.
        The company's way of rounding taxes stays as it is. Odoo's usual "per line" is what we need: "globally" moves
        a fen of difference onto any line of the invoice, and then the platform's clearing account never reconciles.
        """
        if self.waimai_tax_id:
            return
        self.waimai_tax_id = self._waimai_named("tax")
        base = self.env.ref(f"account.{self.id}_l10n_cn_sales_excluded_6", raise_if_not_found=False)
        base = base or self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", RATE),
            ],
            limit=1,
        )
        if base and not self.waimai_tax_id:
            name = self.env._("6% included (platform orders)")
            values = {"name": name, "price_include_override": "tax_included", "active": True}
            self.waimai_tax_id = base.with_company(self).copy(values)
            self._waimai_name("tax", self.waimai_tax_id)

    def _waimai_set_up_clearing(self):
        """One reconcilable account per platform for the money that only passes through us."""
        accounts = self.env["account.account"].with_company(self)
        if not accounts.search_count([*accounts._check_company_domain(self)], limit=1):
            return
        labels = self.env["waimai.clearing"]._fields["platform"]._description_selection(self.env)
        for platform, label in labels:
            if platform in self.waimai_clearing_ids.mapped("platform"):
                continue
            account = self._waimai_named(f"clearing_{platform}") or accounts.create(
                {
                    "name": self.env._("Platform clearing %s", label),
                    "code": accounts._search_new_account_code("122190"),
                    "account_type": "asset_current",
                    "reconcile": True,
                    "company_ids": [fields.Command.set(self.ids)],
                }
            )
            self._waimai_name(f"clearing_{platform}", account)
            self.env["waimai.clearing"].create({"company_id": self.id, "platform": platform, "account_id": account.id})

    def _waimai_named(self, name):
        """The tax or account that we made for this company, also before the addon was uninstalled."""
        return self.env.ref(f"account.{self.id}_waimai_{name}", raise_if_not_found=False)

    def _waimai_name(self, name, record):
        # In the module of accounts, as charts of accounts do it: it outlives our own module.
        names = self.env["ir.model.data"].sudo()
        names._update_xmlids([{"xml_id": f"account.{self.id}_waimai_{name}", "record": record, "noupdate": True}])

    def _waimai_set_up_products(self):
        """The account of money that only passes through us, on its products; what a person has set stays.

        For invoices made by hand; those of platform orders go by the order's platform. Our products need no taxes:
        lines of platform orders take the company's.
        """
        clearing = self.waimai_clearing_ids[:1].account_id
        for kind in PASS_THROUGH:
            product = self.env.ref(f"waimai_bridge.{FEES[kind]}", raise_if_not_found=False)
            if product and clearing:
                ours = product.with_company(self)
                ours.property_account_income_id = ours.property_account_income_id or clearing


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.constrains("amount_type", "price_include_override")
    def _check_waimai_tax(self):
        self.env["res.company"].sudo().search([("waimai_tax_id", "in", self.ids)])._check_waimai_tax()


class WaimaiClearing(models.Model):
    _name = "waimai.clearing"
    _description = "Clearing account of a platform"
    _rec_name = "platform"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    platform = fields.Selection(PLATFORMS, required=True)
    account_id = fields.Many2one("account.account", required=True, ondelete="restrict")

    _one_each = models.UniqueIndex("(company_id, platform)", "One clearing account per company and platform.")
