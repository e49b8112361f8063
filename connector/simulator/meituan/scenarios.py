"""Whole lives of orders at Meituan; `codes` are kinds of pushes with what they say (platform page 8, 3.4)."""

from __future__ import annotations

from connector.simulator.scenario import Scenario, Step, make, step, waits

PAID, CONFIRMED, DONE = "order-paid", "order-confirmed", "order-completed"
NEW = (PAID, CONFIRMED)
RIDES = tuple(f"logistics {code}" for code in (0, 10, 15, 20, 40))
SETTLED = "settlement"
ACCEPT = step(10, "accept")
SECOND_LINE = [{"line": 2, "quantity": 1}]
THIRD_LINE = [{"line": 3, "quantity": 1}]
CHANGED, SPILT = "不想要了", "餐品洒漏"
ALL_BACK = ("order-cancelled 1103", "refund-money 3")
PART_BACK = ("refund-money 13",)
FINISH_AT = 2400


def _riders(start: int) -> tuple[Step, ...]:
    """A delivery without trouble."""
    moments = ((0, 0), (120, 10), (300, 15), (420, 20), (1200, 40))
    return tuple(step(start + after, "rider", code=code) for after, code in moments)


DELIVERED = (ACCEPT, *_riders(90), step(FINISH_AT, "finish"))
END = (DONE, SETTLED)
DELIVERED_CODES = (*NEW, *RIDES, *END)


def _asked(
    name: str, zh: str, en: str, *after: tuple[str, tuple[str, ...]], part: bool = False, done: bool = False
) -> Scenario:
    """A request while the order runs (or after completion), and what `after` (act, pushes) makes of it."""
    at = 2600 if done else 200
    items = {"items": SECOND_LINE} if part else {}
    ask = step(at, "ask_refund" if done else "ask_cancel", reason=SPILT if done else CHANGED, **items)
    steps = tuple(step(at + 60 * n, act) for n, (act, _) in enumerate(after, 1))
    told = ("partial-refund part 0" if part else "refund apply 0", *(word for _, words in after for word in words))
    if done:
        return make(name, zh, en, (*DELIVERED, ask, *steps), (*DELIVERED_CODES, *told))
    if told[-1] == ALL_BACK[-1]:
        return make(name, zh, en, (ACCEPT, ask, *steps), (*NEW, *told))
    rest = (*_riders(600), step(FINISH_AT, "finish"))
    return _settles(make(name, zh, en, (ACCEPT, ask, *steps, *rest), (*NEW, *told, *RIDES, *END)))


def _settles(scenario: Scenario) -> Scenario:
    return waits(scenario, 10)


AGREED = ("agree", ("refund agree 2", *ALL_BACK))
PART_AGREED = ("agree", ("partial-refund agree 2", *PART_BACK))
REJECTED = ("disagree", ("refund reject 1",))
APPEALED = ("arbitrate", ("refund apply 0",))

# fmt: off
_ALL = (
    _settles(make("delivered", "正常完成", "Delivered and completed", DELIVERED, DELIVERED_CODES)),
    make("cooking", "制作中", "Confirmed, a rider is called", (ACCEPT, *_riders(90)[:1]), (*NEW, RIDES[0])),
    make("collected", "已取餐", "The rider is on the way", (ACCEPT, *_riders(90)[:4]), (*NEW, *RIDES[:4])),
    _settles(make("picked_up", "到店自取", "Picked up by the customer", (ACCEPT, step(1200, "finish")), (*NEW, *END))),
    make("rejected_by_shop", "商家拒单", "The shop refuses",
         (step(20, "cancel", reason_code=2009, reason="商品已售完"),), (PAID, "order-cancelled 2009")),
    make("cancelled_before", "接单前取消", "Cancelled before confirmation",
         (step(8, "ask_cancel", reason=CHANGED),), (PAID, "order-cancelled 1102")),
    waits(make("not_accepted", "超时未接单", "Nobody confirms", (), (PAID, "order-cancelled 1001")), 300),
    make("window_cancel", "一分钟内极速退款", "Refunded at once within the minute",
         (ACCEPT, step(40, "ask_cancel", reason=CHANGED, instant=True)), (*NEW, "refund apply 6", *ALL_BACK)),
    make("window_cancel_rider", "骑手先到，一分钟内退款", "The rider is faster, then refunded in the minute",
         (ACCEPT, step(15, "rider", code=0), step(20, "rider", code=10),
          step(50, "ask_cancel", reason=CHANGED, instant=True)),
         (*NEW, *RIDES[:2], "refund apply 6", *ALL_BACK)),
    make("shop_cancels", "商家取消", "The shop cancels what it confirmed",
         (ACCEPT, step(300, "cancel", reason_code=2009, reason="售完")), (*NEW, "order-cancelled 2009")),
    make("forced_invalid", "客服取消", "The desk cancels",
         (ACCEPT, step(500, "force_invalid")), (*NEW, "order-cancelled 1204")),
    _asked("refund_before_cooking", "制作前退款", "Refunded before cooking, agreed", AGREED),
    make("refund_after_cooking", "制作后退款", "Refunded after cooking, agreed",
         (ACCEPT, *_riders(90)[:3], step(400, "ask_cancel", reason=CHANGED), step(450, "agree")),
         (*NEW, *RIDES[:3], "refund apply 0", "refund agree 2", *ALL_BACK)),
    _asked("cancel_rejected", "拒绝退款", "Asked while cooking, refused", REJECTED),
    _asked("cancel_withdrawn", "撤回申请", "Asked while cooking, withdrawn", ("withdraw", ("refund cancelRefund 7",))),
    waits(make("cancel_unanswered", "退款超时未处理", "Asked, nobody answers",
               (ACCEPT, step(200, "ask_cancel", reason=CHANGED)),
               (*NEW, "refund apply 0", "refund agree 5", *ALL_BACK)), 3 * 3600),
    _asked("cancel_upheld", "申诉成功", "Refused, appealed, the desk agrees",
           REJECTED, APPEALED, ("uphold", ("refund agree 4", *ALL_BACK))),
    _asked("cancel_dismissed", "申诉失败", "Refused, appealed, the desk refuses",
           REJECTED, APPEALED, ("dismiss", ("refund reject 3",))),
    _asked("appeal_withdrawn", "撤回申诉", "Refused, appealed, withdrawn",
           REJECTED, APPEALED, ("withdraw", ("refund cancelRefundComplaint 8",))),
    _asked("cancel_asked_twice", "两次申请", "Refused, asked again, agreed",
           REJECTED, ("ask_cancel", ("refund apply 0",)), AGREED),
    make("asked_then_done", "申请后确认收货，拒绝", "Asked, completed meanwhile, then refused",
         (ACCEPT, *_riders(90), step(2300, "ask_cancel", reason=CHANGED), step(FINISH_AT, "finish"),
          step(2500, "disagree")),
         (*NEW, *RIDES, "refund apply 0", *END, "refund reject 1")),
    make("asked_then_done_agreed", "申请后确认收货，同意", "Asked, completed meanwhile, then agreed",
         (ACCEPT, *_riders(90), step(2300, "ask_cancel", reason=CHANGED), step(FINISH_AT, "finish"),
          step(2500, "agree")),
         (*NEW, *RIDES, "refund apply 0", *END, "refund agree 2", *ALL_BACK)),
    make("part_asked_then_done_agreed", "申请部分退款后确认收货，同意",
         "A part asked for, completed meanwhile, then agreed",
         (ACCEPT, *_riders(90), step(2300, "ask_cancel", reason=CHANGED, items=SECOND_LINE),
          step(FINISH_AT, "finish"), step(2500, "agree")),
         (*NEW, *RIDES, "partial-refund part 0", *END, "partial-refund agree 2", *PART_BACK)),
    make("part_then_asked_then_done", "先退部分，再申请，确认收货后拒绝",
         "A part back, all asked for, completed meanwhile, then refused",
         (ACCEPT, step(200, "ask_cancel", reason=CHANGED, items=SECOND_LINE), step(260, "agree"), *_riders(600),
          step(2300, "ask_cancel", reason=CHANGED), step(FINISH_AT, "finish"), step(2500, "disagree")),
         (*NEW, "partial-refund part 0", "partial-refund agree 2", *PART_BACK, *RIDES, "refund apply 0", *END,
          "refund reject 1")),
    _asked("part_cancel", "部分退款申请", "Asked to take a dish back, agreed", PART_AGREED, part=True),
    _settles(make("part_by_shop", "商家部分退款", "The shop takes a dish back",
          (ACCEPT, *_riders(90)[:1], step(150, "part_refund", items=SECOND_LINE, reason="售完"),
           *_riders(90)[1:], step(FINISH_AT, "finish")),
          (*NEW, RIDES[0], "partial-refund agree 2", *PART_BACK, *RIDES[1:], *END))),
    _asked("refund_full", "完成后全额退款", "Refunded after completion, agreed", AGREED, done=True),
    _asked("refund_part", "完成后部分退款", "Part refund after completion, agreed", PART_AGREED, part=True, done=True),
    _asked("refund_rejected", "完成后退款被拒", "Refund after completion refused", REJECTED, done=True),
    _asked("refund_withdrawn", "完成后撤回", "Refund after completion withdrawn",
           ("withdraw", ("refund cancelRefund 7",)), done=True),
    make("refund_twice", "完成后两次部分退款", "Two part refunds after completion, both agreed",
         (*DELIVERED, step(2600, "ask_refund", reason=SPILT, items=SECOND_LINE), step(2660, "agree"),
          step(2800, "ask_refund", reason="漏送", items=THIRD_LINE), step(2860, "agree")),
         (*DELIVERED_CODES, *("partial-refund part 0", "partial-refund agree 2", *PART_BACK) * 2)),
    make("refund_part_then_rest", "先部分后全额", "A part after completion, then all the rest",
         (*DELIVERED, step(2600, "ask_refund", reason=SPILT, items=SECOND_LINE), step(2660, "agree"),
          step(2800, "ask_refund", reason="全部不能吃"), step(2860, "agree")),
         (*DELIVERED_CODES, "partial-refund part 0", "partial-refund agree 2", *PART_BACK,
          "refund apply 0", "refund agree 2", *ALL_BACK)),
    make("refund_part_then_withdrawn", "先部分后撤回", "A part after completion, a second request withdrawn",
         (*DELIVERED, step(2600, "ask_refund", reason=SPILT, items=SECOND_LINE), step(2660, "agree"),
          step(2800, "ask_refund", reason="全部不能吃"), step(2860, "withdraw")),
         (*DELIVERED_CODES, "partial-refund part 0", "partial-refund agree 2", *PART_BACK,
          "refund apply 0", "refund cancelRefund 7")),
    make("refund_part_then_rejected", "先部分后拒绝", "A part after completion, a second request refused",
         (*DELIVERED, step(2600, "ask_refund", reason=SPILT, items=SECOND_LINE), step(2660, "agree"),
          step(2800, "ask_refund", reason="全部不能吃"), step(2860, "disagree")),
         (*DELIVERED_CODES, "partial-refund part 0", "partial-refund agree 2", *PART_BACK,
          "refund apply 0", "refund reject 1")),
    _settles(make("reminder", "催单", "The customer reminds, the shop answers",
          (ACCEPT, *_riders(90)[:3], step(450, "remind"), step(480, "answer_reminder"),
           step(510, "rider", code=20), step(1500, "rider", code=40), step(FINISH_AT, "finish")),
          (*NEW, *RIDES[:3], "reminder", *RIDES[3:], *END))),
    _settles(make("delivery_trouble", "配送取消后重新派单", "The delivery is called off and sent anew",
          (ACCEPT, step(90, "rider", code=0), step(200, "rider", code=10), step(300, "rider", code=100),
           *_riders(400), step(FINISH_AT, "finish")),
          (*NEW, *RIDES[:2], "logistics 100", *RIDES, *END))),
    _settles(make("self_delivered", "商家自配送", "The shop brings it",
          (ACCEPT, step(60, "self_delivery"), step(600, "delivering"), step(1500, "arrived"),
           step(FINISH_AT, "finish")),
          (*NEW, "self-logistics 20", "self-logistics 40", *END))),
)
# fmt: on

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
