from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .menu_case import MenuCase


@tagged("post_install", "-at_install")
class TestOffSale(MenuCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meituan = cls.env["waimai.store"].create(
            {"name": "美团店", "platform": "meituan", "platform_ref": "MT-9", "warehouse_id": cls.store.warehouse_id.id}
        )
        cls.desk = new_test_user(cls.env, "desk", groups="waimai_bridge.group_desk")
        cls.store.user_ids = cls.desk

    def both(self):
        rows = self.row(1, "B-1"), self.row(2, "C-1", name="美式")
        return self.pull(*rows), self.pull(*rows, store=self.meituan)

    def fill(self, material, quantity):
        location = self.store.warehouse_id.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(material, location, quantity)
        self.env.invalidate_all()

    def test_a_dish_goes_off_sale_on_all_platforms_from_one_place_and_back(self):
        eleme, meituan = self.both()
        told = self.bowl.product_tmpl_id.action_waimai_off_sale()
        self.assertIn("美团店", told["params"]["message"])
        commands = (eleme["1"] | meituan["1"]).sale_command_id
        self.assertEqual(set(commands.store_id), {self.store, self.meituan})
        self.assertEqual(set(commands.mapped("action")), {"off_sale"})
        self.assertEqual(
            commands[0].args, {"items": [{"platform_item": "153001", "platform_sku": "771", "name": "牛肉饭"}]}
        )
        self.assertEqual((eleme["1"].asked_sale, eleme["1"].sale_state, eleme["1"].on_sale), ("off", "open", True))
        self.report(eleme["1"].sale_command_id.id)
        self.report(meituan["1"].sale_command_id.id, state="refused")
        self.assertEqual((eleme["1"].asked_sale, eleme["1"].sale_state, eleme["1"].on_sale), ("off", "done", False))
        self.assertEqual((meituan["1"].sale_state, meituan["1"].on_sale), ("refused", True))
        self.assertTrue(eleme["2"].on_sale and not eleme["2"].asked_sale, "another dish")
        template = self.bowl.product_tmpl_id
        self.assertEqual((template.waimai_menu_count, template.waimai_on_sale_count), (2, 1))
        template.action_waimai_on_sale()
        self.report(eleme["1"].sale_command_id.id)
        self.assertEqual((eleme["1"].asked_sale, eleme["1"].on_sale), ("on", True))

    def test_after_a_refusal_of_several_dishes_the_menu_is_asked_for(self):
        eleme, _ = self.both()
        one, two = eleme["1"], eleme["2"]
        [number] = (one | two).action_off_sale()
        before = self.store.menu_command_id
        self.report(number, state="refused")
        self.assertNotEqual(self.store.menu_command_id, before, "only the menu tells which of them it took")
        self.assertEqual(self.store.menu_state, "open")
        [number] = one.action_on_sale()
        asked = self.store.menu_command_id
        self.report(number, state="refused")
        self.assertEqual(self.store.menu_command_id, asked, "of one dish the refusal says it all")

    def test_pressing_twice_has_one_effect_and_the_last_wish_counts(self):
        item = self.both()[0]["1"]
        [first] = item.action_off_sale()
        self.assertEqual(item.action_off_sale(), [])
        [second] = item.action_on_sale()
        self.report(second)
        self.report(first)
        self.assertTrue(item.on_sale, "the older answer is old news")
        [third] = item.action_on_sale()
        self.assertNotIn(third, (first, second), "asked again although the last pull says so already")

    def test_off_on_off_ends_off(self):
        item = self.both()[0]["1"]
        presses = [*item.action_off_sale(), *item.action_on_sale(), *item.action_off_sale()]
        self.assertEqual(len(set(presses)), 3)
        for number in presses:
            self.report(number)
        self.assertFalse(item.on_sale)

    def test_a_press_that_was_repeated_from_the_list_counts(self):
        item = self.both()[0]["1"]
        [number] = item.action_off_sale()
        self.report(number, state="refused")
        again = self.env["waimai.command"].browse(number).action_retry()
        self.report(again)
        self.assertEqual((item.on_sale, item.sale_state, item.sale_command_id.id), (False, "done", again))

    def test_the_next_pull_is_what_the_platform_says(self):
        item = self.both()[0]["1"]
        self.report(item.action_off_sale()[0])
        self.assertFalse(item.on_sale)
        self.pull(self.row(1, "B-1"))
        self.assertEqual((item.on_sale, item.asked_sale), (True, "off"), "somebody put it back in the platform's app")

    def test_shop_staff_take_their_own_dishes_off_sale(self):
        eleme, meituan = self.both()
        self.assertTrue(eleme["1"].with_user(self.desk).action_off_sale())
        with self.assertRaises(AccessError):
            meituan["1"].with_user(self.desk).action_off_sale()
        self.report(eleme["1"].sale_command_id.id)
        eleme["1"].with_user(self.desk).action_on_sale_everywhere()
        self.assertEqual((eleme["1"].asked_sale, meituan["1"].asked_sale), ("on", False))
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        for attempt in (
            lambda: eleme["1"].with_user(nobody).action_off_sale(),
            lambda: self.bowl.product_tmpl_id.with_user(nobody).action_waimai_off_sale(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_dish_on_no_menu_says_so(self):
        with self.assertRaises(UserError):
            self.bowl.product_tmpl_id.action_waimai_off_sale()

    def test_dishes_whose_materials_ran_out(self):
        item, other = (self.both()[0][number] for number in "12")
        self.assertTrue(item.short, "nothing is there at all")
        self.fill(self.rice, 1)
        self.fill(self.beef, 0.25)
        self.fill(self.beans, 0.017)
        self.assertEqual((item.portions, item.short), (3, False))
        self.assertEqual((other.portions, other.short, other.recipe_state), (0, True, "ok"))
        self.assertIn("咖啡豆 0.017", other.short_text)
        here = ("store_id", "=", self.store.id)
        self.assertEqual(self.env["waimai.menu.item"].search([here, ("short", "=", True)]), other)
        self.assertEqual(self.env["waimai.menu.item"].search([here, ("short", "=", False)]), item)

    def test_what_is_planned_for_orders_is_not_there_any_more(self):
        item = self.both()[0]["1"]
        self.fill(self.rice, 10)
        self.fill(self.beef, 0.24)
        document = self.document([("牛肉饭", "B-1", 2, 2600)])
        self.write(document)
        self.env.invalidate_all()
        self.assertEqual((item.portions, item.short), (1, False))
        self.write(self.next(document, consumed=True))
        self.env.invalidate_all()
        self.assertEqual(item.portions, 1, "used now instead of planned")

    def test_a_dish_that_uses_nothing_is_never_short(self):
        self._product("没配方", default_code="N-1")
        self._product("外送", default_code="N-2").type = "service"
        menu = self.pull(self.row(1, "N-1"), self.row(2, "N-2"), self.row(3, "COLA"), self.row(4, "??"))
        states = {number: (item.recipe_state, item.short) for number, item in menu.items()}
        self.assertEqual(
            states, {"1": ("no_recipe", False), "2": ("ok", False), "3": ("ok", True), "4": (False, False)}
        )
