"""The order screen: the timeline in the reader's language, the money box, and where the screen leads."""

import re

from lxml import etree

from odoo.tests import tagged

from .common import WaimaiCase

UPDATE_PRICES = "//button[@name='action_update_prices']/@invisible"


@tagged("post_install", "-at_install")
class TestOrderScreen(WaimaiCase):
    def test_the_timeline_tells_the_platforms_words_ours_and_the_answers_in_order(self):
        timeline = [
            {"at": "2026-01-02T03:04:05Z", "code": 10, "text": "订单生效 · effective, paid by the customer", "who": ""},
            {"at": "2026-01-02T03:20:00Z", "code": 20, "text": "用户申请取消 · asks ¥26.00 (等太久了)", "who": ""},
            {
                "at": "2026-01-02T03:10:00Z",
                "code": 0,
                "text": "取消窗口结束 · the cancellation window is over",
                "who": "",
            },
            {"at": "2026-01-02T03:15:00Z", "code": 0, "text": "店员操作 start · pressed start", "who": ""},
        ]
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], timeline=timeline))
        number = order.action_reject_refund(reason="已经做好了")
        press = self.env["waimai.command"].browse(number)
        press.pressed_at = "2026-01-02 03:21:00"
        self.env["waimai.command"].report([{"command_id": number, "state": "refused", "result": "超时 <b>"}])
        press.answered_at = "2026-01-02 03:21:05"
        order = order.with_context(lang="en_US", tz="Asia/Shanghai")
        text = order.timeline_text
        self.assertNotIn("<b>", text)
        plain = re.sub(r"<[^>]+>", " ", text)
        told = [
            "2026-01-02",
            "11:04:05",
            "The customer paid",
            "the cancellation window is over",
            "11:15:00",
            "Pressed: Start",
            "The customer asks to cancel",
            "¥26.00 · 等太久了",
            "11:21:00",
            "pressed: Reject refund",
            "已经做好了",
            "Refused: Reject refund",
            "超时",
        ]
        places = [plain.find(words) for words in told]
        self.assertEqual(places, sorted(places), plain)
        self.assertGreaterEqual(min(places), 0, f"{told[places.index(min(places))]} is missing in {plain}")
        self.assertIn(f"Sales order {order.sale_order_id.name} made", plain)

    def test_a_press_is_told_once_though_the_document_tells_it_too(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        press = self.env["waimai.command"].browse(order.action_start())
        moment = {"at": press.pressed_at.isoformat() + "Z", "code": 0, "text": "店员操作 start · pressed start"}
        order.timeline = [moment]
        self.assertEqual(order.with_context(lang="en_US").timeline_text.count("Start"), 1)

    def answered(self, press, result, alert=""):
        """The connector's report of a press that is done, and of the platform's objection to it."""
        told = {"key": f"warning:cmd-{press.id}", "kind": "warning", "order_ref": press.order_id.key, "text": alert}
        alerts = [{"alert": {**told, "state": "open"}}] if alert else []
        self.env["waimai.command"].report([*alerts, {"command_id": press.id, "state": "done", "result": result}])
        self.env.invalidate_all()

    def test_the_timeline_tells_what_is_recorded_here_from_what_the_platform_took(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)])).with_context(lang="en_US")
        start, ready, cancel = (
            self.env["waimai.command"].browse(number)
            for number in (order.action_start(), order.action_ready(), order.action_cancel(reason_code="others"))
        )
        self.answered(start, "已记录 · noted")
        self.answered(ready, "骑手已取餐 · the rider has it", alert="平台未受理 · not taken")
        self.answered(cancel, "饿了么已受理 · taken by Ele.me")
        answers = [(step["text"], step["detail"], step["tone"]) for step in order._story() if step["who"] == "answer"]
        self.assertEqual(
            answers,
            [
                ("Recorded here: Start", "", "success"),
                ("Recorded here: Ready", "The platform says: the rider has it", "warning"),
                ("Taken: Cancel", "taken by Ele.me", "success"),
            ],
        )

    def test_within_a_second_what_leads_to_something_stands_before_it(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)])).with_context(lang="en_US")
        press = self.env["waimai.command"].browse(order.action_agree_refund())
        self.answered(press, "饿了么已受理 · taken by Ele.me")
        press.pressed_at = press.answered_at = "2026-01-02 03:20:00"
        at = "2026-01-02T03:20:00Z"
        order.timeline = [
            {"at": at, "code": 0, "text": "退款已到账 · refund money arrived"},
            {"at": at, "code": 17, "text": "订单强制无效 · forced invalid"},
            {"at": at, "code": 20, "text": "用户申请取消 · asks"},
        ]
        plain = re.sub(r"<[^>]+>", " ", order.timeline_text)
        told = ["asks to cancel", "pressed: Agree", "Made invalid by force", "refund money arrived", "Taken: Agree"]
        places = [plain.find(words) for words in told]
        self.assertEqual(places, sorted(places), plain)
        self.assertGreaterEqual(places[0], 0)

    def test_the_timeline_speaks_one_language_and_loses_no_money(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        at = "2026-01-02T03:04:05Z"
        timeline = [
            {"at": at, "code": 0, "text": "部分退款已到账 · the partial refund was paid out ¥11.00"},
            {"at": at, "code": 0, "text": "平台已结算 ¥24.69 · settled by the platform"},
            {"at": at, "code": 0, "text": "门店已置休 · the shop was closed (下雨 · rain)"},
            {"at": at, "code": 39, "text": "商户部分取消 · part ¥8.00 (没有了)", "who": "merchant"},
            {"at": at, "code": 0, "text": "x · y"},
        ]
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], timeline=timeline))
        chinese, english = (
            re.sub(r"<[^>]+>", " ", order.with_context(lang=lang).timeline_text) for lang in ("zh_CN", "en_US")
        )
        for words in (
            "部分退款已到账 ¥11.00",
            "平台已结算 ¥24.69",
            "门店已置休 (下雨 · rain)",
            "商户部分退款 ¥8.00 · 没有了 · 商户",
        ):
            self.assertIn(words, chinese)
        for words in ("settled", "paid out", "the shop was", "merchant"):
            self.assertNotIn(words, chinese)
        for words in (
            "the partial refund was paid out ¥11.00",
            "settled by the platform ¥24.69",
            "the shop was closed (下雨 · rain)",
            "The merchant gave a part back ¥8.00 · 没有了 · Merchant",
            "x · y",
        ):
            self.assertIn(words, english)
        for words in ("到账", "结算", "置休", "商户"):
            self.assertNotIn(words, english)

    def test_answers_and_alerts_speak_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        press = self.env["waimai.command"].browse(order.action_start())
        report, sent = self.env["waimai.command"].with_context(lang="zh_CN").report, []
        self.patch(type(self.env.user), "_bus_send", lambda _user, _kind, told, **_: sent.append(told.get("message")))
        self.env.user.lang = "en_US"
        report([{"command_id": press.id, "state": "refused", "result": "催单已失效 · the reminder is not known (808)"}])
        self.assertIn("the reminder is not known (808)", sent[-1])
        self.assertNotIn("催单", sent[-1])
        alert = {"key": "a", "kind": "parked", "order_ref": order.key, "text": "已挂起：没有门店 · parked: no shop"}
        report([{"alert": {**alert, "state": "open"}}])
        self.env.invalidate_all()
        for lang, answer, text in (
            ("en_US", "the reminder is not known (808)", "parked: no shop"),
            ("zh_CN", "催单已失效 (808)", "已挂起：没有门店"),
        ):
            reader = order.with_context(lang=lang)
            self.assertEqual((reader.command_ids.answer, reader.alert_ids.shown_text), (answer, text))
            self.assertEqual((reader.card["refused"]["why"], reader.card["alerts"]), (answer, [text]))
        self.assertEqual(press.result, "催单已失效 · the reminder is not known (808)", "what was said stays as it was")

    def test_the_prices_of_ordinary_quotations_can_be_updated_as_ever(self):
        view = self.env.ref("sale.view_order_form")
        [own], [ours] = (
            etree.fromstring(arch).xpath(UPDATE_PRICES) for arch in (view.arch_db, view.get_combined_arch())
        )
        self.assertEqual(ours, f"({own}) or (waimai_order_id)")

    def test_odd_timelines_are_shown_as_far_as_they_can_be_read(self):
        odd = ["x", {}, {"at": "soon", "code": "?", "text": None}, {"at": 5, "text": "店员操作"}, {"text": "<script>"}]
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], timeline=odd))
        self.assertNotIn("<script>", order.timeline_text)

    def test_the_money_box_adds_up(self):
        fees = [("box", 200), ("delivery_platform", 500), ("discount_shop", -600), ("discount_platform", -400)]
        document = self.document([("牛肉饭", "B-1", 2, 2600)], fees)
        document["totals"] |= {"income": 4000, "commission": -500, "refunded": 1000}
        document["refunds"] = [self.granted(1000)]
        order = self.write(document).with_context(lang="en_US")
        rows = [(words, amount) for words, amount, _style in order._money_rows()]
        self.assertEqual(
            rows,
            [
                ("Dishes", 5200),
                ("Boxes and bags", 200),
                ("Delivery by the platform", 500),
                ("Discount at the shop's expense", -600),
                ("Discount at the platform's expense", -400),
                ("Paid by the customer", 4900),
                ("Refunded to the customer", -1000),
                ("Left of it", 3900),
                ("Commission of the platform", -500),
                ("The shop's share before refunds, as estimated", 4000),
            ],
        )
        self.assertNotIn("o_waimai_income", order.money_text, "an estimate of before is no result")
        self.assertEqual(sum(amount for _words, amount in rows[:5]), rows[5][1])
        self.assertIn("49.00", order.money_text)

    def test_what_the_shop_receives_is_a_result_while_nothing_went_back(self):
        document = self.document([("牛肉饭", "B-1", 1, 2600)])
        document["totals"]["income"] = 2033
        order = self.write(document).with_context(lang="en_US")
        self.assertEqual(order._money_rows()[-1], ("The shop receives, says the platform", 2033, "income"))

    def test_promotions_that_the_prices_already_hold_are_told_and_not_counted(self):
        inside = [{"kind": "discount_shop", "name": "折扣", "amount": -300}]
        document = self.document([("牛肉饭", "B-1", 1, 2600)], included=inside)
        order = self.write(document).with_context(lang="en_US")
        rows = [(words, amount) for words, amount, _style in order._money_rows()]
        self.assertIn(("Already in the prices: Discount at the shop's expense", -300), rows)
        self.assertEqual(order.sale_order_id.amount_total, 26)

    def test_the_screen_leads_to_moves_invoices_and_alerts(self):
        self.store.invoicing = "order"
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True, state="completed", sale="done"))
        self.assertEqual((order.move_count, order.invoice_count, order.alert_count), (2, 0, 0))
        self.store._invoice()
        self.env.invalidate_all()
        self.assertEqual(order.invoice_count, 1)
        self.assertEqual(order.action_open_invoices()["res_id"], order.sale_order_id.invoice_ids.id)
        self.assertEqual(order.action_open_moves()["domain"], [("id", "in", order.consumption_ids.move_id.ids)])
        alert = {
            "key": "a",
            "kind": "delivery",
            "order_ref": order.key,
            "store_ref": "eleme:900000001",
            "state": "open",
        }
        self.env["waimai.command"].report([{"alert": alert}])
        self.assertEqual(order.action_open_alerts()["domain"], [("id", "in", order.alert_ids.ids)])
