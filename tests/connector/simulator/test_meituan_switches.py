"""What can be made to go wrong at Meituan, and what the control API plays there."""

import json
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import pytest

from connector.simulator.meituan.kinds import KINDS as PUSH_KINDS
from connector.simulator.meituan.signing import sign

from .meituan import BASE, SECRET, SHOP, place, right, sent, words


@pytest.fixture
def switch(there):
    def change(**switches):
        there.board.change({"platform": "meituan", **switches})

    return change


def pushed(there, connector):
    connector.requests.clear()
    there.pusher.drain()
    return [sent(request) for request in connector.requests]


def test_a_refunds_answer_can_come_before_its_application(there, connector, switch):
    switch(agree_first=1, echo_first=1)
    order = place(there)
    for act in ("accept", "ask_cancel", "agree"):
        there.act(order.id, act)
    found = pushed(there, connector)
    told = [params.get("notify_type") or params.get("reason_code") or kind for kind, params in found]
    assert told == ["order-paid", "order-confirmed", "1103", "apply", "agree", "refund-money"]


def test_the_answer_alone_can_come_first(there, connector, switch):
    switch(agree_first=1)
    order = place(there)
    for act in ("accept", "ask_cancel", "disagree"):
        there.act(order.id, act)
    assert [params.get("notify_type") for _, params in pushed(there, connector)][2:] == ["reject", "apply"]


def test_the_paid_push_can_come_after_the_confirmed_one(there, connector, switch):
    switch(overtaken=1)
    order = place(there)
    assert pushed(there, connector) == []
    there.act(order.id, "accept")
    assert [kind for kind, _ in pushed(there, connector)] == ["order-confirmed", "order-paid"]


def test_pushes_can_be_doubled_lost_and_of_an_unknown_kind(there, connector, switch):
    switch(doubled=1)
    place(there)
    first, second = pushed(there, connector)
    assert first == second
    switch(doubled=0, lost=1)
    place(there)
    assert pushed(there, connector) == []
    switch(lost=0, extra_unknown=1)
    place(there)
    pushed(there, connector)
    assert [str(request.url).removeprefix(BASE) for request in connector.requests] == ["/order-paid", ""]


def test_a_table_is_set_as_a_whole_so_that_it_can_be_emptied(there, switch):
    own = there.board.of(900001)
    switch(encodings={"order-paid": 2, "refund": 1}, methods={"refund": "GET"})
    switch(encodings={"refund": 2})
    assert (own.encodings, own.methods) == ({"refund": 2}, {"refund": "GET"})
    switch(encodings={}, methods={})
    assert (own.encodings, own.methods) == ({}, {})


@pytest.mark.parametrize("times", [1, 2])
def test_each_kind_can_be_encoded_once_or_twice(there, connector, switch, times):
    switch(encodings=dict.fromkeys(PUSH_KINDS, times))
    order = place(there)
    there.act(order.id, "accept")
    there.act(order.id, "ask_cancel", {"reason": "点错了 100%"})
    pushed(there, connector)
    for request in connector.requests:
        pairs = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        plain = {name: unquote_plus(value) if times == 2 else value for name, value in pairs.items()}
        assert right(urlsplit(str(request.url)).path.rpartition("/")[2], plain)


def test_cancel_and_refund_can_come_as_get(there, connector, switch):
    switch(methods={"refund": "GET", "order-cancelled": "GET"})
    order = place(there)
    for act in ("accept", "ask_cancel", "agree"):
        there.act(order.id, act)
    found = pushed(there, connector)
    assert [request.method for request in connector.requests] == ["POST", "POST", "GET", "GET", "GET", "POST"]
    assert all(right(kind, params) for kind, params in found)


def test_the_signed_address_can_have_the_other_scheme(there, connector, switch):
    switch(other_scheme=1)
    place(there)
    ((kind, params),) = pushed(there, connector)
    assert not right(kind, params)
    assert params["sig"] == sign(f"{BASE}/{kind}".replace("http://", "https://"), params, SECRET)


@pytest.mark.parametrize("name", ["wrong_signature", "changed_message"])
def test_a_push_can_be_one_that_must_be_refused(there, connector, switch, name):
    switch(**{name: 1})
    place(there)
    ((kind, params),) = pushed(there, connector)
    assert not right(kind, params)


def test_json_fields_can_be_empty_and_the_signature_stays_right(there, connector, switch):
    switch(empty_json=1, empty_detail=1, extra_key=1)
    place(there)
    ((kind, params),) = pushed(there, connector)
    assert right(kind, params)
    assert (params["extras"], params["detail"], params["poi_receive_detail"]) == ("", "", "")
    assert params["newFeatureFlag"] == ""


def test_extras_can_end_with_an_empty_object(there, connector, switch):
    switch(trailing_object=1)
    place(there)
    assert json.loads(pushed(there, connector)[0][1]["extras"]) == [{}]
    switch(trailing_object=0)
    place(there)
    assert json.loads(pushed(there, connector)[0][1]["extras"]) == []


def test_ids_can_be_short_and_differ_for_people(there, connector, switch, meituan):
    switch(short_ids=1, view_differs=1)
    order = place(there)
    assert (len(order.id), len(order.view_id)) == (17, 17)
    assert order.id != order.view_id
    there.act(order.id, "accept")
    there.act(order.id, "ask_cancel")
    (row,) = meituan.data("ecommerce/order/getOrderRefundDetail", wm_order_id_view=order.view_id)
    assert row["refund_id"] == order.refunds[0].number


def test_a_degraded_order_heals_after_some_reads(there, connector, switch, meituan):
    switch(downgraded=1, downgraded_reads=1)
    order = place(there)
    ((_, params),) = pushed(there, connector)
    assert (params["incmp_code"], params["detail"], params["total"]) == ("-1", "[]", "44.8")
    assert meituan.data("order/getOrderDetail", order_id=order.id)["incmp_code"] == -1
    assert len(meituan.data("order/getOrderDetail", order_id=order.id)["detail"]) == 3


@pytest.mark.parametrize("own", [0, 1])
def test_an_appeal_has_the_id_of_the_request_or_one_of_its_own(there, connector, switch, own):
    switch(appeal_own_id=own)
    order = place(there)
    for act in ("accept", "ask_cancel", "disagree", "arbitrate", "uphold"):
        there.act(order.id, act)
    found = [params for kind, params in pushed(there, connector) if kind == "refund"]
    assert [params["is_appeal"] for params in found] == ["0", "0", "1", "1"]
    assert len({params["refund_id"] for params in found}) == 1 + own
    assert found[-1]["res_type"] == "4"
    assert order.refunded == order.content.paid


def test_the_money_can_fail_to_arrive(there, connector, switch):
    switch(money_fails=1)
    order = place(there)
    for act in ("accept", "ask_cancel", "agree"):
        there.act(order.id, act)
    assert pushed(there, connector)[-1][1]["refund_status"] == "4"


def test_a_retried_push_can_carry_a_fresh_timestamp(there, connector, switch, clock):
    switch(new_timestamp=1)
    connector.default = {"data": "ng"}
    place(there)
    ((_, first),) = pushed(there, connector)
    clock.advance(10)
    ((kind, second),) = pushed(there, connector)
    assert int(second["timestamp"]) == int(first["timestamp"]) + 10
    assert right(kind, second)


@pytest.mark.parametrize(
    "given",
    [
        {"encodings": {"order-paid": 3}},
        {"encodings": []},
        {"methods": {"nothing": "GET"}},
        {"type_as_text": 1},
        {"original_prices": "yes"},
    ],
)
def test_a_switch_that_cannot_be_changes_nothing(there, there_client, given):
    before = there.board.shown()
    answer = there_client.post("/sim/switches", json={"platform": "meituan", "doubled": 1, **given})
    assert answer.status_code == 400
    assert there.board.shown() == before


def test_a_switch_of_one_platform_alone_can_be_set_for_all(there, there_client):
    shown = there_client.post("/sim/switches", json={"doubled": 0.5, "pretty": 1}).json
    assert {app: row["doubled"] for app, row in shown.items()} == dict.fromkeys(shown, 0.5)
    assert shown["10000001"]["pretty"] == 1
    assert "pretty" not in shown["900001"]


def test_orders_of_both_platforms_are_played_through_the_same_routes(there, there_client):
    there_client.post("/sim/orders", json={"shop": 155000001, "kind": "several"})
    placed = there_client.post("/sim/orders", json={"shop": SHOP, "items": [{"code": "CP1003"}]}).json
    assert (placed["platform"], placed["paid"]) == ("meituan", 2200)
    offered = there_client.get(f"/sim/orders/{placed['orderId']}/acts").json
    assert [act["act"] for act in offered["acts"]] == ["accept", "cancel", "ask_cancel", "force_invalid"]
    assert offered["acts"][1]["asks"] == ["reason_code", "reason"]
    moved = there_client.post(f"/sim/orders/{placed['orderId']}/accept").json
    assert (moved["status"], moved["history"][-1]["type"]) == ("confirmed", "order-confirmed")
    assert there_client.get(f"/sim/orders/{placed['orderId']}/acts").json["codes"] == [0]
    refused = there_client.post(f"/sim/orders/{placed['orderId']}/accept")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "808")
    found = there_client.get("/sim/orders?platform=meituan").json
    assert [row["orderId"] for row in found["orders"]] == [placed["orderId"]]
    assert len(there_client.get("/sim/orders").json["orders"]) == 2


def test_a_day_is_counted_by_shop(there, there_client):
    first, second = place(there), place(there)
    there.act(second.id, "cancel", {"reason_code": 2009, "reason": "售完"})
    told = there_client.get("/sim/days/today").json
    (row,) = [row for row in told["shops"] if row["shop"] == SHOP]
    assert (row["orders"], row["ids"], row["cancelled"]) == (2, [first.id, second.id], 1)
    assert (row["paid"], row["refunded"]) == (8960, 4480)
    (none,) = [row for row in there_client.get("/sim/days/2020-01-01").json["shops"] if row["shop"] == SHOP]
    assert none["orders"] == 0


def test_the_lunch_is_played_at_one_platform_or_at_both(there, there_client):
    there_client.post("/sim/plan", json={"platform": "both", "pace": 60})
    counted = {name: len(one.orders) for name, one in there.platforms.items()}
    assert counted == {"eleme": 30, "meituan": 36}
    assert there_client.post("/sim/plan", json={"platform": "other"}).status_code == 400


def test_a_scenario_is_played_at_the_shops_platform(there, there_client):
    played = there_client.post("/sim/scenarios/refund_twice", json={"shop": SHOP}).json
    assert played["refused"] == []
    row = there_client.get(f"/sim/orders/{played['orderId']}").json
    assert [(one["scope"], one["status"]) for one in row["refunds"]] == [("part", "shop_agreed")] * 2
    assert there_client.post("/sim/scenarios/refund_twice", json={"shop": 155000001}).status_code == 400


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        ("close", "shop-status", {"poi_status": "120"}),
        ("open", "shop-status", {"poi_status": "121"}),
        ("control", "shop-status", {"operate_user": "MEITUAN"}),
        ("unbind", "shop-binding", {"op_type": "2"}),
        ("bind", "shop-binding", {"op_type": "1"}),
    ],
)
def test_shops_change_and_tell(there, there_client, connector, change, kind, told):
    assert there_client.post(f"/sim/shops/{SHOP}/{change}").json == {"ok": True}
    ((pushed_kind, params),) = pushed(there, connector)
    assert (pushed_kind, params | told) == (kind, params)
    assert right(kind, params)
    assert there_client.post(f"/sim/shops/155000001/{change}").status_code == 400


def test_the_privacy_numbers_fail(there, there_client, connector):
    there_client.post("/sim/privacy")
    assert [kind for kind, _ in pushed(there, connector)] == ["privacy-downgrade"] * 2


def test_what_is_sold_out_cannot_be_ordered(there_client):
    changed = there_client.post("/sim/menu", json={"shop": SHOP, "dish": 3, "onSale": False}).json
    assert [(row["dish"], row["onSale"]) for row in changed] == [(3, False)]
    answer = there_client.post("/sim/orders", json={"shop": SHOP, "items": [{"code": "CP1003"}]})
    assert (answer.status_code, "番茄鸡蛋盖饭" in answer.json["error"]["message"]) == (400, True)
    assert there_client.get(f"/sim/menu?shop={SHOP}").json[2]["onSale"] is False
    assert there_client.get("/sim/menu?shop=155000001").json[2]["onSale"] is True


def test_every_address_is_checked_without_parameters(there_client, connector):
    told = there_client.post("/sim/check").json
    assert told["900001"] == {"get": True, "empty_post": True}
    ours = [request for request in connector.requests if str(request.url).startswith(f"{BASE}/")]
    assert {str(request.url).removeprefix(f"{BASE}/") for request in ours} == set(PUSH_KINDS)
    assert not any(request.content or request.url.query for request in ours)


def test_a_request_during_a_ride_shows_what_is_possible(there):
    order = place(there)
    there.act(order.id, "accept")
    there.act(order.id, "rider", {"code": 0})
    there.act(order.id, "rider", {"code": 20})
    names = {act.name for act in there.meituan.offered(order)}
    assert {"prepared", "self_delivery", "delivering"} & names == set()
    assert {"ask_cancel", "finish", "rider", "remind", "part_refund"} <= names
    assert words(order)[-1] == "logistics 20"
