"""Cancel and refund cases: asked, answered, arbitrated, overdue, in full and in part."""

import pytest

from .conftest import SHOP, place, pushed, refusal, types

ITEM = [{"line": 2, "quantity": 1}]


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
    order = place(world, "activity")
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
