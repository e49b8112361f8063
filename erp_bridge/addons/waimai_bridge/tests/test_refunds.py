import random

from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestRefunds(WaimaiCase):
    def bought(self, **more):
        items = [("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 2, 300)]
        fees = [("box", 300), ("delivery_platform", 500), ("discount_shop", -700), ("discount_platform", -200)]
        return self.document(items, fees, **more)  # 57.00: revenue 54.00, the platform's 3.00

    def refund_lines(self, order):
        return order.sale_order_id.order_line.filtered(lambda line: (line.waimai_key or "").startswith("refund:"))

    def part(self, document, amount, items=(), **more):
        refunds = [self.granted(amount, items)]
        return self.next(document, refunds=refunds, totals={**document["totals"], "refunded": amount}, **more)

    def test_all_back_before_the_kitchen(self):
        document = self.bought()
        order = self.write(document)
        refunds = [self.granted(5700, scope="full")]
        self.write(self.next(document, sale="cancelled", state="refunded", refunds=refunds))
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertEqual(order.sale_order_id.invoice_status, "no")
        self.assertFalse(order.consumption_ids)
        self.assertEqual(self.stock(self.rice), 0.0)

    def test_all_back_after_the_kitchen(self):
        document = self.bought(consumed=True)
        order = self.write(document)
        refunds = [self.granted(5700, scope="full")]
        document = self.next(document, sale="reversed", state="refunded", refunds=refunds)
        document["totals"] = {"paid": 5700, "refunded": 5700}
        self.write(document)
        sale = order.sale_order_id
        self.assertEqual((sale.state, sale.amount_total), ("sale", 0.0))
        by_product = {}
        for line in self.refund_lines(order):
            code = line.product_id.default_code
            by_product[code] = round(by_product.get(code, 0) + line.price_total, 2)
        self.assertEqual(by_product, {"WM-REFUND": -54.0, "WM-DELIVERY-PLATFORM": -5.0, "WM-DISCOUNT-PLATFORM": 2.0})
        self.assertEqual(self.stock(self.rice), -0.3, "cooked food is a loss")
        self.assertEqual(self.stock(self.cola), 0.0, "a returnable product goes back")
        self.write(self.next(document))
        self.assertEqual(sale.amount_total, 0.0)
        self.assertEqual(len(self.refund_lines(order)), 6)

    def test_all_back_after_the_invoice_leaves_nothing_on_the_books(self):
        document = self.bought(consumed=True, sale="done", state="completed")
        order = self.write(document)
        sale = order.sale_order_id
        sale._create_invoices(final=True).action_post()
        refunds = [self.granted(1000, [{"line": 1, "quantity": 1, "amount": 1000}], key="return-1")]
        part = self.next(document, refunds=refunds, totals={"paid": 5700, "refunded": 1000})
        self.write(part)
        self.assertEqual((sale.amount_total, sale.invoice_status), (47.0, "to invoice"))
        credit = sale._create_invoices(final=True)
        credit.action_post()
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 10.0))
        refunds = [*refunds, self.granted(4700, scope="full", key="return-2")]
        self.write(
            self.next(part, sale="reversed", state="refunded", refunds=refunds, totals={"paid": 5700, "refunded": 5700})
        )
        self.assertEqual(sale.amount_total, 0.0)
        sale._create_invoices(final=True).action_post()
        balances = {}
        for line in sale.invoice_ids.line_ids:
            balances[line.account_id] = round(balances.get(line.account_id, 0) + line.balance, 2)
        self.assertEqual(set(balances.values()), {0.0}, "revenue, tax, clearing and receivable")
        self.assertEqual(sale.invoice_status, "invoiced")

    def test_cancelled_after_the_invoice_is_taken_back_by_lines(self):
        document = self.bought(sale="done", state="completed")
        order = self.write(document)
        order.sale_order_id._create_invoices(final=True).action_post()
        self.write(self.next(document, sale="cancelled", state="refunded", totals={"paid": 5700, "refunded": 5700}))
        sale = order.sale_order_id
        self.assertEqual((sale.state, sale.amount_total, sale.invoice_status), ("sale", 0.0, "to invoice"))

    def test_a_part_before_the_kitchen_uses_less(self):
        document = self.bought()
        order = self.write(document)
        part = self.part(document, 2000, [{"line": 1, "quantity": 1, "amount": 2000}])
        part["items"][0]["used"] = 1
        self.write(part)
        self.assertEqual(order.sale_order_id.amount_total, 37.0)
        self.assertEqual(self.rows(order, posted=False), {self.rice: 0.15, self.beef: 0.08, self.cola: 2.0})
        line = self.refund_lines(order)
        self.assertEqual((line.waimai_key, line.product_uom_qty, line.price_unit), ("refund:part:item:1", 1.0, -20.0))
        self.assertIn("牛肉饭", line.name)
        self.write(self.next(part, consumed=True))
        self.assertEqual(self.stock(self.rice), -0.15)

    def test_a_part_after_the_kitchen_changes_no_materials_but_returnable_ones(self):
        document = self.bought(consumed=True)
        order = self.write(document)
        items = [{"line": 1, "quantity": 1, "amount": 2000}, {"line": 2, "quantity": 1, "amount": 300}]
        self.write(self.part(document, 2300, items))
        self.assertEqual(order.sale_order_id.amount_total, 34.0)
        self.assertEqual(self.rows(order), {self.rice: 0.3, self.beef: 0.16, self.cola: 1.0})
        self.assertEqual(self.stock(self.cola), -1.0)

    def test_the_money_counts_where_lines_add_up_to_less(self):
        document = self.bought()
        order = self.write(document)
        self.write(self.part(document, 2500, [{"line": 2, "quantity": 1, "amount": 300}]))
        booked = {line.waimai_key: line.price_unit for line in self.refund_lines(order)}
        self.assertEqual(booked, {"refund:part:item:2": -3.0, "refund:part:": -22.0})

    def test_refunds_grow_shrink_and_vanish(self):
        document = self.bought()
        order = self.write(document)
        sale = order.sale_order_id
        for amount in (500, 1200, 300, 0, 700):
            document = self.part(document, amount)
            self.write(document)
            self.assertEqual(round(sale.amount_total * 100), 5700 - amount)
        self.assertEqual(len(self.refund_lines(order)), 1, "not invoiced: the line is changed, not added to")

    def test_a_smaller_refund_after_the_credit_note(self):
        document = self.bought(sale="done", state="completed", consumed=True)
        order = self.write(document)
        sale = order.sale_order_id
        document = self.part(document, 1000)
        self.write(document)
        sale._create_invoices(final=True).action_post()
        document = self.part(document, 400)
        self.write(document)
        self.assertEqual((sale.amount_total, sale.invoice_status), (53.0, "to invoice"))
        sale._create_invoices(final=True).action_post()
        self.assertEqual(round(sum(sale.invoice_ids.mapped("amount_total_signed")), 2), 53.0)

    def test_renumbered_keys_change_nothing(self):
        document = self.part(self.bought(), 500)
        order = self.write(document)
        renumbered = self.next(document, refunds=[{**document["refunds"][0], "key": "cancel-9"}])
        self.write(renumbered)
        self.assertEqual(order.refund_ids.mapped("key"), ["cancel-9"])
        self.assertEqual(order.sale_order_id.amount_total, 52.0)

    def test_requested_and_rejected_cases_book_nothing(self):
        for status in ("requested", "rejected", "withdrawn", "arbitrating"):
            refund = {**self.granted(5700, scope="full"), "status": status}
            order = self.write(self.bought(refunds=[refund], state="refunding"))
            self.assertEqual(order.sale_order_id.amount_total, 57.0)
            self.assertEqual(order.refund_ids.status, status)

    def test_sold_after_all(self):
        document = self.bought()
        order = self.write(document)
        document = self.next(document, sale="cancelled", state="refunded", totals={"paid": 5700, "refunded": 5700})
        self.write(document)
        self.assertEqual(order.sale_order_id.state, "cancel")
        document = self.next(document, sale="confirmed", state="paid", totals={"paid": 5700, "refunded": 0})
        self.write(document)
        sale = order.sale_order_id
        self.assertEqual((sale.state, sale.amount_total), ("sale", 57.0))
        self.assertEqual(str(sale.date_order), "2026-01-02 03:04:05")
        self.assertEqual(self.rows(order, posted=False)[self.rice], 0.3)
        self.write(self.next(document, sale="reversed", consumed=True, totals={"paid": 5700, "refunded": 5700}))
        self.assertEqual(sale.amount_total, 0.0)

    def test_taken_back_and_sold_again(self):
        back = self.bought(sale="reversed", consumed=True, state="refunded", totals={"paid": 5700, "refunded": 5700})
        order = self.write(back)
        self.assertEqual(order.sale_order_id.amount_total, 0.0)
        self.write(self.next(back, sale="done", state="completed", totals={"paid": 5700, "refunded": 0}))
        self.assertEqual(order.sale_order_id.amount_total, 57.0)
        self.assertEqual(self.stock(self.cola), -2.0)

    def test_sold_and_all_back_before_any_document_left(self):
        order = self.write(self.bought(sale="cancelled", state="refunded", totals={"paid": 5700, "refunded": 5700}))
        self.assertEqual(order.sale_order_id.state, "cancel")
        self.assertFalse(order.consumption_ids)

    def test_where_confirmed_sales_are_locked(self):
        self.env["res.config.settings"].create({"group_auto_done_setting": True}).execute()
        document = self.bought()
        order = self.write(document)
        sale = order.sale_order_id
        self.assertTrue(sale.locked)
        for amount in (500, 800):
            document = self.part(document, amount)
            self.write(document)
            self.assertEqual((round(sale.amount_total * 100), sale.locked), (5700 - amount, True))
        document["items"] = document["items"][:1]
        document["totals"] = {"paid": 5100, "refunded": 800}
        self.write(self.next(document))
        self.assertEqual((sale.amount_total, sale.locked), (43.0, True))
        self.write(self.next(document, version=document["version"] + 2, sale="cancelled", state="refunded"))
        self.assertEqual(sale.state, "cancel")

    def test_a_locked_order_is_cancelled_too(self):
        document = self.bought()
        order = self.write(document)
        order.sale_order_id.action_lock()
        self.write(self.next(document, sale="cancelled", state="refunded"))
        self.assertEqual(order.sale_order_id.state, "cancel")

    def test_cases_that_do_not_add_up_are_refused(self):
        document = self.bought()
        [result] = self.sync({**document, "refunds": [self.granted(500)], "totals": {"paid": 5700, "refunded": 600}})
        self.assertEqual(result["status"], "refused")
        [result] = self.sync({**document, "refunds": [self.granted(5800)], "totals": {"paid": 5700, "refunded": 5800}})
        self.assertEqual(result["status"], "refused")

    def test_any_way_ends_as_the_direct_one(self):
        """From any earlier version to any later one: what counts is the last."""
        chance = random.Random(7)
        base = self.bought()
        half = [self.granted(2000, [{"line": 1, "quantity": 1, "amount": 1500}])]
        paid, some, everything = ({"paid": 5700, "refunded": fen} for fen in (0, 2000, 5700))
        whole = [*half, self.granted(3700, scope="full", key="cancel-2")]
        stations = [
            {"sale": None},
            {"sale": "confirmed"},
            {"sale": "confirmed", "consumed": True},
            {"sale": "confirmed", "refunds": half, "totals": some},
            {"sale": "done", "consumed": True, "refunds": half, "totals": some},
            {"sale": "done", "consumed": True},
            {"sale": "cancelled", "refunds": whole, "totals": everything},
            {"sale": "reversed", "consumed": True, "refunds": whole, "totals": everything},
        ]

        def picture(order):
            sale = order.sale_order_id
            lines = {}
            for line in sale.order_line.filtered(lambda line: line.price_total):
                lines[line.product_id, line.name] = round(
                    lines.get((line.product_id, line.name), 0) + line.price_total, 2
                )
            sold = (sale.state, round(sale.amount_total, 2), sale.invoice_status, sale.delivery_status)
            return sold, lines, self.rows(order), self.rows(order, posted=False)

        for last in stations[1:]:
            direct = self.write({**self.bought(), "totals": paid, **last})
            for _ in range(4):
                document = {**base, "key": self.bought()["key"], "totals": paid}
                way = [*(chance.choice(stations) for _ in range(3)), last]
                for step in way:
                    document = self.next(
                        {**base, "key": document["key"], "version": document["version"], "totals": paid}, **step
                    )
                    order = self.write(document)
                self.assertEqual(picture(order), picture(direct), way)
