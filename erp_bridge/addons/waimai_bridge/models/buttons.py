from odoo import models
from odoo.exceptions import UserError

from .access import check_staff
from .const import REASONS
from .reasons import LIMIT, LIMITS, MEITUAN_REASONS

CODES = {"eleme": dict(REASONS), "meituan": dict(MEITUAN_REASONS)}


class WaimaiOrder(models.Model):
    """The buttons of an order. Each returns the command's id, or the wizard that asks for what is missing.

    A press changes nothing here: the platform's push, or our kitchen's fact, comes back as a new document. Whether
    it fits the state is the connector's to say, which knows what has not come here yet. What makes no sense at all
    raises UserError.
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
        words = self._said("reject_refund", reason)
        return self._press("reject_refund", reason=words) if words else self._ask("reject_refund")

    def action_answer_reminder(self, text=None):
        words = self._said("answer_reminder", text)
        return self._press("answer_reminder", text=words) if words else self._ask("answer_reminder")

    def action_part_refund(self, items=None, reason=None):
        """`items` = [{"line": int, "quantity": int}]; the amount is computed here."""
        if not items:
            return self._ask("part_refund")
        order = self._pressable()
        chosen = order._chosen_parts(items)
        args = {"items": chosen, "amount": order._part_refund_fen(chosen)}
        if words := self._said("part_refund", reason):
            args["reason"] = words
        return self._press("part_refund", **args)

    def action_open_sale(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    def _press_with_reason(self, action, reason_code, reason):
        if not reason_code:
            return self._ask(action)
        platform = self._pressable().platform
        code = str(reason_code) if isinstance(reason_code, (str, int)) else ""
        if code not in CODES.get(platform, {}):
            raise UserError(self.env._("The platform knows no such reason: %s", str(reason_code)[:40]))
        return self._press(action, reason_code=code, reason=self._said(action, reason))

    def _said(self, action, words):
        """What a person wrote, as text that the platform takes; empty if nothing."""
        if words in (None, False):
            return ""
        if not isinstance(words, str):
            raise UserError(self.env._("The words must be text."))
        words = " ".join(words.replace("\x00", "").split())
        limit = LIMITS.get((self._pressable().platform, action), LIMIT)
        if len(words) > limit:
            raise UserError(self.env._("The platform takes at most %s characters here.", limit))
        return words

    def _pressable(self):
        """The one order, with all rights, if the user may press its buttons."""
        check_staff(self.env)
        if len(self) != 1:
            raise UserError(self.env._("Press the button of one order."))
        self.check_access("read")
        return self.sudo()

    def _press(self, action, **args):
        order = self._pressable()
        return self.env["waimai.command"]._press(order.store_id, order, action, args)

    def _ask(self, action):
        self._pressable()
        label = dict(self.env["waimai.command"]._fields["action"]._description_selection(self.env))[action]
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": "waimai.command.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_order_id": self.id,
                "default_action": action,
                "dialog_size": "large" if action == "part_refund" else "medium",
            },
        }
