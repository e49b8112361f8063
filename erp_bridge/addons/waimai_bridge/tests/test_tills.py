from odoo.tests import tagged

from .test_reports import TestReports


@tagged("-standard", "-at_install", "post_install", "waimai_tills")
class TestTills(TestReports):
    """Where Odoo's point of sale is installed: its sales and materials stand beside the platforms' in the reports.

    Run by name, on a database that has the app; this addon does not depend on it.
    """

    def setUp(self):
        super().setUp()
        methods = self.env["pos.payment.method"].create(
            {"name": "微信", "receivable_account_id": self.env.company.account_default_pos_receivable_account_id.id}
        )
        picking_type = self.env["stock.picking.type"].search(
            [("warehouse_id", "=", self.shop.id), ("code", "=", "outgoing")], limit=1
        )
        self.config = self.env["pos.config"].create(
            {
                "name": "前台",
                "picking_type_id": self.shop.pos_type_id.id or picking_type.id,
                "payment_method_ids": [(6, 0, methods.ids)],
            }
        )
        self.config.open_ui()
        self.session = self.config.current_session_id
        self.session.set_opening_control(0, None)

    def at_the_till(self, *lines):
        """Sell (product, quantity, price) over the counter, as the till's screen does it."""
        total = sum(quantity * price for _product, quantity, price in lines)
        rows = [
            (
                0,
                0,
                {
                    "product_id": product.id,
                    "qty": quantity,
                    "price_unit": price,
                    "price_subtotal": quantity * price,
                    "price_subtotal_incl": quantity * price,
                    "tax_ids": False,
                },
            )
            for product, quantity, price in lines
        ]
        order = self.env["pos.order"].create(
            {
                "session_id": self.session.id,
                "company_id": self.env.company.id,
                "lines": rows,
                "amount_total": total,
                "amount_tax": 0,
                "amount_paid": total,
                "amount_return": 0,
            }
        )
        method = self.config.payment_method_ids
        self.env["pos.payment"].create({"pos_order_id": order.id, "payment_method_id": method.id, "amount": total})
        order._process_saved_order(False)
        return order

    def test_the_counter_stands_beside_the_platforms(self):
        self.write(self.document([("牛肉饭", "B-1", 2, 2600)], consumed=True))
        self.till((self.bowl, 1, 25.0))
        self.at_the_till((self.bowl, 3, 25.0), (self.cola, 2, 3.0))
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        self.assertEqual(self.sales("source"), {"eleme": (2.0, 52.0), "till": (6.0, 106.0)})
        rows = self.materials("source", "product_id")
        self.assertEqual(rows["till", self.rice], (0.6, 0.6, 0.0))
        self.assertEqual(rows["till", self.cola], (2.0, 2.0, 0.0))
        for material in (self.rice, self.beef, self.cola):
            used = sum(row[0] for key, row in rows.items() if key[1] == material)
            self.assertEqual(round(used, 4), -self.stock(material))

    def test_stock_that_is_taken_when_the_till_closes(self):
        self.session.update_stock_at_closing = True
        self.at_the_till((self.bowl, 2, 25.0))
        only_rice = [("product_id", "=", self.rice.id)]
        self.assertEqual(self.materials("source", domain=only_rice), {"till": (0.0, 0.3, -0.3)}, "still open")
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.materials("source", domain=only_rice), {"till": (0.3, 0.3, 0.0)})

    def test_money_given_back_over_the_counter_is_taken_off(self):
        self.at_the_till((self.cola, 2, 3.0))
        self.at_the_till((self.cola, -1, 3.0))
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.sales("source"), {"till": (1.0, 3.0)})
        self.assertEqual(self.materials("source"), {"till": (1.0, 1.0, 0.0)})
