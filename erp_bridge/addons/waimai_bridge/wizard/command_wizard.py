from odoo import api, fields, models
from odoo.addons.waimai_bridge.models.const import ACTIONS, ORDER_ACTIONS, REASONS
from odoo.addons.waimai_bridge.models.numbers import yuan
from odoo.addons.waimai_bridge.models.reasons import (
    ANSWER_WORDS,
    ANSWERS,
    MEITUAN_REASONS,
    REFUSAL_WORDS,
    REFUSALS,
)
from odoo.exceptions import UserError, ValidationError


class WaimaiCommandWizard(models.TransientModel):
    """Asks for what a button needs: a reason, an answer, the pieces to refund."""

    _name = "waimai.command.wizard"
    _description = "Ask for the details of a press"

    order_id = fields.Many2one("waimai.order", required=True, readonly=True, ondelete="cascade")
    platform = fields.Selection(related="order_id.platform", related_sudo=False)
    currency_id = fields.Many2one(related="order_id.currency_id", related_sudo=False)
    may_cancel = fields.Boolean("May Be Cancelled", related="order_id.offer_cancel", related_sudo=False)
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    reason_code = fields.Selection(REASONS, "Reason")
    meituan_code = fields.Selection(MEITUAN_REASONS, "Reason at Meituan")
    answer = fields.Selection(ANSWERS, "Ready Answer")
    refusal = fields.Selection(REFUSALS, "Ready Reason")
    reason = fields.Char("Words")
    line_ids = fields.One2many("waimai.command.wizard.line", "wizard_id")
    left_amount = fields.Monetary("Left of the Order", compute="_compute_left_amount")
    consequence = fields.Char(compute="_compute_left_amount", help="What cancelling or rejecting comes to.")
    amount = fields.Monetary("The Customer Gets", compute="_compute_amount")
    all_left = fields.Char(compute="_compute_amount", help="What to do instead, if everything that is left is chosen.")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if values.get("action") == "part_refund" and values.get("order_id"):
            order = self.env["waimai.order"].browse(values["order_id"])
            order.check_access("read")
            left = order.sudo()._left_of_lines()
            values["line_ids"] = [
                fields.Command.create({"item_id": item.id}) for item in order.item_ids if left[item.line][0] > 0
            ]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards.order_id.check_access("read")
        return wizards

    @api.onchange("answer", "refusal")
    def _onchange_ready_words(self):
        for wizard in self:
            wizard.reason = ANSWER_WORDS.get(wizard.answer) or REFUSAL_WORDS.get(wizard.refusal) or wizard.reason

    @api.depends("order_id")
    def _compute_left_amount(self):
        for wizard in self:
            # A wizard that was never created, only tried out, has not been asked whose order it is about.
            wizard.order_id._origin.check_access("read")
            wizard.left_amount = wizard.order_id.paid_amount - wizard.order_id.refunded_amount
            money = wizard.currency_id.format(wizard.left_amount) if wizard.order_id else ""
            wizard.consequence = wizard.env._("The order ends, and the customer gets %s back.", money)

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.amount = min(sum(lines.mapped("amount")), wizard.left_amount)
            everything = bool(lines) and sum(lines.mapped("quantity")) >= sum(lines.mapped("left"))
            wizard.all_left = everything and wizard.order_id._all_left_words()

    def action_send(self):
        """Press the button with what was filled in; the same checks as there."""
        self.ensure_one()
        if self.action not in ORDER_ACTIONS:
            raise UserError(self.env._("This is no button of an order."))
        getattr(self.order_id, f"action_{self.action}")(**self._args())
        return {"type": "ir.actions.act_window_close"}

    def _args(self):
        if self.action in ("reject", "cancel"):
            code = self.meituan_code if self.platform == "meituan" else self.reason_code
            if not code:
                raise UserError(self.env._("Choose a reason."))
            return {"reason_code": code, "reason": self.reason or ""}
        if self.action == "part_refund":
            chosen = self.line_ids.filtered("quantity")
            if not chosen:
                raise UserError(self.env._("Choose what to refund."))
            items = [{"line": line.item_id.line, "quantity": line.quantity} for line in chosen]
            return {"items": items, "reason": self.reason or ""}
        if self.action not in ("answer_reminder", "reject_refund"):
            return {}
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say something."))
        return {"text" if self.action == "answer_reminder" else "reason": self.reason}


class WaimaiCommandWizardLine(models.TransientModel):
    _name = "waimai.command.wizard.line"
    _description = "Pieces to refund"

    wizard_id = fields.Many2one("waimai.command.wizard", required=True, ondelete="cascade")
    item_id = fields.Many2one("waimai.order.item", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="item_id.currency_id", related_sudo=False)
    name = fields.Char(related="item_id.name", related_sudo=False)
    spec = fields.Char(related="item_id.spec", related_sudo=False)
    ordered = fields.Float("Ordered", related="item_id.quantity", related_sudo=False)
    left = fields.Integer(compute="_compute_left", help="Pieces that have not been refunded.")
    left_amount = fields.Monetary("Paid for Them", compute="_compute_left", help="Less their share of the promotions.")
    quantity = fields.Integer("To Refund")
    amount = fields.Monetary("Money", compute="_compute_amount")

    @api.constrains("wizard_id", "item_id")
    def _check_item(self):
        for line in self:
            if line.item_id.order_id != line.wizard_id.order_id:
                raise ValidationError(self.env._("There is no such piece left in the order."))

    @api.depends("item_id")
    def _compute_left(self):
        for line in self:
            order = line._readable_order()
            pieces, money = order._left_of_lines()[line.item_id.line] if order else (0, 0)
            line.left, line.left_amount = int(pieces), yuan(money)

    def _readable_order(self):
        """The order of the chosen dish, with all rights, if the user may read that dish."""
        item = self.item_id._origin
        item.check_access("read")
        return item.sudo().order_id

    @api.depends("item_id", "quantity")
    def _compute_amount(self):
        for line in self:
            order = line._readable_order()
            left = order._left_of_lines() if order else {}
            pieces = min(max(line.quantity, 0), int(left.get(line.item_id.line, (0, 0))[0]))
            line.amount = yuan(order._money_of(line.item_id.line, pieces, left)) if pieces else 0.0

    @api.onchange("quantity")
    def _onchange_quantity(self):
        for line in self:
            line.quantity = min(max(line.quantity, 0), line.left)
