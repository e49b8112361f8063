"""Whole lives of orders at Ele.me; `codes` are type codes (platform page 2.1 and 6)."""

from __future__ import annotations

from connector.simulator.scenario import Scenario, Step, make, step, waits


def _riders(start: int) -> tuple[Step, ...]:
    """A delivery without trouble; 51 and 52 carry the same time, as seen."""
    moments = ((0, 51), (0, 52), (120, 53), (300, 54), (420, 55), (1200, 56))
    return tuple(step(start + after, "rider", code=code) for after, code in moments)


ACCEPT = step(10, "accept")
RIDERS = (51, 52, 53, 54, 55, 56)
DELIVERED = (ACCEPT, *_riders(90), step(2400, "finish"))
DELIVERED_CODES = (10, 12, *RIDERS, 18)
SECOND_LINE = [{"line": 2, "quantity": 1}]
SPILT = "餐品洒漏"
CHANGED = "不想要了"


def _refund(name: str, zh: str, en: str, *after: tuple[int, str], part: bool = False) -> Scenario:
    """A delivered order, asked for at 2600 seconds, and what `after` (code, act) makes of the request."""
    asked = step(2600, "ask_refund", reason=SPILT, **({"items": SECOND_LINE} if part else {}))
    steps = tuple(step(2600 + 100 * n, act) for n, (_, act) in enumerate(after, 1))
    codes = (*DELIVERED_CODES, 30, *(code for code, _ in after))
    return make(name, zh, en, (*DELIVERED, asked, *steps), codes)


def _cancel(name: str, zh: str, en: str, *after: tuple[int, str], end: tuple[int, ...] = (15,)) -> Scenario:
    """An accepted order, asked to be cancelled at 200 seconds, and what `after` makes of the request."""
    asked = step(200, "ask_cancel", reason=CHANGED)
    steps = tuple(step(200 + 60 * n, act) for n, (_, act) in enumerate(after, 1))
    codes = (10, 12, 20, *(code for code, _ in after), *end)
    finish = () if end == (15,) else (*_riders(600), step(2400, "finish"))
    return make(name, zh, en, (ACCEPT, asked, *steps, *finish), codes)


# fmt: off
_ALL = (
    make("delivered", "正常完成", "Delivered and finished", DELIVERED, DELIVERED_CODES),
    make("cooking", "制作中", "Accepted, a rider is called", (ACCEPT, *_riders(90)[:2]), (10, 12, 51, 52)),
    make("collected", "已取餐", "The rider is on the way", (ACCEPT, *_riders(90)[:5]), (10, 12, *RIDERS[:5])),
    make("picked_up", "到店自取", "Picked up by the customer",
          (ACCEPT, step(600, "prepared"), step(1200, "finish")), (10, 12, 18)),
    make("rejected_by_shop", "商家拒单", "The shop refuses", (step(20, "reject"),), (10, 14)),
    make("cancelled_before", "接单前取消", "Cancelled before acceptance",
          (step(8, "ask_cancel", reason=CHANGED),), (10, 14)),
    waits(make("not_accepted", "超时未接单", "Nobody accepts", (), (10, 14)), 900),
    make("window_cancel", "一分钟内取消", "Cancelled within the minute",
          (ACCEPT, step(40, "ask_cancel", reason=CHANGED)), (10, 12, 17)),
    make("window_cancel_rider", "骑手先到，一分钟内取消", "The rider is faster, then cancelled in the minute",
          (ACCEPT, step(15, "rider", code=51), step(15, "rider", code=52), step(30, "rider", code=53),
           step(50, "ask_cancel", reason=CHANGED)), (10, 12, 51, 52, 53, 17)),
    make("shop_cancels", "商家取消", "The shop cancels what it accepted",
          (ACCEPT, step(300, "cancel", reason="售完")), (10, 12, 17)),
    make("forced_invalid", "客服置为无效", "The desk makes it invalid",
          (ACCEPT, step(500, "force_invalid")), (10, 12, 15)),
    _cancel("refund_before_cooking", "制作前退单", "Cancelled before cooking, agreed", (23, "agree")),
    make("refund_after_cooking", "制作后退单", "Cancelled after cooking, agreed",
          (ACCEPT, *_riders(90)[:3], step(400, "ask_cancel", reason=CHANGED), step(450, "agree")),
          (10, 12, 51, 52, 53, 20, 23, 15)),
    _cancel("cancel_rejected", "拒绝取消", "Asked to cancel, refused", (22, "disagree"), end=(*RIDERS, 18)),
    _cancel("cancel_withdrawn", "撤回取消", "Asked to cancel, withdrawn", (21, "withdraw"), end=(*RIDERS, 18)),
    waits(_cancel("cancel_unanswered", "取消超时未处理", "Asked to cancel, nobody answers"), 900),
    make("cancel_unanswered_told_twice", "取消超时，作废后又补推同意", "Nobody answers; invalid, then granted as well",
         (ACCEPT, step(200, "ask_cancel", reason=CHANGED), step(1160, "tell_grant")), (10, 12, 20, 15, 23)),
    _cancel("cancel_upheld", "取消仲裁有效", "Refused, arbitration for the customer",
            (22, "disagree"), (24, "arbitrate"), (25, "uphold")),
    _cancel("cancel_dismissed", "取消仲裁无效", "Refused, arbitration for the shop",
            (22, "disagree"), (24, "arbitrate"), (26, "dismiss"), end=(*RIDERS, 18)),
    _cancel("cancel_asked_twice", "两次申请取消", "Refused, asked again, agreed",
            (22, "disagree"), (20, "ask_cancel"), (23, "agree")),
    make("part_by_shop", "商家部分取消", "The shop takes a dish back",
          (ACCEPT, *_riders(90)[:2], step(150, "part_cancel", items=SECOND_LINE, reason="售完"),
           *_riders(90)[2:], step(2400, "finish")), (10, 12, 51, 52, 39, *RIDERS[2:], 18)),
    make("part_cancel", "部分取消申请", "Asked to take a dish back, agreed",
          (ACCEPT, step(200, "ask_cancel", items=SECOND_LINE, reason=CHANGED), step(260, "agree"),
           *_riders(600), step(2400, "finish")), (10, 12, 20, 23, *RIDERS, 18)),
    _refund("refund_full", "完成后全额退单", "Refund after completion, agreed", (33, "agree")),
    _refund("refund_part", "完成后部分退单", "Part refund after completion, agreed", (33, "agree"), part=True),
    _refund("refund_rejected", "退单被拒", "Refund refused", (32, "disagree")),
    _refund("refund_withdrawn", "撤回退单", "Refund withdrawn", (31, "withdraw")),
    _refund("refund_upheld", "退单仲裁有效", "Refused, arbitration for the customer",
            (32, "disagree"), (34, "arbitrate"), (35, "uphold")),
    _refund("refund_dismissed", "退单仲裁无效", "Refused, arbitration for the shop",
            (32, "disagree"), (34, "arbitrate"), (36, "dismiss")),
    make("shop_refunds", "商家主动退单", "The shop gives everything back",
          (*DELIVERED, step(2700, "refund", reason="漏送")), (*DELIVERED_CODES, 33)),
    make("reminder", "催单", "The customer reminds, the shop answers",
          (ACCEPT, *_riders(90)[:4], step(900, "remind"), step(930, "answer_reminder"),
           step(1000, "rider", code=55), step(1500, "rider", code=56), step(2400, "finish")),
          (10, 12, *RIDERS[:4], 45, 46, 55, 56, 18)),
    make("delivery_trouble", "配送异常后自送", "Trouble on the way, the shop delivers",
          (ACCEPT, *_riders(90)[:3], step(700, "rider", code=67), step(760, "self_delivery"),
           step(2400, "finish")), (10, 12, 51, 52, 53, 67, 71, 18)),
    make("riders_refuse", "物流拒单", "The riders refuse, nobody delivers",
          (ACCEPT, *_riders(90)[:1], step(200, "rider", code=74), step(260, "no_more_delivery"),
           step(300, "cancel", reason="无法配送")), (10, 12, 51, 74, 72, 17)),
    make("rider_changes", "更换骑手", "The rider gives up, another comes",
          (ACCEPT, *_riders(90)[:3], step(400, "rider", code=59), *_riders(500), step(2400, "finish")),
          (10, 12, 51, 52, 53, 59, *RIDERS, 18)),
)
# fmt: on

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
