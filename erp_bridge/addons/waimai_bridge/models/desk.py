from odoo import api, fields, models
from odoo.fields import Domain

from .access import check_staff
from .command import UNDER_WAY
from .const import FINAL, ORDER_ACTIONS
from .pulse import AWAY_SECONDS
from .words import CODES, TROUBLE

UNSENT_SECONDS = 10  # a press that has waited so long has not reached the connector
MAIN = ("accept", "agree_refund", "start", "ready", "dispatch", "answer_reminder")
SIDE = ("reject_refund", "part_refund", "reject", "cancel")
URGENT = ("agree_refund", "answer_reminder")

OPEN = ("requested", "arbitrating")
REMINDED = [("kind", "=", "reminder"), ("state", "=", "open")]


class WaimaiOrder(models.Model):
    """The desk: what a card shows, what rings, and whether the connector is there. Nothing of it is stored."""

    _inherit = "waimai.order"

    card = fields.Json(compute="_compute_card", help="Everything that the desk shows of the order, in words.")

    @api.model
    def desk_status(self):
        """What the bar over the desk tells, for the stores of this user.

        Returns {"now": server's time, "ring": {"new", "refund", "reminder": orders nobody has acted on},
        "connector": "here" | "away" | "shut": it calls, but its own door does not answer | "never" | "unset",
        "silence": seconds since its last call, "unsent": presses that wait for it}.
        """
        check_staff(self.env)
        self.env["waimai.pulse"]._look()
        silence = self.env["waimai.pulse"]._silence()
        unsent = self.env["waimai.command"].search_count(
            [
                ("state", "=", "open"),
                ("pressed_at", "<", fields.Datetime.subtract(fields.Datetime.now(), seconds=UNSENT_SECONDS)),
            ]
        )
        return {
            "now": _iso(fields.Datetime.now()),
            "ring": {cause: self.search_count(domain) for cause, domain in self._ringing().items()},
            "connector": self._connector(silence, unsent),
            "silence": silence,
            "unsent": unsent,
        }

    @api.model
    def _connector(self, silence, unsent):
        if silence is False:
            return (
                "never" if self.env["ir.config_parameter"].sudo().get_param("waimai_bridge.connector_url") else "unset"
            )
        if silence > AWAY_SECONDS or unsent:
            return "away"
        return "shut" if self.env["waimai.pulse"]._is_shut() else "here"

    @api.model
    def _ringing(self):
        """{cause: domain of the orders that nobody has acted on yet}; a press under way is an act."""

        def untouched(*actions):
            return [("command_ids", "not any", [("state", "in", UNDER_WAY), ("action", "in", actions)])]

        # Where the platform is told "accepted" without a press, the kitchen still has to hear of the order.
        unheard = Domain("state", "=", "new") | Domain([("state", "=", "paid"), ("store_id.auto_accept", "=", True)])
        return {
            "new": unheard & Domain(untouched("accept", "reject", "start", "cancel")),
            "refund": Domain([("state", "=", "refunding"), ("refund_ids.status", "=", "requested")])
            & Domain(untouched("agree_refund", "reject_refund")),
            "reminder": Domain([("state", "not in", FINAL), ("alert_ids", "any", REMINDED)])
            & Domain(untouched("answer_reminder")),
        }

    @api.model
    def web_read_group(self, domain, groupby, aggregates=(), *args, opening_info=None, **options):
        """As Odoo's own; columns of finished orders are folded until somebody opens them."""
        if groupby and groupby[0] == "state":
            known = {info["value"] for info in opening_info or ()}
            folded = [{"value": state, "folded": True} for state in FINAL if state not in known]
            opening_info = [*(opening_info or ()), *folded]
        return super().web_read_group(domain, groupby, aggregates, *args, opening_info=opening_info, **options)

    @api.depends("version", "offer", "state", "command_ids.state", "command_ids.seen", "alert_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_card(self):
        for order in self:
            order.card = order._card()

    def _card(self):
        return {
            "platform": self.platform,
            "platform_name": self._label("platform"),
            "day_seq": self.day_seq,
            "number": self.platform_view_ref or self.platform_ref,
            "store": self.store_id.name,
            "state": self.state,
            "state_name": self._label("state"),
            "before": self._label("order_state") if self.state == "refunding" else "",
            "final": self.state in FINAL,
            "placed": _iso(self.placed_at),
            "promised": _iso(self.promised_at),
            "accept_by": _iso(self.accept_by) if self.state == "new" else False,
            "window_ends": _iso(self.window_ends) if self.state in ("waiting", "refunding") else False,
            "baskets": self._card_baskets(),
            "pieces": sum(self.item_ids.mapped("quantity")),
            "remark": self.remark or "",
            "customer": {"name": self.customer_name or "", "phone": self.customer_phone or ""},
            "rider": self._card_rider(),
            "refunds": [self._card_refund(case) for case in self.refund_ids if case.status in OPEN],
            "reminded": bool(self.reminder_ref) or any(alert.kind == "reminder" for alert in self._open_alerts()),
            "alerts": [alert.shown_text or "" for alert in self._open_alerts() if alert.kind != "reminder"],
            "warning": self.warning or "",
            "paid": self.currency_id.format(self.paid_amount),
            "refunded": self.currency_id.format(self.refunded_amount) if self.refunded_amount else "",
            "buttons": self._card_buttons(),
            "refused": self._card_refusal(),
        }

    def _label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _open_alerts(self):
        return self.alert_ids.filtered(lambda alert: alert.state == "open")

    def _card_baskets(self):
        """What was bought: [{"name", "items": [{"name", "spec", "options", "quantity", "back": pieces refunded}]}]."""
        back = {}
        for line in self.refund_ids.filtered(lambda case: case.status == "granted").mapped("lines"):
            for part in line or []:
                back[part["line"]] = back.get(part["line"], 0) + part["quantity"]
        baskets = {}
        for item in self.item_ids.sorted("line"):
            baskets.setdefault(item.basket or "", []).append(
                {
                    "name": item.name,
                    "spec": item.spec or "",
                    "options": item.options or "",
                    "quantity": item.quantity,
                    "back": back.get(item.line, 0),
                }
            )
        return [{"name": name if len(baskets) > 1 else "", "items": items} for name, items in baskets.items()]

    def _card_rider(self):
        words = CODES.get(self.rider_state)
        if self.rider_state and not words:
            text = self.env._("Rider: %s", self.rider_state)
        elif words:
            text = self.env._(words)
        else:
            text = self.env._("The shop delivers itself") if self.delivery_by == "shop" else ""
        return {
            "text": text,
            "name": self.rider_name or "",
            "phone": self.rider_phone or "",
            "trouble": self.rider_state in TROUBLE,
        }

    def _card_refund(self, case):
        labels = {name: dict(case._fields[name]._description_selection(self.env)) for name in ("scope", "status")}
        # A request for everything need not name the money (Meituan's does not): it is what is left.
        amount = self.paid_amount - self.refunded_amount if case.scope == "full" else case.amount
        return {
            "amount": self.currency_id.format(amount) if amount else "",
            "scope": labels["scope"].get(case.scope, ""),
            "status": labels["status"].get(case.status, ""),
            "arbitrating": case.status == "arbitrating",
            "appeal": case.appeal,
            "reason": case.reason or "",
            "lines": case.lines_text or "",
            "asked": _iso(case.requested_at),
        }

    def _card_buttons(self):
        """Main ones first: [{"action", "label", "style", "side": in the menu, "asked": when or not, "sent", "who"}]."""
        under_way = {press.action: press for press in self._presses_under_way()}
        labels = dict(self.env["waimai.command"]._fields["action"]._description_selection(self.env))
        shown = [action for action in (*MAIN, *SIDE) if action in under_way or self[f"offer_{action}"]]
        main = [action for action in shown if action in MAIN and action not in URGENT]
        buttons = []
        for action in shown:
            press = under_way.get(action)
            style = "warning" if action in URGENT else "primary" if action in main[:1] else "secondary"
            buttons.append(
                {
                    "action": action,
                    "label": labels[action],
                    "style": style,
                    "side": action in SIDE and action != "reject_refund" and not press,
                    "asked": _iso(press.pressed_at) if press else False,
                    "sent": press.state == "sent" if press else False,
                    "who": press.user_id.sudo().name if press else "",
                }
            )
        # A menu for a single button is one touch too many.
        if [button["side"] for button in buttons] == [True]:
            buttons[0]["side"] = False
        return buttons

    def _card_refusal(self):
        press = self._press_refused()
        if not press or self.state in FINAL:
            return False
        labels = dict(press._fields["action"]._description_selection(self.env))
        again = press.action in ORDER_ACTIONS and self[f"offer_{press.action}"]
        return {"label": labels[press.action], "why": press.answer or "", "again": again}


def _iso(moment):
    return f"{moment.isoformat()}Z" if moment else False
