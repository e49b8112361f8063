from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestReports(WaimaiCase):
    def setUp(self):
        super().setUp()
        self.meituan = self.env["waimai.store"].create(
            {
                "name": "测试店（美团）",
                "platform": "meituan",
                "platform_ref": "MT-9001",
                "warehouse_id": self.store.warehouse_id.id,
            }
        )
        self.shop = self.store.warehouse_id

    def sales(self, *groupby, domain=(), user=None):
        return self.report("waimai.report.sale", groupby, ("quantity:sum", "amount:sum"), domain, user)

    def materials(self, *groupby, domain=(), user=None):
        measures = ("used:sum", "theory:sum", "difference:sum")
        return self.report("waimai.report.material", groupby, measures, domain, user)

    def report(self, model, groupby, measures, domain, user):
        self.env.flush_all()
        records = self.env[model].with_user(user or self.env.user)
        domain = [("warehouse_id", "=", self.shop.id), *domain]
        result = {}
        for row in records._read_group(domain, groupby, measures):
            key = row[: len(groupby)]
            result[key[0] if len(key) == 1 else key] = tuple(round(value, 4) for value in row[len(groupby) :])
        return result

    def till(self, *lines, deliver=True, date_order="2026-01-02 05:00:00"):
        """A plain sales order of the same shop: (product, quantity, price, unit)."""
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "散客"}).id,
                "warehouse_id": self.shop.id,
                "order_line": [
                    (
                        0,
                        0,
                        {"product_id": product.id, "product_uom_qty": quantity, "price_unit": price, "tax_ids": False},
                    )
                    for product, quantity, price in lines
                ],
            }
        )
        sale.action_confirm()
        sale.date_order = date_order
        if deliver:
            for picking in sale.picking_ids:
                for move in picking.move_ids:
                    move.quantity = move.product_uom_qty
                picking.move_ids.picked = True
                picking.button_validate()
                picking.move_ids.write({"date": date_order})
                picking.move_ids.move_line_ids.write({"date": date_order})
        return sale

    def meituan_document(self, *args, **more):
        document = self.document(*args, store_ref=self.meituan.store_ref, **more)
        return {**document, "key": document["key"].replace("eleme", "meituan")}

    def a_day(self):
        used = {"consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
        fees = [("box", 200), ("discount_shop", -300)]
        self.write(self.document([("牛肉饭", "B-1", 2, 2600)], fees, **used))
        part = self.meituan_document([("牛肉饭", "B-1", 1, 2600), ("可乐", "COLA", 2, 300)], [("box", 100)], **used)
        self.write({**part, "refunds": [self.granted(500)], "totals": {"paid": 3300, "refunded": 500}})
        self.till((self.bowl, 3, 25.0), (self.cola, 1, 3.0))

    def test_three_sources_side_by_side(self):
        self.a_day()
        self.assertEqual(
            self.sales("source"), {"eleme": (2.0, 51.0), "meituan": (3.0, 28.0), "till": (4.0, 78.0)}, "pieces, money"
        )
        self.assertEqual(self.sales("source", "kind")["meituan", "refund"], (0.0, -5.0))
        self.assertEqual(set(self.sales("day:day")), {date(2026, 1, 2)})
        self.assertEqual(
            self.materials("source", "product_id"),
            {
                ("eleme", self.rice): (0.3, 0.3, 0.0),
                ("eleme", self.beef): (0.16, 0.16, 0.0),
                ("meituan", self.rice): (0.15, 0.15, 0.0),
                ("meituan", self.beef): (0.08, 0.08, 0.0),
                ("meituan", self.cola): (2.0, 2.0, 0.0),
                ("till", self.rice): (0.45, 0.45, 0.0),
                ("till", self.beef): (0.24, 0.24, 0.0),
                ("till", self.cola): (1.0, 1.0, 0.0),
            },
        )

    def test_used_is_what_the_stock_lost_to_the_last_digit(self):
        self.a_day()
        self.waste(self.rice, 0.0625)
        for material in (self.rice, self.beef, self.cola):
            used = sum(row[0] for row in self.materials("source", domain=[("product_id", "=", material.id)]).values())
            self.assertEqual(round(used, 4), -self.stock(material))

    def waste(self, product, quantity):
        scrap = self.env["stock.scrap"].create(
            {"product_id": product.id, "scrap_qty": quantity, "location_id": self.shop.lot_stock_id.id}
        )
        scrap.do_scrap()

    def test_what_sales_cannot_explain_is_the_difference(self):
        used = {"consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
        document = self.document([("牛肉饭", "B-1", 2, 2600)])
        self.write(document)
        only_rice = [("product_id", "=", self.rice.id)]
        self.assertEqual(self.materials("source", domain=only_rice), {"eleme": (0.0, 0.3, -0.3)}, "not cooked yet")
        refunds = [self.granted(2600, [{"line": 1, "quantity": 1, "amount": 2600}])]
        totals = {"paid": 5200, "refunded": 2600}
        document = self.next(document, refunds=refunds, totals=totals, **used)
        document["items"][0]["used"] = 1
        self.write(document)
        self.assertEqual(self.materials("source", domain=only_rice), {"eleme": (0.15, 0.3, -0.15)}, "refunded before")
        self.waste(self.rice, 0.5)
        self.till((self.bowl, 1, 25.0), deliver=False)
        self.assertEqual(
            self.materials("source", domain=only_rice),
            {"eleme": (0.15, 0.3, -0.15), "other": (0.5, 0.0, 0.5), "till": (0.0, 0.15, -0.15)},
        )

    def test_taken_back_and_cancelled_count_as_they_are(self):
        used = {"consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
        document = self.document([("牛肉饭", "B-1", 1, 2600), ("可乐", "COLA", 1, 300)], **used)
        self.write(document)
        back = {"paid": 2900, "refunded": 2900}
        self.write(self.next(document, sale="reversed", state="refunded", totals=back))
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)], sale="cancelled", state="refunded"))
        self.assertEqual(
            self.sales("source"), {"eleme": (2.0, 0.0)}, "sold and given back; the cancelled one never was"
        )
        rows = self.materials("product_id")
        self.assertEqual(rows[self.rice], (0.15, 0.15, 0.0), "cooked food is a loss")
        self.assertEqual(rows[self.cola], (0.0, 1.0, -1.0), "a can goes back")

    def test_rounding_makes_no_difference(self):
        self._recipe(self._product("三人餐", default_code="T-3"), [(self.rice, 1, self.kg)], portions=3)
        for pieces in range(1, 8):
            self.write(self.document([("三人餐", "T-3", pieces, 100)], consumed=True))
        self.assertEqual(self.materials("product_id"), {self.rice: (9.3333, 9.3333, 0.0)})

    def test_days_are_the_shops(self):
        self.write(self.document([("可乐", "COLA", 1, 300)], placed_at="2026-01-02T15:59:59Z"))
        self.write(self.document([("可乐", "COLA", 1, 300)], placed_at="2026-01-02T16:00:00Z"))
        self.assertEqual(set(self.sales("day:day")), {date(2026, 1, 2), date(2026, 1, 3)})

    def test_a_dozen_is_twelve_pieces(self):
        sale = self.till((self.cola, 1, 30.0), deliver=False)
        sale.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self.sales("source")["till"][0], 12.0)
        self.assertEqual(self.materials("source")["till"][1], 12.0)

    def test_it_is_odoos_own_sales_report(self):
        self.a_day()
        self.env.flush_all()
        domain = [("warehouse_id", "=", self.shop.id), ("state", "=", "sale")]
        [[total, untaxed]] = self.env["sale.report"]._read_group(domain, [], ["price_total:sum", "price_subtotal:sum"])
        ours = self.env["waimai.report.sale"]._read_group(
            [("warehouse_id", "=", self.shop.id)], [], ["amount:sum", "untaxed:sum"]
        )
        self.assertEqual([(round(total, 2), round(untaxed, 2))], [tuple(round(x, 2) for x in row) for row in ours])

    def test_staff_see_their_own_shops_and_managers_all(self):
        self.a_day()
        elsewhere = self.env["waimai.store"].create({"name": "二店", "platform_ref": "900000002"})
        desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        manager = new_test_user(self.env, "manager", groups="waimai_bridge.group_manager")
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        self.store.user_ids = desk
        self.assertEqual(
            set(self.sales("source", user=desk)), {"eleme", "till"}, "the same shop's other platform is not theirs"
        )
        self.assertEqual(set(self.materials("source", user=desk)), {"eleme", "till"})
        self.assertEqual(set(self.sales("source", user=manager)), {"eleme", "meituan", "till"})
        self.store.user_ids = False
        elsewhere.user_ids = desk
        self.assertEqual(self.sales("source", user=desk), {})
        self.assertEqual(self.materials("source", user=desk), {})
        for model in ("waimai.report.sale", "waimai.report.material"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(clerk).search_count([])

    def test_staff_read_the_names_that_the_screens_show(self):
        self.a_day()
        desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.store.user_ids = desk
        self.env.flush_all()
        for model, measure in (("waimai.report.sale", "amount:sum"), ("waimai.report.material", "used:sum")):
            records = self.env[model].with_user(desk)
            names = {name: {"fields": {"display_name": {}}} for name in ("warehouse_id", "store_id", "product_id")}
            rows = records.web_search_read([], {"day": {}, "source": {}, **names})["records"]
            self.assertEqual({row["source"] for row in rows}, {"eleme", "till"})
            self.assertEqual({row["warehouse_id"]["display_name"] for row in rows}, {self.shop.name})
            groups = records.formatted_read_group([], ["warehouse_id", "day:day", "source"], [measure])
            self.assertEqual({group["warehouse_id"][1] for group in groups}, {self.shop.name})

    def test_materials_are_added_up_by_their_unit(self):
        self.a_day()
        self.env.flush_all()
        mine = [("warehouse_id", "=", self.shop.id)]
        rows = self.env["waimai.report.material"]._read_group(mine, ["uom_id", "product_id"])
        self.assertEqual({unit for unit, _product in rows}, {self.kg, self.unit})
        for unit, product in rows:
            self.assertEqual(unit, product.uom_id)

    def test_rows_read_as_they_are_found(self):
        self.a_day()
        self.env.flush_all()
        for model in ("waimai.report.sale", "waimai.report.material"):
            rows = self.env[model].search([("warehouse_id", "=", self.shop.id)])
            self.assertEqual(len(set(rows.ids)), len(rows))
            self.assertEqual(len(rows.read(["day", "source", "product_id"])), len(rows))
        self.assertEqual(len(rows), 8, "one row for a material of a source on a day in a shop")
