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

    def _should_create_account_move(self):
        # Perpetual valuation: what the kitchen uses is cost at once. Odoo itself would wait for a delivery's invoice.
        if self._waimai_books():
            return self.product_id.is_storable and self.is_valued and self.product_id.valuation == "real_time"
        return super()._should_create_account_move()

    def _get_account_move_line_vals(self):
        values = super()._get_account_move_line_vals()
        if not self._waimai_books():
            return values
        cost, stock = self._waimai_accounts()
        back = self.location_id.usage == "customer"
        credit, debit = values
        credit["account_id"], debit["account_id"] = (cost.id, stock.id) if back else (stock.id, cost.id)
        return values

    def _waimai_books(self):
        """Our own move, between accounts that we have to find: its place says none, and both are known."""
        places = self.location_id | self.location_dest_id
        return bool(self.waimai_batch) and not places.valuation_account_id and all(self._waimai_accounts())

    def _waimai_accounts(self):
        """(cost of goods, stock) of the material."""
        accounts = self.product_id.with_company(self.company_id)._get_product_accounts()
        return accounts["expense"], accounts["stock_valuation"]
