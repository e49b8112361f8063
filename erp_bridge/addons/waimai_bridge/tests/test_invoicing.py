from datetime import UTC, date, datetime

from psycopg2.errors import SerializationFailure

from odoo.addons.waimai_bridge.models import days, invoicing
from odoo.exceptions import LockError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WaimaiCase


class Morning(datetime):
    """Half past seven in Shanghai, when it is still the day before in UTC."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 11, 30, 23, 30, tzinfo=UTC).astimezone(tz)


@tagged("post_install", "-at_install")
class TestInvoicing(WaimaiCase):
    def completed(self, **more):
        return self.document([("牛肉饭", "B-1", 1, 2600)], sale="done", state="completed", consumed=True, **more)

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:  # the run commits after each store
            self.env(cr=cr)["waimai.store"]._cron_invoice()
        self.env.invalidate_all()

    def test_by_hand_is_by_hand(self):
        order = self.write(self.completed())
        self.run_cron()
        self.assertEqual(order.sale_order_id.invoice_status, "to invoice")

    def test_one_invoice_per_order_and_a_credit_note_per_refund(self):
        self.store.invoicing = "order"
        documents = [self.completed() for _ in range(3)]
        orders = self.env["waimai.order"].browse([result["id"] for result in self.sync(*documents)])
        open_order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        self.run_cron()
        self.assertEqual(len(orders.sale_order_id.invoice_ids), 3)
        self.assertEqual(set(orders.sale_order_id.invoice_ids.mapped("state")), {"posted"})
        self.assertFalse(open_order.sale_order_id.invoice_ids)
        refunded = self.next(documents[0], refunds=[self.granted(600)], totals={"paid": 2600, "refunded": 600})
        order = self.write(refunded)
        self.run_cron()
        credit = order.sale_order_id.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((credit.amount_total, credit.state), (6.0, "posted"))
        self.run_cron()
        self.assertEqual(len(order.sale_order_id.invoice_ids), 2)

    def test_other_words_after_the_invoice_hold_up_no_refund(self):
        """Fees without a name are called as our products are, which anybody may rename or translate."""
        self.store.invoicing = "order"
        document = self.document([("牛肉饭", "B-1", 1, 2600)], [("box", 300)], sale="done", state="completed")
        order = self.write(document)
        self.run_cron()
        self.env.ref("waimai_bridge.product_box").name = "纸盒"
        self.write(self.next(document, refunds=[self.granted(600)], totals={"paid": 2900, "refunded": 600}))
        self.assertEqual(order.sale_order_id.amount_total, 23.0)
        dearer = self.next(document, version=document["version"] + 2, totals={}, fees=[{"kind": "box", "amount": 400}])
        self.write(dearer)
        self.assertEqual(order.sale_order_id.amount_total, 30.0, "of another fee only the money is booked")

    def test_a_store_that_cannot_be_invoiced_stops_no_other(self):
        blocked, fine = self.two_stores_orders()
        self.fail_first_store(UserError("no journal"))
        self.run_cron()
        self.run_cron()
        self.assertFalse(blocked.sale_order_id.invoice_ids)
        self.assertTrue(fine.sale_order_id.invoice_ids)
        alert = self.env["waimai.alert"].search([("store_id", "=", self.store.id)])
        self.assertEqual(len(alert), 1)
        self.assertIn("no journal", alert.text)

    def test_a_fault_at_one_store_stops_no_other(self):
        blocked, fine = self.two_stores_orders()
        self.fail_first_store(KeyError("13800000000"))
        self.run_cron()
        self.assertFalse(blocked.sale_order_id.invoice_ids)
        self.assertTrue(fine.sale_order_id.invoice_ids)
        alert = self.env["waimai.alert"].search([("store_id", "=", self.store.id)])
        self.assertIn("KeyError", alert.text)
        self.assertNotIn("13800000000", alert.text, "a fault's own words may hold a customer's data")

    def test_a_collision_is_the_next_runs_business(self):
        _blocked, fine = self.two_stores_orders()
        for conflict in (SerializationFailure(), LockError("locked")):
            self.fail_first_store(conflict)
            self.run_cron()
        self.assertTrue(fine.sale_order_id.invoice_ids)
        self.assertFalse(self.env["waimai.alert"].search([("store_id", "=", self.store.id)]))

    def two_stores_orders(self):
        """An order to be invoiced in either of two stores."""
        other = self.env["waimai.store"].create({"name": "二店", "platform_ref": "900000002", "invoicing": "order"})
        self.store.invoicing = "order"
        return self.write(self.completed()), self.write(self.completed(store_ref=other.store_ref))

    def fail_first_store(self, problem):
        stores = type(self.env["waimai.store"])
        invoice = stores._invoice

        def failing(store):
            if store.platform_ref == "900000001":
                raise problem
            return invoice(store)

        self.patch(stores, "_invoice", failing)
        self.enterContext(mute_logger("odoo.addons.waimai_bridge.models.invoicing"))

    def test_one_invoice_per_day_that_is_over(self):
        self.store.invoicing = "day"
        first = [self.completed(placed_at="2026-01-02T15:59:00Z") for _ in range(2)]
        second = self.completed(placed_at="2026-01-02T16:00:00Z")
        today = self.completed(placed_at="2099-01-01T00:00:00Z")
        results = self.sync(*first, second, today)
        orders = self.env["waimai.order"].browse([result["id"] for result in results])
        self.run_cron()
        invoices = [order.sale_order_id.invoice_ids for order in orders]
        self.assertEqual(invoices[0], invoices[1])
        self.assertEqual(invoices[0].amount_total, 52.0)
        self.assertNotEqual(invoices[1], invoices[2])
        self.assertFalse(invoices[3])

    def test_a_long_day_is_one_invoice(self):
        """What a run takes ends with a day, not within one."""
        self.patch(invoicing, "SLICE", 3)
        self.store.invoicing = "day"
        hours = [f"2026-01-{day}T10:00:00Z" for day in ("02", "02", "03", "03", "03", "03")]
        results = self.sync(*(self.completed(placed_at=hour) for hour in hours))
        orders = self.env["waimai.order"].browse([result["id"] for result in results])
        self.run_cron()
        self.assertEqual(orders[:2].sale_order_id.invoice_ids.amount_total, 52.0)
        self.assertFalse(orders[2:].sale_order_id.invoice_ids)
        self.run_cron()
        self.assertEqual(orders[2:].sale_order_id.invoice_ids.mapped("amount_total"), [104.0])

    def test_yesterday_waits_for_orders_that_are_under_way(self):
        self.patch(days, "datetime", Morning)
        self.store.invoicing = "day"
        earlier, done = [self.completed(placed_at=f"2026-11-{day}T10:00:00Z") for day in (29, 30)]
        late = self.document([("牛肉饭", "B-1", 1, 2600)], placed_at="2026-11-30T15:50:00Z")
        orders = [self.write(document) for document in (earlier, done, late)]
        self.run_cron()
        self.assertEqual([len(order.sale_order_id.invoice_ids) for order in orders], [1, 0, 0])
        self.write(self.next(late, sale="done", state="completed"))
        self.run_cron()
        self.assertEqual(orders[1].sale_order_id.invoice_ids.amount_total, 52.0)
        self.assertEqual(orders[1].sale_order_id.invoice_ids, orders[2].sale_order_id.invoice_ids)

    def test_no_day_waits_longer_than_the_next(self):
        self.patch(days, "datetime", Morning)
        self.store.invoicing = "day"
        done = self.write(self.completed(placed_at="2026-11-29T10:00:00Z"))
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)], placed_at="2026-11-29T10:00:00Z"))
        self.run_cron()
        self.assertTrue(done.sale_order_id.invoice_ids)

    def dates(self, order):
        return sorted((move.move_type, move.invoice_date, move.date) for move in order.sale_order_id.invoice_ids)

    def test_an_orders_invoice_has_the_day_in_shanghai(self):
        self.patch(days, "datetime", Morning)
        self.store.invoicing = "order"
        document = self.completed(placed_at="2026-11-30T22:00:00Z")
        order = self.write(document)
        self.run_cron()
        today = date(2026, 12, 1)
        self.assertEqual(self.dates(order), [("out_invoice", today, today)])
        self.write(self.refunded(document, 600))
        self.run_cron()
        self.assertEqual(self.dates(order), [("out_invoice", today, today), ("out_refund", today, today)])

    def test_a_days_invoice_has_that_day_and_its_credit_note_today(self):
        self.patch(days, "datetime", Morning)
        self.store.invoicing = "day"
        before, after = [self.completed(placed_at=f"2026-11-28T{hour}:30:00Z") for hour in (15, 16)]
        orders = [self.write(before), self.write(after)]
        self.run_cron()
        dates = [date(2026, 11, 28), date(2026, 11, 29)]
        for order, day in zip(orders, dates, strict=True):
            self.assertEqual(self.dates(order), [("out_invoice", day, day)])
        self.write(self.refunded(before, 600))
        self.run_cron()
        credit = ("out_refund", date(2026, 12, 1), date(2026, 12, 1))
        self.assertEqual(self.dates(orders[0]), [("out_invoice", dates[0], dates[0]), credit])

    def test_a_day_in_a_closed_month_is_booked_after_it(self):
        self.patch(days, "datetime", Morning)
        self.store.invoicing = "day"
        self.store.company_id.sale_lock_date = date(2025, 10, 31)
        order = self.write(self.completed(placed_at="2025-10-30T10:00:00Z"))
        self.run_cron()
        [(_kind, told, booked)] = self.dates(order)
        self.assertEqual(told, date(2025, 10, 30))
        self.assertGreater(booked, date(2025, 10, 31))

    def refunded(self, document, amount, **more):
        refunds = [self.granted(amount)] if amount else []
        return self.next(document, refunds=refunds, totals={**document["totals"], "refunded": amount}, **more)

    def test_credit_notes_settle_their_invoices(self):
        self.store.invoicing = "order"
        document = self.completed()
        order = self.write(document)
        self.run_cron()
        invoice = order.sale_order_id.invoice_ids
        document = self.refunded(document, 600)
        self.write(document)
        self.run_cron()
        credit = order.sale_order_id.invoice_ids - invoice
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (20.0, "partial"))
        self.assertEqual((credit.amount_residual, credit.payment_state), (0.0, "paid"))
        document = self.refunded(document, 2600, sale="reversed", state="refunded")
        self.write(document)
        self.run_cron()
        moves = order.sale_order_id.invoice_ids
        self.assertEqual(len(moves), 3)
        self.assertEqual(moves.mapped("amount_residual"), [0.0] * 3)
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")

    def test_a_refund_taken_back_is_owed_again(self):
        self.store.invoicing = "order"
        document = self.completed()
        order = self.write(document)
        self.run_cron()
        document = self.refunded(document, 600)
        self.write(document)
        self.run_cron()
        self.write(self.refunded(document, 0))
        self.run_cron()
        moves = order.sale_order_id.invoice_ids
        self.assertEqual(round(sum(moves.mapped("amount_residual_signed")), 2), 26.0)
        self.assertEqual(round(sum(moves.mapped("amount_total_signed")), 2), 26.0)

    def test_a_credit_note_settles_the_days_invoice(self):
        self.store.invoicing = "day"
        documents = [self.completed() for _ in range(3)]
        self.sync(*documents)
        self.run_cron()
        order = self.write(self.refunded(documents[0], 600))
        self.run_cron()
        invoice = order.sale_order_id.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        credit = order.sale_order_id.invoice_ids - invoice
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (78.0, 72.0))
        self.assertEqual((credit.amount_total, credit.amount_residual), (6.0, 0.0))
        self.write(self.refunded(documents[1], 2600, sale="reversed", state="refunded"))
        self.run_cron()
        self.assertEqual(invoice.amount_residual, 46.0)

    def test_an_invoice_that_was_paid_leaves_the_credit_note_open(self):
        self.store.invoicing = "order"
        document = self.completed()
        order = self.write(document)
        self.run_cron()
        invoice = order.sale_order_id.invoice_ids
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard.create({})._create_payments()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.write(self.refunded(document, 600))
        self.run_cron()
        credit = order.sale_order_id.invoice_ids - invoice
        self.assertEqual(
            (credit.state, credit.amount_residual), ("posted", 6.0), "the platform keeps it off the payout"
        )

    def test_other_money_after_the_days_invoice_is_set_off_against_it(self):
        self.store.invoicing = "day"
        documents = [self.completed() for _ in range(2)]
        self.sync(*documents)
        self.run_cron()
        cheaper = self.document([("牛肉饭", "B-1", 1, 2100)])
        content = {name: cheaper[name] for name in ("items", "totals")}
        order = self.write(self.next(documents[0], **content))
        self.run_cron()
        invoice = order.sale_order_id.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        credit = order.sale_order_id.invoice_ids - invoice
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (52.0, 47.0))
        self.assertEqual((credit.amount_total, credit.amount_residual, credit.state), (5.0, 0.0, "posted"))
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")

    def test_downgraded_orders_wait_for_the_whole_content(self):
        for setting in ("order", "day"):
            self.store.invoicing = setting
            slim, whole = self.completed(whole=False), self.completed()
            order, other = self.write(slim), self.write(whole)
            self.run_cron()
            self.run_cron()
            self.assertEqual(
                (order.sale_order_id.invoice_ids.ids, order.sale_order_id.invoice_status), ([], "to invoice")
            )
            self.assertEqual(other.sale_order_id.invoice_status, "invoiced")
            alert = self.env["waimai.alert"].search([("order_id", "=", order.id)])
            self.assertEqual((len(alert), alert.kind, alert.state), (1, "warning", "open"))
            self.write(self.next(slim, whole=True))
            self.run_cron()
            self.assertEqual(order.sale_order_id.invoice_status, "invoiced")
            self.assertEqual(alert.state, "closed")

    def test_a_downgraded_order_is_invoiced_by_hand_and_its_refunds_follow(self):
        self.store.invoicing = "order"
        slim = self.completed(whole=False)
        order = self.write(slim)
        self.run_cron()
        order.sale_order_id._create_invoices(final=True).action_post()
        self.write(self.refunded(slim, 600))
        self.run_cron()
        self.assertEqual(order.sale_order_id.invoice_status, "invoiced")
        self.assertEqual(round(sum(order.sale_order_id.invoice_ids.mapped("amount_total_signed")), 2), 20.0)
        self.assertEqual(self.env["waimai.alert"].search([("order_id", "=", order.id)]).state, "closed")

    def test_an_alert_that_was_closed_stays_closed(self):
        self.store.invoicing = "day"
        order = self.write(self.completed(whole=False))
        self.run_cron()
        alert = self.env["waimai.alert"].search([("order_id", "=", order.id)])
        alert.state = "closed"
        self.run_cron()
        self.assertEqual(self.env["waimai.alert"].search([("order_id", "=", order.id)]).mapped("state"), ["closed"])

    def test_an_invoice_given_up_is_none(self):
        self.store.invoicing = "order"
        order = self.write(self.completed(whole=False))
        order.sale_order_id._create_invoices(final=True).button_cancel()
        self.run_cron()
        self.assertEqual(order.sale_order_id.invoice_ids.mapped("state"), ["cancel"])
