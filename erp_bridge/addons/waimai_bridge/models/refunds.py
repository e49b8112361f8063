from odoo import models

from .const import FEES
from .numbers import fen, yuan


class WaimaiOrder(models.Model):
    """Refunds on the sales order: lines of quantity 1 and a negative price, beside what they take back.

    The keys of refund cases may be renumbered between versions, so what is booked is "wanted less booked" per
    target. A target is a line that the platform names, the order as a whole, or what is left when all goes back.
    """

    _inherit = "waimai.order"

    def _wanted_refunds(self):
        """{target: money to take back in fen, a negative number}; targets as in the lines' `waimai_key`."""
        wanted = {}
        if self.sale_state == "cancelled" and not self._takes_back():
            return wanted
        for refund in self.refund_ids:
            if refund.status == "granted" and (refund.scope == "part" or not self._takes_back()):
                self._split_refund(refund, wanted)
        if self._takes_back():
            # What is left, by whose money it is: revenue and the platform's clearing account both end at 0.
            for kind, amount in self._sums().items():
                left = amount + (sum(wanted.values()) if kind == "revenue" else 0)
                if left:
                    wanted[f"left:{kind}"] = -left
        return wanted

    def _takes_back(self):
        """All money went back, and the sale stands: after the kitchen used materials, or after an invoice."""
        return self.sale_state == "reversed" or (self.sale_state == "cancelled" and self._invoiced())

    def _invoiced(self):
        return any(line.qty_invoiced for line in self.sale_order_id.order_line)

    def _split_refund(self, refund, wanted):
        """Put a granted part on the lines it names; the lines can add up to less, the money counts."""
        left = fen(refund.amount)
        items = {item.line: item for item in self.item_ids}
        for part in refund.lines or []:
            item = items.get(part["line"])
            if not item:
                continue
            named = part["amount"] or round(fen(item.total) * min(part["quantity"], item.quantity) / item.quantity)
            share = min(named, left)
            if share > 0:
                wanted[f"item:{item.line}"] = wanted.get(f"item:{item.line}", 0) - share
                left -= share
        if left:
            wanted["order"] = wanted.get("order", 0) - left

    def _refund_line(self, target, amount):
        """Values of the line that takes `amount` (fen, negative: back to the customer) for this target."""
        kind, _colon, rest = target.partition(":")
        product = self._own_product(FEES[rest] if kind == "left" and rest in FEES else "product_refund")
        line = self._line(self._refund_name(kind, rest), product, 1.0, yuan(amount), self._taxes_of(product))
        # A refund after the invoice is at once ready for the credit note.
        line["qty_delivered"] = 1.0 if self._delivered() or self._invoiced() else 0.0
        return {**line, "waimai_key": f"refund:{target}", "sequence": 1000}

    def _refund_name(self, kind, rest):
        if kind == "item":
            name = self.item_ids.filtered(lambda item: str(item.line) == rest)[:1].name
            return self.env._("Part refund %s", name or rest)
        if kind == "left":
            return self.env._("Full refund")
        return self.env._("Part refund")

    def _book_refunds(self):
        """Bring the refund lines of existing sales orders to what is wanted."""
        creations = []
        for order in self:
            lines = order.sale_order_id.order_line.filtered(lambda line: (line.waimai_key or "").startswith("refund:"))
            wanted = {f"refund:{target}": amount for target, amount in order._wanted_refunds().items()}
            for key in {*wanted, *lines.mapped("waimai_key")}:
                mine = lines.filtered(lambda line, key=key: line.waimai_key == key)
                difference = wanted.get(key, 0) - sum(fen(line.price_total) for line in mine)
                if difference:
                    creations += order._book_difference(key.removeprefix("refund:"), mine, difference)
        self.env["sale.order.line"].create(creations)

    def _book_difference(self, target, lines, difference):
        """Change the line that no invoice has seen, or ask for a new one."""
        free = lines.filtered(lambda line: not line.qty_invoiced)[:1]
        if free:
            price = yuan(fen(free.price_unit) + difference)
            free.write({"price_unit": price, "technical_price_unit": -1})
            return []
        values = self._refund_line(target, difference)
        return [{**values, "order_id": self.sale_order_id.id}]
