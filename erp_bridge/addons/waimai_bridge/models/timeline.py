from markupsafe import Markup, escape

from odoo import api, fields, models

from .words import CODES, SPEAKERS, TAIL, half, who_speaks

# The connector's own words for a press; the press itself is told with who pressed and what came of it.
PRESSED = "店员操作"
ICONS = {
    "customer": "fa-user",
    "platform": "fa-cloud",
    "rider": "fa-motorcycle",
    "staff": "fa-hand-pointer-o",
    "answer": "fa-reply",
    "odoo": "fa-cube",
}
# Within one second what leads to something stands before what it led to.
TURNS = {"customer": 0, "staff": 1, "platform": 2, "rider": 2, "news": 3, "answer": 4, "odoo": 5}


class WaimaiOrder(models.Model):
    """What happened to an order, in plain words: the platform, the staff, the answers, and what Odoo made of it."""

    _inherit = "waimai.order"

    timeline_text = fields.Html("What Happened", compute="_compute_timeline_text", sanitize=False)

    @api.depends("timeline", "version", "command_ids.state", "sale_order_id", "alert_ids.state")
    @api.depends_context("lang", "tz", "uid")
    def _compute_timeline_text(self):
        for order in self:
            order.timeline_text = self._timeline_list(sorted(order._story(), key=_place))

    def _story(self):
        """Steps {"at": datetime or None, "who", "text", "detail", "tone", "turn": if not by who}, not in order."""
        presses = self.command_ids.sorted("id")
        objected = presses._objected()
        told = {(press.action, press.pressed_at) for press in presses}
        steps = [self._told_step(step) for step in self.timeline or [] if isinstance(step, dict)]
        steps = [step for step in steps if (step.get("press"), step["at"]) not in told]
        for press in presses:
            steps += self._press_steps(press, press in objected)
        return steps + self._own_steps()

    def _told_step(self, step):
        """A line of the document's timeline."""
        text, code = str(step.get("text") or ""), step.get("code")
        at = self._moment(step.get("at"))
        if text.startswith(PRESSED):
            action = text.removeprefix(PRESSED).split()[0] if text.removeprefix(PRESSED).split() else ""
            label = dict(self.env["waimai.command"]._fields["action"]._description_selection(self.env)).get(action)
            words = self.env._("Pressed: %s", label or action)
            return {"at": at, "who": "staff", "text": words, "detail": step.get("who") or "", "press": action}
        known = CODES.get(code)
        tail = TAIL.search(text)
        who = str(step.get("who") or "")
        details = [tail["money"] or "", (tail["why"] or "").strip(" ()")] if known else []
        details.append(self.env._(SPEAKERS[who]) if who in SPEAKERS else who)
        return {
            "at": at,
            "who": who_speaks(code) if known else "platform",
            "turn": None if known else "news",
            "text": self.env._(known) if known else half(text, self.env.lang or "en_US"),
            "detail": " · ".join(filter(None, (word.strip() for word in details))),
        }

    def _press_steps(self, press, objected):
        label = dict(press._fields["action"]._description_selection(self.env))[press.action]
        args = press.args or {}
        words = [str(args.get(name) or "") for name in ("reason", "text")]
        steps = [
            {
                "at": press.pressed_at,
                "who": "staff",
                "text": self.env._("%(who)s pressed: %(what)s", who=press.user_id.sudo().name, what=label),
                "detail": " ".join(filter(None, words)),
            }
        ]
        if press.state in ("done", "refused"):
            answer = {"at": press.answered_at or press.write_date, "who": "answer", "detail": press.answer or ""}
            steps.append(answer | self._answer_words(press, label, objected))
        elif press.state == "open":
            steps[0]["detail"] += self.env._(" (asked; waits for the connector)")
        else:
            steps[0]["detail"] += self.env._(" (asked; no answer yet)")
        return steps

    def _answer_words(self, press, label, objected):
        if press.state == "refused":
            return {"text": self.env._("Refused: %s", label), "tone": "danger"}
        if objected:
            told = self.env._("The platform says: %s", press.answer or "")
            return {"text": self.env._("Recorded here: %s", label), "detail": told, "tone": "warning"}
        if press._noted():
            return {"text": self.env._("Recorded here: %s", label), "detail": "", "tone": "success"}
        return {"text": self.env._("Taken: %s", label), "tone": "success"}

    def _own_steps(self):
        steps = []
        sale = self.sudo().sale_order_id
        if sale:
            text = self.env._("Sales order %s made", sale.name)
            steps.append({"at": sale.create_date, "who": "odoo", "text": text, "detail": ""})
        if self.consumed_at:
            text = self.env._("Materials counted as used")
            steps.append({"at": self.consumed_at, "who": "odoo", "text": text, "detail": ""})
        for alert in self.alert_ids:
            text = dict(alert._fields["kind"]._description_selection(self.env))[alert.kind]
            words = self.env._("Alert: %s", text)
            steps.append({"at": alert.create_date, "who": "odoo", "text": words, "detail": alert.shown_text or ""})
        return steps

    def _moment(self, value):
        try:
            return fields.Datetime.to_datetime(str(value or "").replace("T", " ")[:19]) or None
        except ValueError:
            return None

    def _timeline_list(self, steps):
        rows, day = [], None
        for step in steps:
            local = fields.Datetime.context_timestamp(self, step["at"]) if step["at"] else None
            if local and local.date() != day:
                day = local.date()
                rows.append(Markup("<li class='o_waimai_day'>%s</li>") % day.isoformat())
            rows.append(
                Markup("<li class='o_waimai_by_%s%s'><time>%s</time><i class='fa %s'></i><span>%s%s</span></li>")
                % (
                    step["who"],
                    Markup(" text-%s") % step["tone"] if step.get("tone") else "",
                    local.strftime("%H:%M:%S") if local else "",
                    ICONS[step["who"]],
                    step["text"],
                    Markup("<small>%s</small>") % escape(step["detail"]) if step["detail"] else "",
                )
            )
        return Markup("<ul class='o_waimai_timeline'>%s</ul>") % Markup("").join(rows) if rows else False


def _place(step):
    """The second of a step, and its turn within it."""
    at = step["at"] or fields.Datetime.now()
    return at.replace(microsecond=0), TURNS[step.get("turn") or step["who"]]
