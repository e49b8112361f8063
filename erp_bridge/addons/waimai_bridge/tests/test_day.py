from odoo.tests import tagged

from .common import WaimaiCase

# What one piece uses, in grams (cans: pieces). The truth of this test; Odoo's recipes are made from it.
RECIPES = {"bowl": {"rice": 150, "beef": 80}, "coffee": {"beans": 18}, "cola": {"cans": 1}, "pearls": {"tapioca": 30}}
COSTS = {"rice": 10.0, "beef": 80.0, "beans": 100.0, "tapioca": 20.0, "cans": 2.0}  # yuan for a kilo, or a can

PAID = {"state": "paid", "sale": "confirmed", "consumed": False}
COOKED = {"state": "preparing", "sale": "confirmed", "consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
DONE = {"state": "completed", "sale": "done", "consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
PARTLY = {**DONE, "state": "partially_refunded"}
BACK = {"state": "refunded", "sale": "reversed", "consumed": True, "consumed_at": "2026-01-02T04:00:00Z"}
VOID = {"state": "refunded", "sale": "cancelled", "consumed": False}

FEES = [("box", 200), ("delivery_platform", 500), ("discount_shop", -600), ("discount_platform", -300)]
OWN = [("box", 100), ("delivery", 400), ("discount_shop", -250)]
PASSES = ("delivery_platform", "discount_platform")
ONE_BOWL = [("bowl", 1, 2600)]
LUNCH = [("bowl", 2, 2600), ("cola", 2, 300)]  # 58.00, with FEES 56.00


def part(fen, line=0, pieces=0, status="granted"):
    """A refund case of some money, perhaps for pieces of a line."""
    items = [{"line": line, "quantity": pieces, "amount": fen}] if line else []
    return {"family": "cancel", "scope": "part", "status": status, "amount": fen, "items": items}


def everything(fen):
    return {"family": "return", "scope": "full", "status": "granted", "amount": fen, "items": []}


def case(items, fees, *steps, kept, used, end="done"):
    """An order: what was bought, what is told of it (each step: state, refund cases), and how it must end.

    `kept` is the money that the shop's customer paid and did not get back, in fen; `used` the pieces of each line
    that the kitchen made and that are gone; `end` is done, open, back or never (no sale).
    """
    return {"items": items, "fees": fees, "steps": steps, "kept": kept, "used": used, "end": end}


# One day of a shop on one platform; each step is told after the invoices of the step before were made.
DAY = {
    "plain": case(ONE_BOWL, [], (DONE,), kept=2600, used=[1]),
    "own delivery": case(LUNCH, OWN, (PAID,), (DONE,), kept=6050, used=[2, 2]),
    "the platform's delivery and discounts": case(LUNCH, FEES, (COOKED,), (DONE,), kept=5600, used=[2, 2]),
    "a gift": case([*ONE_BOWL, ("cola", 1, 0)], [], (DONE,), kept=2600, used=[1, 1]),
    "an option": case([("coffee", 2, 1200, "珍珠")], [], (DONE,), kept=2400, used=[2]),
    "mapped later": case([("new", 2, 1800)], [], (DONE,), kept=3600, used=[2]),
    "still cooking": case(LUNCH, FEES, (COOKED,), kept=5600, used=[2, 2], end="open"),
    "cancelled at once": case(ONE_BOWL, [], ({"state": "cancelled", "sale": None},), kept=0, used=[0], end="never"),
    "all back before the kitchen": case(
        LUNCH, FEES, (PAID,), (VOID, everything(5600)), kept=0, used=[0, 0], end="never"
    ),
    "all back after the kitchen": case(
        LUNCH, FEES, (COOKED,), (BACK, everything(5600)), kept=0, used=[2, 0], end="back"
    ),
    "all back after the invoice": case(LUNCH, FEES, (DONE,), (BACK, everything(5600)), kept=0, used=[2, 0], end="back"),
    "a part before the kitchen": case(
        LUNCH, FEES, (PAID, part(2340, 1, 1)), (PARTLY, part(2340, 1, 1)), kept=3260, used=[1, 2]
    ),
    "a part after the kitchen": case(
        LUNCH, FEES, (COOKED,), (PARTLY, part(2340, 1, 1), part(270, 2, 1)), kept=2990, used=[2, 1]
    ),
    "money without a dish": case(LUNCH, FEES, (DONE,), (PARTLY, part(777)), kept=4823, used=[2, 2]),
    "a part after the invoice, then another": case(
        LUNCH, FEES, (DONE,), (PARTLY, part(1000, 1, 1)), (PARTLY, part(1000, 1, 1), part(270, 2, 1)),
        kept=4330, used=[2, 1],
    ),
    "a part, then everything": case(
        LUNCH, FEES, (DONE,), (PARTLY, part(1000, 1, 1)), (BACK, part(1000, 1, 1), everything(4600)),
        kept=0, used=[2, 0], end="back",
    ),
    "taken back by a later version": case(
        LUNCH, FEES, (DONE,), (PARTLY, part(1000)), (PARTLY, part(400)), kept=5200, used=[2, 2]
    ),
    "refused in the end": case(
        LUNCH, FEES, (DONE,), ({**DONE, "state": "refunding"}, part(5600, status="requested")),
        (DONE, part(5600, status="rejected")), kept=5600, used=[2, 2],
    ),
    "asked and not answered": case(
        LUNCH, FEES, ({**DONE, "state": "refunding"}, part(5600, status="requested")), kept=5600, used=[2, 2]
    ),
    "a promotion that leaves one fen": case(ONE_BOWL, [("discount_shop", -2599)], (DONE,), kept=1, used=[1]),
    "nothing to pay": case(ONE_BOWL, [("discount_platform", -2600)], (DONE,), kept=0, used=[1]),
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestDay(WaimaiCase):
    """Forty orders of a day on two platforms: Odoo's own figures against the platforms', to the fen and the gram."""

    def setUp(self):
        super().setUp()
        self.tapioca = self._material("西米")
        self.topping = self._dish("加珍珠", "", [(self.tapioca, RECIPES["pearls"]["tapioca"], self.gram)])
        self.env["waimai.option"].search([]).unlink()
        self.env["waimai.option"].create({"name": "珍珠", "product_id": self.topping.id})
        self.of = {
            "rice": self.rice,
            "beef": self.beef,
            "beans": self.beans,
            "tapioca": self.tapioca,
            "cans": self.cola,
        }
        for name, product in self.of.items():
            product.categ_id.property_cost_method = "average"
            product.standard_price = COSTS[name]
        self.store.invoicing = "order"
        self.other = self.env["waimai.store"].create(
            {"name": "美团店", "platform": "meituan", "platform_ref": "MT-9001", "invoicing": "day"}
        )
        self.orders = {}

    def test_a_day_on_both_platforms(self):
        for store in (self.store, self.other):
            documents = {name: self.first(store, story) for name, story in DAY.items()}
            for number in range(3):
                self.tell(store, documents, number)
                if number == 0:
                    self.env["waimai.product.map"].create(
                        {"sku_code": f"NEW-{store.platform}", "store_id": store.id, "product_id": self.bowl.id}
                    )
                store._invoice()
        self.env.flush_all()
        self.check_orders()
        for store in (self.store, self.other):
            self.check_sales(store)
            self.check_books(store)
        self.check_materials()

    def first(self, store, story):
        codes = {"bowl": "B-1", "coffee": "C-1", "cola": "COLA", "new": f"NEW-{store.platform}"}
        rows = [(name, codes[name], pieces, price) for name, pieces, price, *_options in story["items"]]
        document = self.document(rows, story["fees"], store_ref=store.store_ref)
        document["key"] = document["key"].replace("eleme", store.platform)
        for item, (_name, _pieces, _price, *options) in zip(document["items"], story["items"], strict=True):
            item["options"] = options
        return document

    def tell(self, store, documents, number):
        """Write the step of every order that has one, in one batch."""
        batch = {}
        for name, story in DAY.items():
            if number < len(story["steps"]):
                state, *refunds = story["steps"][number]
                refunds = [{**refund, "key": f"k{at}"} for at, refund in enumerate(refunds)]
                granted = sum(refund["amount"] for refund in refunds if refund["status"] == "granted")
                document = documents[name]
                totals = {**document["totals"], "refunded": granted}
                documents[name] = batch[name] = self.next(document, **state, refunds=refunds, totals=totals)
                if name == "a part before the kitchen":
                    documents[name]["items"][0]["used"] = 1
        for name, result in zip(batch, self.sync(*batch.values()), strict=True):
            self.assertEqual(result["status"], "written", (name, result["reason"]))
            self.orders[store, name] = self.env["waimai.order"].browse(result["id"])

    def check_orders(self):
        """Order by order: what is left of the money, on the sale and on its invoices."""
        for (_store, name), order in self.orders.items():
            story, sale = DAY[name], order.sale_order_id
            if story["end"] == "never":
                self.assertIn(sale.state, (False, "cancel"), name)
                continue
            self.assertEqual((sale.state, round(sale.amount_total * 100)), ("sale", story["kept"]), name)
            invoiced = round(sum(sale.order_line.mapped("untaxed_amount_invoiced")), 2)
            status, money = ("no", 0.0) if story["end"] == "open" else ("invoiced", round(sale.amount_untaxed, 2))
            self.assertEqual((sale.invoice_status, invoiced), (status, money), name)

    def stories(self, *ends):
        return [story for story in DAY.values() if story["end"] in ends]

    def check_sales(self, store):
        """Odoo's own sales report, and ours, against the sum of what the platform's customers paid."""
        kept = sum(story["kept"] for story in self.stories("done", "open", "back"))
        warehouse = [("warehouse_id", "=", store.warehouse_id.id)]
        odoo = self.env["sale.report"]._read_group([*warehouse, ("state", "=", "sale")], [], ["price_total:sum"])
        ours = self.env["waimai.report.sale"]._read_group(warehouse, ["source"], ["amount:sum", "quantity:sum"])
        pieces = sum(row[1] for story in self.stories("done", "open", "back") for row in story["items"])
        self.assertEqual(round(odoo[0][0] * 100), kept)
        self.assertEqual([(s, round(money * 100), n) for s, money, n in ours], [(store.platform, kept, pieces)])

    def check_books(self, store):
        """Accounting: the platform owes what customers paid and kept paying; money that passes through is apart."""
        orders = [order for (at, _name), order in self.orders.items() if at == store]
        sales = self.env["sale.order"].union(*(order.sale_order_id for order in orders))
        moves = sales.invoice_ids
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        lines = moves.line_ids
        clearing = store.company_id.waimai_clearing_ids.filtered(lambda row: row.platform == store.platform).account_id
        receivable = lines.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        done = self.stories("done")
        kept = sum(story["kept"] for story in done)
        passing = sum(fen for story in done for kind, fen in story["fees"] if kind in PASSES)
        balance = {
            "owed": round(sum(receivable.mapped("balance")) * 100),
            "open": round(sum(moves.mapped("amount_residual_signed")) * 100),
            "passing": round(sum(lines.filtered(lambda line: line.account_id == clearing).mapped("balance")) * 100),
        }
        self.assertEqual(balance, {"owed": kept, "open": kept, "passing": -passing})
        own = lines.filtered(lambda line: line.account_id not in (clearing | receivable.account_id))
        self.assertEqual(round(sum(own.mapped("balance")) * 100), passing - kept, "revenue and its tax")
        tax = -sum(own.filtered("tax_line_id").mapped("balance"))
        self.assertAlmostEqual(tax, (kept - passing) / 100 * 6 / 106, delta=0.005 * len(own))
        notes = moves.filtered(lambda move: move.move_type == "out_refund")
        self.assertTrue(notes)
        self.assertEqual(set(notes.mapped("amount_residual")), {0.0}, "settled with their invoices")

    def check_materials(self):
        """Stock, moves, rows, reports and the value of the stock, to the gram and the fen."""
        used = dict.fromkeys(COSTS, 0)
        for story in DAY.values():
            for (name, _pieces, _price, *options), pieces in zip(story["items"], story["used"], strict=True):
                for recipe in [RECIPES["bowl" if name == "new" else name], *(RECIPES["pearls"] for _option in options)]:
                    for material, grams in recipe.items():
                        used[material] += 2 * grams * pieces  # on both platforms
        report = self.env["waimai.report.material"]
        for material, grams in used.items():
            product = self.of[material]
            wanted = float(grams) if material == "cans" else grams / 1000
            stock = sum(self.env["stock.quant"].search(self.here(product)).mapped("quantity"))
            self.assertEqual(round(-stock, 4), wanted, material)
            rows = self.env["waimai.consumption"].search([("product_id", "=", product.id), ("move_id", "!=", False)])
            self.assertEqual(round(sum(rows.mapped("quantity")), 4), wanted, material)
            moved = sum(
                -move.quantity if move.location_dest_id.usage == "internal" else move.quantity for move in rows.move_id
            )
            self.assertEqual(round(moved, 4), wanted, material)
            [[shown]] = report._read_group([("product_id", "=", product.id)], [], ["used:sum"])
            self.assertEqual(round(shown, 4), wanted, material)
            self.assertEqual(round(product.total_value, 2), round(-wanted * COSTS[material], 2), material)

    def here(self, product):
        places = (self.store | self.other).warehouse_id.lot_stock_id
        return [("product_id", "=", product.id), ("location_id", "in", places.ids)]
