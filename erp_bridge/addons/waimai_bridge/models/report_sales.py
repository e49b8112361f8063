from odoo import api, fields, models
from odoo.tools import SQL

from .days import sql_day

# 三端: what is sold over the counter, and on each platform.
SOURCES = [("till", "Own till"), ("eleme", "Ele.me"), ("meituan", "Meituan")]
KINDS = [("dish", "Dishes"), ("fee", "Boxes, delivery"), ("discount", "Discounts"), ("refund", "Refunds")]


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    waimai_store_ids = fields.One2many("waimai.store", "warehouse_id", "Stores on Platforms")


class WaimaiReportSale(models.Model):
    """What was sold, per shop (warehouse) and day, over all sources: plain sales orders, Odoo's tills, the platforms.

    Every amount is that of the sales order's line, so it adds up to Odoo's own sales report. Odoo's point of sale is
    read where it is installed, whenever that was; nothing here depends on it.
    """

    _name = "waimai.report.sale"
    _description = "Sales of all sources"
    _auto = False
    _order = "day desc, id"
    _rec_name = "product_id"

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one("stock.warehouse", "Shop", readonly=True)
    store_id = fields.Many2one("waimai.store", "Store on the Platform", readonly=True)
    source = fields.Selection(SOURCES, readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Category", readonly=True)
    quantity = fields.Float("Pieces", digits=(16, 2), readonly=True, help="Of dishes, in their own unit.")
    amount = fields.Monetary("Money", readonly=True, help="Tax included, refunds taken off.")
    untaxed = fields.Monetary("Without Tax", readonly=True)
    refunded = fields.Monetary("Refunded Money", readonly=True)

    _depends = {
        "sale.order": ["state", "date_order", "warehouse_id", "company_id", "waimai_order_id", "currency_rate"],
        "sale.order.line": [
            *("order_id", "product_id", "product_uom_id", "product_uom_qty", "price_total", "price_subtotal"),
            *("display_type", "is_downpayment", "waimai_key"),
        ],
        "waimai.order": ["store_id", "platform"],
        "waimai.order.item": ["order_id", "line", "quantity"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self):
        parts = [self._sold_by_orders()]
        if "pos.order" in self.env:
            parts.append(self._sold_at_tills())
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _sold_by_orders(self):
        return SQL(
            """
            SELECT l.id::bigint * 2 AS id, %(day)s AS day, o.company_id, o.warehouse_id, w.store_id,
                COALESCE(w.platform, 'till') AS source, k.kind, l.product_id, t.categ_id,
                -- The pieces of a line stay as on its invoice; what was sold in the end is what the platform says.
                CASE WHEN k.kind <> 'dish' OR l.waimai_key LIKE 'fix:%%' THEN 0
                    WHEN l.waimai_key LIKE 'item:%%' AND w.id IS NOT NULL THEN COALESCE(i.quantity, 0)
                    ELSE l.product_uom_qty END * lu.factor / pu.factor AS quantity,
                l.price_total / r.rate AS amount, l.price_subtotal / r.rate AS untaxed,
                CASE WHEN k.kind = 'refund' THEN -l.price_total / r.rate ELSE 0 END AS refunded
            FROM sale_order_line l
            JOIN sale_order o ON o.id = l.order_id
            LEFT JOIN waimai_order w ON w.id = o.waimai_order_id
            LEFT JOIN waimai_order_item i ON i.order_id = w.id AND l.waimai_key = 'item:' || i.line
            JOIN product_product p ON p.id = l.product_id
            JOIN product_template t ON t.id = p.product_tmpl_id
            JOIN uom_uom lu ON lu.id = l.product_uom_id
            JOIN uom_uom pu ON pu.id = t.uom_id
            CROSS JOIN LATERAL (SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate) r
            CROSS JOIN LATERAL (SELECT CASE
                WHEN l.waimai_key LIKE 'refund:%%' THEN 'refund'
                WHEN l.waimai_key LIKE ANY (ARRAY['fee:discount%%', 'fix:fee:discount%%']) THEN 'discount'
                WHEN l.waimai_key LIKE ANY (ARRAY['fee:%%', 'fix:fee:%%']) THEN 'fee'
                ELSE 'dish' END AS kind) k
            WHERE o.state = 'sale' AND l.display_type IS NULL AND l.is_downpayment IS NOT TRUE
            """,
            day=sql_day(SQL("o.date_order")),
        )

    @api.model
    def _sold_at_tills(self):
        return SQL(
            """
            SELECT l.id::bigint * 2 + 1, %(day)s, o.company_id, y.warehouse_id, NULL::int, 'till',
                'dish', l.product_id, t.categ_id, l.qty,
                l.price_subtotal_incl / r.rate, l.price_subtotal / r.rate,
                CASE WHEN l.price_subtotal_incl < 0 THEN -l.price_subtotal_incl / r.rate ELSE 0 END
            %(lines)s
            JOIN product_product p ON p.id = l.product_id
            JOIN product_template t ON t.id = p.product_tmpl_id
            CROSS JOIN LATERAL (SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate) r
            """,
            day=sql_day(SQL("o.date_order")),
            lines=till_lines(self.env),
        )


def till_lines(env):
    """SQL: the lines (l) of Odoo's tills, their orders (o) and the tills' kind of delivery (y).

    A till that settles a sales order has its lines a second time; they count there.
    """
    settled = "sale_order_line_id" in env["pos.order.line"]._fields
    return SQL(
        """
        FROM pos_order_line l
        JOIN pos_order o ON o.id = l.order_id AND o.state IN ('paid', 'done', 'invoiced') %(alone)s
        JOIN pos_session s ON s.id = o.session_id
        JOIN pos_config c ON c.id = s.config_id
        JOIN stock_picking_type y ON y.id = c.picking_type_id
        """,
        alone=SQL("AND l.sale_order_line_id IS NULL") if settled else SQL(),
    )
