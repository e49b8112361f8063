from odoo import fields, models
from odoo.exceptions import UserError

from .const import ALIVE, BOOKED, LETTER
from .numbers import fen
from .sale_guard import MIRROR


class WaimaiOrder(models.Model):
    """Brings sales orders to what their platform orders want: created, changed, confirmed, cancelled, delivered."""

    _inherit = "waimai.order"

    def _settle_sales(self):
        """Every step for all orders at once; the order of the steps matters, see below."""
        orders = self.with_context(waimai_mirror=MIRROR)
        fresh = orders.filtered(lambda order: order.sale_state and not order.sale_order_id)
        known = orders.filtered("sale_order_id")
        locked = known.sale_order_id.filtered("locked")
        locked.action_unlock()
        fresh._create_sales()
        # Lines first, while cancelled orders are still cancelled and may lose lines.
        known._change_lines()
        wanting = orders.filtered(
            lambda order: order.sale_state in ALIVE or (order.sale_order_id and order._takes_back())
        )
        (wanting & known)._book_differences()
        wanting._confirm_sales()
        (orders.filtered("sale_order_id") - wanting)._cancel_sales()
        known._deliver_sales()
        wanting._check_totals()
        locked.filtered(lambda sale: sale.state == "sale").action_lock()

    def _create_sales(self):
        for company, orders in self.grouped("company_id").items():
            sales = self.env["sale.order"].with_company(company)
            created = sales.create([order._sale_values() for order in orders])
            for order, sale in zip(orders, created, strict=True):
                order.sale_order_id = sale

    def _sale_values(self):
        store, partner = self.store_id, self.store_id.partner_id.id
        lines = self._wanted_lines()
        rows = [{**values, "waimai_key": key} for key, values in lines.items()]
        rows += [self._refund_line(target, amount) for target, amount in self._wanted_refunds().items()]
        values = {
            "name": f"{LETTER[self.platform]}{self.platform_ref}",
            "waimai_order_id": self.id,
            "client_order_ref": self.key,
            "company_id": store.company_id.id,
            "partner_id": partner,
            "partner_invoice_id": partner,
            "partner_shipping_id": partner,
            "warehouse_id": store.warehouse_id.id,
            "currency_id": store.company_id.currency_id.id,
            "date_order": self.placed_at or fields.Datetime.now(),
            "order_line": [fields.Command.create(row) for row in rows],
            "picking_policy": "direct",
            "prepayment_percent": 0.0,
        }
        free = ("pricelist_id", "fiscal_position_id", "payment_term_id", "preferred_payment_method_line_id")
        free += ("journal_id", "user_id", "team_id", "note", "validity_date", "incoterm")
        free += ("require_signature", "require_payment", "sale_order_template_id")
        free += ("quotation_document_ids",)  # its default is a search for each order
        values.update({name: False for name in free if name in self.env["sale.order"]._fields})
        return values

    def _confirm_sales(self):
        """Confirm what is not confirmed yet, cancelled orders that were sold after all included."""
        sales = self.sale_order_id.filtered(lambda sale: sale.state != "sale")
        if not sales:
            return
        sales.filtered(lambda sale: sale.state == "cancel").action_draft()
        sales.action_confirm()
        for sale in sales:  # confirming overwrites it with now
            sale.date_order = sale.waimai_order_id.placed_at or sale.date_order

    def _cancel_sales(self):
        sales = self.sale_order_id.filtered(lambda sale: sale.state != "cancel")
        if sales:
            sales.action_cancel()
            # However it came here, a cancelled order shows what was bought, and nothing booked beside it.
            sales.order_line.filtered(lambda line: line._waimai_booked()).unlink()

    def _change_lines(self):
        """Bring the lines of known sales orders to the wanted ones; most versions change none."""
        creations = []
        for order in self:
            here = {line.waimai_key: line for line in order.sale_order_id.order_line if line.waimai_key}
            for key, values in order._wanted_lines().items():
                line = here.pop(key, None)
                if line and line.qty_invoiced:
                    continue  # it stays as it is on the invoice; other money is booked beside it
                if line and line._waimai_differs(values):
                    line = line if line._waimai_change(values) else None
                if not line:
                    creations.append({**values, "waimai_key": key, "order_id": order.sale_order_id.id})
            for line in here.values():
                if not line.qty_invoiced and not line._waimai_booked():
                    line._waimai_drop()
        self.env["sale.order.line"].create(creations)

    def _deliver_sales(self):
        """Delivered in full once completed or taken back, else not; an invoiced line is never undone."""
        by_quantity = {}
        for order in self:
            for line in order.sale_order_id.order_line.filtered(lambda line: not line.display_type):
                wanted = line.product_uom_qty if order._delivered() or line.qty_invoiced else 0.0
                if (line.waimai_key or "").startswith(BOOKED) and order._invoiced():
                    wanted = line.product_uom_qty
                if line.qty_delivered != wanted:
                    by_quantity.setdefault(wanted, []).append(line.id)
        for quantity, ids in by_quantity.items():
            self.env["sale.order.line"].browse(ids).qty_delivered = quantity

    def _check_totals(self):
        """The last word on money: what Odoo made of the lines equals what the platform says, to the fen."""
        for order in self:
            wanted = 0 if order._takes_back() else fen(order.paid_amount) - fen(order.refunded_amount)
            total = fen(order.sale_order_id.amount_total)
            if total != wanted:
                raise UserError(
                    self.env._(
                        "The sales order adds up to %(total)s fen, not %(wanted)s fen.", total=total, wanted=wanted
                    )
                )
