import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg2
from psycopg2.errors import SerializationFailure

from odoo.addons.waimai_bridge.models import command
from odoo.addons.waimai_bridge.models.reasons import ANSWER_WORDS, ANSWERS, LIMITS, REFUSAL_WORDS, REFUSALS
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import WaimaiCase

KEY = b"a key of the tests, invented 32b"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Connector:
    """A real server on the loopback that keeps what was posted and answers as it is told."""

    def __init__(self):
        self.requests, self.status = [], 202
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install")
class TestCommands(WaimaiCase):
    def setUp(self):
        super().setUp()
        self.desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.store.user_ids = self.desk
        self.order = self.write(
            self.document([("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 1, 300)], [("discount_shop", -550)])
        )
        # Odoo's test runner compares the time-out with a number.
        self.patch(command, "TIMEOUT", 2)
        self.connector = Connector()
        self.addCleanup(self.connector.close)
        self.registry_enter_test_mode()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("waimai_bridge.connector_url", self.connector.url)
        parameters.set_param("waimai_bridge.hook_secret", SECRET)

    def press(self, action, **args):
        return getattr(self.order.with_user(self.desk), f"action_{action}")(**args)

    def command(self, number):
        self.env.invalidate_all()
        return self.env["waimai.command"].browse(number)

    def commit(self):
        """What happens after the commit, which a test never has."""
        self.env.flush_all()
        self.env.cr.postcommit.run()

    def test_a_press_is_posted_and_signed_after_the_commit(self):
        number = self.press("start")
        self.assertEqual(self.command(number).state, "open")
        self.assertFalse(self.connector.requests, "nothing leaves before the commit")
        self.commit()
        [(path, headers, body)] = self.connector.requests
        self.assertEqual(path, "/hooks/odoo")
        sent = json.loads(body)
        self.assertEqual(sent.pop("pressed_at")[-1], "Z")
        self.assertEqual(
            sent,
            {
                "type": "command",
                "command_id": number,
                "store_ref": "eleme:900000001",
                "order_ref": f"eleme:{self.order.platform_ref}",
                "action": "start",
                "args": {},
                "user_id": self.desk.id,
            },
        )
        self.assertEqual(headers["webhook-id"], f"cmd-{number}")
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], f"v1,{expected}")
        self.assertEqual(self.command(number).state, "sent")

    def test_the_signature_of_a_known_message(self):
        # The example of the Standard Webhooks specification's libraries.
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        body = '{"test": 2432232314}'
        signed = command.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
        self.assertEqual(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_a_connector_that_is_away_leaves_it_open_and_the_cron_repeats(self):
        self.connector.status = 503
        number = self.press("start")
        with mute_logger("odoo.addons.waimai_bridge.models.command"):
            self.commit()
        self.assertEqual(self.command(number).state, "open")
        self.assertEqual([body["command_id"] for body in self.env["waimai.command"].open_commands()], [number])
        self.connector.status = 202
        self.env["waimai.command"]._cron_send_open()
        self.assertEqual(self.command(number).state, "open", "its own button may still be sending it")
        self.command(number).pressed_at = "2026-01-01 00:00:00"
        self.env["waimai.command"]._cron_send_open()
        self.assertEqual(self.command(number).state, "sent")
        first, second = (headers["webhook-id"] for _path, headers, _body in self.connector.requests)
        self.assertEqual(first, second, "the id stays the same on repeats")
        self.assertEqual(self.env["waimai.command"].open_commands(), [])

    def test_each_press_the_cron_sends_is_recorded_by_itself(self):
        """The connector reports on the first ones while the others are posted: nothing is sent again for that."""
        numbers = [self.press("start"), self.press("ready")]
        self.command(numbers).pressed_at = "2026-01-01 00:00:00"
        presses = type(self.env["waimai.command"])
        write = presses.write

        def colliding(press, vals):
            if numbers[0] in press.ids:
                raise SerializationFailure
            return write(press, vals)

        self.patch(presses, "write", colliding)
        self.env["waimai.command"]._cron_send_open()
        self.assertEqual(len(self.connector.requests), 2)
        self.assertEqual(self.command(numbers).mapped("state"), ["open", "sent"])

    def test_nobody_listens(self):
        self.env["ir.config_parameter"].sudo().set_param("waimai_bridge.connector_url", "http://127.0.0.1:9")
        number = self.press("start")
        with mute_logger("odoo.addons.waimai_bridge.models.command"):
            self.commit()
        self.assertEqual(self.command(number).state, "open")

    def test_no_connector_is_set(self):
        self.env["ir.config_parameter"].sudo().set_param("waimai_bridge.connector_url", False)
        number = self.press("start")
        self.commit()
        self.assertEqual(self.command(number).state, "open")

    def test_pressed_twice_is_one_effect(self):
        number = self.press("start")
        self.assertEqual(self.press("start"), number)
        self.commit()
        self.assertEqual(self.press("start"), number)
        self.assertEqual(len(self.connector.requests), 1)
        self.env["waimai.command"].report([{"command_id": number, "state": "done", "result": ""}])
        self.assertNotEqual(self.press("start"), number)

    def test_the_database_knows_one_press_under_way(self):
        values = self.command(self.press("start")).copy_data()[0]
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env["waimai.command"].create(values)

    def test_arguments_are_asked_for(self):
        for action in ("reject", "cancel", "reject_refund", "part_refund", "answer_reminder"):
            wizard = self.press(action)
            self.assertEqual(
                (wizard["res_model"], wizard["context"]["default_action"]), ("waimai.command.wizard", action)
            )
        self.assertFalse(self.order.command_ids)

    def test_blanks_are_no_words(self):
        for action, words in (("reject_refund", {"reason": "  "}), ("answer_reminder", {"text": "\x00 \n"})):
            wizard = self.press(action, **words)
            self.assertEqual(wizard["res_model"], "waimai.command.wizard")
            filled = self.env["waimai.command.wizard"].with_user(self.desk).with_context(**wizard["context"])
            with self.assertRaises(UserError):
                filled.create({"reason": " "}).action_send()
        self.assertFalse(self.order.command_ids)

    def test_nothing_is_cancelled_without_a_reason_and_the_wizard_says_what_it_costs(self):
        wizards = self.env["waimai.command.wizard"].with_user(self.desk)
        for action in ("reject", "cancel"):
            wizard = wizards.with_context(**self.press(action)["context"]).create({})
            self.assertIn("49.50", wizard.consequence)
            self.assertFalse(wizard.all_left)
            with self.assertRaises(UserError):
                wizard.action_send()
        self.assertFalse(self.order.command_ids)

    def test_reasons_and_words_travel(self):
        wanted = {
            ("reject", ("reason_code", "foodSoldOut"), ("reason", "卖完了")),
            ("cancel", ("reason_code", "others"), ("reason", "")),
            ("reject_refund", ("reason", "已出餐")),
            ("answer_reminder", ("text", "马上就好")),
        }
        for action, *args in wanted:
            pressed = self.command(self.press(action, **dict(args)))
            self.assertEqual((pressed.action, pressed.args), (action, dict(args)))

    def test_the_wizard_presses(self):
        wizard = self.env["waimai.command.wizard"].with_user(self.desk)
        cancel = wizard.with_context(**self.press("cancel")["context"]).create({"reason_code": "foodSoldOut"})
        cancel.action_send()
        self.assertEqual(self.order.command_ids.args, {"reason_code": "foodSoldOut", "reason": ""})
        answer = wizard.with_context(**self.press("answer_reminder")["context"]).create({})
        with self.assertRaises(UserError):
            answer.action_send()
        answer.answer = "cooking"
        answer._onchange_ready_words()
        answer.action_send()
        pressed = self.order.command_ids.filtered(lambda press: press.action == "answer_reminder")
        self.assertEqual(pressed.args, {"text": ANSWER_WORDS["cooking"]})

    def test_words_that_are_ready_fit_the_platforms(self):
        self.assertEqual(set(ANSWER_WORDS), {key for key, _label in ANSWERS})
        self.assertEqual(set(REFUSAL_WORDS), {key for key, _label in REFUSALS})
        self.assertLessEqual(max(map(len, ANSWER_WORDS.values())), LIMITS["eleme", "answer_reminder"])

    def test_rubbish_is_refused_in_words(self):
        other = self.write(self.document([("可乐", "COLA", 1, 300)]))
        many = (self.order | other).with_user(self.desk)
        tries = [
            lambda: self.press("reject", reason_code="2009"),
            lambda: self.press("cancel", reason_code={"a": 1}),
            lambda: self.press("cancel", reason_code=True),
            lambda: self.press("cancel", reason_code="others", reason=["x"]),
            lambda: self.press("cancel", reason_code="others", reason="长" * 201),
            lambda: self.press("reject_refund", reason=7),
            lambda: self.press("answer_reminder", text="长" * 31),
            lambda: self.press("answer_reminder", text={"a": 1}),
            many.action_start,
            many.browse().action_start,
            many.browse().action_cancel,
        ]
        for number, attempt in enumerate(tries):
            with self.assertRaises(UserError, msg=number):
                attempt()
        self.assertFalse(self.order.command_ids | other.command_ids)

    def test_a_refused_press_can_be_repeated(self):
        number = self.press("cancel", reason_code="others", reason="太忙")
        retry = lambda of: self.command(of).with_user(self.desk).action_retry()  # noqa: E731
        self.env["waimai.command"].report([{"command_id": number, "state": "refused", "result": "系统繁忙"}])
        again = retry(number)
        self.assertNotEqual(again, number)
        self.assertEqual(self.command(again).args, {"reason_code": "others", "reason": "太忙"})
        self.assertEqual(self.command(again).user_id, self.desk)
        self.assertEqual(retry(number), again, "twice is once")
        self.env["waimai.command"].report([{"command_id": again, "state": "done", "result": ""}])
        with self.assertRaises(UserError):
            retry(again)

    def test_a_press_without_an_answer_is_sent_again_under_its_own_number(self):
        number = self.press("start")
        self.commit()
        self.assertEqual(self.command(number).with_user(self.desk).action_retry(), number)
        self.commit()
        first, second = (headers["webhook-id"] for _path, headers, _body in self.connector.requests)
        self.assertEqual(first, second, "the connector knows it already")
        self.assertEqual((self.command(number).state, len(self.order.command_ids)), ("sent", 1))

    def test_a_press_on_the_shop_has_one_effect_too(self):
        press = self.env["waimai.command"]._press
        nothing = self.env["waimai.order"]
        number = press(self.store, nothing, "off_sale", {"items": [{"name": "可乐"}]})
        self.assertEqual(press(self.store, nothing, "off_sale", {"items": [{"name": "可乐"}]}), number)
        self.assertNotEqual(press(self.store, nothing, "off_sale", {"items": [{"name": "雪碧"}]}), number)
        self.env["waimai.command"].report([{"command_id": number, "state": "refused", "result": "?"}])
        again = self.command(number).action_retry()
        self.assertEqual(self.command(again).args, {"items": [{"name": "可乐"}]})

    def test_reports_end_a_command_once_and_tell_who_pressed(self):
        number = self.press("ready")
        report = self.env["waimai.command"].report
        self.assertEqual(report([{"command_id": number, "state": "refused", "result": "骑手已取餐"}]), [number])
        ended = self.command(number)
        self.assertEqual((ended.state, ended.result), ("refused", "骑手已取餐"))
        toasts = self.toasts()
        self.assertEqual(len(toasts), 1)
        self.assertEqual((toasts[0]["type"], toasts[0]["sticky"]), ("danger", True))
        where = f"Ele.me #{self.order.day_seq}" if self.order.day_seq else self.order.display_name
        self.assertEqual(toasts[0]["message"], f"{where} · Ready refused · 骑手已取餐")
        self.assertEqual(report([{"command_id": number, "state": "refused", "result": "骑手已取餐"}]), [number])
        self.assertEqual(report([{"command_id": number, "state": "sent"}]), [number])
        self.assertEqual(self.command(number).state, "refused")
        self.assertEqual(len(self.toasts()), 1)
        self.assertEqual(report([{"command_id": 2**30, "state": "done"}, {}, "?"]), [])

    def test_what_only_the_platform_objects_to_is_a_warning(self):
        report = self.env["waimai.command"].report
        taken, objected = self.press("start"), self.press("ready")
        alert = {"key": f"warning:cmd-{objected}", "kind": "warning", "order_ref": self.order.key, "text": "平台未受理"}
        answer = {"command_id": objected, "state": "done", "result": "订单已取消"}
        report([{"alert": {**alert, "state": "open"}}, answer])
        report([{"command_id": taken, "state": "done", "result": "已记录 · noted"}])
        warned, told = self.toasts()
        self.assertEqual((warned["type"], warned["sticky"], told["type"]), ("warning", False, "success"))
        self.assertIn("Ready: recorded here, not taken by the platform · 订单已取消", warned["message"])

    def toasts(self):
        waiting = self.env.cr.precommit.data.get("bus.bus.values", [])
        messages = [json.loads(values["message"]) for values in waiting]
        return [message["payload"] for message in messages if message["type"] == "waimai/answer"]

    def test_odd_reports_stop_none_of_the_others(self):
        number = self.press("start")
        odd = [
            {"command_id": number, "state": "sent", "result": "餐\x00品\ud83d"},
            {"command_id": 2**70, "state": "done"},
            {"command_id": number, "state": ["done"]},
            {"alert": {"key": "k\x00", "kind": ["x"], "store_ref": ["y"], "order_ref": "eleme:\x00", "text": {}}},
            {"alert": {"key": ["k"], "order_ref": 5, "state": {}}},
        ]
        good = {"alert": {"key": "gut", "kind": "warning", "text": "ok", "state": "open"}}
        taken = self.env["waimai.command"].report([*odd, good])
        self.assertEqual(taken, [number, "k", "['k']", "gut"])
        self.env.flush_all()
        self.assertEqual(self.env["waimai.command"].browse(number).result, "餐品?")

    def test_the_newest_reminder_is_the_one_that_is_answered(self):
        report = self.env["waimai.command"].report
        alert = {"kind": "reminder", "store_ref": "eleme:900000001", "text": "催单", "state": "open"}
        alert["order_ref"] = f"eleme:{self.order.platform_ref}"
        report([{"alert": {**alert, "key": f"eleme:reminder:{number}"}} for number in (1, 2)])
        report([{"command_id": self.press("answer_reminder", text="马上"), "state": "done", "result": ""}])
        alerts = self.env["waimai.alert"].search([("key", "like", "eleme:reminder:")], order="id")
        self.assertEqual(alerts.mapped("state"), ["open", "answered"])

    def test_alerts_open_and_close_by_their_key(self):
        report = self.env["waimai.command"].report
        alert = {
            "key": "eleme:reminder:1",
            "kind": "reminder",
            "store_ref": "eleme:900000001",
            "order_ref": f"eleme:{self.order.platform_ref}",
            "text": "催单",
            "state": "open",
        }
        self.assertEqual(report([{"alert": alert}, {"alert": alert}]), ["eleme:reminder:1"] * 2)
        found = self.env["waimai.alert"].search([("key", "=", alert["key"])])
        self.assertEqual((found.order_id, found.store_id, found.state), (self.order, self.store, "open"))
        self.assertTrue(self.order.offer_answer_reminder)
        number = self.press("answer_reminder", text="马上")
        report([{"command_id": number, "state": "done", "result": ""}])
        self.assertEqual(found.state, "answered")
        report([{"alert": {**alert, "state": "closed"}}])
        self.assertEqual(found.state, "closed")
        report([{"alert": alert}])
        self.assertEqual(found.state, "closed", "raised once per new fact")

    def test_an_alert_names_an_order_that_is_not_here_yet_and_belongs_to_it_later(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        alert = {"key": "reminder:1", "kind": "reminder", "store_ref": "eleme:900000001", "order_ref": document["key"]}
        self.env["waimai.command"].report([{"alert": {**alert, "text": "催单", "state": "open"}}])
        found = self.env["waimai.alert"].search([("key", "=", "reminder:1")])
        self.assertEqual((bool(found.order_id), found.order_ref, found.store_id), (False, document["key"], self.store))
        order = self.write(document)
        self.assertEqual(found.order_id, order)
        self.assertTrue(order.offer_answer_reminder)

    def test_an_alert_without_store_or_order(self):
        self.env["waimai.command"].report(
            [{"alert": {"key": "k", "kind": "?", "store_ref": None, "text": "x", "state": "open"}}]
        )
        found = self.env["waimai.alert"].search([("key", "=", "k")])
        self.assertEqual((found.kind, bool(found.store_id)), ("warning", False))

    def test_buttons_follow_the_offer_and_the_state(self):
        def offered():
            self.env.invalidate_all()
            return {
                name.removeprefix("offer_")
                for name in self.order._fields
                if name.startswith("offer_") and self.order[name]
            }

        self.assertEqual(offered(), {"accept", "start", "ready", "cancel"}, "paid")
        self.order.state = "refunding"
        self.assertEqual(offered(), set(), "no open case")
        self.env["waimai.refund"].create({"order_id": self.order.id, "key": "cancel-1", "status": "requested"})
        self.assertEqual(offered(), {"agree_refund", "reject_refund"})
        self.order.refund_ids.status = "arbitrating"
        self.assertEqual(offered(), set())
        self.order.offer = "ready,dispatch"
        self.assertEqual(offered(), {"ready", "dispatch"})
        self.press("ready")
        self.assertEqual(offered(), {"dispatch"}, "a button under way is not offered")
        self.assertTrue(self.order.busy)
        self.order.offer = "-"
        self.assertEqual(offered(), set())
