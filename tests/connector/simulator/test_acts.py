"""Who may do what when, and which pushes it makes."""

import pytest

from connector.simulator import PlatformError
from connector.simulator.acts import ACTS, offered
from connector.simulator.kinds import KINDS
from connector.simulator.order import Role

from .conftest import NOW

SHOP = 155000001
ITEM = [{"line": 2, "quantity": 1}]


@pytest.fixture
def order(world):
    return world.place(SHOP, KINDS["several"].content, kind="several")


@pytest.fixture
def accepted(world, order, clock):
    clock.advance(10)
    world.act(order.id, "accept")
    clock.advance(61)  # the customer's free minute is over
    return order


@pytest.fixture
def finished(world, accepted):
    return world.act(accepted.id, "finish")


def types(order):
    return [kind for _, kind in order.history]


def pushed(world, connector, kind):
    world.pusher.drain()
    return connector.messages(kind)


def refusal(world, order, act, **args):
    before = (types(order), order.word, order.refund_word, order.refunded, len(order.cases))
    with pytest.raises(PlatformError) as refused:
        world.act(order.id, act, args)
    assert before == (types(order), order.word, order.refund_word, order.refunded, len(order.cases))
    return refused.value.code, refused.value.message


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


def test_an_open_request_shows_in_status_and_list_until_it_is_answered(world, caller, accepted):
    world.act(accepted.id, "ask_cancel", {"reason": "地址填错了"})
    assert caller.result("eleme.order.getCancelOrders", shopId=SHOP) == [accepted.id]
    assert caller.result("eleme.order.getRefundOrders", shopId=SHOP) == []
    order = caller.result("eleme.order.getOrder", orderId=accepted.id)
    assert (order["status"], order["refundStatus"]) == ("refunding", "applied")
    refund = caller.result("eleme.order.getRefundOrder", orderId=accepted.id)
    assert (refund["applyRefundReason"], refund["refundType"], refund["totalPrice"]) == (
        "地址填错了",
        "normal",
        44.8,
    )
    caller.result("eleme.order.disagreeRefundLite", orderId=accepted.id, reason="餐品已制作")
    assert caller.result("eleme.order.getCancelOrders", shopId=SHOP) == []
    assert (accepted.word, accepted.refund_word) == ("valid", "rejected")


def test_an_agreed_cancellation_pushes_23_and_15(world, caller, accepted, connector):
    world.act(accepted.id, "ask_cancel")
    caller.result("eleme.order.agreeRefundLite", orderId=accepted.id)
    (granted,) = pushed(world, connector, 23)
    (void,) = connector.messages(15)
    assert (granted["refundStatus"], granted["totalPrice"]) == ("successful", 44.8)
    assert (void["state"], void["role"]) == ("invalid", 5)
    assert caller.error("eleme.order.agreeRefundLite", orderId=accepted.id)["code"].startswith("BIZ_")


def test_a_refusal_carries_the_shop_s_words(world, caller, accepted, connector):
    world.act(accepted.id, "ask_cancel")
    caller.result("eleme.order.disagreeRefundLite", orderId=accepted.id, reason='骑手"已取餐"/在路上')
    (refused,) = pushed(world, connector, 22)
    assert (refused["refundStatus"], refused["reason"]) == ("rejected", '骑手"已取餐"/在路上')


def test_a_withdrawn_request_goes_back_to_no_refund(world, accepted, connector):
    world.act(accepted.id, "ask_cancel")
    world.act(accepted.id, "withdraw")
    assert pushed(world, connector, 21)[0]["refundStatus"] == "noRefund"
    assert (accepted.word, accepted.refund_word) == ("valid", "noRefund")


@pytest.mark.parametrize(
    ("verdict", "kinds", "word", "status"),
    [("uphold", [25, 15], "successful", "invalid"), ("dismiss", [26], "failed", "valid")],
)
def test_the_desk_decides_a_refused_cancellation(world, accepted, verdict, kinds, word, status):
    for act in ("ask_cancel", "disagree", "arbitrate", verdict):
        world.act(accepted.id, act)
    assert types(accepted) == [10, 12, 20, 22, 24, *kinds]
    assert (accepted.refund_word, accepted.word) == (word, status)


def test_nobody_else_answers_while_the_desk_decides(world, caller, accepted):
    for act in ("ask_cancel", "disagree", "arbitrate"):
        world.act(accepted.id, act)
    for action in ("agreeRefundLite", "disagreeRefundLite"):
        error = caller.error(f"eleme.order.{action}", orderId=accepted.id, reason="不")
        assert error == {"code": "BIZ_REFUND_STATUS_ERROR", "message": "退单申请正在由客服仲裁"}


def test_a_request_that_nobody_answers_is_agreed_after_fifteen_minutes(world, accepted, clock, connector):
    world.act(accepted.id, "ask_cancel")
    clock.advance(899)
    world.tick()
    assert types(accepted) == [10, 12, 20]
    clock.advance(1)
    world.tick()
    assert types(accepted) == [10, 12, 20, 15]
    assert pushed(world, connector, 15)[0]["role"] == 2
    assert accepted.refund_word == "successful"


def test_an_answered_request_has_no_deadline_any_more(world, accepted, clock):
    world.act(accepted.id, "ask_cancel")
    world.act(accepted.id, "disagree")
    clock.advance(901)
    world.tick()
    assert types(accepted) == [10, 12, 20, 22]


def test_an_unanswered_part_is_granted_as_a_part(world, accepted, clock):
    world.act(accepted.id, "ask_cancel", {"items": ITEM})
    clock.advance(900)
    world.tick()
    assert types(accepted) == [10, 12, 20, 23]
    assert accepted.word == "valid"


def test_an_order_that_nobody_accepts_is_cancelled_by_the_platform(world, order, clock, connector):
    clock.advance(900)
    world.tick()
    assert pushed(world, connector, 14)[0]["role"] == 2
    assert order.word == "invalid"


def test_a_refund_after_completion_changes_money_not_the_order(world, caller, finished, connector):
    world.act(finished.id, "ask_refund", {"reason": "餐品洒漏"})
    assert caller.result("eleme.order.getRefundOrders", shopId=SHOP) == [finished.id]
    caller.result("eleme.order.agreeRefundLite", orderId=finished.id)
    assert pushed(world, connector, 30)[0]["reason"] == "餐品洒漏"
    assert connector.messages(33)[0]["totalPrice"] == 44.8
    assert types(finished) == [10, 12, 18, 30, 33]
    assert (finished.word, finished.refunded) == ("settled", finished.content.paid)


def test_a_customer_asks_for_a_refund_once(world, finished):
    world.act(finished.id, "ask_refund")
    world.act(finished.id, "disagree")
    assert refusal(world, finished, "ask_refund") == ("BIZ_REFUND_STATUS_ERROR", "该订单已申请过退单")


def test_a_part_refund_has_odd_sums(world, connector):
    order = world.place(SHOP, KINDS["activity"].content)
    for act, args in (("accept", {}), ("finish", {}), ("ask_refund", {"items": [{"line": 2}]})):
        world.act(order.id, act, args)
    (asked,) = pushed(world, connector, 30)
    assert asked["refundType"] == "part"
    ids = {"vfoodId": 1480000007, "skuId": 200000338000000007}
    assert asked["goodsList"] == [{"name": "吮指鸡块6块", "quantity": 1, "price": 6.56, **ids}]
    assert asked["totalPrice"] == 6.56  # 10 yuan of 40.80, of which 26.80 was paid


def test_the_money_of_a_part_can_be_named(world, accepted, connector):
    world.act(accepted.id, "ask_cancel", {"items": ITEM, "amount": 777})
    assert pushed(world, connector, 20)[0]["totalPrice"] == 7.77
    world.act(accepted.id, "agree")
    assert (accepted.refunded, accepted.left) == (777, 4480 - 777)


@pytest.mark.parametrize("amount", [0, -1, 4480, 99999])
def test_a_part_leaves_something(world, accepted, amount):
    code, _ = refusal(world, accepted, "ask_cancel", items=ITEM, amount=amount)
    assert code == "VALIDATION_FAILED"


def test_what_went_back_cannot_go_back_again(world, accepted):
    world.act(accepted.id, "part_cancel", {"items": ITEM})
    world.act(accepted.id, "part_cancel", {"items": ITEM})
    assert refusal(world, accepted, "part_cancel", items=ITEM)[0] == "VALIDATION_FAILED"
    assert accepted.refunded == 2000


def test_a_withdrawal_uncovers_the_case_before(world, caller, accepted):
    world.act(accepted.id, "part_cancel", {"items": ITEM})
    world.act(accepted.id, "ask_cancel")
    world.act(accepted.id, "withdraw")
    refund = caller.result("eleme.order.getRefundOrder", orderId=accepted.id)
    assert (refund["refundStatus"], refund["refundType"], refund["totalPrice"]) == ("successful", "part", 10.0)


@pytest.mark.parametrize(
    "items", [[{"line": 0}], [{"line": 4}], [{"line": 2, "quantity": 3}], [{}], "2", [{"line": 2}, {"line": 2}]]
)
def test_a_part_names_lines_that_exist(world, accepted, items):
    assert refusal(world, accepted, "ask_cancel", items=items)[0] == "VALIDATION_FAILED"


def test_the_shop_takes_a_part_back_by_itself(world, accepted, connector):
    world.act(accepted.id, "part_cancel", {"items": ITEM, "reason": "售完"})
    (part,) = pushed(world, connector, 39)
    assert (part["refundType"], part["totalPrice"], part["refundStatus"]) == ("part", 10.0, "successful")
    assert (accepted.word, accepted.refunded) == ("valid", 1000)
    assert refusal(world, accepted, "part_cancel")[0] == "VALIDATION_FAILED"


def test_what_is_left_goes_back_after_a_part(world, accepted, connector):
    world.act(accepted.id, "part_cancel", {"items": ITEM})
    world.act(accepted.id, "ask_cancel")
    world.act(accepted.id, "agree")
    assert pushed(world, connector, 23)[0]["totalPrice"] == 34.8
    assert accepted.refunded == 4480


@pytest.mark.parametrize(("finish", "kinds"), [(False, [23, 15]), (True, [18, 33])])
def test_the_shop_gives_everything_back_by_itself(world, caller, accepted, finish, kinds):
    if finish:
        world.act(accepted.id, "finish")
    params = {"type": "others", "remark": "漏送"}
    caller.result("eleme.order.applyRefund", orderId=accepted.id, **params)
    assert types(accepted)[2:] == kinds
    assert accepted.refunded == 4480
    assert caller.error("eleme.order.applyRefund", orderId=accepted.id, **params)["code"].startswith("BIZ_")


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
LATER = {"self_delivery", "no_more_delivery", "answer_reminder"}


@pytest.mark.parametrize("stage", ["order", "accepted", "finished"])
def test_the_table_offers_what_the_stage_allows(request, stage):
    order = request.getfixturevalue(stage)
    expected = {name for name, stages in NEEDED.items() if stages[stage]}
    assert {act.name for act in offered(order)} == expected
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
    world.act(order.id, "accept", role=Role.SYSTEM)
    assert pushed(world, connector, 12)[0]["role"] == 2
