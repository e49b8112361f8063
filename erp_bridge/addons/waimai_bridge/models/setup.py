import base64
import secrets

import requests

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from . import probe
from .access import check_manager

PARAMETERS = {
    "url": "waimai_bridge.connector_url",
    "secret": "waimai_bridge.hook_secret",
    "simulator": "waimai_bridge.simulator_url",
}
SETTINGS = "base.group_system"
BAD, HINT, WAIT, OK = "bad", "hint", "wait", "ok"


class WaimaiSetup(models.AbstractModel):
    """The guided set-up: four steps, each green or with the reason and what to do. Keeps nothing of its own.

    A check is {"state": "ok" | "hint" (works, could be better) | "wait" | "bad", "text", "todo"}.
    """

    _name = "waimai.setup"
    _description = "Guided set-up"

    @api.model
    def status(self, *, probing=False):
        """Everything that the page shows; with `probing` the connector is asked as well (up to ten seconds)."""
        check_manager(self.env)
        stores = self.env["waimai.store"].search([])
        steps = {
            "connector": {"checks": self._connector_checks(probing)},
            "stores": self._stores_step(stores),
            "products": self._products_step(stores),
            "order": self._order_step(stores),
        }
        for step in steps.values():
            step["state"] = _worst(step["checks"] + [check for row in step.get("rows", []) for check in row["checks"]])
        return {
            "may_configure": self.env.user.has_group(SETTINGS),
            "url": self._parameter("url"),
            "simulator": self._parameter("simulator"),
            "has_secret": bool(self._parameter("secret")),
            "steps": steps,
            "ready": all(step["state"] in (OK, HINT) for step in steps.values()),
        }

    # -- 1: the connector

    @api.model
    def save(self, values):
        """Keep addresses and secret (`url`, `secret`, `simulator`; those that are given)."""
        self._check_settings()
        for name, key in PARAMETERS.items():
            if name in values:
                value = str(values[name] or "").strip()
                if name != "secret":
                    value = value.rstrip("/")
                    if value and not value.startswith(("http://", "https://")):
                        raise UserError(self.env._("An address begins with http:// or https://"))
                elif not probe.readable_secret(value):
                    raise UserError(self.env._("The secret must be whsec_ and the base64 of at least 24 bytes."))
                self.env["ir.config_parameter"].sudo().set_param(key, value)
        return True

    @api.model
    def new_secret(self):
        """Make a secret and keep it. Returns the connector's setting, to be shown once."""
        self._check_settings()
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.save({"secret": secret})
        return f"ODOO_HOOK_SECRET={secret}"

    @api.model
    def new_key(self):
        """Make an API key for the connector's user. Returns the connector's settings, to be shown once."""
        self._check_settings()
        bot = self.env.ref("waimai_bridge.user_bot")
        key = self.env["res.users.apikeys"].with_user(bot).sudo()._generate("rpc", "waimai connector", None)
        lines = {
            "ODOO_URL": self.env["ir.config_parameter"].sudo().get_param("web.base.url") or "",
            "ODOO_DB": self.env.cr.dbname,
            "ODOO_LOGIN": bot.login,
            "ODOO_PASSWORD": key,
        }
        return "\n".join(f"{name}={value}" for name, value in lines.items())

    def _connector_checks(self, probing):
        url, secret = self._parameter("url"), self._parameter("secret")
        checks = [self._address_check(url), self._secret_check(secret)]
        if not probing:
            return [*checks, told(WAIT, self.env._("Not asked yet."), self.env._("Press “Test the connection”."))]
        if url:
            checks += self._ready_checks(url)
            if checks[1]["state"] == OK and checks[2]["state"] != BAD:
                checks.append(self._letter_check(url, secret))
        return checks

    def _address_check(self, url):
        if url:
            return told(OK, self.env._("The connector's address is %s.", url))
        todo = self.env._("Enter where the connector listens, for example http://127.0.0.1:8000.")
        return told(BAD, self.env._("The connector's address is missing."), todo)

    def _secret_check(self, secret):
        if probe.readable_secret(secret):
            return told(OK, self.env._("A secret is set."))
        words = self.env._("The secret cannot be used.") if secret else self.env._("The secret is missing.")
        todo = self.env._("Press “New secret”, and give the line that appears to the connector.")
        return told(BAD, words, todo)

    def _ready_checks(self, url):
        try:
            health = probe.readiness(url)
        except probe.StrangeError as error:
            words = self.env._("Another server answers at this address, not the connector (%s).", error)
            todo = self.env._("Enter the address and port at which the connector (waimai serve) listens.")
            return [told(BAD, words, todo)]
        except probe.SilentError as error:
            words = self.env._("The connector does not answer (%s).", error)
            todo = self.env._("Start it (waimai serve), and see that this machine reaches the address.")
            return [told(BAD, words, todo)]
        checks = [told(OK, self.env._("The connector answers."))]
        for name, word in health.items():
            label = self._services().get(name, name)
            if word == "ok":
                checks.append(told(OK, self.env._("%s: it works.", label)))
            else:
                words = self.env._("%(service)s: %(problem)s.", service=label, problem=self._problem(word))
                checks.append(told(BAD, words, self._advice(name, word)))
        return checks

    def _services(self):
        return {
            "database": self.env._("The connector's database"),
            "redis": self.env._("The connector's Redis"),
            "odoo": self.env._("From the connector to this Odoo"),
        }

    def _advice(self, name, word):
        """What helps a service of the connector with this problem."""
        if word == "too slow":
            return self.env._("Test again in a moment; if it stays so, see what keeps its machine or the network busy.")
        if (name, word) == ("odoo", "unavailable"):
            return self.env._("See that the connector's ODOO_URL is right, and that its machine reaches this Odoo.")
        todos = {
            "database": self.env._(
                "See that PostgreSQL runs and that DATABASE_URL is right; run “waimai migrate” once."
            ),
            "redis": self.env._("See that Redis runs and that REDIS_URL is right."),
            "odoo": self.env._("Press “New key” and give the lines that appear to the connector; then start it anew."),
        }
        return todos.get(name) or self.env._("Look into the connector's log.")

    def _problem(self, word):
        words = {
            "refused": self.env._("it does not let the connector in"),
            "unavailable": self.env._("it cannot be reached"),
            "too slow": self.env._("it answers too slowly"),
        }
        return words.get(word, word)

    def _letter_check(self, url, secret):
        try:
            status = probe.letter_status(url, secret)
        except probe.SilentError as error:
            status = str(error)
        if status == requests.codes.bad_request:  # read and refused: it is no command
            return told(OK, self.env._("The connector knows our secret: presses will be taken."))
        if status == requests.codes.unauthorized:
            words = self.env._("The connector has another secret.")
            todo = self.env._("Set its ODOO_HOOK_SECRET to the secret here, or enter its secret here.")
            return told(BAD, words, todo)
        words = self.env._("The connector did not take a signed letter (%s).", status)
        return told(BAD, words, self.env._("Try again; then look into the connector's log."))

    # -- what all steps need

    def _parameter(self, name):
        return (self.env["ir.config_parameter"].sudo().get_param(PARAMETERS[name]) or "").strip()

    def _check_settings(self):
        check_manager(self.env)
        if not (self.env.su or self.env.user.has_group(SETTINGS)):
            raise AccessError(self.env._("Only an administrator may change the connector's address and keys."))

    # -- 4: a test order

    @api.model
    def place_order(self, store_id):
        """Begin the test in a store: the simulator orders, or, without one, the next order that comes counts."""
        check_manager(self.env)
        store = self.env["waimai.store"].browse(store_id)
        store.check_access("read")
        store, url, ref = store.sudo(), self._parameter("simulator"), False
        if url:
            shop = store.platform_ref
            try:
                ref = probe.place_test_order(url, int(shop) if store.platform == "eleme" and shop.isdigit() else shop)
            except probe.SilentError as error:
                raise UserError(self.env._("The simulator did not take the order: %s", error)) from None
        last = self.env["waimai.order"].sudo().search([], order="id desc", limit=1)
        store.search([("test_began", "!=", False)]).test_began = False
        store.write({"test_ref": ref, "test_began": fields.Datetime.now(), "test_after": last.id})
        return True


def told(state, text, todo=""):
    return {"state": state, "text": text, "todo": todo}


def _worst(checks):
    states = {check["state"] for check in checks}
    return next((state for state in (BAD, WAIT, HINT) if state in states), OK)
