from odoo import models

from .const import FEES, PASS_THROUGH
from .numbers import fen, yuan

# A line of ours always says that its price is given by hand: without it a changed quantity brings back the list
# price, and a price of 0 becomes the list price.
BY_HAND = -1


class WaimaiOrder(models.Model):
    """The lines that a sales order must have, so that it costs what the customer paid, to the fen."""

    _inherit = "waimai.order"

    def _wanted_lines(self):
        """Dishes in the platform's order (under their baskets, if there are several), then boxes, delivery, discounts.

        Returns {waimai_key: values of sale.order.line}, in order.
        """
        lines = {}
        baskets = {item.basket for item in self.item_ids}
        basket = None
        for item in self.item_ids.sorted("line"):
            if len(baskets) > 1 and item.basket != basket:
                basket = item.basket
                lines[f"basket:{item.line}"] = self._section(basket or "")
            lines[f"item:{item.line}"] = self._item_line(item)
        count = {}
        for fee in self.fees or []:
            number = count[fee["kind"]] = count.get(fee["kind"], 0) + 1
            lines[f"fee:{fee['kind']}:{number}"] = self._fee_line(fee)
        for sequence, values in enumerate(lines.values(), 1):
            values["sequence"] = sequence
        return lines

    def _section(self, name):
        return {"display_type": "line_section", "name": name, "product_uom_qty": 0.0}

    def _item_line(self, item):
        product = item.product_id or self._own_product("product_unknown")
        price, total = fen(item.price), fen(item.total)
        # The platform's sum of the line counts. Where it is not price times quantity, the exact quotient does.
        unit = yuan(price) if round(price * item.quantity) == total else yuan(total) / item.quantity
        return self._line(item.name, product, item.quantity, unit, self._taxes_of())

    def _fee_line(self, fee):
        product = self._own_product(FEES[fee["kind"]])
        name = fee.get("name") or product.name
        return self._line(name, product, 1.0, yuan(fee["amount"]), self._taxes_of(fee["kind"]))

    def _line(self, name, product, quantity, unit, taxes):
        """Every value given: what is not given is computed line by line, which costs half of the time."""
        return {
            "name": name,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": quantity,
            "price_unit": unit,
            "technical_price_unit": BY_HAND,
            "discount": 0.0,
            "tax_ids": [(6, 0, taxes.ids)],
            "customer_lead": 0.0,
            "qty_delivered_method": "manual",
            "qty_delivered": quantity if self._delivered() else 0.0,
            "analytic_distribution": False,
            "product_custom_attribute_value_ids": [],
            "product_no_variant_attribute_value_ids": [],
        }

    def _delivered(self):
        """Completed, or all taken back: ready for the invoice (which is then 0)."""
        return self.sale_state == "done" or self._takes_back()

    def _own_product(self, name):
        # Not env.ref: it asks the database each time whether the record is still there.
        number = self.env["ir.model.data"]._xmlid_to_res_id(f"waimai_bridge.{name}", raise_if_not_found=True)
        return self.env["product.product"].browse(number)

    def _taxes_of(self, kind=""):
        """The taxes of a new line: the company's for platform orders, whatever a chart of accounts put on our products.

        Only on money that passes through us those of its product count: whether it is taxed is an accountant's choice.
        """
        if kind not in PASS_THROUGH:
            return self.company_id.waimai_tax_id
        product = self._own_product(FEES[kind])
        return product.taxes_id.filtered(lambda tax: tax.company_id == self.company_id)
