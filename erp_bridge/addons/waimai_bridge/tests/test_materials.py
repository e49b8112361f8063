from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestMaterials(WaimaiCase):
    def test_planned_at_import_posted_once_when_used(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600), ("美式咖啡", "C-1", 1, 1200)])
        order = self.write(document)
        planned = {self.rice: 0.3, self.beef: 0.16, self.beans: 0.018}
        self.assertEqual(self.rows(order, posted=False), planned)
        self.assertEqual(self.stock(self.beans), 0.0)
        document = self.next(document, state="preparing", consumed=True, consumed_at="2026-01-02T03:10:00Z")
        self.write(document)
        self.assertEqual(self.rows(order), planned)
        self.assertFalse(self.rows(order, posted=False))
        self.assertEqual(self.stock(self.beans), -0.018, "to the gram")
        self.write(self.next(document, state="prepared"))
        self.assertEqual(self.stock(self.beans), -0.018, "used once, not twice")
        move = order.consumption_ids.move_id[:1]
        self.assertEqual(str(move.date), "2026-01-02 03:10:00")
        self.assertEqual(move.reference, "WM/测试店/2026-01-02")
        self.assertEqual(move.location_dest_id, self.store.consumption_location_id)

    def test_one_move_per_material_for_a_batch_adds_up_exactly(self):
        self._recipe(self._product("三人餐", default_code="T-3"), [(self.rice, 1, self.kg)], portions=3)
        documents = [self.document([("三人餐", "T-3", n + 1, 100)], consumed=True) for n in range(7)]
        orders = self.env["waimai.order"].browse([result["id"] for result in self.sync(*documents)])
        rows = orders.consumption_ids
        self.assertEqual(rows.sorted("id").mapped("quantity"), [0.3333, 0.6667, 1.0, 1.3333, 1.6667, 2.0, 2.3333])
        self.assertEqual(len(rows.move_id), 1)
        self.assertEqual(rows.move_id.quantity, 9.3333)
        self.assertEqual(self.stock(self.rice), -9.3333)

    def test_a_kit_inside_a_kit(self):
        meal = self._dish("套餐", "M-1", [(self.bowl, 2, self.unit), (self.cola, 1, self.unit)])
        order = self.write(self.document([("套餐", "M-1", 3, 4000)], consumed=True))
        self.assertEqual(self.rows(order), {self.rice: 0.9, self.beef: 0.48, self.cola: 3.0})
        self.assertEqual(order.item_ids.product_id, meal)

    def test_a_storable_product_is_its_own_material(self):
        order = self.write(self.document([("可乐", "COLA", 2, 300)], consumed=True))
        self.assertEqual(self.rows(order), {self.cola: 2.0})
        self.assertFalse(order.warning)

    def test_what_is_silently_empty_gets_a_warning(self):
        self._product("没配方", default_code="N-1")
        self._recipe(self._product("空配方", default_code="N-2"), [])
        archived = self._dish("旧配方", "N-3", [(self.rice, 1, self.gram)])
        archived.bom_ids.active = False
        cooked = self._dish("生产", "N-4", [(self.rice, 1, self.gram)])
        cooked.bom_ids.type = "normal"
        document = self.document([(name, name, 1, 100) for name in ("N-1", "N-2", "N-3", "N-4")] + [("谁", "??", 1, 1)])
        order = self.write({**document, "consumed": True, "warning": "来自平台"})
        problems = dict(zip(order.item_ids.mapped("name"), order.item_ids.mapped("problem"), strict=True))
        self.assertEqual(
            problems,
            {"N-1": "no_recipe", "N-2": "empty_recipe", "N-3": "no_recipe", "N-4": "no_recipe", "谁": "unmapped"},
        )
        self.assertIn("来自平台", order.warning)
        self.assertIn("N-1、N-3、N-4", order.warning)
        self.assertIn("谁", order.warning)
        self.assertFalse(order.consumption_ids)
        self.assertEqual(order.sale_order_id.state, "sale", "an unknown dish never stops an order")
        placeholder = order.sale_order_id.order_line.filtered(lambda line: line.name == "谁").product_id
        self.assertEqual(placeholder.default_code, "WM-UNKNOWN")

    def test_materials_with_lots_stay_planned(self):
        self.beef.tracking = "lot"
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True))
        self.assertEqual(self.rows(order), {self.rice: 0.15})
        self.assertEqual(self.rows(order, posted=False), {self.beef: 0.08})
        self.assertTrue(order.warning)

    def test_recipes_are_frozen_at_import(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600)])
        order = self.write(document)
        self.bowl.bom_ids.bom_line_ids.filtered(lambda line: line.product_id == self.rice).product_qty = 999
        self.bowl.default_code = "B-OTHER"
        self.write(self.next(document, consumed=True))
        self.assertEqual(self.rows(order), {self.rice: 0.3, self.beef: 0.16})

    def test_used_at_once_at_import(self):
        order = self.write(self.document([("美式咖啡", "C-1", 3, 1200)], sale="done", state="completed", consumed=True))
        self.assertEqual(self.rows(order), {self.beans: 0.054})

    def test_going_back_takes_the_materials_back(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True)
        order = self.write(document)
        self.assertEqual(self.stock(self.rice), -0.15)
        document = self.next(document, consumed=False)
        self.write(document)
        self.assertEqual(self.stock(self.rice), 0.0)
        self.assertEqual(self.rows(order, posted=False), {self.rice: 0.15, self.beef: 0.08})
        back = order.consumption_ids.filtered(lambda row: row.quantity < 0)
        self.assertTrue(back.move_id.origin_returned_move_id)
        self.write(self.next(document, consumed=True))
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08})
        self.assertEqual(self.stock(self.rice), -0.15)

    def test_a_store_without_matching(self):
        self.store.match_products = False
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True))
        self.assertFalse(order.warning)
        self.assertFalse(order.consumption_ids)
        self.assertEqual(order.sale_order_id.amount_total, 26.0)
        self.store.match_products = True
        self.env["waimai.menu.item"]._take(self.store, [{"platform_item": "1", "name": "牛肉饭", "sku_code": "B-1"}])
        self.env["waimai.product.map"].create({"sku_code": "B-1", "product_id": self.bowl.id})
        self.store.action_repair_orders()
        self.assertEqual(self.store.menu_item_ids.waiting_count, 0)
        self.assertFalse(order.consumption_ids, "switched on later it touches no old order")
        self.env.invalidate_all()
        order.item_ids.with_user(self.env.ref("base.user_admin")).product_id = self.bowl
        self.assertEqual(self.rows(order), {self.rice: 0.15, self.beef: 0.08}, "unless somebody chooses the product")

    def test_another_warehouse_touches_no_old_order(self):
        first = self.store.warehouse_id
        used = {"consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
        document = self.document([("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 2, 300)], **used)
        waiting = self.document([("牛肉饭", "B-1", 1, 2600)])
        order, cooked_later = self.write(document), self.write(waiting)
        second = self.env["stock.warehouse"].create({"name": "另一家", "code": "WM2X"})
        self.store.warehouse_id = second
        self.write(self.next(document, sale="reversed", state="refunded", totals={"paid": 5800, "refunded": 5800}))
        self.write(self.next(waiting, **used))
        self.assertEqual((self.stock(self.cola), self.stock(self.rice)), (0.0, 0.0), "nothing of it is the new one's")
        new = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], **used))
        self.assertEqual(self.stock(self.rice), -0.15)
        self.store.warehouse_id = first
        self.assertEqual((self.stock(self.cola), self.stock(self.rice)), (0.0, -0.45))
        moves = (order | cooked_later).consumption_ids.move_id
        self.assertEqual((moves.warehouse_id, new.consumption_ids.move_id.warehouse_id), (first, second))
        self.env.flush_all()
        report = self.env["waimai.report.material"]
        for warehouse, rice in ((first, 0.45), (second, 0.15)):
            rows = report.search([("warehouse_id", "=", warehouse.id), ("product_id", "=", self.rice.id)])
            self.assertEqual((round(sum(rows.mapped("used")), 4), round(sum(rows.mapped("theory")), 4)), (rice, rice))

    def test_what_went_elsewhere_goes_back_where_it_came_from(self):
        """An order whose material was once posted in another warehouse than its own."""
        document = self.document([("可乐", "COLA", 2, 300)], consumed=True)
        order, own = self.write(document), self.store.warehouse_id
        other = self.env["stock.warehouse"].create({"name": "另一家", "code": "WM2X"})
        move = order.consumption_ids.move_id
        back = other.lot_stock_id
        move.move_line_ids.location_id = move.location_id = back
        move.warehouse_id = other
        self.write(self.next(document, consumed=False))
        returned = order.consumption_ids.move_id - move
        self.assertEqual((returned.location_dest_id, returned.warehouse_id), (back, other))
        self.write(self.next(self.next(document), consumed=True))
        again = order.consumption_ids.move_id - move - returned
        self.assertEqual(again.location_id, own.lot_stock_id)
        totals = {"paid": 600, "refunded": 600}
        third = self.next(self.next(self.next(document)), sale="reversed", state="refunded", totals=totals)
        self.write(third)
        last = order.consumption_ids.move_id - move - returned - again
        self.assertEqual((last.location_dest_id, last.origin_returned_move_id), (own.lot_stock_id, again))

    def test_a_service_with_a_recipe_is_never_silent(self):
        dish = self._dish("服务菜", "SV-1", [(self.rice, 150, self.gram)])
        meal = self._dish("套餐", "M-1", [(dish, 1, self.unit), (self.cola, 1, self.unit)])
        dish.type = "service"
        self._product("纯服务", default_code="SV-2").type = "service"
        items = [(name, name, 1, 100) for name in ("SV-1", "SV-2", "M-1", "B-1")]
        order = self.write(self.document(items, consumed=True))
        self.assertEqual(order.item_ids.mapped("problem"), ["service", False, "service", False])
        self.assertIn("SV-1、M-1", order.warning)
        self.assertEqual(self.rows(order), {self.cola: 1.0, self.rice: 0.15, self.beef: 0.08})
        self.assertEqual(order.item_ids.filtered(lambda item: item.line == 3).product_id, meal)
        catalog = self.env["waimai.store"].catalog("eleme:900000001")
        found = {item["sku_code"]: item["recipe"] for item in catalog["items"]}
        self.assertEqual((found["SV-1"], found["SV-2"], found["M-1"]), ("empty", "ok", "empty"))

    def test_batches_that_span_midnight_have_a_move_per_day(self):
        late = self.document([("美式咖啡", "C-1", 1, 100)], consumed=True, consumed_at="2026-01-02T15:59:59Z")
        early = self.document([("美式咖啡", "C-1", 1, 100)], consumed=True, consumed_at="2026-01-02T16:00:00Z")
        orders = self.env["waimai.order"].browse([result["id"] for result in self.sync(late, early)])
        self.assertEqual(
            orders.consumption_ids.move_id.mapped("reference"), ["WM/测试店/2026-01-02", "WM/测试店/2026-01-03"]
        )
