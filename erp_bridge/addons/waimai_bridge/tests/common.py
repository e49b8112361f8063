"""A shop with three dishes, and documents as the connector sends them."""

import itertools

from odoo.tests import TransactionCase

_numbers = itertools.count(3040000000000000001)


class WaimaiCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["decimal.precision"].search([("name", "=", "Product Unit")]).digits = 4
        cls.kg, cls.gram = cls.env.ref("uom.product_uom_kgm"), cls.env.ref("uom.product_uom_gram")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.store = cls.env["waimai.store"].create({"name": "测试店", "platform": "eleme", "platform_ref": "900000001"})
        cls.rice = cls._material("大米")
        cls.beans = cls._material("咖啡豆")
        cls.beef = cls._material("牛肉")
        cls.coffee = cls._dish("美式咖啡", "C-1", [(cls.beans, 18, cls.gram)])
        cls.bowl = cls._dish("牛肉饭", "B-1", [(cls.rice, 150, cls.gram), (cls.beef, 80, cls.gram)])
        cls.cola = cls._product("可乐", is_storable=True, default_code="COLA", waimai_returnable=True)

    @classmethod
    def _product(cls, name, **values):
        return cls.env["product.product"].create({"name": name, "type": "consu", **values})

    @classmethod
    def _material(cls, name, **values):
        return cls._product(name, is_storable=True, uom_id=cls.kg.id, **values)

    @classmethod
    def _dish(cls, name, code, recipe, portions=1):
        dish = cls._product(name, default_code=code)
        cls._recipe(dish, recipe, portions)
        return dish

    @classmethod
    def _recipe(cls, dish, recipe, portions=1):
        lines = [
            (0, 0, {"product_id": material.id, "product_qty": quantity, "product_uom_id": uom.id})
            for material, quantity, uom in recipe
        ]
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": dish.product_tmpl_id.id,
                "type": "phantom",
                "product_qty": portions,
                "bom_line_ids": lines,
            }
        )

    def document(self, items=(), fees=(), **more):
        """A confirmed order; `items` are (name, code, quantity, price in fen), fees (kind, amount in fen)."""
        lines = [
            {
                "line": line,
                "basket": "1号篮子",
                "name": name,
                "sku_code": code,
                "quantity": quantity,
                "price": price,
                "total": price * quantity,
                "used": quantity,
            }
            for line, (name, code, quantity, price) in enumerate(items, 1)
        ]
        charges = [{"kind": kind, "name": "", "amount": amount} for kind, amount in fees]
        paid = sum(line["total"] for line in lines) + sum(fee["amount"] for fee in charges)
        document = {
            "key": f"eleme:{next(_numbers)}",
            "version": 1700000000000,
            "store_ref": "eleme:900000001",
            "state": "paid",
            "sale": "confirmed",
            "placed_at": "2026-01-02T03:04:05Z",
            "items": lines,
            "fees": charges,
            "totals": {"paid": paid, "refunded": 0},
        }
        return {**document, **more}

    def next(self, document, **changes):
        """The same order one version later."""
        return {**document, "version": document["version"] + 1, **changes}

    def sync(self, *documents):
        return self.env["waimai.order"].sync(list(documents))

    def write(self, document):
        """Write one document, which must succeed, and return its waimai.order."""
        [result] = self.sync(document)
        self.assertEqual(result["status"], "written", result["reason"])
        return self.env["waimai.order"].browse(result["id"])

    def granted(self, amount, items=(), scope="part", key="cancel-1"):
        return {
            "key": key,
            "family": "cancel",
            "scope": scope,
            "status": "granted",
            "amount": amount,
            "items": list(items),
        }

    def stock(self, product):
        """What lies in the store's kitchen."""
        location = self.store.warehouse_id.lot_stock_id
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", location.id)]
        )
        return round(sum(quants.mapped("quantity")), 4)

    def rows(self, order, posted=True):
        """{material: quantity} of the order's rows, posted or planned."""
        self.env.invalidate_all()
        result = {}
        for row in order.consumption_ids.filtered(lambda row: bool(row.move_id) == posted):
            result[row.product_id] = round(result.get(row.product_id, 0) + row.quantity, 4)
        return {product: quantity for product, quantity in result.items() if quantity}
