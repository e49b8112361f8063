from odoo import models
from odoo.exceptions import UserError

from .access import check_staff
from .numbers import fen


class WaimaiOrder(models.Model):
    """The buttons of an order. Each returns the command's id, or the wizard that asks for what is missing.

    A press changes nothing here: the platform's push, or our kitchen's fact, comes back as a new document.
    """

    _inherit = "waimai.order"

    def action_accept(self):
        return self._press("accept")

    def action_start(self):
        return self._press("start")

    def action_ready(self):
        return self._press("ready")

    def action_dispatch(self):
        return self._press("dispatch")

    def action_agree_refund(self):
        return self._press("agree_refund")

    def action_reject(self, reason_code=None, reason=None):
        return self._press_with_reason("reject", reason_code, reason)

    def action_cancel(self, reason_code=None, reason=None):
        return self._press_with_reason("cancel", reason_code, reason)

    def action_reject_refund(self, reason=None):
        if not reason:
            return self._ask("reject_refund")
        return self._press("reject_refund", reason=reason)

    def action_answer_reminder(self, text=None):
        if not text:
            return self._ask("answer_reminder")
        return self._press("answer_reminder", text=text)

    def action_part_refund(self, items=None):
        """`items` = [{"line": int, "quantity": int}]; the amount is computed here."""
        if not items:
            return self._ask("part_refund")
        self.ensure_one()
        chosen = [{"line": int(item["line"]), "quantity": int(item["quantity"])} for item in items]
        return self._press("part_refund", items=chosen, amount=self.sudo()._part_refund_fen(chosen))

    def action_open_sale(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    def action_confirm_press(self, action, **args):
        """The wizard's way in; the same checks as the buttons."""
        if action not in ("reject", "cancel", "reject_refund", "answer_reminder", "part_refund"):
            raise UserError(self.env._("Unknown action."))
        return getattr(self, f"action_{action}")(**args)

    def _press_with_reason(self, action, reason_code, reason):
        if not reason_code:
            return self._ask(action)
        return self._press(action, reason_code=reason_code, reason=reason or "")

    def _press(self, action, **args):
        self.ensure_one()
        check_staff(self.env)
        self.check_access("read")
        order = self.sudo()
        return self.env["waimai.command"]._press(order.store_id, order, action, args)

    def _ask(self, action):
        self.ensure_one()
        check_staff(self.env)
        self.check_access("read")
        label = dict(self.env["waimai.command"]._fields["action"]._description_selection(self.env))[action]
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": "waimai.command.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id, "default_action": action, "dialog_size": "medium"},
        }

    def _part_refund_fen(self, chosen):
        """What the customer paid for these pieces: list price less their share of the discounts, in fen.

        Boxes and delivery stay. Never more than what is left of the order; raises UserError for pieces
        that are not there.
        """
        by_line = {item.line: item for item in self.item_ids}
        gross = 0
        for part in chosen:
            item = by_line.pop(part["line"], None)  # a line named twice would give its money back twice
            if not item or not 0 < part["quantity"] <= item.quantity:
                raise UserError(self.env._("There is no such piece in the order."))
            gross += fen(item.total) * part["quantity"] / item.quantity
        goods = sum(fen(item.total) for item in self.item_ids)
        discounts = sum(fee["amount"] for fee in self.fees or [] if fee["amount"] < 0)
        share = max(goods + discounts, 0) / goods if goods else 0
        left = fen(self.paid_amount) - fen(self.refunded_amount)
        amount = min(round(gross * share), left)
        if amount <= 0:
            raise UserError(self.env._("Nothing is left to refund."))
        return amount
