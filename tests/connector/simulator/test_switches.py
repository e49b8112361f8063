"""Every switch: what goes wrong on the way, in the body, with the orders themselves."""

import json

import httpx
import pytest

from connector.simulator.eleme.envelope import ElemePush
from connector.simulator.kinds import KINDS

from .conftest import APP, NOW, SHOP, place, right, switch


def test_a_repush_can_get_an_id_of_its_own(world, connector, clock):
    switch(world, new_request_id=1)
    connector.answers = [httpx.Response(500)]
    place(world)
    world.pusher.drain()
    clock.advance(60)
    world.pusher.drain()
    first, second = connector.envelopes
    assert first["requestId"] != second["requestId"]
    assert first["message"] == second["message"]
    assert right(second)


def test_doubled(world, connector):
    switch(world, doubled=1)
    place(world)
    world.pusher.drain()
    first, second = connector.envelopes
    assert first == second


def test_late(world, connector, clock):
    switch(world, late=1, late_seconds=30)
    place(world)
    assert world.pusher.drain() == 0
    clock.advance(30)
    assert world.pusher.drain() == 1
    assert connector.envelopes[0]["timestamp"] == NOW


def test_shuffled(world, connector, clock):
    switch(world, shuffled=1, shuffle_seconds=10)
    order = place(world)
    for act in ("accept", "remind", "remind", "prepared", "finish"):
        world.act(order.id, act)
    for _ in range(100):
        world.pusher.drain()
        clock.advance(0.1)
    assert sorted(connector.types) == [10, 12, 18, 45, 45]
    assert connector.types != [10, 12, 45, 45, 18]


def test_lost_is_on_no_list_and_missed_is(world, caller, connector):
    for name, listed in (("lost", 0), ("missed", 1)):
        switch(world, **{"lost": 0, "missed": 0, name: 1})
        place(world)
        world.pusher.drain()
        assert connector.requests == []
        assert len(caller.result("eleme.message.getNonReachedOMessages", appId=10000001)) == listed


def test_overtaken_puts_12_before_10(world, connector):
    switch(world, overtaken=1)
    order = place(world)
    assert world.pusher.drain() == 0
    world.act(order.id, "accept")
    world.pusher.drain()
    assert connector.types == [12, 10]


def test_an_unknown_type_comes_beside(world, connector):
    switch(world, extra_unknown=1)
    place(world)
    world.pusher.drain()
    assert connector.types == [10, 999]
    assert all(right(envelope) for envelope in connector.envelopes)


@pytest.mark.parametrize("name", ["wrong_signature", "changed_message"])
def test_what_must_be_refused(world, connector, name):
    switch(world, **{name: 1})
    place(world)
    world.pusher.drain()
    assert not right(connector.envelopes[0])


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [("type_as_text", "type", "10"), ("user_id_as_text", "userId", "3638660000000000663")],
)
def test_numbers_as_text_are_signed_as_they_stand(world, connector, name, key, value):
    switch(world, **{name: 1})
    place(world)
    world.pusher.drain()
    assert connector.envelopes[0][key] == value
    assert right(connector.envelopes[0])


def test_an_extra_key_is_signed_too(world, connector):
    switch(world, extra_key=1)
    order = place(world)
    world.pusher.drain()
    assert connector.envelopes[0]["order_id"] == order.id
    assert right(connector.envelopes[0])


def test_escaped_and_pretty_bodies_mean_the_same(world, connector):
    order = place(world)
    world.pusher.drain()
    switch(world, escaped=1, pretty=1)
    world.pusher.send(world_push(world, connector.envelopes[0], order))
    world.pusher.drain()
    plain, odd = (request.content for request in connector.requests)
    assert "红烧牛肉面".encode() in plain
    assert odd.isascii()
    assert b"\n" in odd
    assert json.loads(odd) == json.loads(plain)


def world_push(world, envelope, order):
    return ElemePush(
        number=1,
        request_id=envelope["requestId"],
        app=world.config.accounts[0],
        app_id=APP["app_id"],
        url="http://connector.test/hooks/eleme",
        retry_seconds=(),
        shop_id=SHOP,
        order_id=order.id,
        kind=10,
        message=envelope["message"],
        at=envelope["timestamp"],
    )


def test_a_slim_push_is_a_217_without_content(world, caller, connector):
    switch(world, slim=1)
    order = place(world)
    world.pusher.drain()
    (message,) = connector.messages(217)
    assert (message["orderId"], message["totalPrice"]) == (order.id, 30.0)
    assert "groups" not in message
    assert caller.result("eleme.order.getOrder", orderId=order.id)["groups"]


def test_slim_requests_carry_no_money(world, connector, clock):
    switch(world, slim_refunds=1)
    order = place(world, "several")
    world.act(order.id, "accept")
    clock.advance(61)
    world.act(order.id, "ask_cancel")
    world.pusher.drain()
    assert set(connector.messages(20)[0]) == {"orderId", "refundStatus", "reason", "shopId", "updateTime"}
    world.act(order.id, "withdraw")
    world.act(order.id, "ask_cancel", {"items": [{"line": 1}]})
    world.pusher.drain()
    assert connector.messages(20)[1]["refundType"] == "part"


def test_a_downgraded_order_heals_after_so_many_reads(world, caller, connector):
    switch(world, downgraded=1, downgraded_reads=2)
    order = place(world, "activity")
    world.pusher.drain()
    (message,) = connector.messages(10)
    reads = [caller.result("eleme.order.getOrder", orderId=order.id) for _ in range(3)]
    assert [one["downgraded"] for one in (message, *reads)] == [True, True, True, False]
    assert {one["totalPrice"] for one in (message, *reads)} == {26.8}
    assert {message[key] for key in ("originalPrice", "activityTotal", "shopPart", "income")} == {0.0}
    assert message["orderActivities"] == []
    assert [item["skuId"] for item in message["groups"][0]["items"]] == [-1, -1]
    assert (reads[2]["originalPrice"], reads[2]["activityTotal"]) == (40.8, -14.0)


def test_half_a_switch_is_about_half(world, connector):
    switch(world, doubled=0.5)
    for _ in range(200):
        place(world)
    assert 260 < world.pusher.drain() < 340
    assert len(connector.requests) == len(world.pusher.log)


@pytest.mark.parametrize(
    "changes", [{"nonsense": 1}, {"doubled": "yes"}, {"late": -1}, {"faults": 1}, {"faults": {"*": {"kind": "x"}}}]
)
def test_a_wrong_switch_changes_nothing(world, client, changes):
    before = world.board.shown()
    answer = client.post("/sim/switches", json={"missed": 1, **changes})
    assert answer.status_code == 400
    assert world.board.shown() == before


def test_switches_of_one_application(world, connector):
    switch(world, app_id=10000002, doubled=True)
    place(world)
    place(world, shop=152000001)
    world.pusher.drain()
    assert [envelope["appId"] for envelope in connector.envelopes] == [10000001, 10000002, 10000002]


def test_the_same_seed_makes_the_same_run(make_world, connector, clock):
    def run(seed):
        connector.requests.clear()
        clock.now = NOW
        world = make_world(seed=seed)
        switch(world, doubled=0.3, shuffled=0.5, lost=0.1, escaped=0.5, type_as_text=0.5, slim=0.3)
        for kind in KINDS:
            world.act(place(world, kind).id, "accept")
        for _ in range(60):
            world.pusher.drain()
            clock.advance(0.1)
        return [request.content for request in connector.requests]

    first = run(1)
    assert first == run(1)
    assert first != run(2)
