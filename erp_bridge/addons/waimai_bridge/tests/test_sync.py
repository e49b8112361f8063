from unittest.mock import patch

import psycopg2

from odoo.exceptions import ConcurrencyError, LockError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestSync(WaimaiCase):
    def statuses(self, *documents):
        return [result["status"] for result in self.sync(*documents)]

    def test_a_document_becomes_a_confirmed_sale(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600)], [("box", 300)], day_seq=7, remark="不要辣")
        order = self.write(document)
        sale = order.sale_order_id
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.client_order_ref, document["key"])
        self.assertEqual(sale.waimai_order_id, order)
        self.assertEqual(str(sale.date_order), "2026-01-02 03:04:05")
        self.assertEqual(sale.amount_total, 55.0)
        self.assertEqual((order.day_seq, order.remark, order.state), (7, "不要辣", "paid"))
        self.assertFalse(sale.picking_ids)
        self.assertEqual(order.item_ids.product_id, self.bowl)

    def test_without_a_sale_only_the_platform_order_exists(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], sale=None, state="new"))
        self.assertFalse(order.sale_order_id)
        self.assertFalse(order.consumption_ids)
        self.assertFalse(order.item_ids.product_id)

    def test_the_minimal_document(self):
        order = self.write({"key": "eleme:91", "version": 5, "store_ref": "eleme:900000001", "state": "new"})
        self.assertEqual((order.state, order.order_state, order.version), ("new", "new", 5))

    def test_versions(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        self.assertEqual(self.statuses(document), ["written"])
        self.assertEqual(self.statuses(document), ["unchanged"])
        later = self.next(document, state="accepted")
        self.assertEqual(self.statuses(later), ["written"])
        [stale] = self.sync(document)
        self.assertEqual((stale["status"], stale["version"]), ("stale", document["version"]))
        order = self.env["waimai.order"].browse(stale["id"])
        self.assertEqual((order.state, order.version), ("accepted", later["version"]))

    def holding(self, document):
        [answer] = self.sync(document)
        return [answer.get(name) for name in ("state", "paid", "refunded", "sold")]

    def stray(self, sale, state, total):
        """As only somebody with the database in hand can do."""
        self.env.flush_all()
        change = "UPDATE sale_order SET state = %s, amount_total = %s WHERE id = %s"
        self.env.cr.execute(change, (state, total, sale.id))
        self.env.invalidate_all()

    def test_an_order_that_was_here_is_told_as_it_stands_here(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600)], [("box", 300)])
        self.assertEqual(self.holding(document), [None, None, None, None])
        self.assertEqual(self.holding(document), ["paid", 5500, 0, 5500])
        order = self.env["waimai.order"].search([("platform_ref", "=", document["key"].partition(":")[2])])
        self.stray(order.sale_order_id, "sale", 43)
        self.assertEqual(self.holding(document), ["paid", 5500, 0, 4300])
        self.stray(order.sale_order_id, "cancel", 55)
        self.assertEqual(self.holding({**document, "version": document["version"] - 1}), ["paid", 5500, 0, 0])
        self.assertEqual(self.holding(self.next(document, state="accepted")), [None, None, None, None])
        self.assertEqual((order.sale_order_id.state, order.sale_order_id.amount_total), ("sale", 55.0))

    def test_what_has_no_sale_holds_no_sum(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)], sale=None, state="new")
        self.sync(document)
        self.assertEqual(self.holding(document), ["new", 2600, 0, 0])

    def test_the_same_key_twice_in_one_call(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        later = self.next(document, state="accepted")
        self.assertEqual(self.statuses(document, later, document), ["stale", "written", "stale"])

    def test_answers_come_in_order_and_a_refused_one_harms_nobody(self):
        good = [self.document([("牛肉饭", "B-1", 1, 2600 + n)]) for n in range(5)]
        unknown_store = self.document([("牛肉饭", "B-1", 1, 2600)], store_ref="eleme:404")
        wrong_sum = self.document([("牛肉饭", "B-1", 1, 2600)], totals={"paid": 2500})
        rubbish = {"key": "eleme:9", "version": "x"}
        documents = [good[0], unknown_store, good[1], wrong_sum, good[2], rubbish, good[3], None, good[4]]
        results = self.sync(*documents)
        self.assertEqual(
            [result["status"] for result in results],
            ["written", "refused", "written", "refused", "written", "refused", "written", "refused", "written"],
        )
        self.assertIn("404", results[1]["reason"])
        self.assertIn("2500", results[3]["reason"])
        self.assertEqual([result["key"] for result in results[:3]], [document["key"] for document in documents[:3]])
        self.assertFalse(self.env["waimai.order"].search([("platform_ref", "=", "9")]))

    def test_what_no_database_keeps_harms_nobody_either(self):
        deep = []
        for _ in range(20_000):
            deep = [deep]
        odd = [
            {"key": "eleme:1\x001"},
            {"key": "eleme:\ud83d"},
            {"key": ["eleme:1"]},
            {"store_ref": "eleme:\ud83d"},
            {"placed_at": "9999-12-31T23:59:59-10:00"},
            {"placed_at": "0001-01-01T00:00:00+08:00"},
            {"state": "\ud83d"},
            {"timeline": deep},
            {"refunds": [{"status": "granted", "amount": -100}], "totals": {"paid": 2600, "refunded": -100}},
            {"refunds": [{"status": "requested", "items": [{"line": 1, "quantity": -1}]}]},
        ]
        documents = [self.document([("牛肉饭", "B-1", 1, 2600)], **more) for more in odd]
        good = self.document([("牛肉饭", "B-1", 1, 2600)])
        results = self.sync(*documents, good)
        self.assertEqual([result["status"] for result in results], ["refused"] * len(odd) + ["written"])
        for result in results:
            str(result).encode()  # else the whole answer could not be sent

    def test_halves_of_characters_and_nul_are_left_out(self):
        document = self.document(
            [("牛肉\ud83d饭", "B-1", 1, 2600)], remark="不要\x00辣", timeline=[{"code": 10, "text": "\x00好\udc00"}]
        )
        order = self.write(document)
        self.assertEqual((order.item_ids.name, order.remark, order.timeline[0]["text"]), ("牛肉?饭", "不要辣", "好?"))

    def test_what_fails_only_while_writing_harms_nobody_either(self):
        documents = [self.document([("牛肉饭", "B-1", 1, 2600)]) for _ in range(7)]
        # Somebody deleted one of our products: nothing that a check beforehand would look for.
        self.env.ref("waimai_bridge.product_rounding").unlink()
        documents[3] = self.document([("牛肉饭", "B-1", 1, 2600)], [("rounding", 10)])
        with mute_logger("odoo.addons.waimai_bridge.models.sync"):
            results = self.sync(*documents)
        self.assertEqual([result["status"] for result in results], ["written"] * 3 + ["refused"] + ["written"] * 3)
        self.assertTrue(results[3]["reason"])
        self.assertFalse(self.env["sale.order"].search([("client_order_ref", "=", documents[3]["key"])]))

    def test_what_is_left_to_flush_needs_no_rights_of_the_caller(self):
        """A currency that nobody has read yet in the transaction, when the savepoint ends."""
        bot = self.env["res.users"].create(
            {
                "name": "bot",
                "login": "flushing bot",
                "group_ids": [(6, 0, self.env.ref("waimai_bridge.group_bot").ids)],
            }
        )
        settle = type(self.env["waimai.order"])._settle_materials

        def settle_and_forget(orders):
            settle(orders)
            orders.income_amount = 12.34
            orders.env["res.currency"].invalidate_model(flush=False)

        self.env.flush_all()
        before = self.env.transaction.default_env
        self.env.transaction.default_env = self.env(user=bot)
        self.addCleanup(setattr, self.env.transaction, "default_env", before)
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        with patch.object(type(self.env["waimai.order"]), "_settle_materials", settle_and_forget):
            [result] = self.env["waimai.order"].with_user(bot).sync([document])
        self.assertEqual((result["status"], result["reason"]), ("written", ""))
        self.assertEqual(self.env["waimai.order"].browse(result["id"]).income_amount, 12.34)

    def test_a_refused_change_leaves_the_order_as_it_was(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        order = self.write(document)
        [result] = self.sync(self.next(document, totals={"paid": 1}, state="accepted"))
        self.assertEqual((result["status"], result["id"]), ("refused", order.id))
        self.assertEqual((order.state, order.version), ("paid", document["version"]))

    def test_an_order_does_not_move_to_another_store(self):
        self.env["waimai.store"].create({"name": "二店", "platform": "eleme", "platform_ref": "900000002"})
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        self.write(document)
        [result] = self.sync(self.next(document, store_ref="eleme:900000002"))
        self.assertEqual(result["status"], "refused")

    def test_two_callers_of_one_new_order_do_not_refuse_it(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        orders = self.env["waimai.order"]
        self.write(document)
        # The other call's row is not visible yet: what a snapshot taken before its commit looks like.
        self.patch(type(orders), "_rows_of", lambda self, keys: {})
        with self.assertRaises(ConcurrencyError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            orders.sync([document])

    def test_a_failed_statement_is_logged_without_the_customer(self):
        document = self.document((), customer={"name": "测试人", "phone": "13800000000", "address": "测试路"})
        self.write(document)
        orders = self.env["waimai.order"]
        self.patch(type(orders), "_rows_of", lambda self, keys: {})
        with (
            self.assertLogs("odoo.sql_db", "ERROR") as log,
            self.assertRaises(ConcurrencyError),
            self.env.cr.savepoint(),
        ):
            orders.sync([document])
        self.assertIn('INSERT INTO "waimai_order"', log.output[0])
        for secret in ("测试人", "13800000000", "测试路"):
            self.assertNotIn(secret, log.output[0])

    def test_an_unexpected_failure_names_the_place_and_not_the_data(self):
        def fail(self):
            raise KeyError("13800000000")

        orders = self.env["waimai.order"]
        self.patch(type(orders), "_settle_sales", fail)
        with self.assertLogs("odoo.addons.waimai_bridge", "WARNING") as log:
            [result] = orders.sync([self.document([("牛肉饭", "B-1", 1, 2600)])])
        self.assertEqual(result["status"], "refused")
        self.assertIn("KeyError", result["reason"])
        self.assertNotIn("13800000000", result["reason"] + str(log.output))

    def test_two_companies_in_one_batch(self):
        company = self.env["res.company"].create({"name": "分公司", "currency_id": self.env.ref("base.CNY").id})
        branch = self.env["waimai.store"].create(
            {"name": "分店", "platform_ref": "900000003", "company_id": company.id}
        )
        self.bowl.bom_ids.company_id = False  # a recipe of every company
        documents = [self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True) for _ in range(4)]
        documents[1]["store_ref"] = documents[3]["store_ref"] = branch.store_ref
        results = self.sync(*documents)
        self.assertEqual({result["status"] for result in results}, {"written"}, results)
        orders = self.env["waimai.order"].browse([result["id"] for result in results])
        self.assertEqual(orders.mapped("company_id"), self.store.company_id + company)
        self.assertEqual(orders.sale_order_id.mapped("amount_total"), [26.0] * 4)
        for order in orders:
            self.assertEqual(order.sale_order_id.company_id, order.company_id)
            self.assertEqual(order.consumption_ids.move_id.company_id, order.company_id)
            self.assertEqual(order.consumption_ids.move_id.location_id, order.store_id.warehouse_id.lot_stock_id)

    def test_what_is_nobodys_fault_is_left_to_odoo(self):
        orders = self.env["waimai.order"]
        for met, raised in (
            (psycopg2.errors.SerializationFailure, psycopg2.errors.SerializationFailure),
            (psycopg2.errors.DeadlockDetected, psycopg2.errors.DeadlockDetected),
            (psycopg2.InterfaceError, psycopg2.InterfaceError),
            (LockError, ConcurrencyError),
        ):

            def fail(self, met=met):
                raise met("not now")

            self.patch(type(orders), "_settle_materials", fail)
            with self.assertRaises(raised):
                orders.sync([self.document([("牛肉饭", "B-1", 1, 2600)])])

    def test_items_added_changed_and_gone(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600), ("可乐", "COLA", 2, 300)])
        order = self.write(document)
        later = self.document([("牛肉饭", "B-1", 3, 2600), ("美式咖啡", "C-1", 1, 1200), ("可乐", "COLA", 1, 300)])
        self.write({**later, "key": document["key"], "version": document["version"] + 1})
        self.assertEqual(order.item_ids.mapped("name"), ["牛肉饭", "美式咖啡", "可乐"])
        self.assertEqual(order.sale_order_id.amount_total, 93.0)
        self.assertEqual(self.rows(order, posted=False)[self.rice], 0.45)

    def test_content_that_comes_late(self):
        slim = self.document((), [("rounding", 2600)])
        order = self.write(slim)
        self.assertEqual(order.sale_order_id.amount_total, 26.0)
        whole = self.document([("牛肉饭", "B-1", 1, 2600)])
        self.write({**whole, "key": slim["key"], "version": slim["version"] + 1})
        self.assertEqual(order.sale_order_id.amount_total, 26.0)
        sold = order.sale_order_id.order_line.filtered("product_uom_qty")
        self.assertEqual(sold.mapped("name"), ["牛肉饭"])

    def test_numbers_from_the_wire_are_read_leniently(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)], version=1.7e12)
        self.assertEqual(self.write(document).version, 1_700_000_000_000)

    def test_a_batch_needs_few_queries(self):
        self.sync(self.document([("牛肉饭", "B-1", 1, 2600)]))

        def batch(size):
            documents = [
                self.document([("牛肉饭", "B-1", 1, 2600)], [("box", 100)], consumed=True) for _ in range(size)
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(self.statuses(*documents)), {"written"})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        small, large = batch(5), batch(40)
        self.assertLess(large - small, 35, "an order must not cost a query of its own")
