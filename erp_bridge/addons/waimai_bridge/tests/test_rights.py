import json
from types import SimpleNamespace

from odoo.addons.bus.models import ir_websocket as bus_websocket
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase

CHILDREN = ("item_ids", "refund_ids", "consumption_ids", "alert_ids", "command_ids")
MODELS = (
    "waimai.store",
    "waimai.order",
    "waimai.order.item",
    "waimai.refund",
    "waimai.command",
    "waimai.consumption",
    "waimai.product.map",
    "waimai.alert",
    "waimai.menu.item",
)


@tagged("post_install", "-at_install")
class TestRights(WaimaiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["waimai.store"].create({"name": "二店", "platform": "eleme", "platform_ref": "900000002"})
        cls.desk = new_test_user(cls.env, "desk", groups="waimai_bridge.group_desk")
        cls.manager = new_test_user(cls.env, "boss", groups="waimai_bridge.group_manager")
        cls.nobody = new_test_user(cls.env, "nobody", groups="base.group_user")
        cls.bot = cls.env.ref("waimai_bridge.user_bot")
        cls.store.user_ids = cls.desk

    def order(self, store):
        refund = {**self.granted(100), "status": "requested"}
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], store_ref=store.store_ref, refunds=[refund]))
        order.action_start()
        alert = {
            "key": order.key,
            "kind": "reminder",
            "order_ref": order.key,
            "store_ref": store.store_ref,
            "state": "open",
        }
        self.env["waimai.command"].report([{"alert": alert}])
        self.env["waimai.product.map"].create({"store_id": store.id, "sku_code": "Z", "product_id": self.bowl.id})
        self.env["waimai.menu.item"]._take(store, [{"platform_item": "1", "name": "牛肉饭", "sku_code": "B-1"}])
        return order

    def test_shop_staff_see_their_own_stores_only(self):
        own, foreign = self.order(self.store), self.order(self.other)
        for model in MODELS:
            records = self.env[model].with_user(self.desk).search([])
            stores = records if model == "waimai.store" else records.store_id
            self.assertEqual(stores.ids, self.store.ids, model)
            everything = self.env[model].with_user(self.manager).search([])
            stores = everything if model == "waimai.store" else everything.store_id
            self.assertLessEqual({self.store.id, self.other.id}, set(stores.ids), model)
        for field in CHILDREN:
            self.assertTrue(own[field], field)
            own[field].with_user(self.desk).read()
            with self.assertRaises(AccessError):
                foreign[field].with_user(self.desk).read()
        with self.assertRaises(AccessError):
            foreign.with_user(self.desk).read(["customer_phone"])

    def test_shop_staff_press_their_own_buttons_only(self):
        own, foreign = self.order(self.store), self.order(self.other)
        self.assertTrue(own.with_user(self.desk).action_ready())
        for action in (
            "accept",
            "start",
            "ready",
            "dispatch",
            "agree_refund",
            "cancel",
            "part_refund",
            "answer_reminder",
        ):
            with self.assertRaises(AccessError):
                getattr(foreign.with_user(self.desk), f"action_{action}")()
            with self.assertRaises(AccessError):
                getattr(own.with_user(self.nobody), f"action_{action}")()
        with self.assertRaises(AccessError):
            foreign.alert_ids.with_user(self.desk).action_close()
        own.alert_ids.with_user(self.desk).action_close()
        self.assertEqual(own.alert_ids.state, "closed")

    def test_shop_staff_write_nothing(self):
        order = self.order(self.store).with_user(self.desk)
        for record in (order, order.store_id, *(order[field] for field in CHILDREN)):
            for attempt in (
                lambda record=record: record.write({"display_name": "x"}),
                lambda record=record: record.unlink(),
                lambda record=record: record.create({}),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_managers_set_up_but_do_not_forge_orders(self):
        order = self.order(self.store).with_user(self.manager)
        order.store_id.name = "新名"
        for values in ({"state": "completed"}, {"version": 1}):
            with self.assertRaises(AccessError):
                order.write(values)
        for values in ({"quantity": 5}, {"product_id": self.coffee.id, "quantity": 5}):
            with self.assertRaises(AccessError):
                order.item_ids.write(values)
        with self.assertRaises(AccessError):
            order.command_ids.write({"state": "done"})

    def test_the_bot_can_do_its_methods_and_nothing_else(self):
        order = self.order(self.store).with_user(self.bot)
        env = order.env
        self.assertFalse(self.bot.has_group("base.group_user"))
        [result] = env["waimai.order"].sync([self.document([("牛肉饭", "B-1", 1, 2600)])])
        self.assertEqual(result["status"], "written", result["reason"])
        self.assertTrue(env["waimai.store"].terms())
        self.assertTrue(env["waimai.store"].catalog("eleme:900000001")["items"])
        self.assertEqual([body["action"] for body in env["waimai.command"].open_commands()], ["start"])
        number = env["waimai.command"].open_commands()[0]["command_id"]
        self.assertEqual(env["waimai.command"].report([{"command_id": number, "state": "done"}]), [number])
        for model in (
            *MODELS,
            "waimai.command.wizard",
            "sale.order",
            "res.partner",
            "res.users",
            "product.product",
            "stock.move",
        ):
            with self.assertRaises(AccessError, msg=model):
                env[model].search([])
            with self.assertRaises(AccessError, msg=model):
                env[model].create([{}])
        for action in ("accept", "start", "cancel", "part_refund", "open_sale"):
            with self.assertRaises(AccessError, msg=action):
                getattr(order, f"action_{action}")()
        with self.assertRaises(AccessError):
            order.read(["customer_phone"])
        with self.assertRaises(AccessError):
            order.item_ids.action_map()

    def test_every_model_of_ours_is_closed(self):
        ours = [model for name, model in self.env.items() if name.startswith("waimai.") and not model._abstract]
        self.assertGreater(len(ours), len(MODELS))
        for model in ours:
            for operation in ("read", "create", "write", "unlink"):
                for user in (self.nobody, self.bot):
                    self.assertFalse(model.with_user(user).has_access(operation), f"{user.login} {operation} {model}")
                if operation != "read" and not model._transient:
                    self.assertFalse(model.with_user(self.desk).has_access(operation), f"desk {operation} {model}")
            if not model._transient and {"store_id", "order_id", "company_id"} & set(model._fields):
                rules = self.env["ir.rule"].search([("model_id.model", "=", model._name)])
                self.assertTrue(rules.filtered("global"), f"{model._name} keeps no company to itself")

    def test_nobody_else_calls_the_bots_methods(self):
        calls = {
            "sync": lambda env: env["waimai.order"].sync([]),
            "terms": lambda env: env["waimai.store"].terms(),
            "catalog": lambda env: env["waimai.store"].catalog("eleme:900000001"),
            "open_commands": lambda env: env["waimai.command"].open_commands(),
            "report": lambda env: env["waimai.command"].report([]),
        }
        for user in (self.desk, self.manager, self.nobody, self.env.ref("base.user_admin")):
            for name, call in calls.items():
                with self.assertRaises(AccessError, msg=f"{user.login} {name}"):
                    call(self.env(user=user, su=False))

    def test_live_channels_are_the_users_own_stores(self):
        session = SimpleNamespace(session=SimpleNamespace(uid=1))
        self.patch(bus_websocket, "request", session)

        def channels(user):
            found = self.env["ir.websocket"].with_user(user)._build_bus_channel_list(["mine"])
            self.assertIn("mine", found)
            return [channel for channel in found if getattr(channel, "_name", "") == "waimai.store"]

        self.assertEqual(channels(self.desk), [self.store])
        self.assertLessEqual({self.store, self.other}, set(channels(self.manager)))
        self.assertEqual(channels(self.nobody), [])

    def test_a_change_is_told_to_the_screens_of_its_store_only(self):
        first, second = (
            self.document([("牛肉饭", "B-1", 1, 2600)], store_ref=store.store_ref) for store in (self.store, self.other)
        )
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        results = self.sync(first, second, {**first, "key": "eleme:92", "store_ref": "eleme:404"})
        told = {}
        for values in self.env.cr.precommit.data["bus.bus.values"]:
            message = json.loads(values["message"])
            self.assertEqual(message["type"], "waimai/changed")
            told[message["payload"]["store_id"]] = message["payload"]["order_ids"]
            self.assertIn(
                f'"waimai.store", {message["payload"]["store_id"]}',
                values["channel"].replace(",", ", ").replace(",  ", ", "),
            )
        self.assertEqual(told, {self.store.id: [results[0]["id"]], self.other.id: [results[1]["id"]]})
