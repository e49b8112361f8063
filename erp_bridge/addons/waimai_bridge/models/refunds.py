from odoo import models

from .const import ALIVE, FEES, PASS_THROUGH
from .numbers import fen, yuan


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
            for key, values in self._wanted_lines().items():
                if amount := round(fen(values.get("price_unit", 0) * values["product_uom_qty"])):
                    wanted[f"all:{key}"] = -amount
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
        product, taxes = self._refund_product(key if scope == "all" else "")
        line = self._line(self._refund_name(scope, key), product, 1.0, yuan(amount), taxes)
        # A refund after the invoice is at once ready for the credit note.
        line["qty_delivered"] = 1.0 if self._delivered() or self._invoiced() else 0.0
        return {**line, "waimai_key": f"refund:{target}", "sequence": 1000}

    def _refund_product(self, key):
        """What the refund is booked on: money that passed through us on its own product, the rest as a refund."""
        kind = key.split(":")[1] if key.startswith("fee:") else ""
        product = self._own_product(FEES[kind] if kind in PASS_THROUGH else "product_refund")
        return product, self._taxes_of(self._own_product(FEES[kind]) if kind else product)

    def _refund_name(self, scope, key):
        item = self.item_ids.filtered(lambda item: f"item:{item.line}" == key)[:1]
        if scope == "all":
            fee = self._own_product(FEES[key.split(":")[1]]).name if key.startswith("fee:") else ""
            return self.env._("Refund %s", item.name or fee)
        return self.env._("Part refund %s", item.name) if item else self.env._("Part refund")

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
