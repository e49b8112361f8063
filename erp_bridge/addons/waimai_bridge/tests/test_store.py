from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestStore(WaimaiCase):
    def test_a_store_needs_only_name_platform_and_number(self):
        store = self.env["waimai.store"].create({"name": "新店", "platform": "meituan", "platform_ref": "88"})
        self.assertEqual(store.warehouse_id.name, "新店")
        self.assertEqual(store.consumption_location_id.usage, "customer")
        self.assertEqual(store.consumption_location_id.company_id, store.company_id)
        self.assertEqual(store.partner_id, self.env.ref("waimai_bridge.partner_meituan"))
        self.assertEqual((store.cancel_window, store.consume_at, store.match_products), (-1, "preparing", True))
        self.assertNotEqual(store.consumption_location_id, self.store.consumption_location_id)

    def test_blanks_around_a_number_are_none_of_it(self):
        store = self.env["waimai.store"].create({"name": "新店", "platform": "meituan", "platform_ref": " 88\n"})
        self.assertEqual(store.store_ref, "meituan:88")
        store.platform_ref = "\t89 "
        self.assertEqual(store.store_ref, "meituan:89")

    def test_a_given_warehouse_is_kept(self):
        warehouse = self.store.warehouse_id
        store = self.env["waimai.store"].create({"name": "同仓", "platform_ref": "89", "warehouse_id": warehouse.id})
        self.assertEqual(store.warehouse_id, warehouse)

    def test_two_stores_of_one_name(self):
        store = self.env["waimai.store"].create({"name": "测试店", "platform": "meituan", "platform_ref": "900000001"})
        self.assertEqual(store.warehouse_id.name, "测试店 (900000001)")

    def test_only_in_yuan(self):
        company = self.env["res.company"].create({"name": "Euro", "currency_id": self.env.ref("base.EUR").id})
        with self.assertRaises(ValidationError):
            self.env["waimai.store"].create({"name": "x", "platform_ref": "90", "company_id": company.id})

    def test_not_owed_by_ourselves(self):
        with self.assertRaises(ValidationError):
            self.store.partner_id = self.env.company.partner_id

    def test_terms_and_their_version(self):
        [terms] = [terms for terms in self.env["waimai.store"].terms() if terms["store_ref"] == "eleme:900000001"]
        self.assertEqual(
            terms,
            {
                "store_ref": "eleme:900000001",
                "name": "测试店",
                "app_ref": "",
                "auto_accept": False,
                "cancel_window": -1,
                "consume_at": "preparing",
                "invoicing": "none",
                "price_mode": "discounted",
                "match_products": True,
                "active": True,
                "version": self.store.version,
            },
        )
        before = self.store.version
        self.assertGreater(before, 1_700_000_000_000)
        self.store.user_ids = self.env.user
        self.assertEqual(self.store.version, before)
        self.store.cancel_window = 0
        self.assertGreater(self.store.version, before)
        self.store.active = False
        [terms] = [terms for terms in self.env["waimai.store"].terms() if terms["store_ref"] == "eleme:900000001"]
        self.assertFalse(terms["active"])

    def test_orders_of_an_archived_store_go_on(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        self.write(document)
        self.store.active = False
        self.assertEqual(self.write(self.next(document, state="accepted")).state, "accepted")

    def test_what_orders_lie_under_stays(self):
        company = self.env["res.company"].create({"name": "二号公司", "currency_id": self.env.ref("base.CNY").id})
        self.store.platform_ref = "900000009"
        self.store.platform_ref = "900000001"
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        for name, value in (("platform", "meituan"), ("platform_ref", "5"), ("company_id", company.id)):
            with self.assertRaisesRegex(ValidationError, "测试店"):
                self.store.write({name: value})
        self.store.write({"platform": "eleme", "company_id": self.store.company_id.id, "name": "改名的店"})
        self.assertEqual(self.store.name, "改名的店")

    def test_set_up_of_the_company(self):
        company = self.store.company_id
        self.assertEqual(company.waimai_tax_id.price_include_override, "tax_included")
        self.assertEqual(company.waimai_tax_id.amount, 6.0)
        self.assertTrue(
            company.waimai_tax_id.invoice_repartition_line_ids.account_id, "the copy keeps the tax's account"
        )
        self.assertEqual(set(company.waimai_clearing_ids.mapped("platform")), {"eleme", "meituan"})
        self.assertEqual(set(company.waimai_clearing_ids.account_id.mapped("reconcile")), {True})
        count = self.env["account.tax"].search_count([])
        company._waimai_set_up()
        self.assertEqual(self.env["account.tax"].search_count([]), count, "repeatable")
