from odoo import api, fields, models

from .const import FEES, OWN_PRODUCTS, PASS_THROUGH, PLATFORMS

RATE = 6.0  # small meals and delivery services, VAT 6 % included in the price


class ResCompany(models.Model):
    _inherit = "res.company"

    waimai_tax_id = fields.Many2one(
        "account.tax",
        string="Tax on Platform Orders",
        help="Included in the platform's prices; on every dish, box, own delivery and shop discount.",
    )
    waimai_clearing_ids = fields.One2many("waimai.clearing", "company_id")

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
        if not base:
            return
        name = self.env._("6% included (platform orders)")
        values = {"name": name, "price_include_override": "tax_included", "active": True}
        self.waimai_tax_id = base.with_company(self).copy(values)

    def _waimai_set_up_clearing(self):
        """One reconcilable account per platform for the money that only passes through us."""
        accounts = self.env["account.account"].with_company(self)
        if not accounts.search_count([*accounts._check_company_domain(self)], limit=1):
            return
        for platform, label in PLATFORMS:
            if platform in self.waimai_clearing_ids.mapped("platform"):
                continue
            account = accounts.create(
                {
                    "name": self.env._("Platform clearing %s", label),
                    "code": accounts._search_new_account_code("122190"),
                    "account_type": "asset_current",
                    "reconcile": True,
                    "company_ids": [fields.Command.set(self.ids)],
                }
            )
            self.env["waimai.clearing"].create({"company_id": self.id, "platform": platform, "account_id": account.id})

    def _waimai_set_up_products(self):
        """Give our products this company's tax; what a person has set stays."""
        if not self.waimai_tax_id:
            return
        free = {FEES[kind] for kind in PASS_THROUGH}
        for name in OWN_PRODUCTS:
            product = self.env.ref(f"waimai_bridge.{name}", raise_if_not_found=False)
            if product and name not in free and not product.taxes_id.filtered(lambda tax: tax.company_id == self):
                product.taxes_id = [fields.Command.link(self.waimai_tax_id.id)]


class WaimaiClearing(models.Model):
    _name = "waimai.clearing"
    _description = "Clearing account of a platform"
    _rec_name = "platform"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    platform = fields.Selection(PLATFORMS, required=True)
    account_id = fields.Many2one("account.account", required=True, ondelete="restrict")

    _one_each = models.UniqueIndex("(company_id, platform)", "One clearing account per company and platform.")
