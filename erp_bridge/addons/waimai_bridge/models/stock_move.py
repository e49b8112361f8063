from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    waimai_batch = fields.Char(
        "Platform Batch",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Store and day of the use of materials.",
    )
    waimai_consumption_ids = fields.One2many("waimai.consumption", "move_id")

    def _compute_reference(self):
        # Without a picking the reference would be empty, and real-time valuation fails on an empty one.
        ours = self.filtered("waimai_batch")
        for move in ours:
            move.reference = move.waimai_batch
        return super(StockMove, self - ours)._compute_reference()

    def _waimai_date(self, rows):
        """Date the move by when the kitchen used the materials, not by when we heard of it."""
        moments = [moment for moment in rows.order_id.mapped("consumed_at") if moment and not rows[0].quantity < 0]
        if moments and max(moments) < self.date:
            self.date = max(moments)
            self.move_line_ids.date = max(moments)
