from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestOptions(WaimaiCase):
    def setUp(self):
        super().setUp()
        self.pearls = self._material("珍珠")
        self.milk = self._material("牛奶")
        self.topping = self._dish("加珍珠", "", [(self.pearls, 30, self.gram)])
        self.large = self._dish("大杯加量", "", [(self.milk, 120, self.gram), (self.beans, 6, self.gram)])
        self.option = self.env["waimai.option"]
        self.option.search([]).unlink()

    def coffee_with(self, *options, spec="", quantity=1, **more):
        document = self.document([("美式咖啡", "C-1", quantity, 1200)], consumed=True, **more)
        document["items"][0].update(options=list(options), spec=spec)
        return self.write(document)

    def test_an_option_with_a_recipe_adds_it_to_the_dish(self):
        self.option.create({"name": " 珍珠 ", "product_id": self.topping.id})
        self.option.create({"name": "大杯", "product_id": self.large.id})
        order = self.coffee_with("少冰", "珍珠", spec="大杯", quantity=2)
        self.assertEqual(self.rows(order), {self.beans: 0.048, self.pearls: 0.06, self.milk: 0.24})
        self.assertFalse(order.warning, "an option without a row uses nothing and is no trouble")

    def test_the_size_may_stand_among_the_options_too_and_counts_once(self):
        self.option.create({"name": "大杯", "product_id": self.large.id})
        order = self.coffee_with("大杯", spec="大杯")
        self.assertEqual(self.rows(order), {self.beans: 0.024, self.milk: 0.12})

    def test_chosen_several_times(self):
        self.option.create({"name": "珍珠", "product_id": self.topping.id, "quantity": 0.5})
        self.assertEqual(self.rows(self.coffee_with("珍珠×3"))[self.pearls], 0.045)
        self.assertEqual(self.rows(self.coffee_with("珍珠 x 2"))[self.pearls], 0.03)

    def test_the_row_that_says_most_counts(self):
        other = self.env["waimai.store"].create({"name": "二店", "platform_ref": "900000002"})
        common, dish, own, both = (self._dish(str(n), "", [(self.milk, n, self.gram)]) for n in (1, 2, 3, 4))
        self.option.create({"name": "大杯", "product_id": common.id})
        self.assertEqual(self.rows(self.coffee_with("大杯"))[self.milk], 0.001)
        self.option.create({"name": "大杯", "product_id": own.id, "store_id": self.store.id})
        self.assertEqual(self.rows(self.coffee_with("大杯"))[self.milk], 0.003)
        self.option.create({"name": "大杯", "product_id": dish.id, "dish_id": self.coffee.id})
        self.assertEqual(self.rows(self.coffee_with("大杯"))[self.milk], 0.002, "of this dish, in every store")
        row = {"name": "大杯", "product_id": both.id, "dish_id": self.coffee.id, "store_id": self.store.id}
        self.option.create(row)
        self.assertEqual(self.rows(self.coffee_with("大杯"))[self.milk], 0.004)
        self.assertEqual(self.rows(self.coffee_with("大杯", store_ref=other.store_ref))[self.milk], 0.002)
        document = self.document([("牛肉饭", "B-1", 1, 2600)], store_ref=other.store_ref, consumed=True)
        document["items"][0]["options"] = ["大杯"]
        self.assertEqual(self.rows(self.write(document))[self.milk], 0.001)

    def test_an_option_that_uses_nothing_is_a_warning(self):
        self.option.create({"name": "珍珠", "product_id": self._product("没配方").id})
        order = self.coffee_with("珍珠")
        self.assertEqual(order.item_ids.problem, "no_recipe")
        self.assertIn("美式咖啡", order.warning)
        self.assertEqual(self.rows(order), {self.beans: 0.018})

    def test_a_product_kept_in_stock_is_its_own_recipe(self):
        self.option.create({"name": "加可乐", "product_id": self.cola.id})
        self.assertEqual(self.rows(self.coffee_with("加可乐"))[self.cola], 1.0)

    def test_rows_touch_no_order_that_was_resolved(self):
        before = self.coffee_with("珍珠")
        row = self.option.create({"name": "珍珠", "product_id": self.topping.id})
        self.assertEqual(self.rows(before), {self.beans: 0.018})
        after = self.coffee_with("珍珠")
        row.unlink()
        before.item_ids._resolve()
        self.assertEqual(self.rows(after)[self.pearls], 0.03)

    def test_a_dish_that_is_mapped_later_brings_its_options(self):
        self.option.create({"name": "珍珠", "product_id": self.topping.id})
        document = self.document([("拿铁", "NEW-1", 2, 1500)], consumed=True)
        document["items"][0]["options"] = ["珍珠"]
        order = self.write(document)
        self.assertEqual((order.item_ids.problem, self.rows(order)), ("unmapped", {}))
        self.env["waimai.product.map"].create({"sku_code": "NEW-1", "product_id": self.coffee.id})
        self.assertEqual(self.rows(order), {self.beans: 0.036, self.pearls: 0.06}, "consumed after the fact")
        self.assertFalse(order.warning)
