import random

from odoo.addons.waimai_bridge.models.sale_guard import MIRROR
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase

FIRST = [250, 300, 400, 300, 200, 200, 200, 200, 0]
SECOND = [200, 250, 0, 200, 200, 200, 300, 250, 300]


@tagged("post_install", "-at_install")
class TestMoney(WaimaiCase):
    def two_baskets(self):
        """The sums of the platform's shared order of two people: 39.50 of dishes, 22.50 paid."""
        lines = [(f"菜{n}", "", 1, price) for n, price in enumerate(FIRST + SECOND)]
        fees = [("box", 300), ("delivery_platform", 500), ("discount_shop", -1700), ("discount_platform", -800)]
        document = self.document(lines, fees)
        for number, item in enumerate(document["items"]):
            item["basket"] = "用户 1号 的篮子" if number < len(FIRST) else "用户 2号 的篮子"
        return document

    def test_two_baskets_to_the_fen(self):
        document = self.two_baskets()
        self.assertEqual(document["totals"]["paid"], 2250)
        sale = self.write(document).sale_order_id
        self.assertEqual(sale.amount_total, 22.50)
        sections = sale.order_line.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(sections.mapped("name"), ["用户 1号 的篮子", "用户 2号 的篮子"])
        dishes = sale.order_line.filtered(lambda line: (line.waimai_key or "").startswith("item:"))
        self.assertEqual(len(dishes), 18)
        self.assertEqual(dishes.mapped("name"), [f"菜{n}" for n in range(18)])
        taxed = sale.order_line.filtered("tax_ids")
        self.assertEqual(round(sum(taxed.mapped("price_total")), 2), 25.50)

    def test_two_baskets_on_the_books(self):
        self.env.company.tax_calculation_rounding_method = "round_per_line"
        document = self.two_baskets()
        order = self.write({**document, "sale": "done", "consumed": True, "state": "completed"})
        sale = order.sale_order_id
        self.assertEqual(sale.invoice_status, "to invoice")
        invoice = sale._create_invoices(final=True)
        invoice.action_post()
        tax = sum(invoice.line_ids.filtered("tax_line_id").mapped("balance"))
        clearing = invoice.line_ids.filtered(
            lambda line: (
                line.account_id
                == order.company_id.waimai_clearing_ids.filtered(lambda row: row.platform == "eleme").account_id
            )
        )
        receivable = invoice.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        revenue = invoice.line_ids.filtered(lambda line: line.account_id.account_type == "income")
        self.assertEqual(round(receivable.balance, 2), 22.50)
        self.assertEqual(round(sum(clearing.mapped("balance")), 2), 3.00)
        self.assertEqual(round(sum(revenue.mapped("balance")), 2), -24.08)
        self.assertEqual(round(tax, 2), -1.42)
        self.assertEqual(sale.invoice_status, "invoiced")

    def test_whoever_invoices_need_not_see_the_platforms_orders(self):
        clerk = new_test_user(
            self.env, "clerk", groups="sales_team.group_sale_salesman_all_leads,account.group_account_invoice"
        )
        document = self.two_baskets()
        sale = self.write({**document, "sale": "done", "consumed": True}).sale_order_id
        self.env.invalidate_all()
        invoice = sale.with_user(clerk)._create_invoices(final=True)
        self.assertEqual(invoice.amount_total, 22.50)
        sale.with_user(clerk).web_read({"waimai_order_id": {"fields": {"display_name": {}}}, "delivery_status": {}})

    def test_one_basket_needs_no_section(self):
        sale = self.write(self.document([("牛肉饭", "B-1", 1, 2600)])).sale_order_id
        self.assertFalse(sale.order_line.filtered("display_type"))

    def test_names_and_prices_stay_as_on_the_platform(self):
        order = self.write(self.document([("牛肉饭-大份[微辣]", "B-1", 2, 1), ("赠品", "C-1", 1, 0)]))
        lines = order.sale_order_id.order_line
        self.assertEqual(lines.mapped("name"), ["牛肉饭-大份[微辣]", "赠品"])
        self.assertEqual(lines.mapped("price_unit"), [0.01, 0.0])
        lines[1].with_context(waimai_mirror=MIRROR).product_uom_qty = 2
        self.assertEqual(lines[1].price_unit, 0.0, "a changed quantity must not bring the list price back")

    def test_a_line_total_that_cannot_be_divided(self):
        document = self.document([("三个包子", "B-1", 3, 333)])
        document["items"][0]["total"] = 1000
        document["totals"]["paid"] = 1000
        sale = self.write(document).sale_order_id
        self.assertEqual((sale.amount_total, sale.order_line.product_uom_qty), (10.0, 3.0))
        self.write(self.next(document, state="accepted"))
        self.assertEqual(len(sale.order_line), 1)

    def test_random_orders_cost_what_was_paid(self):
        chance = random.Random(19)
        documents = []
        for _ in range(60):
            items = [
                (f"菜{n}", chance.choice(["B-1", "C-1", ""]), chance.randint(1, 5), chance.randint(0, 9999))
                for n in range(chance.randint(1, 8))
            ]
            fees = [(kind, chance.randint(1, 999)) for kind in ("box", "delivery", "delivery_platform")]
            fees += [(kind, -chance.randint(1, 999)) for kind in ("discount_shop", "discount_platform", "rounding")]
            documents.append(self.document(items, chance.sample(fees, chance.randint(0, 6))))
        for document, result in zip(documents, self.sync(*documents), strict=True):
            self.assertEqual(result["status"], "written", result["reason"])
            order = self.env["waimai.order"].browse(result["id"])
            self.assertEqual(round(order.sale_order_id.amount_total * 100), document["totals"]["paid"])
            lines = sum(round(line.price_total * 100) for line in order.sale_order_id.order_line)
            self.assertEqual(lines, document["totals"]["paid"])

    def test_completed_orders_are_ready_for_the_invoice_and_not_before(self):
        # A dish set to be invoiced when ordered, Odoo's default, must not change that.
        self.bowl.invoice_policy = "order"
        document = self.document([("牛肉饭", "B-1", 2, 2600)], [("box", 100)])
        sale = self.write(document).sale_order_id
        self.assertEqual(sale.invoice_status, "no")
        self.write(self.next(document, sale="done", state="completed", consumed=True))
        self.assertEqual(sale.invoice_status, "to invoice")
        self.assertEqual(sale.order_line.mapped("qty_delivered"), [2.0, 1.0])

    def test_delivery_status_follows_the_kitchen(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        sale = self.write(document).sale_order_id
        self.assertEqual(sale.delivery_status, "pending")
        document = self.next(document, consumed=True)
        self.write(document)
        self.assertEqual(sale.delivery_status, "full")
        self.write(self.next(document, consumed=False, sale="cancelled", state="refunded"))
        self.assertEqual((sale.state, sale.delivery_status), ("cancel", False))
