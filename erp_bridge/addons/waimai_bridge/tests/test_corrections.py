import random

from odoo.tests import tagged

from .common import WaimaiCase

DISHES = [("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 2, 300)]
FEES = [("box", 300), ("delivery_platform", 500), ("discount_shop", -700), ("discount_platform", -200)]  # 57.00 in all


@tagged("post_install", "-at_install")
class TestCorrections(WaimaiCase):
    """Versions that say other money than an invoice does: the difference is booked beside what stands there."""

    def invoiced(self, document=None):
        """(document, order) that is completed and invoiced."""
        document = document or self.document(DISHES, FEES, sale="done", state="completed", consumed=True)
        order = self.write(document)
        self.invoice(order)
        return document, order

    def invoice(self, order):
        """What the invoicing run does with it, if anything is to be invoiced."""
        sale = order.sale_order_id
        if sale.invoice_status == "to invoice":
            sale._create_invoices(final=True).action_post()

    def other(self, document, dishes=DISHES, fees=FEES, **more):
        """The next version of the document with this content."""
        content = self.document(dishes, fees)
        found = {name: content[name] for name in ("items", "fees", "totals")}
        return self.next(document, **found, **more)

    def corrections(self, order):
        """{line that is corrected: the prices booked beside it}, those of quantity 0 left out."""
        found = {}
        for line in order.sale_order_id.order_line:
            if (line.waimai_key or "").startswith("fix:") and line.product_uom_qty:
                found.setdefault(line.waimai_key.removeprefix("fix:"), []).append(line.price_unit)
        return found

    def assertBooked(self, order, fen):
        """The order costs so much, and so do its invoices less its credit notes once the run was there."""
        sale = order.sale_order_id
        self.assertEqual(round(sale.amount_total * 100), fen)
        self.invoice(order)
        self.assertEqual(round(sum(sale.invoice_ids.mapped("amount_total_signed")) * 100), fen)
        self.assertEqual(sale.invoice_status, "invoiced")

    def balances(self, order):
        """{account's type: balance} of all invoices and credit notes."""
        found = {}
        for line in order.sale_order_id.invoice_ids.line_ids:
            kind = line.account_id.account_type
            found[kind] = round(found.get(kind, 0) + line.balance, 2)
        return found

    def test_another_price_is_a_line_of_its_own_and_a_credit_note(self):
        document, order = self.invoiced()
        invoice = order.sale_order_id.invoice_ids
        self.write(self.other(document, [("牛肉饭", "B-1", 2, 2400), DISHES[1]]))
        self.assertEqual(self.corrections(order), {"item:1": [-4.0]})
        self.assertBooked(order, 5300)
        credit = order.sale_order_id.invoice_ids - invoice
        self.assertEqual((credit.move_type, credit.amount_total, credit.state), ("out_refund", 4.0, "posted"))
        line = order.sale_order_id.order_line.filtered(lambda line: line.waimai_key == "fix:item:1")
        dish = order.sale_order_id.order_line.filtered(lambda line: line.waimai_key == "item:1")
        self.assertEqual((line.product_id, line.tax_ids, line.product_uom_qty), (self.bowl, dish.tax_ids, 1.0))
        self.assertEqual((line.technical_price_unit, dish.price_unit), (-1.0, 26.0))
        self.assertIn("牛肉饭", line.name)

    def test_other_pieces_and_materials(self):
        document, order = self.invoiced()
        self.write(self.other(document, [("牛肉饭", "B-1", 3, 2600), DISHES[1]]))
        self.assertEqual(self.corrections(order), {"item:1": [26.0]})
        self.assertBooked(order, 8300)
        self.assertEqual(self.stock(self.rice), -0.45)

    def test_there_and_back_leaves_nothing(self):
        document, order = self.invoiced()
        before = self.balances(order)
        changed = self.other(document, [("牛肉饭", "B-1", 1, 2600), DISHES[1]])
        self.write(changed)
        self.assertBooked(order, 3100)
        self.write(self.next(document, version=changed["version"] + 1))
        self.assertEqual(self.corrections(order), {"item:1": [-26.0, 26.0]})
        self.assertBooked(order, 5700)
        self.assertEqual(self.balances(order), before)

    def test_there_and_back_before_the_run_is_no_invoice(self):
        document, order = self.invoiced()
        changed = self.other(document, [("牛肉饭", "B-1", 1, 2600), DISHES[1]], [])
        self.write(changed)
        self.assertEqual(order.sale_order_id.invoice_status, "to invoice")
        self.write(self.next(document, version=changed["version"] + 1))
        self.assertEqual(self.corrections(order), {})
        self.assertBooked(order, 5700)
        self.assertEqual(len(order.sale_order_id.invoice_ids), 1)
        self.write(self.next(changed, version=changed["version"] + 2))
        self.assertBooked(order, 3200)

    def test_the_same_again_changes_nothing(self):
        document, order = self.invoiced()
        changed = self.other(document, [("牛肉饭", "B-1", 2, 2400), DISHES[1]])
        self.write(changed)
        self.invoice(order)
        count = len(order.sale_order_id.order_line)
        self.assertEqual(self.sync(changed)[0]["status"], "unchanged")
        for version in (1, 2, 3):
            self.write(self.next(changed, version=changed["version"] + version))
        self.assertEqual(len(order.sale_order_id.order_line), count)
        self.assertBooked(order, 5300)
        self.assertEqual(len(order.sale_order_id.invoice_ids), 2)

    def test_lines_that_come_and_go(self):
        document, order = self.invoiced()
        less = self.other(document, DISHES[:1], FEES[:3])
        self.write(less)
        self.assertEqual(self.corrections(order), {"item:2": [-6.0], "fee:discount_platform:1": [2.0]})
        self.assertBooked(order, 5300)
        more = self.other(less, [*DISHES, ("美式咖啡", "C-1", 1, 1800)], [*FEES, ("box", 50)])
        self.write(more)
        keys = order.sale_order_id.order_line.mapped("waimai_key")
        self.assertEqual((keys.count("item:2"), keys.count("item:3"), keys.count("fee:box:2")), (1, 1, 1))
        self.assertBooked(order, 7550)
        self.assertNotIn("item:3", self.corrections(order))

    def test_money_that_only_passes_through_is_corrected_where_it_lies(self):
        document, order = self.invoiced()
        fees = [("box", 300), ("delivery_platform", 400), ("discount_shop", -900), ("discount_platform", 0)]
        self.write(self.other(document, DISHES, fees))
        self.assertBooked(order, 5600)
        direct = self.document(DISHES, fees, sale="done", state="completed", consumed=True)
        self.assertEqual(self.balances(order), self.balances(self.invoiced(direct)[1]))

    def test_a_dish_that_is_another_product_keeps_its_line(self):
        document, order = self.invoiced()
        self.write(self.other(document, [("牛肉饭", "C-1", 2, 2600), DISHES[1]]))
        line = order.sale_order_id.order_line.filtered(lambda line: line.waimai_key == "item:1")
        self.assertEqual((line.product_id, line.qty_invoiced), (self.bowl, 2.0))
        self.assertEqual(self.corrections(order), {})
        self.assertBooked(order, 5700)
        self.assertEqual(self.stock(self.beans), -0.036)

    def test_corrected_then_refunded_in_part_and_in_full_then_sold_after_all(self):
        document, order = self.invoiced()
        dishes = [("牛肉饭", "B-1", 2, 2487), DISHES[1]]
        document = self.other(document, dishes)
        self.write(document)
        self.assertBooked(order, 5474)
        part = [self.granted(1000, [{"line": 1, "quantity": 1, "amount": 1000}], key="return-1")]
        document = self.next(document, refunds=part, totals={"paid": 5474, "refunded": 1000})
        self.write(document)
        self.assertBooked(order, 4474)
        everything = [*part, self.granted(4474, scope="full", key="return-2")]
        totals = {"paid": 5474, "refunded": 5474}
        document = self.next(document, sale="reversed", state="refunded", refunds=everything, totals=totals)
        self.write(document)
        self.assertBooked(order, 0)
        self.assertEqual(set(self.balances(order).values()), {0.0}, "revenue, tax, clearing and receivable")
        document = self.other(document, dishes, sale="done", state="completed", refunds=[])
        self.write(document)
        self.assertBooked(order, 5474)
        self.write(self.next(document, items=[], fees=[], totals={"paid": 0, "refunded": 0}))
        self.assertBooked(order, 0)

    def test_a_new_line_and_then_all_back_before_the_run(self):
        for sale in ("cancelled", "reversed"):
            document, order = self.invoiced()
            document = self.other(document, [*DISHES, ("美式咖啡", "C-1", 1, 1800)], FEES[1:])
            self.write(document)
            totals = {"paid": 7200, "refunded": 7200}
            self.write(self.next(document, sale=sale, state="refunded", totals=totals))
            self.assertBooked(order, 0)
            self.assertEqual(set(self.balances(order).values()), {0.0})

    def test_a_whole_content_after_a_downgraded_one_was_invoiced_by_hand(self):
        slim = self.document(DISHES, [("rounding", -100)], sale="done", state="completed", whole=False)
        slim, order = self.invoiced(slim)
        self.write(self.other(slim, DISHES, FEES, whole=True))
        self.assertBooked(order, 5700)
        direct = self.document(DISHES, FEES, sale="done", state="completed")
        self.assertEqual(
            self.balances(order)["asset_receivable"], self.balances(self.invoiced(direct)[1])["asset_receivable"]
        )
        total = {}
        for line in order.sale_order_id.order_line:
            code = line.product_id.default_code
            total[code] = round(total.get(code, 0) + line.price_total, 2)
        self.assertEqual((total["WM-ROUNDING"], total["WM-DISCOUNT-SHOP"]), (0.0, -7.0))

    def test_an_invoice_that_was_given_up_is_no_reason_for_corrections(self):
        document, order = self.invoiced()
        changed = self.other(document, [("牛肉饭", "B-1", 2, 2400), DISHES[1]])
        self.write(changed)
        order.sale_order_id.invoice_ids.button_draft()
        order.sale_order_id.invoice_ids.button_cancel()
        self.write(self.next(changed))
        self.assertEqual(self.corrections(order), {})
        self.assertEqual((order.sale_order_id.amount_total, order.sale_order_id.invoice_status), (53.0, "to invoice"))

    def test_the_report_counts_pieces_once_and_money_where_it_belongs(self):
        document, _order = self.invoiced()
        self.write(self.other(document, [("牛肉饭", "B-1", 1, 2600), DISHES[1]], [("box", 200), *FEES[1:]]))
        self.env.flush_all()
        rows = self.env["waimai.report.sale"].search([("store_id", "=", self.store.id)])
        found = {}
        for row in rows:
            pieces, amount = found.get(row.kind, (0, 0))
            found[row.kind] = pieces + row.quantity, round(amount + row.amount, 2)
        self.assertEqual(found, {"dish": (3, 32.0), "fee": (0, 7.0), "discount": (0, -9.0)})

    def test_any_way_ends_at_the_platforms_figure(self):
        """Versions with random money, invoiced now and then: order and invoices say what the last one says."""
        chance = random.Random(11)
        for _ in range(4):
            document, order = self.invoiced()
            for _step in range(7):
                dishes = [
                    (name, code, chance.randint(1, 4), chance.randint(0, 3000))
                    for name, code, _quantity, _price in chance.sample(DISHES, chance.randint(1, 2))
                ]
                fees = [(kind, amount + chance.randint(-99, 99)) for kind, amount in FEES if chance.random() < 0.7]
                document = self.other(document, dishes, fees)
                document["sale"] = chance.choice(["done", "done", "confirmed", "reversed", "cancelled"])
                wanted = self.sold(document, chance)
                self.write(document)
                if chance.random() < 0.6 and document["sale"] != "confirmed":
                    self.assertBooked(order, wanted)
            document = self.next(document, sale="done")
            wanted = self.sold(document, chance)
            self.write(document)
            self.assertBooked(order, wanted)

    def sold(self, document, chance):
        """Give the document refunds, everything or a part, and return what is left (fen)."""
        paid = document["totals"]["paid"]
        back = paid
        document["refunds"] = []
        if document["sale"] in ("done", "confirmed"):
            back = chance.choice([0, 0, chance.randint(1, max(paid, 1))]) if paid > 0 else 0
            line = {"line": chance.randint(1, 2), "quantity": 1, "amount": back // 2}
            document["refunds"] = [self.granted(back, [line])] if back else []
        document["totals"] = {"paid": paid, "refunded": back}
        return paid - back
