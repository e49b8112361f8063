from odoo import api, fields, models
from odoo.tools import SQL

from .days import sql_day
from .recipes import recipes
from .report_sales import SOURCES, till_lines

OTHER = ("other", "Waste, stocktaking, kitchen")


class WaimaiReportMaterial(models.Model):
    """What was used, as the stock moves have it, beside what the recipes of the sold dishes ask for.

    A row is a material of a source on a day in a shop. Used: of platform orders their own rows, which add up to the
    moves; of the tills whatever else went to customers; apart from them what was wasted, counted, or taken by the
    kitchen. Asked for: of platform orders the recipe that was frozen with the order times the pieces sold, at the
    tills today's recipe. So the difference is what the books cannot explain by sales: refunds before cooking, dishes
    not cooked yet, materials with lots, losses.
    """

    _name = "waimai.report.material"
    _description = "Materials of all sources"
    _auto = False
    _order = "day desc, id"
    _rec_name = "product_id"

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True)
    store_id = fields.Many2one("waimai.store", "Store on the Platform", readonly=True)
    source = fields.Selection([*SOURCES, OTHER], readonly=True)
    product_id = fields.Many2one("product.product", "Material", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    used = fields.Float(digits="Product Unit", readonly=True, help="As the stock moves have it.")
    theory = fields.Float("By Recipe", digits="Product Unit", readonly=True, help="Recipe times the pieces sold.")
    difference = fields.Float(digits="Product Unit", readonly=True, help="Used less what the recipes ask for.")

    _depends = {
        "waimai.consumption": ["move_id", "store_id", "product_id", "quantity"],
        "waimai.order": [
            *("store_id", "platform", "company_id", "sale_state", "sale_order_id", "consumed_at", "placed_at"),
        ],
        "waimai.order.item": ["order_id", "recipe", "quantity"],
        "stock.move": ["state", "date", "warehouse_id", "waimai_batch", "company_id"],
        "stock.move.line": ["state", "date", "quantity_product_uom", "location_id", "location_dest_id"],
        "stock.location": ["usage", "warehouse_id"],
        "sale.order": ["state", "date_order", "warehouse_id", "company_id", "waimai_order_id"],
        "sale.order.line": ["order_id", "product_id", "product_uom_id", "product_uom_qty"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["uom_id"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self):
        parts = [self._used_by_platforms(), self._used_otherwise(), self._asked_by_platforms(), *self._asked_by_tills()]
        return SQL(
            """
            SELECT MIN(a.id) AS id, a.day, a.company_id, a.warehouse_id, a.store_id, a.source, a.product_id, t.uom_id,
                SUM(a.used) AS used, SUM(a.theory) AS theory, SUM(a.used) - SUM(a.theory) AS difference
            FROM (%s) AS a
            JOIN product_product p ON p.id = a.product_id
            JOIN product_template t ON t.id = p.product_tmpl_id
            GROUP BY a.day, a.company_id, a.warehouse_id, a.store_id, a.source, a.product_id, t.uom_id
            """,
            SQL(" UNION ALL ").join(parts),
        )

    @api.model
    def _used_by_platforms(self):
        return SQL(
            """
            SELECT c.id::bigint * 8 AS id, %(day)s AS day, m.company_id,
                COALESCE(m.warehouse_id, s.warehouse_id) AS warehouse_id, c.store_id, s.platform AS source,
                c.product_id, c.quantity::numeric AS used, 0::numeric AS theory
            FROM waimai_consumption c
            JOIN stock_move m ON m.id = c.move_id
            JOIN waimai_store s ON s.id = c.store_id
            """,
            day=sql_day(SQL("m.date")),
        )

    @api.model
    def _used_otherwise(self):
        """Whatever left the shops' stock, or came back, and is not ours: to customers, to waste, to the kitchen."""
        return SQL(
            """
            SELECT l.id::bigint * 8 + 1, %(day)s, l.company_id, COALESCE(a.warehouse_id, b.warehouse_id), NULL::int,
                CASE WHEN 'customer' IN (a.usage, b.usage) THEN 'till' ELSE 'other' END, l.product_id,
                (CASE WHEN a.usage = 'internal' THEN 1 ELSE -1 END) * l.quantity_product_uom::numeric, 0
            FROM stock_move_line l
            JOIN stock_move m ON m.id = l.move_id AND m.waimai_batch IS NULL
            JOIN stock_location a ON a.id = l.location_id
            JOIN stock_location b ON b.id = l.location_dest_id
            WHERE l.state = 'done' AND ((a.usage = 'internal' AND b.usage IN ('customer', 'inventory', 'production'))
                OR (b.usage = 'internal' AND a.usage IN ('customer', 'inventory', 'production')))
            """,
            day=sql_day(SQL("l.date")),
        )

    @api.model
    def _asked_by_platforms(self):
        """Rounded as it is posted, once per order and material, so that rounding makes no difference."""
        return SQL(
            """
            SELECT (o.id::bigint * 10000000 + r.key::int) * 8 + 2, %(day)s, o.company_id, s.warehouse_id, o.store_id,
                o.platform, r.key::int, 0, ROUND(SUM(r.value::numeric * i.quantity::numeric), %(digits)s)
            FROM waimai_order_item i
            JOIN waimai_order o ON o.id = i.order_id AND o.sale_state IN ('confirmed', 'done', 'reversed')
            JOIN sale_order s ON s.id = o.sale_order_id
            CROSS JOIN LATERAL jsonb_each_text(COALESCE(i.recipe, '{}'::jsonb)) AS r(key, value)
            GROUP BY o.id, s.id, r.key
            """,
            day=sql_day(SQL("COALESCE(o.consumed_at, o.placed_at)")),
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
        )

    @api.model
    def _asked_by_tills(self):
        """[SQL] of plain sales orders and Odoo's tills, by the recipes of their dishes as they are now."""
        known = self._recipes_of_tills()
        if not known:
            return []
        rows = SQL(", ").join(SQL("(%s, %s, %s, %s, %s::numeric)", *row) for row in known)
        joined = SQL("JOIN (VALUES %s) AS r(company, dish, number, material, quantity)", rows)
        parts = [
            SQL(
                """
                SELECT (l.id::bigint * 1000 + r.number) * 8 + 3, %(day)s, o.company_id, o.warehouse_id, NULL::int,
                    'till', r.material, 0, r.quantity * (l.product_uom_qty * lu.factor / pu.factor)::numeric
                FROM sale_order_line l
                JOIN sale_order o ON o.id = l.order_id AND o.state = 'sale' AND o.waimai_order_id IS NULL
                %(recipes)s ON r.company = o.company_id AND r.dish = l.product_id
                JOIN product_product p ON p.id = l.product_id
                JOIN product_template t ON t.id = p.product_tmpl_id
                JOIN uom_uom lu ON lu.id = l.product_uom_id
                JOIN uom_uom pu ON pu.id = t.uom_id
                """,
                day=sql_day(SQL("o.date_order")),
                recipes=joined,
            )
        ]
        if "pos.order" in self.env:
            parts.append(
                SQL(
                    """
                    SELECT (l.id::bigint * 1000 + r.number) * 8 + 4, %(day)s, o.company_id, y.warehouse_id, NULL::int,
                        'till', r.material, 0, r.quantity * l.qty::numeric
                    %(lines)s %(recipes)s ON r.company = o.company_id AND r.dish = l.product_id
                    """,
                    day=sql_day(SQL("o.date_order")),
                    lines=till_lines(self.env),
                    recipes=joined,
                )
            )
        return parts

    @api.model
    def _recipes_of_tills(self):
        """[(company id, dish id, number, material id, quantity)] of everything that the tills have sold."""
        sold = SQL(
            """
            SELECT DISTINCT o.company_id, l.product_id FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id
            WHERE o.state = 'sale' AND o.waimai_order_id IS NULL AND l.product_id IS NOT NULL
            """
        )
        if "pos.order" in self.env:
            tills = SQL("SELECT DISTINCT o.company_id, l.product_id %s", till_lines(self.env))
            sold = SQL("%s UNION %s", sold, tills)
        by_company = {}
        for company, product in self.env.execute_query(sold):
            by_company.setdefault(company, []).append(product)
        rows = []
        for company, dishes in by_company.items():
            env = self.sudo().env
            found = recipes(env["product.product"].browse(dishes), env["res.company"].browse(company))
            for dish, (recipe, _problem) in found.items():
                rows += [(company, dish.id, n, material, q) for n, (material, q) in enumerate(recipe.items())]
        return rows
