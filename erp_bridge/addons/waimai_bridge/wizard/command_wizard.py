from odoo import api, fields, models
from odoo.addons.waimai_bridge.models.const import ACTIONS, REASONS
from odoo.exceptions import UserError


class WaimaiCommandWizard(models.TransientModel):
    """Asks for what a button needs: a reason, an answer, the pieces to refund."""

    _name = "waimai.command.wizard"
    _description = "Ask for the details of a press"

    order_id = fields.Many2one("waimai.order", required=True, readonly=True, ondelete="cascade")
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    reason_code = fields.Selection(REASONS, default="others")
    reason = fields.Char("Words")
    line_ids = fields.One2many("waimai.command.wizard.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if values.get("action") == "part_refund" and values.get("order_id"):
            order = self.env["waimai.order"].browse(values["order_id"])
            values["line_ids"] = [fields.Command.create({"item_id": item.id}) for item in order.item_ids]
        return values

    def action_send(self):
        self.ensure_one()
        if self.action in ("reject", "cancel"):
            args = {"reason_code": self.reason_code, "reason": self.reason or ""}
        elif self.action == "part_refund":
            chosen = self.line_ids.filtered(lambda line: line.quantity > 0)
            args = {"items": [{"line": line.item_id.line, "quantity": line.quantity} for line in chosen]}
            if not chosen:
                raise UserError(self.env._("Choose what to refund."))
        else:
            if not self.reason:
                raise UserError(self.env._("Say something."))
            args = {"text" if self.action == "answer_reminder" else "reason": self.reason}
        self.order_id.action_confirm_press(self.action, **args)
        return {"type": "ir.actions.act_window_close"}


class WaimaiCommandWizardLine(models.TransientModel):
    _name = "waimai.command.wizard.line"
    _description = "Pieces to refund"

    wizard_id = fields.Many2one("waimai.command.wizard", required=True, ondelete="cascade")
    item_id = fields.Many2one("waimai.order.item", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(related="item_id.name")
    ordered = fields.Float("Ordered", related="item_id.quantity")
    quantity = fields.Integer("To Refund")
