from odoo import api, fields, models

from .const import OFFERS, ORDER_ACTIONS
from .part_refunds import WITH_PARTS
from .press import EXCLUSIVE


class WaimaiOrder(models.Model):
    """What the screens show of an order, nothing of it stored."""

    _inherit = "waimai.order"

    item_summary = fields.Text("What Was Ordered", compute="_compute_item_summary")
    busy = fields.Boolean(compute="_compute_offers", help="A press is on its way to the platform.")
    unmapped_count = fields.Integer(compute="_compute_unmapped_count")
    open_alert_count = fields.Integer(compute="_compute_open_alert_count")

    offer_accept = fields.Boolean(compute="_compute_offers")
    offer_reject = fields.Boolean(compute="_compute_offers")
    offer_cancel = fields.Boolean(compute="_compute_offers")
    offer_start = fields.Boolean(compute="_compute_offers")
    offer_ready = fields.Boolean(compute="_compute_offers")
    offer_dispatch = fields.Boolean(compute="_compute_offers")
    offer_agree_refund = fields.Boolean(compute="_compute_offers")
    offer_reject_refund = fields.Boolean(compute="_compute_offers")
    offer_part_refund = fields.Boolean(compute="_compute_offers")
    offer_answer_reminder = fields.Boolean(compute="_compute_offers")

    @api.depends("platform", "platform_ref", "day_seq")
    def _compute_display_name(self):
        for order in self:
            label = dict(self._fields["platform"]._description_selection(self.env)).get(order.platform, "")
            number = f"#{order.day_seq}" if order.day_seq else ""
            order.display_name = " ".join(filter(None, (label, number, order.platform_ref)))

    @api.depends("item_ids.name", "item_ids.spec", "item_ids.quantity")
    def _compute_item_summary(self):
        for order in self:
            order.item_summary = "\n".join(
                f"{item.quantity:g} × {item.name}" + (f" ({item.spec})" if item.spec else "") for item in order.item_ids
            )

    @api.depends("item_ids.product_id", "item_ids.matched")
    def _compute_unmapped_count(self):
        for order in self:
            order.unmapped_count = len(order.item_ids.filtered(lambda item: item.matched and not item.product_id))

    @api.depends("alert_ids.state")
    def _compute_open_alert_count(self):
        for order in self:
            order.open_alert_count = len(order.alert_ids.filtered(lambda alert: alert.state == "open"))

    @api.depends("offer", "state", "refund_ids.status", "alert_ids.state", "command_ids.state")
    def _compute_offers(self):
        for order in self:
            offered = order._offered()
            pressed = set(order._presses_under_way().mapped("action"))
            order.busy = bool(pressed)
            pressed = pressed.union(*(actions for actions in EXCLUSIVE if actions & pressed))
            for action in ORDER_ACTIONS:
                order[f"offer_{action}"] = action in offered and action not in pressed

    def _offered(self):
        """The actions staff may press now: as the connector says, else by the state."""
        if self.offer:
            offered = set(self.offer.split(","))
        else:
            offered = set(OFFERS.get(self.state, ()))
            if self.state == "refunding":
                statuses = set(self.refund_ids.mapped("status"))
                if "arbitrating" in statuses or "requested" not in statuses:
                    offered = set()
            if self.platform in WITH_PARTS and self.sale_state in ("confirmed", "done"):
                offered.add("part_refund")
        if any(alert.kind == "reminder" and alert.state == "open" for alert in self.alert_ids):
            offered.add("answer_reminder")
        return offered
