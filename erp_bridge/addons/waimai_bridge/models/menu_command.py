from odoo import fields, models
from odoo.exceptions import UserError

from .access import check_manager, check_staff
from .command import UNDER_WAY
from .menu_item import SALES


class WaimaiMenuItem(models.Model):
    """Two states beside each other: what we asked the platform for, and what it has confirmed."""

    _inherit = "waimai.menu.item"

    asked_sale = fields.Selection(SALES, readonly=True, help="What was asked of the platform last.")
    sale_command_id = fields.Many2one("waimai.command", readonly=True, ondelete="set null")
    sale_state = fields.Selection(related="sale_command_id.state", string="Answer")
    sale_result = fields.Text(related="sale_command_id.answer", string="The Platform's Answer")
    asked_code = fields.Char(readonly=True, help="The code that was sent to the platform last.")
    code_command_id = fields.Many2one("waimai.command", readonly=True, ondelete="set null")
    code_state = fields.Selection(related="code_command_id.state", string="Code Answer")

    def action_off_sale(self):
        """Ask the platform to stop selling these dishes. Returns the ids of the commands, one per store."""
        return self._press_sale("off_sale", "off")

    def action_on_sale(self):
        """Ask the platform to sell these dishes again."""
        return self._press_sale("on_sale", "on")

    def _press_sale(self, action, asked):
        check_staff(self.env)
        self.check_access("read")
        numbers = []
        for store, items in self.sudo().filtered("active").grouped("store_id").items():
            # The same under way already: one effect. Everything else is asked, whatever the last pull said.
            new = items.filtered(lambda item: item.asked_sale != asked or item.sale_state not in UNDER_WAY)
            if new:
                number = self._press(store, action, [item._named() for item in new])
                new.write({"asked_sale": asked, "sale_command_id": number})
                numbers.append(number)
        return numbers

    def action_push_code(self):
        """Write our products' codes back to the platform, for the dishes that carry another one there."""
        check_manager(self.env)
        self.check_access("read")
        wanted = self.sudo().filtered(lambda item: item.active and item.product_id and item._code() != item.sku_code)
        if nameless := wanted.filtered(lambda item: not item._code()):
            names = "、".join(nameless.product_id.mapped("display_name"))
            raise UserError(self.env._("These products have neither internal reference nor barcode: %s", names))
        if not wanted:
            raise UserError(self.env._("No dish here has a product whose code differs from the platform's."))
        numbers = []
        for store, items in wanted.grouped("store_id").items():
            new = items.filtered(lambda item: item.asked_code != item._code() or item.code_state not in UNDER_WAY)
            if new:
                rows = [
                    {**item._named(), "spec": item.spec or "", "category": item.category or "", "code": item._code()}
                    for item in new
                ]
                number = self._press(store, "push_code", rows)
                for item in new:
                    item.write({"asked_code": item._code(), "code_command_id": number})
                numbers.append(number)
        return numbers

    def _press(self, store, action, rows):
        return self.env["waimai.command"]._press(store, self.env["waimai.order"], action, {"items": rows})

    def _named(self):
        return {
            "platform_item": self.platform_item,
            "platform_sku": self.platform_sku or "",
            "name": self.name,
        }

    def _code(self):
        return self.product_id.default_code or self.product_id.barcode


class WaimaiCommand(models.Model):
    _inherit = "waimai.command"

    def _settle_menu(self, result):
        """The platform has answered an action on a shop: what was asked for is so now, or it is not."""
        if self.state != "done":
            if len(self._named_items()) > 1:
                self.store_id._ask_menu()  # which of them the platform has taken, only its menu tells
            return
        if self.action == "pull_menu" and isinstance(result.get("menu"), list):
            self.env["waimai.menu.item"]._take(self.store_id, result["menu"])
        if self.action in ("off_sale", "on_sale"):
            asked = self.action.removesuffix("_sale")
            for item, _row in self._named_items():
                if item.sale_command_id.id <= self.id:  # else a later press on the same dish speaks for it
                    item.write({"on_sale": asked == "on", "asked_sale": asked, "sale_command_id": self.id})
        if self.action == "push_code":
            for item, row in self._named_items():
                if item.code_command_id.id <= self.id:
                    code = row["code"]
                    item.write({"sku_code": code, "asked_code": code, "code_command_id": self.id})
            self.store_id._match_menu()

    def _named_items(self):
        """[(dish, its row)] of what the arguments name; a press that was repeated names the same."""
        menu = self.store_id.with_context(active_test=False).menu_item_ids
        known = {(item.platform_item, item.platform_sku or ""): item for item in menu}
        rows = (self.args or {}).get("items") or []
        keys = [(row.get("platform_item"), row.get("platform_sku") or "") for row in rows]
        return [(known[key], row) for key, row in zip(keys, rows, strict=True) if key in known]
