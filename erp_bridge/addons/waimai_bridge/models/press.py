from odoo import api, fields, models

from .access import check_staff
from .command import UNDER_WAY
from .words import NOTED, half

# Only one of each set can come true: while one is on its way, the others wait.
EXCLUSIVE = (
    frozenset({"accept", "reject"}),
    frozenset({"agree_refund", "reject_refund"}),
)


class WaimaiCommand(models.Model):
    """What the screens need of a press: when it was answered, and whether somebody has read a refusal."""

    _inherit = "waimai.command"

    answered_at = fields.Datetime(readonly=True)
    seen = fields.Boolean("Refusal Read", readonly=True)
    answer = fields.Text("Platform's Answer", compute="_compute_answer", help="In the reader's language.")

    @api.depends("result")
    @api.depends_context("lang")
    def _compute_answer(self):
        for press in self:
            press.answer = half(press.result or "", self.env.lang) or False

    def write(self, vals):
        if vals.get("state") in ("done", "refused"):
            vals = {"answered_at": fields.Datetime.now(), **vals}
        return super().write(vals)

    def _tell_presser(self):
        """Tell who pressed what came of it; a refusal waits on the screen until somebody takes it away."""
        user, refused = self.user_id, self.state == "refused"
        words = self.with_context(lang=user.lang)
        what = dict(words._fields["action"]._description_selection(words.env))[self.action]
        objected = self._objected()
        if refused:
            what = words.env._("%s refused", what)
        elif objected:
            what = words.env._("%s: recorded here, not taken by the platform", what)
        order = words.order_id
        # The number of the day, as it stands on the card: nobody at a desk reads nineteen digits.
        where = f"{order._label('platform')} #{order.day_seq}" if order.day_seq else order.display_name
        user._bus_send(
            "waimai/answer",
            {
                "type": "danger" if refused else "warning" if objected else "success",
                "message": " · ".join(filter(None, (where or words.store_id.display_name, what, words.answer))),
                "sticky": refused,
            },
        )

    def _noted(self):
        """Whether the press moved the order and no platform was told."""
        return self.state == "done" and (self.result or "").startswith(NOTED)

    def _objected(self):
        """Those that count here though the platform, which was told, does not take them: a warning and no refusal.

        The connector reports such a press as done, and an alert that has its number.
        """
        keys = {f"warning:cmd-{press.id}": press.id for press in self if press.state == "done"}
        alerts = self.env["waimai.alert"].sudo().search([("key", "in", list(keys))])
        return self.browse(keys[alert.key] for alert in alerts)

    def action_seen(self):
        """Take a refusal from the screens: somebody has read it."""
        check_staff(self.env)
        self.check_access("read")
        presses = self.sudo()
        presses.seen = True
        for store, seen in presses.grouped("store_id").items():
            store._changed(seen.order_id.ids)


class WaimaiOrder(models.Model):
    _inherit = "waimai.order"

    def _presses_under_way(self):
        return self.command_ids.filtered(lambda press: press.state in UNDER_WAY)

    def _press_refused(self):
        """The last press, if the platform (or the bridge) refused it and nobody has read that yet."""
        last = self.command_ids.sorted("id")[-1:]
        return last if last.state == "refused" and not last.seen else last.browse()

    def action_press_again(self, action=None):
        """Once more the press that was refused, or, of an action, the one that has had no answer; its id or False."""
        self.ensure_one()
        refused = self._press_refused()
        waiting = self._presses_under_way().filtered(lambda press: press.action == action)
        if waiting or not refused:
            return waiting[:1].action_retry() if waiting else False
        number = refused.action_retry()
        refused.sudo().seen = True
        return number

    def action_press_seen(self):
        self._press_refused().action_seen()
