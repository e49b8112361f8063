from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .menu_case import MenuCase


@tagged("post_install", "-at_install")
class TestCompanies(MenuCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bowl.bom_ids.company_id = False  # a recipe for both
        yuan = cls.env.ref("base.CNY")
        cls.second = cls.env["res.company"].create({"name": "乙公司", "currency_id": yuan.id})
        cls.other = cls.env["waimai.store"].create(
            {"name": "乙店", "platform": "eleme", "platform_ref": "900000002", "company_id": cls.second.id}
        )
        cls.boss = new_test_user(cls.env, "boss", groups="waimai_bridge.group_manager")
        cls.boss_of_second = new_test_user(
            cls.env,
            "boss2",
            groups="waimai_bridge.group_manager",
            company_id=cls.second.id,
            company_ids=[(6, 0, cls.second.ids)],
        )

    def order_of(self, store, **more):
        return self.write(self.document([("牛肉饭", "B-1", 1, 2600)], store_ref=store.store_ref, consumed=True, **more))

    def test_a_document_is_written_into_the_stores_company(self):
        first, second = self.order_of(self.store), self.order_of(self.other)
        for order, company in ((first, self.env.company), (second, self.second)):
            found = order.sale_order_id.company_id | order.sale_order_id.warehouse_id.company_id
            found |= order.consumption_ids.move_id.company_id | order.store_id.consumption_location_id.company_id
            self.assertEqual(found, company)
            self.assertEqual(order.sale_order_id.order_line.tax_ids.company_id - company, self.env["res.company"])

    def test_nothing_of_another_company_is_seen(self):
        for store in (self.store, self.other):
            order = self.order_of(store, refunds=[{**self.granted(100), "status": "requested"}])
            order.action_start()
            self.pull(self.row(1, "B-1"), store=store)
            self.env["waimai.product.map"].create({"store_id": store.id, "sku_code": "Z", "product_id": self.bowl.id})
            alert = {"key": f"a{store.id}", "kind": "shop", "store_ref": store.store_ref, "state": "open"}
            self.env["waimai.command"].report([{"alert": alert}])
        models = ["order", "order.item", "refund", "command", "consumption", "product.map", "alert", "menu.item"]
        for user, own, foreign in ((self.boss, self.store, self.other), (self.boss_of_second, self.other, self.store)):
            env = self.env(user=user, su=False)
            self.assertNotIn(foreign, env["waimai.store"].search([]))
            self.assertIn(own, env["waimai.store"].search([]))
            for name in models:
                seen = env[f"waimai.{name}"].search([]).store_id
                self.assertIn(own, seen, name)
                self.assertNotIn(foreign, seen, name)
            with self.assertRaises(AccessError):
                env["waimai.store"].browse(foreign.id).read(["name"])
            with self.assertRaises(AccessError):
                env["waimai.store"].browse(foreign.id).action_pull_menu()
            with self.assertRaises(AccessError):
                env["waimai.menu.item"].browse(foreign.sudo().menu_item_ids.ids).action_off_sale()
            with self.assertRaises(AccessError):
                env["waimai.setup"].place_order(foreign.id)
            rows = env["waimai.setup"].status()["steps"]["stores"]["rows"]
            self.assertNotIn(foreign.id, [row["id"] for row in rows])

    def test_a_dish_of_another_company_is_no_product_here(self):
        dish = self._dish("乙饭", "Z-1", [(self.rice, 1, self.gram)])
        dish.company_id = self.second
        self.assertEqual(self.pull(self.row(1, "Z-1"))["1"].coverage, "unmapped")
        self.assertEqual(self.pull(self.row(1, "Z-1"), store=self.other)["1"].product_id, dish)

    def test_off_sale_everywhere_ends_at_the_company(self):
        mine = self.pull(self.row(1, "B-1"))["1"]
        theirs = self.pull(self.row(1, "B-1"), store=self.other)["1"]
        self.bowl.product_tmpl_id.with_user(self.boss).action_waimai_off_sale()
        self.assertEqual((mine.asked_sale, theirs.asked_sale), ("off", False))

    def test_a_rule_for_every_store_is_made_by_who_sees_them_all(self):
        theirs = self.write(self.document([("谜", "X-9", 1, 100)], store_ref=self.other.store_ref, consumed=True))
        rules = self.env["waimai.product.map"]
        mine = rules.with_user(self.boss)
        values = {"sku_code": "X-9", "product_id": self.bowl.id}
        with self.assertRaises(UserError):
            mine.create(values)
        own = mine.create({**values, "store_id": self.store.id})
        with self.assertRaises(UserError):
            own.store_id = False
        own.unlink()
        self.assertFalse(theirs.item_ids.product_id)
        here = self.write(self.document([("谜", "X-9", 1, 100)], consumed=True))
        context = here.item_ids.with_user(self.boss).action_map()["context"]
        self.assertEqual(context["default_store_id"], self.store.id)
        self.boss.company_ids |= self.second
        context = here.item_ids.with_user(self.boss).action_map()["context"]
        self.assertEqual(context["default_store_id"], False)
        common = mine.create(values)
        self.assertEqual((theirs | here).item_ids.product_id, self.bowl)
        for change in (lambda rule: rule.write({"product_id": self.coffee.id}), lambda rule: rule.unlink()):
            with self.assertRaises(UserError):
                change(common.with_user(self.boss_of_second))

    def test_a_click_makes_no_rule_for_another_company(self):
        item = self.pull(self.row(1, "K"))["1"]
        item.with_user(self.boss).product_id = self.bowl
        self.assertEqual(self.env["waimai.product.map"].search([("sku_code", "=", "K")]).store_id, self.store)
