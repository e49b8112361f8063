from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestMapping(WaimaiCase):
    def bought(self, code, **item):
        document = self.document([("盖饭", code, 1, 2000)], consumed=True)
        document["items"][0].update(item)
        return document

    def test_the_order_of_matching(self):
        by_rule, by_code, by_barcode, by_number = (
            self._dish(f"{n}", f"X-{n}", [(self.rice, 1, self.gram)]) for n in range(4)
        )
        rules = self.env["waimai.product.map"]
        rules.create({"platform_item": "777", "product_id": by_number.id})
        full = {"barcode": "69", "platform_item": "777"}
        self.assertEqual(self.write(self.bought("K", **full)).item_ids.product_id, by_number)
        by_barcode.barcode = "69"
        self.assertEqual(self.write(self.bought("K", **full)).item_ids.product_id, by_barcode)
        by_code.default_code = "K"
        self.assertEqual(self.write(self.bought("K", **full)).item_ids.product_id, by_code)
        rules.create({"sku_code": "K", "product_id": by_rule.id})
        self.assertEqual(self.write(self.bought("K", **full)).item_ids.product_id, by_rule)

    def test_the_stores_own_rule_wins(self):
        rules = self.env["waimai.product.map"]
        rules.create({"sku_code": "K", "product_id": self.coffee.id})
        rules.create({"sku_code": "K", "product_id": self.bowl.id, "store_id": self.store.id})
        self.assertEqual(self.write(self.bought("K")).item_ids.product_id, self.bowl)

    def test_a_code_on_two_products_is_reported(self):
        twin = self._dish("双胞胎", "B-1", [(self.rice, 1, self.gram)])
        order = self.write(self.bought("B-1"))
        self.assertEqual(order.item_ids.product_id, self.bowl, "the older one")
        self.assertEqual(order.item_ids.problem, "double")
        self.assertTrue(order.warning)
        twin.active = False
        self.assertFalse(self.write(self.bought("B-1")).warning)

    def test_a_warning_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        told = "金额差异 ¥1.00，已单列 · ¥1.00 of the sum is not explained by its parts"
        bot = self.env["waimai.order"].with_context(lang="zh_CN")
        [result] = bot.sync([{**self.bought("NEW"), "warning": told}])
        order = self.env["waimai.order"].browse(result["id"])
        labels = self.env["waimai.order.item"].with_context(lang="zh_CN")._fields["problem"]
        chinese = dict(labels._description_selection(self.env(context={"lang": "zh_CN"})))["unmapped"]
        self.assertEqual(
            order.with_context(lang="en_US").warning,
            "¥1.00 of the sum is not explained by its parts\nNo product: 盖饭",
        )
        self.assertEqual(order.with_context(lang="zh_CN").warning, f"金额差异 ¥1.00，已单列\n{chinese}: 盖饭")
        self.assertNotEqual(chinese, "No product")
        english = order.with_context(lang="en_US")
        self.assertEqual(english.card["warning"], english.warning)

    def test_orders_are_found_by_their_warning(self):
        orders = self.env["waimai.order"]
        clean, lacking = self.write(self.bought("B-1")), self.write(self.bought("NEW"))
        told = self.write({**self.bought("B-1"), "warning": "来自平台"})
        mine = [("id", "in", (clean | lacking | told).ids)]
        self.assertEqual(orders.search([*mine, ("warning", "!=", False)]), lacking | told)
        self.assertEqual(orders.search([*mine, ("warning", "=", False)]), clean)
        self.assertEqual(orders.search([*mine, ("warning", "ilike", "盖饭")]), lacking)
        self.assertEqual(orders.search([*mine, ("warning", "ilike", "来自")]), told)

    def test_mapped_later_the_materials_follow(self):
        cooked, planned = self.write(self.bought("NEW")), self.write({**self.bought("NEW"), "consumed": False})
        gone = self.write({**self.bought("NEW"), "consumed": False, "sale": "cancelled", "state": "refunded"})
        self.assertTrue(cooked.warning)
        before = cooked.sale_order_id.order_line.read()
        self.env["waimai.product.map"].create({"sku_code": "NEW", "product_id": self.bowl.id})
        self.assertEqual(self.rows(cooked), {self.rice: 0.15, self.beef: 0.08})
        self.assertEqual(self.rows(planned, posted=False), {self.rice: 0.15, self.beef: 0.08})
        self.assertFalse(self.rows(planned))
        self.assertFalse(gone.consumption_ids)
        self.assertFalse(cooked.warning)
        self.assertEqual(cooked.sale_order_id.order_line.read(), before, "the sale itself is not touched")
        self.assertEqual(self.stock(self.rice), -0.15)

    def test_a_rule_of_another_store_does_not_count(self):
        other = self.env["waimai.store"].create({"name": "二店", "platform": "eleme", "platform_ref": "900000002"})
        order = self.write(self.bought("NEW"))
        rule = self.env["waimai.product.map"].create(
            {"sku_code": "NEW", "product_id": self.bowl.id, "store_id": other.id}
        )
        self.assertFalse(order.item_ids.product_id)
        rule.store_id = self.store
        self.assertEqual(order.item_ids.product_id, self.bowl)

    def test_by_the_platforms_number_later(self):
        order = self.write(self.bought("", platform_item="1484812123"))
        self.env["waimai.product.map"].create({"platform_item": " 1484812123 ", "product_id": self.bowl.id})
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})

    def test_old_orders_keep_their_product(self):
        order = self.write(self.bought("B-1"))
        self.env["waimai.product.map"].create({"sku_code": "B-1", "product_id": self.coffee.id})
        self.assertEqual(order.item_ids.product_id, self.bowl)
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})

    def test_a_manager_chooses_the_product_of_one_item(self):
        manager = new_test_user(self.env, "boss", groups="waimai_bridge.group_manager")
        order = self.write(self.bought("NEW"))
        item = order.item_ids.with_user(manager)
        item.product_id = self.bowl
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
        item.product_id = self.coffee
        self.assertEqual(self.rows(order), {self.beans: 0.018}, "a wrong choice is taken back")
        item.write({"product_id": False})
        self.assertEqual(self.rows(order), {})
        self.assertTrue(order.warning)

    def test_a_manager_chooses_in_the_form_of_the_order(self):
        manager = new_test_user(self.env, "boss", groups="waimai_bridge.group_manager")
        order, other = self.write(self.bought("NEW")), self.write(self.bought("NEW"))
        form = order.with_user(manager)
        form.web_save({"item_ids": [[1, order.item_ids.id, {"product_id": self.bowl.id}]]}, {"item_ids": {}})
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
        form.write({"item_ids": [[1, other.item_ids.id, {"product_id": self.bowl.id}]]})
        self.assertFalse(other.item_ids.product_id, "not an item of this order")
        for values in (
            {"item_ids": [[2, order.item_ids.id, 0]]},
            {"item_ids": [[0, 0, {"name": "x"}]]},
            {"item_ids": [[1, order.item_ids.id, {"quantity": 9}]]},
            {"item_ids": [], "state": "completed"},
        ):
            with self.assertRaises(AccessError):
                form.write(values)

    def test_shop_staff_do_not_map(self):
        desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.store.user_ids = desk
        order = self.write(self.bought("NEW"))
        with self.assertRaises(AccessError):
            order.item_ids.with_user(desk).product_id = self.bowl
        with self.assertRaises(AccessError):
            self.env["waimai.product.map"].with_user(desk).create({"sku_code": "NEW", "product_id": self.bowl.id})

    def test_a_rule_needs_a_code(self):
        with self.assertRaises(ValidationError):
            self.env["waimai.product.map"].create({"sku_code": " ", "product_id": self.bowl.id})

    def test_the_catalogue_says_which_recipes_are_missing(self):
        self._product("没配方", default_code="N-1")
        self._recipe(self._product("空配方", default_code="N-2"), [])
        self.env["waimai.product.map"].create({"sku_code": "MAPPED", "product_id": self.bowl.id})
        catalog = self.env["waimai.store"].catalog("eleme:900000001")
        found = {item["sku_code"]: item["recipe"] for item in catalog["items"]}
        self.assertEqual(catalog["store_ref"], "eleme:900000001")
        expected = {"B-1": "ok", "COLA": "ok", "MAPPED": "ok", "N-1": "none", "N-2": "empty"}
        self.assertEqual({code: found.get(code) for code in expected}, expected)
        with self.assertRaises(ValidationError):
            self.env["waimai.store"].catalog("eleme:404")
