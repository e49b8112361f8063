from odoo import models

from .const import BOOKED
from .numbers import fen, yuan


class WaimaiOrder(models.Model):
    """What is booked beside the lines of a sales order: refunds, and what an invoiced line should have cost.

    Both are lines of quantity 1. What is booked is always "wanted less booked" per key, so no version adds up errors
    of the ones before it, and one that goes back leaves nothing.
    """

    _inherit = "waimai.order"

    def _wanted_corrections(self):
        """{"fix:<line>": money in fen} by which lines on an invoice differ from what the order wants of them.

        When all goes back the lines are mirrored as they were invoiced, and no corrections stand beside them: so the
        rounded tax of each ends at 0, too.
        """
        invoiced = self._invoiced_lines()
        if not invoiced or self._takes_back():
            return {}
        wanted = self._wanted_totals()
        return {f"fix:{key}": wanted.get(key, 0) - fen(line.price_total) for key, line in invoiced.items()}

    def _invoiced_lines(self):
        """{waimai_key: line} of the lines on an invoice, which no version changes any more; bookings left out."""
        lines = self.sale_order_id.order_line.filtered(lambda line: line.waimai_key and line.qty_invoiced)
        return {line.waimai_key: line for line in lines if not line._waimai_booked()}

    def _wanted_totals(self):
        """{waimai_key: money in fen} of the lines as this version wants them."""
        return {
            key: fen(values.get("price_unit", 0) * values["product_uom_qty"])
            for key, values in self._wanted_lines().items()
        }

    def _standing(self):
        """{waimai_key: money in fen} of the lines as they stand once this version is written, bookings left out."""
        return self._wanted_totals() | {key: fen(line.price_total) for key, line in self._invoiced_lines().items()}

    def _correction_line(self, key, amount):
        """Values of the line that adds `amount` (fen) to the invoiced line with this key."""
        line = self._invoiced_lines()[key]
        name = self.env._("Correction %s", line.name)
        return self._booking(f"fix:{key}", name, line.product_id, amount, line.tax_ids)

    def _booking(self, key, name, product, amount, taxes):
        line = self._line(name, product, 1.0, yuan(amount), taxes)
        # After the invoice it is at once ready for the next one, or for the credit note.
        line["qty_delivered"] = 1.0 if self._delivered() or self._invoiced() else 0.0
        return {**line, "waimai_key": key, "sequence": 1000}

    def _book_differences(self):
        """Bring the refund and correction lines of existing sales orders to what is wanted."""
        creations = []
        for order in self:
            lines = order.sale_order_id.order_line.filtered(lambda line: (line.waimai_key or "").startswith(BOOKED))
            wanted = {f"refund:{target}": amount for target, amount in order._wanted_refunds().items()}
            wanted |= order._wanted_corrections()
            for key in dict.fromkeys([*wanted, *lines.mapped("waimai_key")]):
                mine = lines.filtered(lambda line, key=key: line.waimai_key == key)
                difference = wanted.get(key, 0) - sum(fen(line.price_total) for line in mine)
                if difference:
                    creations += order._book_difference(key, mine, difference)
        self.env["sale.order.line"].create(creations)

    def _book_difference(self, key, lines, difference):
        """Change the line that no invoice has seen, or ask for a new one."""
        free = lines.filtered(lambda line: not line.qty_invoiced)[:1]
        if free:
            amount = fen(free.price_unit) + difference
            if not amount and free.qty_delivered:
                free.qty_delivered = 0.0
            # Of quantity 0 it stands on no invoice; of price 0 it would, alone on one of 0.00.
            free.write({"price_unit": yuan(amount), "technical_price_unit": -1, "product_uom_qty": float(bool(amount))})
            return []
        scope, _colon, target = key.partition(":")
        booking = self._refund_line if scope == "refund" else self._correction_line
        values = {**booking(target, difference), "order_id": self.sale_order_id.id}
        if lines:  # more, or less, of what an invoice has seen: by its taxes, so that both can end at 0
            values["tax_ids"] = [(6, 0, lines[:1].tax_ids.ids)]
        return [values]
