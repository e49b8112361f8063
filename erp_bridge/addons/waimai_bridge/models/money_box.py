from markupsafe import Markup

from odoo import api, fields, models

from .numbers import fen, yuan


class WaimaiOrder(models.Model):
    """The money of an order as a small bill: from the dishes to what the customer paid and what the shop receives."""

    _inherit = "waimai.order"

    money_text = fields.Html("Money", compute="_compute_money_text", sanitize=False)
    move_count = fields.Integer(compute="_compute_counts")
    invoice_count = fields.Integer(compute="_compute_counts")
    alert_count = fields.Integer(compute="_compute_counts")

    @api.depends("version", "fees", "included", "item_ids.total", "paid_amount", "refunded_amount", "income_amount")
    @api.depends_context("lang")
    def _compute_money_text(self):
        for order in self:
            rows = Markup("").join(order._money_row(*row) for row in order._money_rows())
            order.money_text = Markup("<table class='o_waimai_money'><tbody>%s</tbody></table>") % rows

    def _money_rows(self):
        """[(words, fen, style)] from the dishes to what the shop receives."""
        goods = sum(fen(item.total) for item in self.item_ids)
        rows = [(self.env._("Dishes"), goods, "")]
        for kind, words in self._fee_words().items():
            amount = sum(fee["amount"] for fee in self.fees or [] if fee["kind"] == kind)
            if amount:
                rows.append((words, amount, "minus" if amount < 0 else ""))
        paid, refunded = fen(self.paid_amount), fen(self.refunded_amount)
        rows.append((self.env._("Paid by the customer"), paid, "sum"))
        if refunded:
            rows.append((self.env._("Refunded to the customer"), -refunded, "back"))
            rows.append((self.env._("Left of it"), paid - refunded, "sum"))
        if self.commission_amount:
            rows.append((self.env._("Commission of the platform"), -abs(fen(self.commission_amount)), "minus"))
        if self.income_amount and refunded:
            # The platform told it with the order and tells no other: it is no result any more.
            rows.append((self.env._("The shop's share before refunds, as estimated"), fen(self.income_amount), "minus"))
        elif self.income_amount:
            rows.append((self.env._("The shop receives, says the platform"), fen(self.income_amount), "income"))
        for kind, words in self._fee_words().items():
            amount = sum(fee["amount"] for fee in self.included or [] if fee["kind"] == kind)
            if amount:
                rows.append((self.env._("Already in the prices: %s", words), amount, "inside"))
        return rows

    def _fee_words(self):
        return {
            "box": self.env._("Boxes and bags"),
            "delivery": self.env._("Delivery by the shop"),
            "delivery_platform": self.env._("Delivery by the platform"),
            "discount_shop": self.env._("Discount at the shop's expense"),
            "discount_platform": self.env._("Discount at the platform's expense"),
            "rounding": self.env._("Difference"),
        }

    def _money_row(self, words, amount, style):
        money = self.currency_id.format(yuan(amount))
        return Markup("<tr class='o_waimai_%s'><th>%s</th><td>%s</td></tr>") % (style or "plain", words, money)

    @api.depends("consumption_ids.move_id", "alert_ids", "sale_order_id.invoice_ids")
    def _compute_counts(self):
        for order in self:
            order.move_count = len(order.sudo().consumption_ids.move_id)
            order.invoice_count = len(order.sudo().sale_order_id.invoice_ids)
            order.alert_count = len(order.alert_ids)

    def action_open_moves(self):
        self.ensure_one()
        return self._window(self.env._("Stock Moves"), "stock.move", self.consumption_ids.move_id)

    def action_open_invoices(self):
        self.ensure_one()
        return self._window(self.env._("Invoices"), "account.move", self.sale_order_id.invoice_ids)

    def action_open_alerts(self):
        self.ensure_one()
        return self._window(self.env._("Alerts"), "waimai.alert", self.alert_ids)

    def _window(self, name, model, records):
        """One record's form, or the list of several; Odoo's own rights decide what is shown."""
        window = {"type": "ir.actions.act_window", "name": name, "res_model": model}
        if len(records) == 1 and model != "waimai.alert":
            return {**window, "res_id": records.id, "views": [(False, "form")]}
        return {**window, "domain": [("id", "in", records.ids)], "views": [(False, "list"), (False, "form")]}
