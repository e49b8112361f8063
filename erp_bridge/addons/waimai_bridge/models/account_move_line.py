from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        # Their cost was booked when the kitchen used the materials; the invoice must not book it a second time.
        if self.sudo().sale_line_ids.order_id.waimai_order_id:
            return False
        return super()._eligible_for_stock_account()
