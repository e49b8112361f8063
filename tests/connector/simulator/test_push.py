"""Delivery: answers, retries, the list of what did not arrive."""

import json

import httpx
import pytest

from .conftest import APP, NOW, OTHER, SHOP, place, right, switch

OK = {"message": "ok"}


def test_a_push_is_a_signed_json_post(world, connector):
    place(world)
    assert world.pusher.drain() == 1
    (request,) = connector.requests
    assert (request.method, str(request.url)) == ("POST", "http://connector.test/hooks/eleme")
    assert request.headers["content-type"] == "application/json"
    envelope = json.loads(request.content)
    assert right(envelope)
    assert set(envelope) == {
        "requestId",
        "type",
        "appId",
        "message",
        "shopId",
        "timestamp",
        "userId",
        "signature",
    }
    assert (envelope["appId"], envelope["shopId"], envelope["timestamp"]) == (10000001, SHOP, NOW)


def test_every_application_signs_with_its_own_secret(world, connector):
    place(world, shop=152000001)
    world.pusher.drain()
    (envelope,) = connector.envelopes
    assert envelope["appId"] == 10000002
    assert right(envelope, OTHER["secret"])
    assert not right(envelope)


def test_an_application_can_have_an_address_of_its_own(make_world, connector):
    world = make_world(apps=[{**APP, "push_url": "http://own.test/x"}])
    place(world)
    world.pusher.drain()
    assert str(connector.requests[0].url) == "http://own.test/x"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json=OK),
        httpx.Response(503),
        httpx.Response(202, json=OK),
        httpx.Response(200, json={"message": "error"}),
        httpx.Response(200, json={"message": "ok", "more": 1}),
        httpx.Response(200, text="ok"),
        httpx.Response(200, text=""),
        httpx.Response(302, headers={"Location": "http://connector.test/"}),
        httpx.ConnectError("nobody there"),
        httpx.ReadTimeout("too slow"),
    ],
)
def test_anything_but_ok_is_sent_again_with_the_same_request_id(world, connector, clock, answer):
    connector.answers = [answer]
    place(world)
    assert world.pusher.drain() == 1
    clock.advance(59)
    assert world.pusher.drain() == 0
    clock.advance(1)
    assert world.pusher.drain() == 1
    first, second = (json.loads(request.content) for request in connector.requests)
    assert first == second
    assert [sent.ok for sent in world.pusher.log] == [False, True]
    clock.advance(600)
    assert world.pusher.drain() == 0


def failing(connector, times):
    connector.answers = [httpx.Response(500)] * times


def test_three_deliveries_then_the_list_of_what_did_not_arrive(world, caller, connector, clock):
    failing(connector, 3)
    order = place(world)
    for expected in (1, 1, 1, 0):
        assert world.pusher.drain() == expected
        clock.advance(60)
    (row,) = caller.result("eleme.message.getNonReachedOMessages", appId=10000001)
    sent = connector.envelopes[0]
    assert row == {
        "requestId": sent["requestId"],
        "type": 10,
        "message": sent["message"],
        "shopId": SHOP,
        "userId": 3638660000000000663,
        "timestamp": NOW,
        "orderId": order.id,
    }
    assert caller.result("eleme.message.getNonReachedOMessages", appId=10000001) == []


def test_the_other_list_holds_envelopes_as_text(world, caller, stranger):
    switch(world, missed=1, not_reached_kept=True)
    place(world)
    for _ in range(2):
        (text,) = caller.result("eleme.message.getNonReachedMessages", appId=10000001)
        assert right(json.loads(text))
    assert stranger.result("eleme.message.getNonReachedMessages", appId=10000002) == []


def test_retry_numbers_can_be_set(make_world, connector, clock):
    world = make_world(push_deliveries=2, push_retry_seconds=5)
    failing(connector, 9)
    place(world)
    for expected in (1, 1, 0):
        assert world.pusher.drain() == expected
        clock.advance(5)
    assert world.pusher.not_reached_count(APP["app_id"]) == 1


def test_a_repush_waits_while_the_next_message_goes_out(world, connector):
    failing(connector, 1)
    order = place(world)
    world.act(order.id, "accept")
    world.pusher.drain()
    assert connector.types == [10, 12]
    assert world.pusher.waiting() == 1


def test_the_authorisation_that_is_taken_away_is_the_last_push(world, caller, client, connector):
    order = place(world)
    client.post(f"/sim/shops/{SHOP}/remove")
    world.act(order.id, "accept")
    world.pusher.drain()
    assert connector.types == [10, 100]
    assert connector.messages(100)[0]["relieveOAuthTime"] == "2023-11-15T06:13:20"
    assert caller.error("eleme.order.getOrder", orderId=order.id)["code"] == "ACCESS_DENIED"
    shops = caller.result("eleme.user.getUser")["authorizedShops"]
    assert [shop["id"] for shop in shops] == [155000002]
    client.post(f"/sim/shops/{SHOP}/restore")
    assert caller.result("eleme.order.getOrder", orderId=order.id)["status"] == "valid"


@pytest.mark.parametrize(("answers", "expected"), [([], True), ([httpx.Response(404)] * 2, False)])
def test_the_reachability_check_is_a_get_and_an_empty_post(client, connector, answers, expected):
    connector.answers = list(answers) * 2
    seen = client.post("/sim/check").json["10000001"]
    assert seen == {"get": expected, "empty_post": expected}
    assert [(one.method, one.content) for one in connector.requests[:2]] == [("GET", b""), ("POST", b"")]
