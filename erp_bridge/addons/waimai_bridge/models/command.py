import base64
import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta

import psycopg2
import requests

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry

from .access import check_bot, check_staff
from .const import ACTIONS
from .document import readable

_logger = logging.getLogger(__name__)
TIMEOUT = (1, 2)  # seconds to connect, to answer: the button waits for it
PREFIX = "whsec_"
UNDER_WAY = ("open", "sent")
TURNS = ("off_sale", "on_sale")  # each undoes the other


class WaimaiCommand(models.Model):
    """A press of a button on its way to the platform, and what came of it."""

    _name = "waimai.command"
    _description = "Command to a delivery platform"
    _order = "id desc"
    _rec_name = "action"

    store_id = fields.Many2one("waimai.store", required=True, readonly=True, index=True, ondelete="restrict")
    order_id = fields.Many2one("waimai.order", readonly=True, index="btree_not_null", ondelete="cascade")
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    args = fields.Json(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("sent", "Sent"), ("done", "Done"), ("refused", "Refused")],
        required=True,
        readonly=True,
        default="open",
    )
    result = fields.Text(readonly=True, help="The platform's words.")
    user_id = fields.Many2one("res.users", "Pressed By", required=True, readonly=True, ondelete="restrict")
    pressed_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _one_under_way = models.UniqueIndex(
        "(order_id, action) WHERE order_id IS NOT NULL AND state IN ('open', 'sent')",
        "This button has been pressed already.",
    )
    _waiting = models.Index("(id) WHERE state = 'open'")

    # -- pressing

    @api.model
    def _press(self, store, order, action, args):
        """Record a press and send it once this transaction has committed. Returns the command's id.

        The same button while one is under way: that one's id, one effect. Money of other pieces is another wish,
        which would be lost in silence: UserError.
        """
        commands = self.sudo()
        if pressed := commands._under_way(store, order, action, args):
            if action == "part_refund" and (pressed.args or {}).get("items") != args.get("items"):
                raise UserError(self.env._("Another refund of a part is still on its way to the platform."))
            return pressed.id
        values = {
            "store_id": store.id,
            "order_id": order.id,
            "action": action,
            "args": args,
            "user_id": self.env.uid,
        }
        try:
            with self.env.cr.savepoint():
                command = commands.create(values)
        except psycopg2.errors.UniqueViolation:
            # Another person pressed at the same moment: Odoo repeats the call, which then finds that press.
            raise ConcurrencyError("pressed by another call") from None
        command._send_after_commit()
        store._changed(order.ids)
        return command.id

    def _under_way(self, store, order, action, args):
        """The press of this button that waits for its result; of a shop's buttons, the one with the same arguments.

        Off sale, on sale, off sale again are three wishes: only the last of them can be the same.
        """
        same = [("order_id", "=", order.id or False), ("state", "in", UNDER_WAY)]
        if order:
            return self.search([*same, ("action", "=", action)], limit=1)
        actions = TURNS if action in TURNS else (action,)
        waiting = self.search([*same, ("store_id", "=", store.id), ("action", "in", actions)])
        last = waiting.filtered(lambda command: (command.args or {}) == (args or {}))[:1]
        return last if last.action == action else self.browse()

    def action_retry(self):
        """Press again what was refused, or send again what has had no answer. Returns the command's id.

        A refused press becomes a new command, with money computed anew. One without an answer keeps its id, so the
        connector, should it know it already, does nothing twice.
        """
        check_staff(self.env)
        if len(self) != 1:
            raise UserError(self.env._("Repeat one press at a time."))
        self.check_access("read")
        command = self.sudo()
        if command.state == "done":
            raise UserError(self.env._("The platform has done this already."))
        if command.state == "refused":
            return command._press_again(self.env)
        command.state = "open"
        command._send_after_commit()
        command.store_id._changed(command.order_id.ids)
        return command.id

    def _press_again(self, env):
        args = dict(self.args or {})
        if not self.order_id:
            return self.with_env(env)._press(self.store_id, self.order_id, self.action, args)
        if self.action == "part_refund":
            args.pop("amount", None)
        return getattr(self.order_id.with_env(env), f"action_{self.action}")(**args)

    def _send_after_commit(self):
        dbname, ids = self.env.cr.dbname, self.ids

        @self.env.cr.postcommit.add
        def send():
            with Registry(dbname).cursor() as cr:
                commands = api.Environment(cr, SUPERUSER_ID, {})["waimai.command"].browse(ids)
                letters = commands._letters()
            _send_letters(dbname, letters)

    def _body(self):
        """The command as the connector reads it (contract, chapter 2)."""
        return {
            "type": "command",
            "command_id": self.id,
            "store_ref": self.store_id.store_ref,
            "order_ref": self.order_id.key if self.order_id else None,
            "action": self.action,
            "args": self.args or {},
            "user_id": self.user_id.id,
            "pressed_at": self.pressed_at.isoformat() + "Z",
        }

    def _letters(self):
        """What to post: (url, secret, [(id, body)]), or None if no connector is set."""
        parameters = self.env["ir.config_parameter"].sudo()
        url = (parameters.get_param("waimai_bridge.connector_url") or "").rstrip("/")
        secret = parameters.get_param("waimai_bridge.hook_secret") or ""
        waiting = self.exists().filtered(lambda command: command.state == "open")
        if not waiting or not url or not secret.startswith(PREFIX):
            return None
        return f"{url}/hooks/odoo", secret, [(command.id, command._body()) for command in waiting]

    @api.model
    def _cron_send_open(self):
        """Send what has not reached the connector yet; stop at the first failure, the next minute comes."""
        # A press of this very moment is still being sent by its own button.
        early = fields.Datetime.now() - timedelta(seconds=5)
        waiting = self.search([("state", "=", "open"), ("pressed_at", "<", early)], order="id", limit=200)
        _send_letters(self.env.cr.dbname, waiting._letters())

    # -- the connector's side

    @api.model
    def open_commands(self):
        """Bodies of the commands that the connector has not taken yet, oldest first, as they are posted."""
        check_bot(self.env)
        return [command._body() for command in self.sudo().search([("state", "=", "open")], order="id")]

    @api.model
    def report(self, results):
        """What became of commands, and alerts for the desk. Repeats change nothing.

        Each result is {"command_id", "state": sent|done|refused, "result": words}, of a pulled menu also "menu"
        (contract, chapter 4), or {"alert": {"key", "kind",
        "store_ref", "order_ref", "text", "state": open|closed}}. Returns the ids and keys that were taken;
        what is unknown here is left out.
        """
        check_bot(self.env)
        lang = self.env.context.get("lang") or self.env.user.lang
        commands = self.sudo().with_context(lang=lang)
        taken = [commands._take_result(readable(result)) for result in results if isinstance(result, dict)]
        return [name for name in taken if name]

    def _take_result(self, result):
        if isinstance(result.get("alert"), dict):
            return self._take_alert(result["alert"])
        number, state = result.get("command_id"), result.get("state")
        command = self.browse(number if isinstance(number, int) else 0).exists()
        if not command or state not in ("sent", "done", "refused"):
            return None
        # Once done or refused it stays so; a late "sent" is old news.
        if command.state in UNDER_WAY and state != command.state:
            command.write({"state": state, "result": result.get("result") or command.result})
            if state != "sent":
                command._tell_presser()
            if command.action == "answer_reminder" and state == "done":
                reminders = command.order_id.alert_ids.filtered(lambda alert: alert.kind == "reminder")
                # The button answers the newest; of an older one the connector tells.
                reminders.filtered(lambda alert: alert.state == "open").sorted("id")[-1:].state = "answered"
            command._settle_menu(result)
            command.store_id._changed(command.order_id.ids)
        return command.id

    def _take_alert(self, values):
        if not values.get("key"):
            return None
        # Text is text: anything else would stop the reports behind it.
        values = {name: value if value in (None, False) else str(value) for name, value in values.items()}
        stores, orders = self.env["waimai.store"], self.env["waimai.order"]
        store = stores._by_refs([values.get("store_ref")]).get(values.get("store_ref"), stores)
        platform, _colon, ref = str(values.get("order_ref") or "").partition(":")
        order = orders.search([("platform", "=", platform), ("platform_ref", "=", ref)]) if ref else orders
        if self.env["waimai.alert"]._take(values, store or order.store_id, order):
            for changed in store or order.store_id:
                changed._changed(order.ids, alert=values["key"] if values.get("state") != "closed" else False)
        return values["key"]


def signature(secret, message_id, timestamp, body):
    """Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.

    The key is what stands behind `whsec_`, decoded from base64. `body` is text.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _send_letters(dbname, letters):
    """Post and record each in a cursor of its own: the presses have committed, and no report on one is in its way."""
    if not letters:
        return
    url, secret, bodies = letters
    for command_id, _body in _take_while_sent(url, secret, bodies):
        try:
            with Registry(dbname).cursor() as cr:
                command = api.Environment(cr, SUPERUSER_ID, {})["waimai.command"].browse(command_id).exists()
                if command.state == "open":
                    command.state = "sent"
        except psycopg2.OperationalError:
            # The connector was quicker and reports the result at this moment: that counts.
            _logger.info("waimai command %s was reported while it was sent", command_id)


def _take_while_sent(url, secret, bodies):
    """Post one after the other; yields those that the connector took, ends with the first that it did not."""
    for command_id, body in bodies:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        message_id, timestamp = f"cmd-{command_id}", str(int(time.time()))
        try:
            answer = requests.post(
                url,
                data=text.encode(),
                headers={
                    "Content-Type": "application/json",
                    "webhook-id": message_id,
                    "webhook-timestamp": timestamp,
                    "webhook-signature": signature(secret, message_id, timestamp, text),
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            _logger.warning("waimai command %s not sent: %s", command_id, type(error).__name__)
            return
        if answer.status_code != requests.codes.accepted:
            _logger.warning("waimai command %s not taken: HTTP %s", command_id, answer.status_code)
            return
        yield command_id, body
