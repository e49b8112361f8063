"""The envelope of the API: every error that the page names, and the switches that make it fail."""

import json

import pytest

from connector.simulator import create_app
from connector.simulator.kinds import KINDS

from .conftest import Caller

SHOP = 155000001
ORDER = "eleme.order.getOrder"


def place(world, kind="plain", **more):
    return world.place(SHOP, KINDS[kind].content, **more)


def error_of(client, body):
    answer = client.post("/api/v1", json=body)
    assert answer.status_code == 200
    assert answer.json["result"] is None
    return answer.json["error"]["code"]


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/"])
def test_a_call_is_answered_under_its_id(client, caller, path):
    body = caller.body("eleme.user.getUser", {})
    answer = client.post(path, json=body).json
    assert answer["id"] == body["id"]
    assert answer["error"] is None
    assert answer["result"]["userId"] == 3638660000000000663
    assert [shop["id"] for shop in answer["result"]["authorizedShops"]] == [155000001, 155000002]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"nop": "1.0.0"}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_envelope_is_an_illegal_request(client, raw):
    answer = client.post("/api/v1", data=raw)
    assert answer.status_code == 200
    assert answer.json["error"]["code"] == "ILLEGAL_REQUEST"


@pytest.mark.parametrize(
    "change",
    [
        {"nop": "2.0.0"},
        {"id": 7},
        {"params": []},
        {"metas": {"app_key": "FaKeKeY001"}},
        {"metas": {"app_key": "FaKeKeY001", "timestamp": "1700000000"}},
    ],
)
def test_a_malformed_member_is_an_illegal_request(client, caller, change):
    params = {} if isinstance(change.get("params"), list) else change.get("params", {})
    body = {**caller.body(ORDER, params, **{key: change[key] for key in change if key != "params"}), **change}
    assert error_of(client, body) == "ILLEGAL_REQUEST"


def test_a_changed_parameter_breaks_the_signature(client, caller):
    body = caller.body(ORDER, {"orderId": "1"})
    body["params"]["orderId"] = "2"
    assert error_of(client, body) == "INVALID_SIGNATURE"


@pytest.mark.parametrize("signature", [None, "", 7, "D" * 32])
def test_a_missing_or_strange_signature_is_invalid(client, caller, signature):
    body = {**caller.body("eleme.user.getUser", {}), "signature": signature}
    assert error_of(client, body) == "INVALID_SIGNATURE"


def test_an_unknown_token_and_an_unknown_application_are_unauthorized(client, caller):
    assert error_of(client, caller.body("eleme.user.getUser", {}, token="f" * 32)) == "UNAUTHORIZED"
    metas = {"app_key": "nobody", "timestamp": 1700000000}
    assert error_of(client, caller.body("eleme.user.getUser", {}, metas=metas)) == "UNAUTHORIZED"


def test_another_application_s_token_is_unauthorized(client, caller, stranger):
    assert error_of(client, caller.body("eleme.user.getUser", {}, token=stranger.token)) == "UNAUTHORIZED"


def test_seconds_and_milliseconds_are_both_taken(client, caller, clock):
    for stamp in (clock.now, clock.now // 1000):
        metas = {"app_key": "FaKeKeY001", "timestamp": stamp}
        answer = client.post("/api/v1", json=caller.body("eleme.user.getUser", {}, metas=metas)).json
        assert answer["error"] is None


def test_a_wrong_clock_is_refused_only_when_the_strictness_is_set(make_config, clock):
    client = create_app(make_config(clock_tolerance_seconds=300)).test_client()
    caller = Caller(client, clock)
    for shift, code in ((299, None), (-299, None), (301, "INVALID_TIMESTAMP"), (-301, "INVALID_TIMESTAMP")):
        metas = {"app_key": "FaKeKeY001", "timestamp": clock.now // 1000 + shift}
        error = client.post("/api/v1", json=caller.body("eleme.user.getUser", {}, metas=metas)).json["error"]
        assert (error and error["code"]) == code


def test_an_unknown_action_is_not_allowed(caller):
    assert caller.error("eleme.order.callDelivery", orderId="1")["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        (ORDER, {}),
        (ORDER, {"orderId": 3040000000000000398}),
        ("eleme.order.mgetOrders", {"orderIds": "1"}),
        ("eleme.order.getAllOrders", {"shopId": SHOP, "pageNo": 0, "pageSize": 50}),
        ("eleme.order.getAllOrders", {"shopId": SHOP, "pageNo": 1, "pageSize": 51}),
        ("eleme.order.getAllOrders", {"shopId": SHOP, "pageNo": 101, "pageSize": 50}),
        ("eleme.shop.getShop", {"shopId": "155000001"}),
        ("eleme.shop.getShop", {"shopId": True}),
        ("eleme.message.getNonReachedMessages", {"appId": 10000002}),
        ("eleme.order.replyReminder", {"remindId": 1, "type": "custom", "content": ""}),
        ("eleme.order.replyReminder", {"remindId": 1, "type": "custom", "content": "字" * 31}),
        ("eleme.order.replyReminder", {"remindId": 1, "type": "soon", "content": "马上"}),
    ],
)
def test_wrong_parameters_fail_validation(caller, action, params):
    assert caller.error(action, **params)["code"] == "VALIDATION_FAILED"


def test_a_foreign_shop_and_order_are_denied(world, caller, stranger):
    order = place(world)
    assert stranger.error(ORDER, orderId=order.id)["code"] == "ACCESS_DENIED"
    assert stranger.error("eleme.order.confirmOrderLite", orderId=order.id)["code"] == "ACCESS_DENIED"
    assert caller.error("eleme.shop.getShop", shopId=152000001)["code"] == "ACCESS_DENIED"
    assert caller.error("eleme.shop.getShop", shopId=1)["code"] == "ACCESS_DENIED"


def test_an_unknown_order_is_a_business_error_in_chinese(caller):
    error = caller.error(ORDER, orderId="3040000000000000398")
    assert error == {"code": "BIZ_ORDER_NOT_FOUND", "message": "订单不存在"}


def test_calls_above_the_rate_are_refused_until_the_next_second(world, caller, clock):
    world.board.of(10000001).rate_per_second = 2
    codes = [caller.answer("eleme.user.getUser")["error"] for _ in range(3)]
    assert codes[:2] == [None, None]
    assert codes[2]["code"] == "EXCEED_LIMIT"
    clock.advance(1)
    assert caller.answer("eleme.user.getUser")["error"] is None


def test_the_rate_of_one_application_does_not_touch_another(world, caller, stranger):
    world.board.of(10000001).rate_per_second = 1
    assert caller.answer("eleme.user.getUser")["error"] is None
    assert stranger.answer("eleme.user.getUser")["error"] is None
    assert stranger.answer("eleme.user.getUser")["error"] is None


def faulty(world, action, **fault):
    world.board.change({"faults": {action: fault}})


def test_an_action_answers_an_error_so_many_times(world, caller):
    order = place(world)
    faulty(world, ORDER, kind="error", times=2, code="PERMISSION_DENIED", message="没有权限")
    for _ in range(2):
        assert caller.error(ORDER, orderId=order.id) == {"code": "PERMISSION_DENIED", "message": "没有权限"}
    assert caller.result(ORDER, orderId=order.id)["id"] == order.id


def test_every_action_can_fail_and_its_own_fault_goes_first(world, caller):
    faulty(world, "*", kind="error")
    faulty(world, ORDER, kind="error", code="EXCEED_LIMIT")
    assert caller.error(ORDER, orderId="1")["code"] == "EXCEED_LIMIT"
    assert caller.error(ORDER, orderId="1")["code"] == "SERVER_ERROR"
    assert caller.error(ORDER, orderId="1")["code"] == "BIZ_ORDER_NOT_FOUND"


@pytest.mark.parametrize(("kind", "status", "body"), [("nothing", 200, b""), ("garbage", 200, b"<html>")])
def test_an_action_answers_nothing_or_garbage(world, client, caller, kind, status, body):
    faulty(world, "*", kind=kind)
    answer = client.post("/api/v1", json=caller.body("eleme.user.getUser", {}))
    assert answer.status_code == status
    assert answer.data.startswith(body)
    with pytest.raises(ValueError, match=r".*"):
        json.loads(answer.data)


def test_a_stalled_answer_waits_outside_the_lock(make_config, clock):
    waited = []
    app = create_app(make_config(sleep=waited.append, stall_seconds=20.0))
    world = app.extensions["simulator"]
    caller = Caller(app.test_client(), clock)
    faulty(world, "*", kind="stall")
    answer = app.test_client().post("/api/v1", json=caller.body("eleme.user.getUser", {}))
    assert (answer.status_code, waited) == (504, [20.0])


@pytest.mark.parametrize("executed", [True, False])
def test_a_failed_answer_says_nothing_about_the_work(world, caller, executed):
    order = place(world)
    faulty(world, "eleme.order.confirmOrderLite", kind="error", executed=executed)
    assert caller.error("eleme.order.confirmOrderLite", orderId=order.id)["code"] == "SERVER_ERROR"
    assert order.word == ("valid" if executed else "unprocessed")
    again = caller.answer("eleme.order.confirmOrderLite", orderId=order.id)["error"]
    assert (again is not None) is executed
