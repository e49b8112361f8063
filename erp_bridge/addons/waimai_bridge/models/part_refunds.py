from odoo import models
from odoo.exceptions import UserError

from .numbers import fen

WITH_PARTS = ("meituan",)  # Ele.me's call is not documented well enough


class WaimaiOrder(models.Model):
    """What a part refund by the shop gives back: pieces of lines, at what the customer paid for them."""

    _inherit = "waimai.order"

    def _chosen_parts(self, items):
        """[{"line", "quantity"}] as whole numbers, if every piece is still there to be refunded.

        Raises UserError for anything else: this comes from outside.
        """
        if not isinstance(items, (list, tuple)):
            raise UserError(self.env._("Name the pieces as a list of line and quantity."))
        left = self._left_of_lines()
        chosen = {}
        for item in items:
            line, quantity = (self._whole(item, name) for name in ("line", "quantity"))
            # A line named twice would give its money back twice.
            if line in chosen or quantity <= 0 or quantity > left.get(line, (0, 0))[0]:
                raise UserError(self.env._("There is no such piece left in the order."))
            chosen[line] = quantity
        return [{"line": line, "quantity": quantity} for line, quantity in chosen.items()]

    def _whole(self, item, name):
        value = item.get(name) if isinstance(item, dict) else None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        # Infinities and "not a number" come through some JSON; neither is within bounds.
        if not number or not 0 <= value < 2**31 or value != int(value):
            raise UserError(self.env._("Line and quantity must be whole numbers."))
        return int(value)

    def _part_refund_fen(self, chosen):
        """The money of these pieces with their boxes, in fen; never more than what is left of a line or of the order.

        Delivery stays. Raises UserError where nothing is left, where the platform has no such call, and for all
        that is left, which Meituan takes back only by cancelling or at the customer's request.
        """
        if self.platform not in WITH_PARTS:
            raise UserError(self.env._("This platform offers no refund of a part by the shop."))
        if self.sale_state not in ("confirmed", "done"):
            raise UserError(self.env._("Only an order that is sold can be refunded in part."))
        left = self._left_of_lines()
        pieces = sum(part["quantity"] for part in chosen)
        if pieces >= sum(pieces_left for pieces_left, _money in left.values()):
            raise UserError(self._all_left_words())
        money = sum(self._money_of(part["line"], part["quantity"], left) for part in chosen)
        amount = min(money, fen(self.paid_amount) - fen(self.refunded_amount))
        if amount <= 0:
            raise UserError(self.env._("Nothing is left to refund."))
        return amount

    def _all_left_words(self):
        """What to do instead of refunding all that is left piece by piece."""
        if self.offer_cancel:
            return self.env._("This is all that is left of the order, which is no part for the platform: cancel it.")
        return self.env._(
            "This is all that is left of the order, which is no part for the platform: agree when the customer asks "
            "for it, or refund it in the platform's own app."
        )

    def _money_of(self, line, quantity, left):
        """What the customer gets back for so many pieces of a line; the last pieces take what the rounding left."""
        pieces, money = left[line]
        if quantity >= pieces:
            return money
        item = self.item_ids.filtered(lambda item: item.line == line)
        return min(round(self._paid_for_lines()[line] * quantity / item.quantity), money)

    def _left_of_lines(self):
        """{line: (pieces, fen)} that no granted refund has given back."""
        paid, pieces = self._paid_for_lines(), self._returned()
        money, items = dict(paid), {item.line: item for item in self.item_ids}
        for refund in self.refund_ids.filtered(lambda refund: refund.status == "granted"):
            for part in refund.lines or []:
                if item := items.get(part["line"]):
                    money[item.line] -= part["amount"] or round(paid[item.line] * part["quantity"] / item.quantity)
        return {
            line: (max(item.quantity - pieces.get(line, 0.0), 0.0), max(money[line], 0)) for line, item in items.items()
        }

    def _paid_for_lines(self):
        """{line: fen} that the customer paid for it: its price and boxes less its share of the promotions.

        The document tells the shares. Where it does not, and where some of them are off the delivery's price, which
        no dish gives back, the discounts are shared out by price, to the fen.
        """
        items = self.item_ids.sorted("line")
        shares = {item: fen(item.shop_share) + fen(item.platform_share) for item in items}
        off_delivery = fen(self.delivery_discount_amount)
        if any(shares.values()) and not off_delivery:
            return {item.line: max(self._gross(item) + share, 0) for item, share in shares.items()}
        goods = sum(self._gross(item) for item in items)
        discounts = sum(fee["amount"] for fee in self.fees or [] if fee["kind"].startswith("discount")) - off_delivery
        paid, before, result = max(goods + discounts, 0), 0, {}
        so_far = 0
        for item in items:
            so_far += self._gross(item)
            until = round(paid * so_far / goods) if goods else 0
            result[item.line], before = until - before, until
        return result

    def _gross(self, item):
        return fen(item.total) + fen(item.box_amount)
