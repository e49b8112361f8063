"""Who may do what when, and which pushes it makes."""

import pytest

from connector.simulator import PlatformError
from connector.simulator.eleme.acts import ACTS
from connector.simulator.eleme.order import Role
from connector.simulator.kinds import KINDS

from .conftest import NOW, SHOP, pushed, refusal, types

ITEM = [{"line": 2, "quantity": 1}]


def test_a_new_order_is_pushed_whole(world, order, connector):
    (message,) = pushed(world, connector, 10)
    assert message["orderId"] == order.id == message["id"]
    assert len(order.id) == 19
    assert (message["status"], message["refundStatus"], message["daySn"]) == ("unprocessed", "noRefund", 1)
    assert message["createdAt"] == "2023-11-15T06:13:20"
    assert connector.envelopes[0]["userId"] == 3638660000000000663
    assert connector.envelopes[0]["timestamp"] == NOW


def test_accepting_in_the_shop_s_app_is_role_3_and_through_the_platform_role_5(world, caller, connector):
    for _ in range(2):
        world.place(SHOP, KINDS["plain"].content)
    first, second = world.orders
    world.act(first, "accept")
    caller.result("eleme.order.confirmOrderLite", orderId=second)
    messages = pushed(world, connector, 12)
    assert [message["role"] for message in messages] == [3, 5]
    assert messages[0] == {
        "orderId": first,
        "state": "valid",
        "shopId": SHOP,
        "updateTime": NOW // 1000,
        "role": 3,
    }


def test_accepting_twice_is_an_error_that_means_success(caller, accepted):
    error = caller.error("eleme.order.confirmOrderLite", orderId=accepted.id)
    assert "订单已确认" in error["message"]
    assert error["code"].startswith("BIZ_")


@pytest.mark.parametrize(("accept", "kind"), [(False, 14), (True, 17)])
def test_a_cancel_is_14_before_acceptance_and_17_after(world, caller, order, connector, accept, kind):
    if accept:
        world.act(order.id, "accept")
    params = {"type": "foodSoldOut", "remark": "抱歉，今日牛肉面已售完"}
    assert caller.result("eleme.order.cancelOrderLite", orderId=order.id, **params) is None
    (message,) = pushed(world, connector, kind)
    assert (message["state"], message["role"]) == ("invalid", 5)
    assert order.word == "invalid"
    assert order.refunded == order.content.paid
    assert caller.error("eleme.order.cancelOrderLite", orderId=order.id, **params)["message"] == "订单已取消"


def test_a_cancel_needs_a_reason_of_the_list(caller, order):
    error = caller.error("eleme.order.cancelOrderLite", orderId=order.id, type="bored", remark="")
    assert error["code"] == "VALIDATION_FAILED"


def test_a_customer_cancels_freely_before_acceptance(world, order, connector):
    world.act(order.id, "ask_cancel")
    assert [message["role"] for message in pushed(world, connector, 14)] == [1]


@pytest.mark.parametrize(("after", "kind"), [(0, 17), (60, 17), (61, 20)])
def test_a_customer_cancels_freely_for_a_minute_after_acceptance(world, order, clock, after, kind):
    world.act(order.id, "accept")
    clock.advance(after)
    world.act(order.id, "ask_cancel")
    assert types(order) == [10, 12, kind]


def test_a_part_is_a_request_even_in_the_free_minute(world, order):
    world.act(order.id, "accept")
    world.act(order.id, "ask_cancel", {"items": ITEM})
    assert types(order) == [10, 12, 20]


def test_an_order_that_nobody_accepts_is_cancelled_by_the_platform(world, order, clock, connector):
    clock.advance(900)
    world.tick()
    assert pushed(world, connector, 14)[0]["role"] == 2
    assert order.word == "invalid"


@pytest.mark.parametrize(("args", "kind"), [({}, 15), ({"type": 15}, 15), ({"type": 17}, 17)])
def test_the_desk_makes_an_accepted_order_invalid(world, accepted, connector, args, kind):
    world.act(accepted.id, "force_invalid", args)
    assert pushed(world, connector, kind)[0]["role"] == 4


def test_the_desk_cannot_invent_a_type(world, accepted):
    assert refusal(world, accepted, "force_invalid", type=16)[0] == "VALIDATION_FAILED"


def test_an_open_part_request_ends_without_money_of_its_own_when_all_goes_back(world, accepted):
    world.act(accepted.id, "ask_cancel", {"items": ITEM})
    world.act(accepted.id, "force_invalid")
    assert (accepted.refund_word, accepted.refunded) == ("noRefund", 4480)


def test_finishing_is_role_9_and_leaves_an_open_request_open(world, accepted, connector):
    world.act(accepted.id, "ask_cancel")
    world.act(accepted.id, "finish")
    (message,) = pushed(world, connector, 18)
    assert (message["state"], message["role"]) == ("settled", 9)
    assert accepted.word == "refunding"


def test_a_meal_that_is_ready_is_kept_and_pushed_to_nobody(caller, accepted):
    for _ in range(2):
        assert caller.result("eleme.order.setOrderPrepared", orderId=accepted.id) is None
    assert accepted.prepared_at == NOW + 71_000
    assert types(accepted) == [10, 12]


def test_a_reminder_is_pushed_listed_and_answered_once(world, caller, accepted, connector):
    world.act(accepted.id, "remind")
    (asked,) = pushed(world, connector, 45)
    assert asked["userId"] == accepted.person.number
    number = asked["remindId"]
    row = {"reminderId": number, "orderId": accepted.id}
    assert caller.result("eleme.order.getUnreplyReminders", shopId=SHOP) == [row]
    reply = {"remindId": number, "type": "custom", "content": "马上送出"}
    caller.result("eleme.order.replyReminder", **reply)
    assert caller.result("eleme.order.getUnreplyReminders", shopId=SHOP) == []
    assert pushed(world, connector, 46)[0]["remindId"] == number
    assert caller.error("eleme.order.replyReminder", **reply)["code"] == "BIZ_REMINDER_ERROR"
    unknown = {"remindId": 1, "type": "hasOut"}
    assert caller.error("eleme.order.replyReminder", **unknown)["code"] == "BIZ_REMINDER_ERROR"


def test_another_application_cannot_answer_a_reminder(world, stranger, accepted):
    world.act(accepted.id, "remind")
    number = accepted.reminders[0].number
    assert stranger.error("eleme.order.replyReminder", remindId=number, type="hasOut")["code"] == "ACCESS_DENIED"


NEEDED = {
    "accept": {"order": True, "accepted": False, "finished": False},
    "reject": {"order": True, "accepted": False, "finished": False},
    "cancel": {"order": False, "accepted": True, "finished": False},
    "prepared": {"order": False, "accepted": True, "finished": False},
    "agree": {"order": False, "accepted": False, "finished": False},
    "disagree": {"order": False, "accepted": False, "finished": False},
    "part_cancel": {"order": False, "accepted": True, "finished": False},
    "refund": {"order": False, "accepted": True, "finished": True},
    "ask_cancel": {"order": True, "accepted": True, "finished": False},
    "ask_refund": {"order": False, "accepted": False, "finished": True},
    "withdraw": {"order": False, "accepted": False, "finished": False},
    "arbitrate": {"order": False, "accepted": False, "finished": False},
    "uphold": {"order": False, "accepted": False, "finished": False},
    "dismiss": {"order": False, "accepted": False, "finished": False},
    "remind": {"order": False, "accepted": True, "finished": False},
    "force_invalid": {"order": True, "accepted": True, "finished": False},
    "finish": {"order": False, "accepted": True, "finished": False},
    "rider": {"order": False, "accepted": True, "finished": True},
}
LATER = {"self_delivery", "no_more_delivery", "answer_reminder", "tell_grant"}


@pytest.mark.parametrize("stage", ["order", "accepted", "finished"])
def test_the_table_offers_what_the_stage_allows(request, world, stage):
    order = request.getfixturevalue(stage)
    expected = {name for name, stages in NEEDED.items() if stages[stage]}
    assert {act.name for act in world.eleme.offered(order)} == expected
    assert set(NEEDED) | LATER == set(ACTS)


@pytest.mark.parametrize("act", sorted(set(NEEDED) - {"rider"}))
def test_nothing_more_can_be_done_to_an_invalid_order(world, accepted, act):
    world.act(accepted.id, "force_invalid")
    assert refusal(world, accepted, act, items=ITEM)[1] == "订单已取消"


def test_an_unknown_act_and_an_unknown_order_are_refused(world, order):
    assert refusal(world, order, "explode")[0] == "VALIDATION_FAILED"
    with pytest.raises(PlatformError, match="BIZ_ORDER_NOT_FOUND"):
        world.act("1", "accept")


def test_time_never_goes_back_within_an_order(world, accepted):
    world.act(accepted.id, "remind", at=NOW - 5000)
    assert accepted.history[-1] == (accepted.history[-2][0], 45)


def test_the_role_can_be_given(world, order, connector):
    world.eleme.act(order.id, "accept", role=Role.SYSTEM)
    assert pushed(world, connector, 12)[0]["role"] == 2
