"""Each button of the desk, pressed in Odoo on each platform: well, refused, answer lost, twice, by two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.kitchen import Kitchen
from erp_bridge.odoo.session import Address
from tests.flows.play import CALLS, SECOND_LINE
from tests.flows.system import until


def new(shop):
    order = shop.place()
    shop.until(order, "new")
    return order


def asking(shop):
    order = shop.cooking()
    shop.asked(order)
    return order


def reminding(shop):
    order = shop.cooking()
    shop.act(order, "remind")
    until("the reminder is on the desk", lambda: [a for a in shop.alerts(order) if a["kind"] == "reminder"])
    return order


def many(shop):
    return shop.cooking("several")


def brought_by_us(shop):
    order = shop.cooking()
    if shop.platform == "eleme":
        shop.ride(order, {"eleme": (51, 74)})  # there it is for the shop when the riders refuse
    shop.act(order, "self_delivery")
    return order


def cancelled_at_the_platform(truth):
    return truth["cancelled"]


#: Per button: the order it is for, its words, the state that follows in Odoo, what then is true at the platform.
BUTTONS = {
    "accept": (new, (), "accepted", lambda truth: truth["accepted"]),
    "reject": (new, None, "cancelled", cancelled_at_the_platform),
    "cancel": (many, None, "refunded", cancelled_at_the_platform),
    "ready": (many, (), "prepared", lambda truth: truth["prepared"]),
    "agree_refund": (asking, (), "refunded", lambda truth: truth["refunded"] == truth["paid"]),
    "reject_refund": (asking, ("已经在做了",), "preparing", lambda truth: not truth["refunded"]),
    "answer_reminder": (reminding, ("马上送到",), "preparing", lambda truth: not truth["cancelled"]),
    "part_refund": (many, (SECOND_LINE, "少了一份"), "preparing", lambda truth: 0 < truth["refunded"] < truth["paid"]),
    "dispatch": (brought_by_us, (), "delivering", lambda truth: truth["rider"] in {20, 71}),
}
EVERY = [(platform, action) for platform in CALLS for action in CALLS[platform]] + [("eleme", "dispatch")]


def pressed(shop, order, action):
    words = BUTTONS[action][1]
    return shop.refuse(order, action) if words is None else shop.press(order, action, *words)


@pytest.mark.parametrize(("anywhere", "action"), EVERY, indirect=["anywhere"])
def test_a_press_ends_right_at_the_platform_and_back_in_odoo(anywhere, action):
    make, _, state, holds = BUTTONS[action]
    order = make(anywhere)
    result, words = anywhere.answer(pressed(anywhere, order, action))
    assert result == "done", words
    anywhere.until(order, state)
    until("the platform has it", lambda: holds(anywhere.truth(order)))
    if action == "answer_reminder":
        until("nobody waits for an answer", lambda: not anywhere.alerts(order))
    if action == "part_refund":
        until("the part is known", lambda: anywhere.refunds(order) == [("granted", "part")])
        assert anywhere.left(order) == anywhere.truth(order)["paid"] - anywhere.truth(order)["refunded"]


LOST = [
    ("eleme", "accept"),
    ("eleme", "agree_refund"),
    *(("meituan", name) for name in ("accept", "cancel", "agree_refund", "part_refund")),
]


@pytest.mark.parametrize(("anywhere", "action"), LOST, indirect=["anywhere"])
def test_the_platform_takes_a_press_and_its_answer_is_lost(anywhere, action):
    """It is asked again, or read back; the effect is one, and what we are told is true."""
    make, _, state, holds = BUTTONS[action]
    order = make(anywhere)
    anywhere.faulty(action, "garbage", executed=True)
    result, words = anywhere.answer(pressed(anywhere, order, action))
    anywhere.until(order, state)
    assert holds(anywhere.truth(order))
    if action == "part_refund":
        until("the part is known", lambda: anywhere.refunds(order) == [("granted", "part")])
        assert len(anywhere.truth(order)["refunds"]) == 1  # another piece of the dish could have gone back as well
    assert result == "done", words


@pytest.mark.parametrize("kind", ["error", "nothing"])
def test_meituan_is_away_and_the_press_still_arrives(meituan, kind):
    order = new(meituan)
    meituan.faulty("accept", kind, times=2, **({"code": "700"} if kind == "error" else {}))
    assert meituan.answer(meituan.press(order, "accept"))[0] == "done"
    meituan.until(order, "accepted")


def test_what_the_platform_refuses_comes_back_in_its_own_words_and_changes_nothing(anywhere):
    """The customer withdraws at the platform, and we do not hear of it before the press."""
    order = asking(anywhere)
    anywhere.switch(lost=1)
    anywhere.act(order, "withdraw")
    anywhere.switch(lost=0)
    result, words = anywhere.answer(anywhere.press(order, "agree_refund"))
    refusal = {"eleme": "BIZ_", "meituan": "808"}[anywhere.platform]
    assert (result, refusal in words) == ("refused", True)
    assert anywhere.sale(order, "state")["state"] == "sale"
    assert not anywhere.truth(order)["refunded"]


def test_meal_ready_refused_within_the_first_minute_is_a_warning_only(meituan):
    order = meituan.place()
    meituan.act(order, "accept")  # just now
    meituan.until(order, "paid")
    result, words = meituan.answer(meituan.press(order, "ready"))
    assert (result, "一分钟" in words) == ("done", True)
    meituan.until(order, "prepared")
    assert not meituan.truth(order)["prepared"]


def test_a_press_outside_its_column_is_refused_before_the_platform_is_asked(anywhere):
    order = anywhere.sold()
    result, words = anywhere.answer(anywhere.press(order, "agree_refund"))
    assert (result, "paid" in words) == ("refused", True)


def test_pressed_twice_is_one_press(anywhere):
    order = asking(anywhere)
    first, second = anywhere.press(order, "agree_refund"), anywhere.press(order, "agree_refund")
    assert first == second
    anywhere.until(order, "refunded")
    assert anywhere.commands(order) == [("start", "done"), ("agree_refund", "done")]


def test_two_people_at_once_have_one_effect(anywhere):
    """One agrees while the other refuses, each in a session of his own."""
    order = asking(anywhere)
    number = anywhere.row(order, "id")["id"]
    presses = [("agree_refund", []), ("reject_refund", ["已经在做了"])]
    with ThreadPoolExecutor(2) as people:
        commands = [
            people.submit(other_session(anywhere).call, "waimai.order", f"action_{name}", [number], *words)
            for name, words in presses
        ]
    ends = [anywhere.answer(command.result())[0] for command in commands if not command.exception()]
    assert ends.count("done") == 1
    refunded = anywhere.truth(order)["refunded"]
    anywhere.until(order, "refunded" if refunded else "preparing")


def test_two_people_accept_at_once(anywhere):
    order = new(anywhere)
    number = anywhere.row(order, "id")["id"]
    with ThreadPoolExecutor(2) as people:
        pressed = [people.submit(other_session(anywhere).call, "waimai.order", "action_accept", [number]) for _ in "12"]
    commands = {press.result() for press in pressed if not press.exception()}
    ends = [anywhere.answer(command)[0] for command in commands]
    assert ends.count("done") == 1
    assert set(ends) <= {"done", "refused"}, "who comes too late is told so"
    anywhere.until(order, "accepted")


def other_session(shop):
    settings = shop.system.odoo.settings()
    return Kitchen(
        Address(
            url=shop.system.odoo.url,
            database=settings["ODOO_DB"],
            login=settings["ODOO_ADMIN_LOGIN"],
            password=settings["ODOO_ADMIN_PASSWORD"],
        )
    ).session
