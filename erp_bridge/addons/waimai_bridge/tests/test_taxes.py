from odoo.addons.waimai_bridge.models.sale_guard import MIRROR
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase

DISHES = [("谜一", "", 2, 1030), ("谜二", "", 1, 500)]
FEES = [
    ("box", 206),
    ("delivery", 309),
    ("discount_shop", -103),
    ("discount_platform", -300),
    ("delivery_platform", 400),
]
PAID = 2060 + 500 + 206 + 309 - 103 - 300 + 400
CLEARING = "waimai_bridge.product_discount_platform", "waimai_bridge.product_delivery_platform"
TAXED = ("box", "delivery", "discount_shop", "rounding", "refund", "unknown")


@tagged("post_install", "-at_install")
class TestTaxes(WaimaiCase):
    """The company's tax for platform orders is on their lines, and a refund has the tax of what it gives back."""

    def order(self, **more):
        return self.document(DISHES, FEES, **more)

    def done(self, **more):
        return self.order(sale="done", state="completed", **more)

    def part(self, document, amount, items=()):
        totals = {**document["totals"], "refunded": amount}
        return self.next(document, refunds=[self.granted(amount, items)] if amount else [], totals=totals)

    def whole(self, document):
        refunds = [self.granted(PAID, scope="full", key="return-9")]
        totals = {**document["totals"], "refunded": PAID}
        return self.next(document, sale="reversed", state="refunded", refunds=refunds, totals=totals)

    def change_rate(self, amount):
        """Another tax, as an accountant chooses one under Settings."""
        company = self.env.company
        tax = company.waimai_tax_id.copy({"name": f"{amount} % included", "amount": amount})
        self.env["res.config.settings"].create({"waimai_tax_id": tax.id}).execute()
        self.assertEqual(company.waimai_tax_id, tax)
        return tax

    def test_a_tax_that_is_no_part_of_the_price_is_not_taken(self):
        ours = self.env.company.waimai_tax_id
        beside = ours.copy({"name": "beside the price", "price_include_override": "tax_excluded"})
        fixed = ours.copy({"name": "so much a piece", "amount_type": "fixed"})
        for tax in (beside, fixed):
            with self.assertRaises(ValidationError) as told:
                self.env["res.config.settings"].create({"waimai_tax_id": tax.id}).execute()
            self.assertIn(tax.name, str(told.exception))
        self.assertEqual(self.env.company.waimai_tax_id, ours)
        with self.assertRaises(ValidationError) as told:
            ours.price_include_override = "tax_excluded"
        self.assertIn(ours.name, str(told.exception))

    def invoice(self, order):
        order.sale_order_id._create_invoices(final=True).action_post()

    def assertTaxes(self, order, tax):
        """Every line has this tax, but for the money that passes through."""
        free = self.env["product.product"].union(*(self.env.ref(name) for name in CLEARING))
        for line in order.sale_order_id.order_line.filtered(lambda line: not line.display_type):
            wanted = self.env["account.tax"] if line.product_id in free else tax
            self.assertEqual(line.tax_ids, wanted, line.name)

    def assertBooksClosed(self, order):
        balances = {}
        for line in order.sale_order_id.invoice_ids.line_ids:
            balances[line.account_id] = round(balances.get(line.account_id, 0) + line.balance, 2)
        self.assertTrue(balances)
        self.assertEqual(set(balances.values()), {0.0}, "revenue, tax, clearing and receivable")

    def test_everything_has_the_tax_that_was_chosen(self):
        tax = self.change_rate(3.0)
        document = self.order()
        order = self.write(document)
        document = self.part(document, 1530, [{"line": 1, "quantity": 1, "amount": 1030}])
        self.write(document)
        self.assertTaxes(order, tax)
        self.write(self.whole(self.next(document, consumed=True)))
        self.assertTaxes(order, tax)
        self.assertTaxes(self.write(self.part(self.order(), 600)), tax)

    def test_a_whole_refund_leaves_nothing_on_the_books(self):
        self.change_rate(3.0)
        document = self.done()
        order = self.write(document)
        self.invoice(order)
        self.write(self.whole(document))
        self.invoice(order)
        self.assertBooksClosed(order)

    def test_a_refund_has_the_tax_of_the_invoice_after_a_change_of_rate(self):
        old = self.env.company.waimai_tax_id
        document = self.done()
        order = self.write(document)
        self.invoice(order)
        new = self.change_rate(3.0)
        document = self.part(document, 1530, [{"line": 1, "quantity": 1, "amount": 1030}])
        self.write(document)
        self.assertTaxes(order, old)
        self.invoice(order)
        document = self.part(document, 200)
        self.write(document)
        self.invoice(order)
        self.assertTaxes(order, old)
        self.write(self.whole(document))
        self.invoice(order)
        self.assertTaxes(order, old)
        self.assertBooksClosed(order)
        self.assertTaxes(self.write(self.done()), new)

    def test_a_refund_booked_by_another_tax_is_taken_back_by_that(self):
        document = self.part(self.done(), 1530, [{"line": 1, "quantity": 1, "amount": 1030}])
        order = self.write(document)
        lines = order.sale_order_id.order_line.with_context(waimai_mirror=MIRROR)
        other = self.env.company.waimai_tax_id.copy({"name": "13 % included", "amount": 13.0})
        lines.filtered(lambda line: (line.waimai_key or "").startswith("refund:")).tax_ids = other
        self.invoice(order)
        self.write(self.whole(document))
        self.invoice(order)
        self.assertBooksClosed(order)


@tagged("post_install", "-at_install")
class TestChart(WaimaiCase):
    """A second company, whose chart of accounts puts its default tax on every product that is taxed in another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in TAXED:
            cls.env.ref(f"waimai_bridge.product_{name}").taxes_id = cls.env.company.waimai_tax_id
        values = {"currency_id": cls.env.ref("base.CNY").id, "country_id": cls.env.ref("base.cn").id}
        cls.second = cls.env["res.company"].create({"name": "乙公司", **values})

    def load_chart(self):
        self.env["account.chart.template"].try_loading("cn", self.second, install_demo=False)
        self.env.invalidate_all()
        taxes = self.env.ref("waimai_bridge.product_box").taxes_id.filtered(lambda tax: tax.company_id == self.second)
        self.assertEqual((taxes.amount, taxes.price_include), (13.0, False), "what a chart does")

    def make_store(self):
        values = {"platform": "eleme", "platform_ref": "900000002", "company_id": self.second.id}
        return self.env["waimai.store"].create({"name": "乙店", **values})

    def assertSold(self, store):
        store.invoicing = "order"
        document = self.document(DISHES, FEES, store_ref=store.store_ref, sale="done", state="completed")
        refunds = [self.granted(1030, [{"line": 1, "quantity": 1, "amount": 1030}])]
        document = {**document, "refunds": refunds, "totals": {"paid": PAID, "refunded": 1030}}
        order = self.write(document)
        self.assertEqual(round(order.sale_order_id.amount_total * 100), PAID - 1030)
        taxed = order.sale_order_id.order_line.filtered("tax_ids")
        self.assertEqual((len(taxed), taxed.tax_ids), (6, self.second.waimai_tax_id))
        store._invoice()
        invoice = order.sale_order_id.invoice_ids
        self.assertEqual((invoice.state, round(invoice.amount_total * 100)), ("posted", PAID - 1030))
        clearing = self.second.waimai_clearing_ids.filtered(lambda row: row.platform == "eleme").account_id
        passing = invoice.line_ids.filtered(lambda line: line.account_id == clearing)
        self.assertEqual(round(sum(passing.mapped("balance")) * 100), -100)

    def test_the_chart_comes_first(self):
        self.load_chart()
        self.assertSold(self.make_store())

    def test_the_chart_comes_after_the_store(self):
        store = self.make_store()
        self.assertFalse(self.second.waimai_tax_id)
        self.load_chart()
        store._complete()
        self.assertSold(store)

    def test_a_tax_chosen_by_hand(self):
        store = self.make_store()
        self.load_chart()
        store._complete()
        tax = self.second.waimai_tax_id.copy({"name": "3 % included", "amount": 3.0})
        self.second.waimai_tax_id = tax
        self.assertSold(store)

    def lacking(self, store):
        """What the set-up page shows in red for this store: [(text, what to do)]."""
        [row] = [row for row in self.env["waimai.setup"].status()["steps"]["stores"]["rows"] if row["id"] == store.id]
        return [(check["text"], check["todo"]) for check in row["checks"] if check["state"] == "bad"]

    def test_the_set_up_is_finished_after_a_later_chart(self):
        store = self.make_store()
        self.assertEqual(len(self.lacking(store)), 2)
        for _text, todo in self.lacking(store):
            self.assertIn("Set up again", todo)
        self.load_chart()
        values = {"company_id": self.second.id, "company_ids": [(6, 0, self.second.ids)]}
        boss = new_test_user(self.env, "boss2", groups="waimai_bridge.group_manager", **values)
        desk = new_test_user(self.env, "desk2", groups="waimai_bridge.group_desk", **values)
        with self.assertRaises(AccessError):
            self.env["waimai.setup"].with_user(desk).complete()
        self.env["waimai.setup"].with_user(boss).complete()
        self.assertEqual(self.lacking(store), [])
        self.assertSold(store)
