"""The desk: what a card says, what rings, which columns there are, and whether the connector is there."""

from datetime import timedelta

from odoo import fields
from odoo.addons.waimai_bridge.models import pulse
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase

ASKED = {"key": "cancel-1", "family": "cancel", "scope": "part", "status": "requested", "amount": 2600}


@tagged("post_install", "-at_install")
class TestDesk(WaimaiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["waimai.store"].create({"name": "二店", "platform": "meituan", "platform_ref": "MT-2"})
        cls.desk = new_test_user(cls.env, "desk", groups="waimai_bridge.group_desk", lang="en_US")
        cls.boss = new_test_user(cls.env, "boss", groups="waimai_bridge.group_manager", lang="en_US")
        cls.store.user_ids = cls.desk
        cls.orders = cls.env["waimai.order"].with_user(cls.desk)

    def order(self, **more):
        return self.write(self.document([("牛肉饭", "B-1", 2, 2600)], **more)).with_user(self.desk)

    def new(self, **more):
        return self.order(state="new", sale=None, offer=["accept", "reject"], **more)

    def rings(self):
        self.env.flush_all()
        return self.orders.desk_status()["ring"]

    def buttons(self, order):
        self.env.invalidate_all()
        return {button["action"]: bool(button["asked"]) for button in order.card["buttons"]}

    def alert(self, order, kind):
        alert = {"key": kind + order.key, "kind": kind, "order_ref": order.key, "text": "喂", "state": "open"}
        self.env["waimai.command"].report([{"alert": alert}])

    def test_the_new_keys_of_a_document_are_kept(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600)], refunds=[{**ASKED, "appeal": True}])
        document["items"][0] |= {"spec": "大份", "shop_share": -300, "platform_share": -50, "platform_sku": "77"}
        document |= {
            "delivery_by": "shop",
            "accept_by": "2026-01-02T03:09:05Z",
            "window_ends": "2026-01-02T03:06:05+00:00",
            "reminder": {"ref": "r-1"},
            "state": "refunding",
        }
        order = self.write(document)
        item = order.item_ids
        self.assertEqual((item.spec, item.platform_sku, item.shop_share, item.platform_share), ("大份", "77", -3, -0.5))
        self.assertEqual(fields.Datetime.to_string(order.accept_by), "2026-01-02 03:09:05")
        self.assertEqual(fields.Datetime.to_string(order.window_ends), "2026-01-02 03:06:05")
        self.assertEqual((order.delivery_by, order.reminder_ref, order.refund_ids.appeal), ("shop", "r-1", True))
        later = self.write(self.next(document, reminder=None, delivery_by="drone", accept_by=None))
        self.assertEqual((later.delivery_by, later.reminder_ref, later.accept_by), (False, False, False))

    def test_a_document_without_the_new_keys_is_as_good(self):
        order = self.order()
        self.assertEqual((order.delivery_by, order.item_ids.spec, order.item_ids.shop_share), (False, False, 0))

    def test_a_dish_stays_the_same_when_its_number_is_told_apart_from_its_skus(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        document["items"][0]["platform_item"] = "77"
        item = self.write(document).item_ids
        line = {**document["items"][0], "platform_item": "5", "platform_sku": "77"}
        self.assertEqual(self.write(self.next(document, items=[line])).item_ids, item)
        self.assertEqual(item.platform_item, "5")
        line = {**line, "platform_item": "6", "platform_sku": "78"}
        self.assertNotEqual(
            self.write({**self.next(document), "version": 1800000000000, "items": [line]}).item_ids, item
        )

    def test_a_card_says_what_was_bought_as_the_platform_does(self):
        document = self.document([("牛肉饭", "B-1", 2, 2600), ("可乐", "COLA", 1, 500)], remark="不要辣")
        document["items"][0] |= {"spec": "大份", "options": ["加蛋", "少饭"], "basket": "1号篮子"}
        document["items"][1] |= {"basket": "2号篮子"}
        document |= {"day_seq": 12, "rider": {"name": "王", "phone": "13900000001"}, "rider_state": 54}
        card = self.write(document).with_user(self.desk).card
        self.assertEqual([basket["name"] for basket in card["baskets"]], ["1号篮子", "2号篮子"])
        [dish] = card["baskets"][0]["items"]
        self.assertEqual(dish, {"name": "牛肉饭", "spec": "大份", "options": "加蛋、少饭", "quantity": 2, "back": 0})
        self.assertEqual((card["day_seq"], card["remark"], card["pieces"]), (12, "不要辣", 3))
        self.assertEqual(card["rider"]["text"], "The rider is at the shop")
        self.assertEqual((card["rider"]["name"], card["rider"]["trouble"]), ("王", False))

    def test_a_card_tells_what_was_given_back(self):
        part = self.granted(2600, [{"line": 1, "quantity": 1, "amount": 2600}])
        order = self.order(
            state="partially_refunded", sale="done", refunds=[part], totals={"paid": 5200, "refunded": 2600}
        )
        self.assertEqual(order.card["baskets"][0]["items"][0]["back"], 1)
        self.assertEqual(order.card["refunds"], [])
        self.assertIn("26.00", order.card["refunded"])

    def test_the_countdowns_stand_on_the_card_while_they_run(self):
        times = {"accept_by": "2026-01-02T03:09:05Z", "window_ends": "2026-01-02T03:06:05Z"}
        new, waiting, paid = self.new(**times), self.order(state="waiting", sale=None, **times), self.order(**times)
        self.assertEqual((new.card["accept_by"], new.card["window_ends"]), ("2026-01-02T03:09:05Z", False))
        self.assertEqual((waiting.card["accept_by"], waiting.card["window_ends"]), (False, "2026-01-02T03:06:05Z"))
        self.assertEqual((paid.card["accept_by"], paid.card["window_ends"]), (False, False))

    def test_trouble_with_the_delivery_is_told_as_such(self):
        self.assertTrue(self.order(rider_state=61).card["rider"]["trouble"])
        self.assertFalse(self.order(rider_state=55).card["rider"]["trouble"])
        self.assertFalse(self.order(rider_state=71).card["rider"]["trouble"])
        self.assertEqual(self.order(rider_state=99).card["rider"]["text"], "Rider: 99")

    def test_an_open_refund_stands_on_the_card(self):
        lines = [{"line": 1, "quantity": 1, "amount": 2600}]
        case = {**ASKED, "reason": "洒了", "items": lines, "requested_at": "2026-01-02T03:30:00Z"}
        order = self.order(state="refunding", order_state="preparing", refunds=[case])
        [refund] = order.card["refunds"]
        self.assertIn("26.00", refund["amount"])
        self.assertEqual((refund["lines"], refund["reason"], refund["arbitrating"]), ("1 × 牛肉饭", "洒了", False))
        self.assertEqual(order.card["before"], "Preparing")
        self.assertEqual(self.buttons(order), {"agree_refund": False, "reject_refund": False})

    def test_a_request_for_everything_names_what_is_left_even_where_the_platform_does_not(self):
        part = self.granted(2600, [{"line": 1, "quantity": 1, "amount": 2600}])
        case = {**ASKED, "key": "2", "scope": "full", "amount": 0}
        order = self.order(state="refunding", refunds=[part, case], totals={"paid": 5200, "refunded": 2600})
        self.assertIn("26.00", order.card["refunds"][0]["amount"])

    def test_a_pressed_button_is_asked_until_the_platform_answered(self):
        order = self.new()
        self.assertEqual(self.buttons(order), {"accept": False, "reject": False})
        number = order.action_accept()
        self.assertEqual(order.with_user(self.boss).action_accept(), number, "two people, one effect")
        self.assertEqual(self.buttons(order), {"accept": True})
        self.env["waimai.command"].report([{"command_id": number, "state": "done", "result": "ok"}])
        self.assertEqual(self.buttons(order), {"accept": False, "reject": False})
        self.assertFalse(order.card["refused"])

    def test_one_button_stands_out_and_a_lonely_one_needs_no_menu(self):
        def styles(*offer, **more):
            buttons = self.order(offer=list(offer), **more).card["buttons"]
            return [(button["action"], button["style"], button["side"]) for button in buttons]

        self.assertEqual(
            styles("cancel", "accept", "start"),
            [("accept", "primary", False), ("start", "secondary", False), ("cancel", "secondary", True)],
        )
        self.assertEqual(styles("cancel"), [("cancel", "secondary", False)])
        self.assertEqual(
            styles("agree_refund", "reject_refund", state="refunding", refunds=[ASKED]),
            [("agree_refund", "warning", False), ("reject_refund", "secondary", False)],
        )

    def test_a_refusal_says_why_and_can_be_tried_again(self):
        order = self.new()
        number = order.action_reject(reason_code="others", reason="满了")
        self.env["waimai.command"].report([{"command_id": number, "state": "refused", "result": "太晚了"}])
        self.env.invalidate_all()
        self.assertEqual(order.card["refused"], {"label": "Reject", "why": "太晚了", "again": True})
        again = order.action_press_again()
        press = self.env["waimai.command"].browse(again)
        self.assertNotEqual(again, number)
        self.assertEqual((press.args, press.user_id), ({"reason_code": "others", "reason": "满了"}, self.desk))
        press.sudo().state = "sent"
        self.assertFalse(order.card["refused"])
        self.assertFalse(order.action_press_again(), "there is nothing left that was refused")
        self.assertEqual(order.action_press_again("reject"), again, "without an answer the same press is sent again")
        self.assertEqual(press.state, "open")

    def test_a_refusal_that_was_read_leaves_the_card(self):
        order = self.new()
        self.env["waimai.command"].report([{"command_id": order.action_accept(), "state": "refused", "result": "no"}])
        self.env.invalidate_all()
        self.assertTrue(order.card["refused"])
        order.action_press_seen()
        self.assertFalse(order.card["refused"])
        self.assertEqual(order.command_ids.state, "refused", "the press itself is kept")

    def test_strangers_can_neither_repeat_nor_hide_a_press(self):
        order = self.new()
        press = self.env["waimai.command"].browse(order.action_accept())
        self.env["waimai.command"].report([{"command_id": press.id, "state": "refused"}])
        stranger = new_test_user(self.env, "stranger", groups="waimai_bridge.group_desk")
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        for user in (stranger, nobody, self.env.ref("waimai_bridge.user_bot")):
            for method in ("action_retry", "action_seen"):
                with self.assertRaises(AccessError):
                    getattr(press.with_user(user), method)()
            for method in ("action_press_again", "action_press_seen"):
                with self.assertRaises(AccessError):
                    getattr(order.with_user(user), method)()
        self.assertFalse(press.seen)

    def test_new_orders_ring_until_somebody_acts(self):
        self.assertEqual(self.rings(), {"new": 0, "refund": 0, "reminder": 0})
        order = self.new()
        self.assertEqual(self.rings()["new"], 1)
        number = order.action_accept()
        self.assertEqual(self.rings()["new"], 0)
        self.env["waimai.command"].report([{"command_id": number, "state": "refused", "result": "?"}])
        self.assertEqual(self.rings()["new"], 1, "a refused press has changed nothing")

    def test_orders_that_are_accepted_by_themselves_ring_when_they_come_to_the_kitchen(self):
        order = self.order(offer=["accept", "start"])
        self.assertEqual(self.rings()["new"], 0)
        self.store.auto_accept = True
        self.assertEqual(self.rings()["new"], 1)
        order.action_start()
        self.assertEqual(self.rings()["new"], 0)

    def test_refund_requests_ring_until_they_are_answered(self):
        order = self.order(state="refunding", refunds=[ASKED])
        self.order(state="refunding", refunds=[{**ASKED, "status": "arbitrating"}])
        self.assertEqual(self.rings()["refund"], 1, "what the platform decides waits for nobody here")
        order.action_reject_refund(reason="已出餐")
        self.assertEqual(self.rings()["refund"], 0)

    def test_reminders_ring_until_they_are_answered(self):
        order = self.order()
        alert = {
            "key": "r",
            "kind": "reminder",
            "order_ref": order.key,
            "store_ref": "eleme:900000001",
            "state": "open",
        }
        self.env["waimai.command"].report([{"alert": alert}])
        self.assertEqual(self.rings()["reminder"], 1)
        self.env.invalidate_all()
        self.assertTrue(order.card["reminded"])
        order.action_answer_reminder(text="马上")
        self.assertEqual(self.rings()["reminder"], 0)

    def test_only_the_own_stores_ring(self):
        everything = self.env["waimai.order"].with_user(self.boss)
        before = everything.desk_status()["ring"]["new"]
        self.order(state="new", sale=None, store_ref="meituan:MT-2", key="meituan:81")
        self.assertEqual(self.rings()["new"], 0)
        self.assertEqual(everything.desk_status()["ring"]["new"], before + 1)

    def test_the_columns_stand_in_the_order_of_progress_and_the_finished_ones_are_folded(self):
        for state in ("preparing", "completed", "cancelled"):
            self.order(
                state=state, sale="done" if state == "completed" else None if state == "cancelled" else "confirmed"
            )
        found = self.orders.with_context(read_group_expand=True).web_read_group(
            [("store_id", "=", self.store.id)],
            ["state"],
            auto_unfold=True,
            opening_info=[],
            unfold_read_specification={"card": {}},
        )
        columns = [group["state"] for group in found["groups"]]
        self.assertEqual(
            columns,
            [
                "new",
                "refunding",
                "waiting",
                "paid",
                "accepted",
                "preparing",
                "prepared",
                "delivering",
                "completed",
                "cancelled",
            ],
        )
        self.assertEqual([group["state"] for group in found["groups"] if "__records" not in group], columns[-2:])
        opened = self.orders.with_context(read_group_expand=True).web_read_group(
            [("store_id", "=", self.store.id)],
            ["state"],
            auto_unfold=True,
            opening_info=[{"value": "completed", "folded": False, "limit": 80, "offset": 0}],
            unfold_read_specification={"card": {}},
        )
        [completed] = [group for group in opened["groups"] if group["state"] == "completed"]
        self.assertEqual(len(completed["__records"]), 1)

    def test_the_connector_is_missed_when_it_stays_away(self):
        def status(seconds):
            self.env["waimai.pulse"].search([]).unlink()
            if seconds is not None:
                then = fields.Datetime.now() - timedelta(seconds=seconds)
                self.env["waimai.pulse"].create({"seen_at": then})
            self.env.flush_all()
            return self.orders.desk_status()["connector"]

        self.env["ir.config_parameter"].set_param("waimai_bridge.connector_url", "")
        self.assertEqual(status(None), "unset")
        self.env["ir.config_parameter"].set_param("waimai_bridge.connector_url", "http://127.0.0.1:9")
        self.assertEqual(status(None), "never")
        self.assertEqual(status(30), "here", "it calls every twenty seconds")
        self.assertEqual(status(90), "away")
        order = self.new()
        order.action_accept()
        self.assertEqual(status(1), "here")
        order.command_ids.sudo().pressed_at = fields.Datetime.now() - timedelta(seconds=20)
        self.assertEqual(status(1), "away", "a press that it does not take is noticed at once")

    def test_a_door_that_does_not_answer_twice_is_told_and_asked_once_a_minute(self):
        self.env["ir.config_parameter"].set_param("waimai_bridge.connector_url", "http://127.0.0.1:9/")
        self.env["waimai.pulse"].search([]).unlink()
        self.env["waimai.pulse"].create({"seen_at": fields.Datetime.now()})
        self.env.flush_all()
        self.enterContext(self.enter_registry_test_mode())
        asked, is_open = [], False
        self.patch(pulse, "opens", lambda url: asked.append(url) or is_open)

        def status(*, minute_over=True):
            if minute_over:
                pulse._looked.clear()
                self.env.cr.execute("UPDATE waimai_pulse SET looked_at = looked_at - interval '1 minute'")
            self.orders.desk_status()
            self.env.cr.postcommit.run()
            return self.orders.desk_status()["connector"]

        self.assertEqual(status(), "here", "once can be a restart")
        self.assertEqual(status(minute_over=False), "here")
        pulse._looked.clear()
        self.assertEqual(status(minute_over=False), "here", "another process does not ask within the minute either")
        self.assertEqual(asked, ["http://127.0.0.1:9"])
        self.assertEqual(status(), "shut")
        is_open = True
        self.assertEqual(status(), "here")
        self.assertEqual(len(asked), 3)
        self.env.cr.execute("UPDATE waimai_pulse SET shut_looks = 9, looked_at = looked_at - interval '1 hour'")
        self.assertFalse(self.env["waimai.pulse"]._is_shut(), "that was long ago")

    def test_each_call_of_the_bot_is_a_sign_of_life_and_costs_next_to_nothing(self):
        self.env["waimai.pulse"].search([]).unlink()
        self.env.flush_all()
        pulse._written.clear()
        self.enterContext(self.enter_registry_test_mode())
        bot = self.env(user=self.env.ref("waimai_bridge.user_bot"))
        bot["waimai.command"].open_commands()
        self.env.cr.postcommit.run()
        self.assertEqual(self.env["waimai.pulse"].search_count([]), 1)
        self.env["waimai.pulse"].search([]).seen_at = "2026-01-01 00:00:00"
        self.env.flush_all()
        bot["waimai.order"].sync([])
        self.assertFalse(self.env.cr.postcommit._funcs, "another call within the same seconds writes nothing")
        pulse._written.clear()
        bot["waimai.store"].terms()
        self.env.cr.postcommit.run()
        self.env.invalidate_all()
        self.assertGreater(fields.Datetime.to_string(self.env["waimai.pulse"].search([]).seen_at), "2026-01-02")
        self.assertEqual(self.env["waimai.pulse"].search_count([]), 1)

    def test_the_status_is_for_staff(self):
        for user in (
            new_test_user(self.env, "nobody", groups="base.group_user"),
            self.env.ref("waimai_bridge.user_bot"),
        ):
            with self.assertRaises(AccessError):
                self.env["waimai.order"].with_user(user).desk_status()

    def test_the_cards_of_a_rush_cost_no_more_queries_than_three(self):
        documents = [self.document([("牛肉饭", "B-1", 1, 2600)], state="accepted") for _number in range(30)]
        self.sync(*documents)
        orders = self.orders.search([("store_id", "=", self.store.id)])

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some.mapped("card")), len(some))
            return self.env.cr.sql_log_count - before

        queries(orders)
        self.assertLess(queries(orders), queries(orders.browse(orders[:3].ids)) + 5)
