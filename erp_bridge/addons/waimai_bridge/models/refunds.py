from odoo import models

from .const import ALIVE, FEES, PASS_THROUGH
from .numbers import fen


class WaimaiOrder(models.Model):
    """Refunds on the sales order: lines of quantity 1 and a negative price, beside what they take back.

    The keys of refund cases may be renumbered between versions, so what is booked is "wanted less booked" per
    target. A target is a part (of a line that the platform names, or of the order), or a whole line when all goes back.
    """

    _inherit = "waimai.order"

    def _wanted_refunds(self):
        """{target: money in fen, negative: back to the customer} that the refund lines must hold.

        While the sale stands: the granted parts, on the lines they name. When all goes back: the mirror of every
        line, and no parts beside it. So each account ends at 0 by itself, the rounded tax included.
        """
        wanted = {}
        if self._takes_back():
            wanted = {f"all:{key}": -amount for key, amount in self._standing().items() if amount}
        elif self.sale_state in ALIVE:
            for refund in self.refund_ids.filtered(lambda refund: refund.status == "granted"):
                self._split_refund(refund, wanted)
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
                target = f"part:item:{item.line}"
                wanted[target] = wanted.get(target, 0) - share
                left -= share
        if left:
            wanted["part:"] = wanted.get("part:", 0) - left

    def _refund_line(self, target, amount):
        """Values of the line that takes `amount` (fen, negative: back to the customer) for this target."""
        scope, _colon, key = target.partition(":")
        kind = key.split(":")[1] if key.startswith("fee:") else ""
        # Money that passed through us goes back on its own product, the rest as a refund.
        product = self._own_product(FEES[kind] if kind in PASS_THROUGH else "product_refund")
        taxes = self._refund_taxes(key, kind)
        return self._booking(f"refund:{target}", self._refund_name(scope, key), product, amount, taxes)

    def _refund_taxes(self, key, kind):
        """The taxes of the line that is given back, as it stands on the order, however old its invoice is.

        A part that names no line goes by the first one whose money is ours; an order that is only being made has the
        taxes of today.
        """
        lines = self.sale_order_id.order_line.filtered(lambda line: line.waimai_key and not line.display_type)
        ours = lines.filtered(lambda line: not (line._waimai_booked() or line._waimai_passes_through()))
        line = lines.filtered(lambda line: line.waimai_key == key) if key else ours
        return line[:1].tax_ids if line else self._taxes_of(kind)

    def _refund_name(self, scope, key):
        item = self.item_ids.filtered(lambda item: f"item:{item.line}" == key)[:1]
        if scope == "all":
            fee = self._own_product(FEES[key.split(":")[1]]).name if key.startswith("fee:") else ""
            gone = self.sale_order_id.order_line.filtered(lambda line: line.waimai_key == key)[:1]
            return self.env._("Refund %s", item.name or fee or gone.name)
        return self.env._("Part refund %s", item.name) if item else self.env._("Part refund")
