import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestPartRefunds(WaimaiCase):
    def setUp(self):
        super().setUp()
        self.meituan = self.env["waimai.store"].create(
            {"name": "小满面馆（测试）", "platform": "meituan", "platform_ref": "MT-9001"}
        )
        self.desk = new_test_user(self.env, "desk", groups="waimai_bridge.group_desk")
        self.meituan.user_ids = self.desk

    def bought(self, **more):
        items = [("牛肉饭", "B-1", 3, 2600), ("可乐", "COLA", 2, 300)]
        fees = [("box", 300), ("delivery_platform", 500), ("discount_shop", -700), ("discount_platform", -140)]
        document = self.document(items, fees, store_ref=self.meituan.store_ref)
        return {**document, "key": document["key"].replace("eleme", "meituan"), **more}

    def press(self, order, *parts, **more):
        items = [{"line": line, "quantity": quantity} for line, quantity in parts]
        return self.env["waimai.command"].browse(order.with_user(self.desk).action_part_refund(items=items, **more))

    def granted_parts(self, document, *parts, **more):
        """The next version, with these (line, quantity, fen) given back, each as a case."""
        refunds = [
            self.granted(amount, [{"line": line, "quantity": quantity, "amount": amount}], key=f"r{number}")
            for number, (line, quantity, amount) in enumerate(parts)
        ]
        totals = {**document["totals"], "refunded": sum(amount for _line, _quantity, amount in parts)}
        return self.next(document, refunds=refunds, totals=totals, **more)

    def test_the_customer_gets_what_was_paid_for_the_pieces(self):
        # 84.00 of dishes, 8.40 of discounts: nine tenths of each price. Box and delivery stay.
        order = self.write(self.bought())
        pressed = self.press(order, (1, 1), (2, 2))
        self.assertEqual(
            pressed.args, {"items": [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 2}], "amount": 2340 + 540}
        )

    def test_the_documents_own_shares_count_where_it_tells_them(self):
        document = self.bought()
        for item, shop, platform in zip(document["items"], (-700, 0), (0, -140), strict=True):
            item.update(shop_share=shop, platform_share=platform)
        order = self.write(document)
        self.assertEqual(order._paid_for_lines(), {1: 7100, 2: 460})
        self.assertEqual(self.press(order, (2, 1)).args["amount"], 230)

    def test_what_was_off_the_delivery_is_off_no_dish(self):
        document = self.bought()
        for item, shop in zip(document["items"], (-750, -90), strict=True):
            item.update(shop_share=shop)
        document["totals"]["delivery_discount"] = -500
        order = self.write(document)
        # 3.40 of 84.00 are left to share out.
        self.assertEqual(self.press(order, (2, 2)).args["amount"], 576)

    def test_the_boxes_of_a_line_go_back_with_its_pieces(self):
        document = self.bought()
        document["items"][0].update(boxes=300, shop_share=-700)
        order = self.write(document)
        self.assertEqual(order.item_ids[0].box_amount, 3)
        self.assertEqual(self.press(order, (1, 1)).args["amount"], round((7800 + 300 - 700) / 3))

    def test_one_piece_after_the_other_comes_to_the_fen(self):
        document = self.bought(fees=[], totals={"paid": 1600, "refunded": 0})
        document["items"][0].update(price=333, total=1000)
        order = self.write(document)
        parts, gone = [], []
        for wanted in (333, 333, 334):
            pressed = self.press(order, (1, 1), reason="少了一份")
            self.assertEqual((pressed.args["amount"], pressed.args["reason"]), (wanted, "少了一份"))
            pressed.state = "done"
            gone.append((1, 1, wanted))
            document = self.granted_parts(document, *gone)
            order = self.write(document)
            parts.append(pressed)
        self.assertEqual(len(set(parts)), 3)
        with self.assertRaises(UserError):
            self.press(order, (1, 1))

    def test_never_more_than_is_left(self):
        document = self.bought()
        order = self.write(self.granted_parts(document, (2, 1, 270)))
        with self.assertRaises(UserError):
            self.press(order, (2, 2))
        order.refunded_amount = 75.0  # of 75.60 + 8.00 paid, less what the dishes may still have
        pressed = self.press(order, (1, 2))
        self.assertEqual(pressed.args["amount"], 860)
        pressed.state = "refused"
        order.refunded_amount = order.paid_amount
        with self.assertRaises(UserError):
            self.press(order, (1, 1))

    def test_never_the_whole_order(self):
        order = self.write(self.bought())
        with self.assertRaisesRegex(UserError, "cancel|取消"):
            self.press(order, (1, 3), (2, 2))
        self.assertTrue(self.press(order, (1, 3), (2, 1)))

    def test_all_that_is_left_is_no_part_either(self):
        document = self.granted_parts(self.bought(), (1, 3, 7020), (2, 1, 270))
        order = self.write(document)
        with self.assertRaisesRegex(UserError, "cancel|取消"):
            self.press(order, (2, 1))
        over = self.write(self.next(document, offer=["part_refund"], state="completed", sale="done"))
        with self.assertRaisesRegex(UserError, "own app|自己的应用"):
            self.press(over, (2, 1))
        self.assertFalse(order.command_ids)

    def test_the_wizard_says_what_to_do_about_all_that_is_left(self):
        order = self.write(self.granted_parts(self.bought(), (1, 3, 7020))).with_user(self.desk)
        wizards = self.env["waimai.command.wizard"].with_user(self.desk)
        wizard = Form(wizards.with_context(**order.action_part_refund()["context"]))
        for quantity, told in ((1, False), (2, order._all_left_words())):
            with wizard.line_ids.edit(0) as line:
                line.quantity = quantity
            self.assertEqual(wizard.all_left, told)

    def test_only_where_the_platform_has_it_and_the_order_is_sold(self):
        eleme = self.write(self.document([("牛肉饭", "B-1", 2, 2600)]))
        self.store.user_ids = self.desk
        waiting = self.write(self.bought(sale=None, state="waiting"))
        back = self.write(self.bought(sale="cancelled", state="refunded"))
        for order in (eleme, waiting, back):
            with self.assertRaises(UserError):
                self.press(order, (1, 1))
        other = new_test_user(self.env, "elsewhere", groups="waimai_bridge.group_desk")
        with self.assertRaises(AccessError):
            waiting.with_user(other).action_part_refund(items=[{"line": 1, "quantity": 1}])

    def test_rubbish_is_refused_in_words(self):
        order = self.write(self.bought()).with_user(self.desk)
        part = {"line": 1, "quantity": 1}
        for items in (
            "all", 7, {"line": 1}, [1], [None], [[1, 1]], [{}], [{"line": 1}], [{"quantity": 1}], [part, part],
            [{**part, "quantity": 0}], [{**part, "quantity": -1}], [{**part, "quantity": 4}], [{**part, "line": 9}],
            [{**part, "quantity": 1.5}], [{**part, "quantity": "1"}], [{**part, "quantity": True}],
            [{**part, "quantity": float("nan")}], [{**part, "quantity": float("inf")}], [{**part, "line": 1e300}],
            [{**part, "line": None}], [{**part, "quantity": 2**70}],
        ):  # fmt: skip
            with self.assertRaises(UserError, msg=items):
                order.action_part_refund(items=items)
        with self.assertRaises(UserError):
            order.action_part_refund(items=[part], reason={"a": 1})
        self.assertFalse(order.command_ids)

    def test_two_people_have_one_effect_and_another_wish_is_not_lost(self):
        order = self.write(self.bought())
        first = self.press(order, (1, 1))
        self.assertEqual(self.press(order, (1, 1)), first)
        with self.assertRaises(UserError):
            self.press(order, (2, 1))

    def test_a_repeated_part_refund_is_computed_anew(self):
        document = self.bought()
        order = self.write(document)
        pressed = self.press(order, (1, 1))
        pressed.sudo().state = "refused"
        self.write(self.granted_parts(document, (1, 2, 7000)))
        again = pressed.browse(pressed.action_retry())
        self.assertEqual(again.args, {"items": [{"line": 1, "quantity": 1}], "amount": 20})
        again.sudo().state = "refused"
        self.write(self.granted_parts(self.next(document), (1, 3, 7020)))
        with self.assertRaises(UserError):
            again.action_retry()

    def test_the_wizard_shows_what_is_left_and_what_it_comes_to(self):
        document = self.bought()
        order = self.write(self.granted_parts(document, (1, 1, 2340))).with_user(self.desk)
        action = order.action_part_refund()
        wizard = Form(self.env["waimai.command.wizard"].with_user(self.desk).with_context(**action["context"]))
        with wizard.line_ids.edit(0) as line:
            self.assertEqual((line.name, line.ordered, line.left, line.left_amount), ("牛肉饭", 3.0, 2, 46.80))
            self.assertEqual(line.spec, order.item_ids[0].spec)
            line.quantity = 5
            self.assertEqual((line.quantity, line.amount), (2, 46.80), "no more than is left")
            line.quantity = 1
            self.assertEqual(line.amount, 23.40)
        self.assertEqual((wizard.left_amount, wizard.amount), (60.20, 23.40))
        wizard.save().action_send()
        self.assertEqual(order.sudo().command_ids.args, {"items": [{"line": 1, "quantity": 1}], "amount": 2340})

    def test_the_wizard_names_cancelling_only_where_there_is_such_a_button(self):
        wizard = self.env["waimai.command.wizard"].with_user(self.desk)
        running = self.write(self.bought(offer=["part_refund", "cancel"]))
        over = self.write(self.bought(offer=["part_refund"], state="completed", sale="done"))
        for order, may in ((running, True), (over, False)):
            action = order.with_user(self.desk).action_part_refund()
            self.assertEqual(Form(wizard.with_context(**action["context"])).may_cancel, may)

    def test_the_wizard_is_no_way_round_the_rights(self):
        mine, other = self.write(self.bought()), self.write(self.document([("牛肉饭", "B-1", 2, 2600)]))
        wizard = self.env["waimai.command.wizard"].with_user(self.desk)
        with self.assertRaises(AccessError):
            wizard.create({"order_id": other.id, "action": "cancel"})
        with self.assertRaises(UserError):
            wizard.create({"order_id": mine.id, "action": "off_sale"}).action_send()
        lines = [(0, 0, {"item_id": other.item_ids.id, "quantity": 1})]
        with self.assertRaises(ValidationError):
            wizard.create({"order_id": mine.id, "action": "part_refund", "line_ids": lines})

    def test_the_wizard_tells_nothing_of_other_stores(self):
        """Neither pointed at another order later, nor only tried out as a form does before it is saved."""
        mine, other = self.write(self.bought()), self.write(self.document([("牛肉饭", "B-1", 2, 2600)]))
        wizards = self.env["waimai.command.wizard"].with_user(self.desk)
        wizard = wizards.create({"order_id": mine.id, "action": "part_refund"})
        wizard.order_id = other
        self.env.flush_all()
        for name in ("left_amount", "platform"):
            self.env.invalidate_all()
            with self.assertRaises(AccessError, msg=name):
                wizard.read([name])
        money = {"left_amount": {}, "platform": {}}
        piece = {name: {} for name in ("name", "spec", "ordered", "left_amount", "amount")}
        for record, values, changed, asked in (
            (wizards, {"order_id": other.id}, ["order_id"], money),
            (wizard.line_ids, {"item_id": other.item_ids.id, "quantity": 1}, [], piece),
        ):
            for name in asked:
                self.env.invalidate_all()
                with self.assertRaises(AccessError, msg=f"{record} {name}"):
                    record.onchange(values, changed, {**{key: {} for key in values}, name: {}})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            aimed = wizards.with_context(default_order_id=other.id, default_action="part_refund")
            aimed.default_get(["order_id", "action", "line_ids"])

    def test_a_wizard_line_without_a_dish_is_no_error(self):
        line = self.env["waimai.command.wizard.line"].with_user(self.desk).new({"quantity": 1})
        self.assertEqual((line.left, line.left_amount, line.amount), (0, 0.0, 0.0))

    def test_the_wizard_knows_each_platforms_reasons(self):
        order = self.write(self.bought()).with_user(self.desk)
        wizard = self.env["waimai.command.wizard"].with_user(self.desk)
        cancel = wizard.with_context(**order.action_cancel()["context"]).create({"meituan_code": "2009"})
        cancel.reason = "今天的牛肉已经卖完了"
        with self.assertRaises(UserError):
            cancel.action_send()
        cancel.reason = "牛肉卖完了"
        cancel.action_send()
        self.assertEqual(order.sudo().command_ids.args, {"reason_code": "2009", "reason": "牛肉卖完了"})
        order.sudo().command_ids.state = "refused"
        pressed = self.env["waimai.command"].browse(order.action_reject(reason_code=2008))
        self.assertEqual(pressed.sudo().args, {"reason_code": "2008", "reason": ""})
        with self.assertRaises(UserError):
            order.action_cancel(reason_code="foodSoldOut")

    def test_shares_never_lose_a_fen(self):
        chance = random.Random(3)
        for _ in range(40):
            items = [(f"菜{n}", "", chance.randint(1, 4), chance.randint(1, 5000)) for n in range(chance.randint(1, 6))]
            goods = sum(quantity * price for _name, _code, quantity, price in items)
            discount = -chance.randint(0, goods)
            order = self.write(self.document(items, [("discount_shop", discount), ("box", 100)]))
            self.assertEqual(sum(order._paid_for_lines().values()), goods + discount)
            for item in order.item_ids:
                left, money = order._left_of_lines(), 0
                for piece in range(int(item.quantity), 0, -1):
                    here = order._money_of(item.line, 1, left)
                    money += here
                    left = {**left, item.line: (piece - 1, left[item.line][1] - here)}
                self.assertEqual(money, order._paid_for_lines()[item.line])
