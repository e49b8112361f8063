from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestPerpetualValuation(WaimaiCase):
    """Materials of a category whose stock is valued move by move."""

    def setUp(self):
        super().setUp()
        self.category = self.env["product.category"].create(
            {"name": "材料", "property_cost_method": "average", "property_valuation": "real_time"}
        )
        self.materials = self.rice | self.beef | self.cola
        self.materials.categ_id = self.category
        accounts = self.rice._get_product_accounts()
        self.stock_account, self.cost_account = accounts["stock_valuation"], accounts["expense"]
        for product, price in ((self.rice, 10.0), (self.beef, 80.0), (self.cola, 2.0)):
            product.standard_price = price

    def booked(self, account):
        lines = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return round(sum(lines.filtered(lambda line: line.product_id in self.materials).mapped("balance")), 2)

    def cost(self):
        """(cost booked, stock booked) since the start."""
        return self.booked(self.cost_account), self.booked(self.stock_account)

    def bought(self, **more):
        return self.document([("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 3, 300)], consumed=True, **more)

    def test_what_the_kitchen_uses_is_cost_at_once(self):
        self.assertTrue(self.stock_account and self.cost_account)
        order = self.write(self.bought())
        self.assertEqual(self.cost(), (21.8, -21.8), "0.3 kg at 10, 0.16 kg at 80, 3 cans at 2")
        self.assertEqual(set(order.consumption_ids.move_id.account_move_id.mapped("state")), {"posted"})

    def test_the_invoice_adds_nothing(self):
        order = self.write(self.bought(sale="done", state="completed"))
        invoice = order.sale_order_id._create_invoices(final=True)
        invoice.action_post()
        self.assertEqual(self.cost(), (21.8, -21.8))
        self.assertFalse(invoice.line_ids.filtered(lambda line: line.display_type == "cogs"))
        self.assertEqual(invoice.amount_total, 61.0)

    def test_what_comes_back_takes_its_cost_back(self):
        document = self.bought()
        self.write(document)
        self.write(self.next(document, sale="reversed", state="refunded", totals={"paid": 6100, "refunded": 6100}))
        self.assertEqual(self.cost(), (15.8, -15.8), "the cans are in stock again")
        self.write(self.next(document, version=document["version"] + 2, consumed=False))
        self.assertEqual(self.cost(), (0.0, 0.0))

    def test_a_place_with_an_account_of_its_own_keeps_it(self):
        waste = self.env["account.account"].create(
            {"name": "外卖用料", "code": "640199", "account_type": "expense_direct_cost"}
        )
        self.store.consumption_location_id.valuation_account_id = waste
        self.write(self.bought())
        self.assertEqual((self.booked(waste), self.booked(self.stock_account)), (21.8, -21.8))

    def test_plain_sales_are_booked_by_odoo_as_ever(self):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "散客"}).id,
                "order_line": [(0, 0, {"product_id": self.cola.id, "product_uom_qty": 2, "price_unit": 3.0})],
            }
        )
        sale.action_confirm()
        sale.picking_ids.move_ids.quantity = 2
        sale.picking_ids.button_validate()
        invoice = sale._create_invoices()
        invoice.action_post()
        self.assertTrue(invoice.line_ids.filtered(lambda line: line.display_type == "cogs"))
        self.assertEqual(self.cost()[1], -4.0)

    def test_closing_the_stock_finds_nothing_left_to_book(self):
        self.write(self.bought())
        with self.assertRaisesRegex(UserError, "correctly closed"):
            self.env.company.with_context(lang="en_US").action_close_stock_valuation(auto_post=True)
