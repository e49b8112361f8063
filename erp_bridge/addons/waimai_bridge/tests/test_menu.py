from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .menu_case import MenuCase


@tagged("post_install", "-at_install")
class TestMenu(MenuCase):
    def test_a_pull_says_what_each_dish_is_here(self):
        self._product("老菜", default_code="OLD", active=False)
        menu = self.pull(
            self.row(1, "B-1"),
            self.row(2, "NEW", name="新菜"),
            self.row(3, "C-1", name="美式", spec="大杯"),
            self.row(4, "C-1", name="美式", spec="中杯"),
            self.row(5, "OLD", name="老菜"),
        )
        found = {number: (item.product_id, item.coverage, item.matched_by) for number, item in menu.items()}
        nothing = self.env["product.product"]
        self.assertEqual(found["1"], (self.bowl, "mapped", "code"))
        self.assertEqual(found["2"], (nothing, "unmapped", False))
        self.assertEqual(found["3"], (self.coffee, "double", "code"))
        self.assertEqual(found["4"], (self.coffee, "double", "code"))
        self.assertEqual((found["5"][0].name, found["5"][1]), ("老菜", "archived"))
        self.assertIn("中杯", menu["3"].note)
        self.assertEqual(menu["1"].price, 26.0)
        counts = ("menu_count", "mapped_count", "unmapped_count", "double_count", "archived_count")
        self.assertEqual([self.store[name] for name in counts], [5, 1, 1, 2, 1])
        self.assertEqual(self.store.menu_state, "done")
        self.assertTrue(self.store.menu_pulled_at)

    def test_the_next_pull_keeps_what_is_gone(self):
        first = self.pull(self.row(1, "B-1"), self.row(2, "C-1", name="美式"))
        again = self.pull(self.row(1, "B-1", price=2800, on_sale=False, stock=3))
        self.assertEqual(again, first, "the same rows")
        self.assertEqual((again["1"].price, again["1"].on_sale, again["1"].stock), (28.0, False, 3))
        self.assertFalse(again["2"].active)
        self.assertEqual(self.store.menu_count, 1)
        self.assertTrue(self.pull(self.row(1, "B-1"), self.row(2, "C-1"))["2"].active, "back on the menu")

    def test_a_refused_or_empty_handed_pull_changes_nothing(self):
        self.pull(self.row(1, "B-1"))
        [number] = self.store.action_pull_menu()
        self.report(number, state="refused")
        [number] = self.store.action_pull_menu()
        self.report(number)
        self.report(number, menu=[])
        self.assertTrue(self.menu()["1"].active, "an answer counts once")

    def test_rubbish_in_a_menu_is_left_out(self):
        odd = {"platform_item": None, "name": "x"}, "text", None, {"platform_sku": "9", "price": "x", "stock": True}
        menu = self.pull(self.row(1, "B-1"), *odd)
        self.assertEqual(len(menu), 2)
        self.assertEqual((menu["9"].name, menu["9"].price, menu["9"].stock_told), ("9", 0.0, False))

    def test_a_pull_under_way_is_not_asked_twice(self):
        self.assertEqual(self.store.action_pull_menu(), self.store.action_pull_menu())

    def test_the_command_is_one_on_the_shop(self):
        [number] = self.store.action_pull_menu()
        [body] = [one for one in self.env["waimai.command"].open_commands() if one["command_id"] == number]
        self.assertEqual(
            (body["store_ref"], body["order_ref"], body["action"], body["args"]),
            ("eleme:900000001", None, "pull_menu", {}),
        )

    def test_coverage_follows_rules_and_products(self):
        item = self.pull(self.row(1, "K"))["1"]
        rule = self.env["waimai.product.map"].create({"sku_code": "K", "product_id": self.bowl.id})
        self.assertEqual((item.product_id, item.coverage, item.matched_by), (self.bowl, "mapped", "rule"))
        rule.product_id = self.coffee
        self.assertEqual(item.product_id, self.coffee)
        rule.unlink()
        self.assertEqual(item.coverage, "unmapped")
        self.bowl.default_code = "K"
        self.assertEqual((item.product_id, item.matched_by), (self.bowl, "code"))
        self.bowl.product_tmpl_id.active = False
        self.assertEqual((item.product_id, item.coverage), (self.bowl, "archived"))
        self.bowl.product_tmpl_id.active = True
        self.assertEqual(item.coverage, "mapped")
        self._product("双胞胎", default_code="K")
        self.assertEqual(item.coverage, "double")
        self.assertIn("双胞胎", item.note)
        self.store.match_products = False
        self.assertEqual((item.product_id, item.coverage), (self.env["product.product"], "off"))
        self.store.match_products = True
        self.assertEqual(item.coverage, "double")

    def test_the_order_of_matching_is_that_of_orders(self):
        row = self.row(1, "K", barcode="69")
        item = self.pull(row)["1"]
        by_rule, by_code, by_barcode, by_number = (self._product(f"{n}") for n in range(4))
        rules = self.env["waimai.product.map"]
        rules.create({"platform_item": item.platform_sku, "product_id": by_number.id})
        self.assertEqual(item.product_id, by_number)
        by_barcode.barcode = "69"
        self.assertEqual(item.product_id, by_barcode)
        by_code.default_code = "K"
        self.assertEqual(item.product_id, by_code)
        rules.create({"sku_code": "K", "product_id": by_rule.id})
        self.assertEqual(item.product_id, by_rule)

    def test_a_manager_maps_with_a_click_and_the_orders_follow(self):
        boss = new_test_user(self.env, "boss", groups="waimai_bridge.group_manager")
        order = self.write(self.document([("新菜", "NEW", 2, 2000)], consumed=True))
        item = self.pull(self.row(2, "NEW", name="新菜"))["2"]
        self.assertEqual(item.waiting_count, 1)
        self.assertEqual(item.action_open_orders()["domain"], [("id", "in", order.ids)])
        item.with_user(boss).product_id = self.bowl
        self.assertEqual((item.product_id, item.matched_by, item.waiting_count), (self.bowl, "rule", 0))
        rule = self.env["waimai.product.map"].search([("sku_code", "=", "NEW")])
        self.assertEqual((rule.product_id, rule.store_id), (self.bowl, self.env["waimai.store"]))
        self.assertEqual(self.rows(order), {self.rice: 0.3, self.beef: 0.16})
        item.with_user(boss).product_id = self.coffee
        self.assertEqual(item.product_id, self.coffee)
        self.assertEqual(order.item_ids.product_id, self.bowl, "a rule once used is history")
        self.assertEqual(self.rows(order), {self.rice: 0.3, self.beef: 0.16})

    def test_a_dish_without_a_code_is_mapped_by_the_platforms_id(self):
        document = self.document([("新菜", "", 1, 2000)], consumed=True)
        document["items"][0].update(platform_item="153002", platform_sku="772")
        order = self.write(document)
        item = self.pull(self.row(2, "", name="新菜"))["2"]
        item.with_user(self.env.ref("base.user_admin")).product_id = self.bowl
        rule = self.env["waimai.product.map"].search([("platform_item", "=", "772")])
        self.assertEqual((rule.store_id, item.matched_by), (self.store, "number"))
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
        item.with_user(self.env.ref("base.user_admin")).product_id = False
        self.assertEqual(item.coverage, "unmapped")
        self.assertEqual(order.item_ids.product_id, self.bowl)

    def test_a_changed_rule_touches_no_old_order(self):
        rule = self.env["waimai.product.map"].create({"sku_code": "K", "product_id": self.bowl.id})
        document = self.document([("盖饭", "K", 1, 2000)], consumed=True)
        order, sale = self.write(document), None
        sale = order.sale_order_id.order_line.read()
        for change in (
            lambda: rule.write({"product_id": self.coffee.id}),
            lambda: self.bowl.bom_ids.bom_line_ids.write({"product_qty": 999}),
            lambda: rule.write({"sku_code": "OTHER"}),
            rule.unlink,
            self.store.action_repair_orders,
        ):
            change()
            self.assertEqual(order.item_ids.product_id, self.bowl)
            self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
            self.assertEqual(order.sale_order_id.order_line.read(), sale)
        self.write(self.next(document, state="accepted"))
        self.assertEqual(order.item_ids.product_id, self.bowl, "also when the platform sends it again")

    def test_orders_are_repaired_from_the_coverage_page(self):
        order = self.write(self.document([("新菜", "NEW", 1, 2000)], consumed=True))
        item = self.pull(self.row(2, "NEW", name="新菜"))["2"]
        self.bowl.default_code = "NEW"
        self.assertFalse(order.item_ids.product_id, "nobody has asked for it yet")
        self.assertEqual((item.coverage, item.waiting_count), ("mapped", 1))
        item.action_repair_orders()
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
        other = self.write(self.document([("汤", "SOUP", 1, 2000)], consumed=True))
        self.coffee.default_code = "SOUP"
        self.assertIn("1", self.store.action_repair_orders()["params"]["message"])
        self.assertEqual(self.rows(other), {self.beans: 0.018})

    def test_the_code_is_written_back_and_counts_when_the_platform_says_so(self):
        item = self.pull(self.row(2, "", name="新菜", spec="大份"))["2"]
        with self.assertRaises(UserError):
            item.action_push_code()
        item.with_user(self.env.ref("base.user_admin")).product_id = self.bowl
        [number] = item.action_push_code()
        self.assertEqual(item.action_push_code(), [], "one effect")
        command = self.env["waimai.command"].browse(number)
        [row] = command.args["items"]
        expected = {"platform_item": "153002", "platform_sku": "772", "name": "新菜", "spec": "大份"}
        self.assertEqual(row, {**expected, "category": "盖饭", "code": "B-1"})
        self.assertEqual((item.sku_code, item.asked_code, item.code_state), (False, "B-1", "open"))
        self.report(number)
        self.assertEqual((item.sku_code, item.code_state, item.matched_by), ("B-1", "done", "code"))

    def test_a_refused_code_changes_nothing(self):
        item = self.pull(self.row(2, "OTHER"))["2"]
        item.with_user(self.env.ref("base.user_admin")).product_id = self.bowl
        [number] = item.action_push_code()
        self.report(number, state="refused")
        self.assertEqual((item.sku_code, item.code_state), ("OTHER", "refused"))
        self.assertNotEqual(item.action_push_code(), [number], "and can be repeated")

    def test_only_managers_change_menus_and_only_the_product(self):
        item = self.pull(self.row(1, "B-1"))["1"]
        boss = new_test_user(self.env, "boss", groups="waimai_bridge.group_manager")
        desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.store.user_ids = desk
        for values in ({"name": "x"}, {"on_sale": False}, {"product_id": self.bowl.id, "price": 1}):
            with self.assertRaises(AccessError):
                item.with_user(boss).write(values)
        for attempt in (
            lambda: item.with_user(desk).write({"product_id": self.bowl.id}),
            lambda: item.with_user(desk).action_push_code(),
            lambda: item.with_user(desk).action_repair_orders(),
            lambda: self.store.with_user(desk).action_pull_menu(),
            lambda: self.store.with_user(desk).action_repair_orders(),
            lambda: item.with_user(boss).unlink(),
            lambda: item.with_user(boss).create({"store_id": self.store.id, "platform_item": "1", "name": "x"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(UserError):
            item.with_user(boss).product_id = self._product(
                "别家", company_id=self.env["res.company"].create({"name": "别家"}).id
            )
