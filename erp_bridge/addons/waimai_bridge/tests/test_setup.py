import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo.addons.waimai_bridge.models import probe
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .menu_case import MenuCase

KEY = b"a key of the tests, invented 32b"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class World:
    """A connector and a simulator on one real server of the loopback: both verify and answer as the real ones."""

    def __init__(self):
        self.health = {"database": "ok", "redis": "ok", "odoo": "ok"}
        self.key, self.orders, self.order_answer = KEY, [], (200, {"orderId": "3050000000000000001"})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                ready = set(outer.health.values()) == {"ok"}
                known = self.path == "/readyz" and outer.health
                self.answer(200 if ready else 503, {"status": "ok", **outer.health} if known else {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/sim/orders":
                    outer.orders.append(json.loads(body))
                    self.answer(*outer.order_answer)
                else:
                    self.answer(400 if outer.proved(self.headers, body) else 401, {"status": "error"})

            def answer(self, status, told):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def proved(self, headers, body):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
        digest = base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        return headers["webhook-signature"] == f"v1,{digest}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install")
class TestSetup(MenuCase):
    def setUp(self):
        super().setUp()
        # Odoo's test runner compares the time-out with a number.
        self.patch(probe, "TIMEOUT", 2)
        self.world = World()
        self.addCleanup(self.world.close)
        self.env["waimai.store"].search([("id", "!=", self.store.id)]).active = False
        self.setup = self.env["waimai.setup"]
        self.parameters = self.env["ir.config_parameter"].sudo()
        for name in ("connector_url", "hook_secret", "simulator_url"):
            self.parameters.set_param(f"waimai_bridge.{name}", False)

    def step(self, name, probing=False):
        self.env.invalidate_all()
        step = self.setup.status(probing=probing)["steps"][name]
        checks = step["checks"] + [check for row in step.get("rows", []) for check in row["checks"]]
        for check in checks:
            self.assertEqual(bool(check["todo"]), check["state"] != "ok", f"{check} must say what to do")
        return step["state"], [check["text"] for check in checks if check["state"] != "ok"]

    def test_the_connector_is_green_when_all_of_it_answers(self):
        self.assertEqual(self.step("connector")[0], "bad")
        self.setup.save({"url": f"{self.world.url}/", "secret": SECRET})
        self.assertEqual(self.parameters.get_param("waimai_bridge.connector_url"), self.world.url)
        self.assertEqual(self.step("connector")[0], "wait", "not asked yet")
        self.assertEqual(self.step("connector", probing=True), ("ok", []))

    def test_the_reason_why_the_connector_is_not_green(self):
        self.setup.save({"url": self.world.url, "secret": SECRET})
        self.world.health = {"database": "ok", "redis": "unavailable", "odoo": "refused", "third": "odd"}
        state, words = self.step("connector", probing=True)
        self.assertEqual((state, len(words)), ("bad", 3))
        self.assertIn("Redis", words[0])
        self.assertIn("third: odd", words[2])
        self.world.health = {"database": "ok"}
        self.world.key = b"another key"
        self.assertEqual(self.step("connector", probing=True), ("bad", ["The connector has another secret."]))
        self.world.health = {}
        self.assertIn("does not answer", self.step("connector", probing=True)[1][0])
        self.setup.save({"url": "http://127.0.0.1:9"})
        self.assertIn("ConnectionError", self.step("connector", probing=True)[1][0])

    def test_a_door_is_open_if_the_connector_itself_answers(self):
        self.assertTrue(probe.opens(self.world.url))
        self.world.health = {"database": "away"}
        self.assertFalse(probe.opens(self.world.url), "a proxy before a connector that is down")
        self.assertFalse(probe.opens("http://127.0.0.1:9"))
        self.assertFalse(probe.opens("not an address"))

    def advice(self, health):
        """What to do, by service, when the connector says this of what it depends on."""
        self.world.health = health
        checks = self.setup.status(probing=True)["steps"]["connector"]["checks"]
        return [check["todo"] for check in checks if check["state"] == "bad"]

    def test_the_advice_follows_what_is_wrong(self):
        self.setup.save({"url": self.world.url, "secret": SECRET})
        self.assertIn("New key", self.advice({"odoo": "refused"})[0])
        [away] = self.advice({"odoo": "unavailable"})
        self.assertIn("ODOO_URL", away)
        self.assertNotIn("New key", away)
        for service in ("odoo", "database", "redis", "third"):
            [slow] = self.advice({service: "too slow"})
            self.assertIn("Test again", slow)
        self.assertIn("DATABASE_URL", self.advice({"database": "unavailable"})[0])

    def test_another_server_at_the_address_is_not_a_connector_that_does_not_run(self):
        self.setup.save({"url": f"{self.world.url}/elsewhere", "secret": SECRET})
        checks = self.setup.status(probing=True)["steps"]["connector"]["checks"]
        [check] = [check for check in checks if check["state"] == "bad"]
        self.assertIn("Another server", check["text"])
        self.assertIn("address", check["todo"])
        self.assertNotIn("Start it", check["todo"])

    def test_rubbish_is_not_kept(self):
        for values in ({"url": "127.0.0.1:8000"}, {"secret": "whsec_short"}, {"secret": "x"}, {"simulator": "ftp://x"}):
            with self.assertRaises(UserError):
                self.setup.save(values)
        self.assertFalse(self.parameters.get_param("waimai_bridge.connector_url"))

    def test_a_new_secret_is_kept_and_shown_once(self):
        line = self.setup.new_secret()
        name, _, secret = line.partition("=")
        self.assertEqual((name, secret), ("ODOO_HOOK_SECRET", self.parameters.get_param("waimai_bridge.hook_secret")))
        self.assertTrue(probe.readable_secret(secret))
        self.assertNotIn(secret, json.dumps(self.setup.status()), "the page never shows it again")

    def test_a_new_key_lets_the_connector_in(self):
        lines = dict(line.split("=", 1) for line in self.setup.new_key().splitlines())
        keys = self.env["res.users.apikeys"]
        bot = self.env.ref("waimai_bridge.user_bot")
        self.assertEqual(keys._check_credentials(scope="rpc", key=lines["ODOO_PASSWORD"]), bot.id)
        self.assertEqual((lines["ODOO_DB"], lines["ODOO_LOGIN"]), (self.env.cr.dbname, bot.login))

    def test_who_may_do_what(self):
        boss = new_test_user(self.env, "boss", groups="waimai_bridge.group_manager")
        desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.assertFalse(self.setup.with_user(boss).status()["may_configure"])
        attempts = {
            "save": lambda setup: setup.save({"url": "http://127.0.0.1:1"}),
            "new_secret": lambda setup: setup.new_secret(),
            "new_key": lambda setup: setup.new_key(),
        }
        for name, attempt in attempts.items():
            with self.assertRaises(AccessError, msg=name):
                attempt(self.setup.with_user(boss))
        attempts["status"] = lambda setup: setup.status()
        attempts["place_order"] = lambda setup: setup.place_order(self.store.id)
        for user in (desk, self.env.ref("waimai_bridge.user_bot")):
            for name, attempt in attempts.items():
                with self.assertRaises(AccessError, msg=f"{user.login} {name}"):
                    attempt(self.setup.with_user(user))

    def test_a_store_says_what_it_lacks(self):
        self.assertEqual(self.step("stores"), ("wait", ["No shop staff.", "Not proved yet."]))
        self.store.user_ids = self.env.ref("base.user_admin")
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        self.assertEqual(self.step("stores"), ("ok", []))
        self.store.active = False
        store = self.store.create({"name": "二店", "platform_ref": "MT-1", "user_ids": self.store.user_ids.ids})
        store.company_id.waimai_tax_id = False
        store.company_id.waimai_clearing_ids.unlink()
        state, words = self.step("stores")
        self.assertEqual((state, len(words), words[-1]), ("bad", 4, "Not proved yet."))
        store.active = False
        self.assertEqual(self.step("stores"), ("bad", ["There is no store yet."]))

    def test_a_refused_pull_is_the_reason_that_a_store_is_not_bound(self):
        [number] = self.store.action_pull_menu()
        self.report(number, state="refused")
        self.assertIn("The platform refused its menu: 好", self.step("stores")[1])
        self.assertEqual(self.step("products")[0], "bad")

    def test_products_are_green_when_all_have_product_and_recipe(self):
        self.assertEqual(self.step("products")[0], "wait")
        [number] = self.store.action_pull_menu()
        self.assertEqual(self.step("products"), ("wait", ["The menu is being pulled."]))
        self.report(number, menu=[self.row(1, "B-1"), self.row(2, "NEW"), self.row(3, "C-1"), self.row(4, "C-1")])
        self.assertEqual(self.step("products"), ("bad", ["1 dishes have no product.", "2 dishes share a code."]))
        self.pull(self.row(1, "B-1"), self.row(3, "C-1"))
        self.assertEqual(self.step("products"), ("ok", []))
        self.coffee.bom_ids.active = False
        self.assertEqual(self.step("products"), ("hint", ["1 dishes have no usable recipe: 牛肉饭"]))
        self.coffee.product_tmpl_id.active = False
        self.assertEqual(self.step("products")[0], "bad")
        self.store.match_products = False
        self.assertEqual(self.step("products"), ("ok", []))

    def test_a_test_order_of_the_simulator_until_it_is_a_sale(self):
        self.setup.save({"simulator": self.world.url})
        self.assertEqual(self.step("order"), ("wait", ["No test order yet."]))
        self.setup.place_order(self.store.id)
        self.assertEqual(self.world.orders, [{"shop": 900000001, "kind": "plain"}])
        self.assertIn("3050000000000000001", self.step("order")[1][0])
        self.write(self.document([("别的", "B-1", 1, 2600)]))
        self.assertEqual(self.step("order")[0], "wait", "another order is not the test order")
        document = self.document([("牛肉饭", "B-1", 1, 2600)], key="eleme:3050000000000000001", state="new", sale=None)
        order = self.write(document)
        status = self.setup.status()["steps"]["order"]
        self.assertEqual((status["order_id"], status["may_accept"]), (order.id, True))
        document = self.next(document, state="waiting")
        self.write(document)
        self.assertEqual(self.step("order"), ("wait", ["The customer may still cancel; then it becomes a sale."]))
        document = self.next(document, state="paid", sale="confirmed")
        self.write(document)
        self.assertEqual(self.step("order"), ("ok", []))
        self.assertEqual(self.setup.status()["steps"]["order"]["sale_id"], order.sale_order_id.id)

    def test_a_cancelled_test_order_says_so(self):
        self.setup.save({"simulator": self.world.url})
        self.setup.place_order(self.store.id)
        self.write(
            self.document([("牛肉饭", "B-1", 1, 2600)], key="eleme:3050000000000000001", state="cancelled", sale=None)
        )
        self.assertEqual(self.step("order")[0], "bad")

    def test_without_a_simulator_the_next_order_counts(self):
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        self.setup.place_order(self.store.id)
        self.assertEqual((self.step("order")[0], self.world.orders), ("wait", []))
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        self.assertEqual(self.step("order"), ("ok", []))

    def test_the_simulators_refusal_is_shown(self):
        self.setup.save({"simulator": self.world.url})
        self.world.order_answer = 400, {"error": {"code": "X", "message": "没有这家店"}}
        with self.assertRaisesRegex(UserError, "没有这家店"):
            self.setup.place_order(self.store.id)
        self.assertFalse(self.store.test_began)

    def test_all_green(self):
        self.store.user_ids = self.env.ref("base.user_admin")
        self.setup.save({"url": self.world.url, "secret": SECRET, "simulator": self.world.url})
        self.pull(self.row(1, "B-1"))
        self.setup.place_order(self.store.id)
        self.write(self.document([("牛肉饭", "B-1", 1, 2600)], key="eleme:3050000000000000001"))
        status = self.setup.status(probing=True)
        self.assertEqual(
            {name: step["state"] for name, step in status["steps"].items()}, dict.fromkeys(status["steps"], "ok")
        )
        self.assertTrue(status["ready"])
        self.assertFalse(self.setup.status()["ready"], "nobody has asked the connector")

    def test_a_meituan_shop_is_named_by_its_own_code(self):
        store = self.env["waimai.store"].create({"name": "美团店", "platform": "meituan", "platform_ref": "MT-2001"})
        self.setup.save({"simulator": self.world.url})
        self.setup.place_order(store.id)
        self.assertEqual(self.world.orders[0]["shop"], "MT-2001")
