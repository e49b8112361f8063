"""Riders: forward only, trouble on the way, what the shop may do then."""

import pytest

from connector.simulator import PlatformError
from connector.simulator.eleme.rides import possible
from connector.simulator.kinds import KINDS

SHOP = 155000001


@pytest.fixture
def order(world):
    order = world.place(SHOP, KINDS["plain"].content)
    return world.act(order.id, "accept")


def ride(world, order, *codes):
    for code in codes:
        world.act(order.id, "rider", {"code": code})
    return [record.code for record in order.rides]


@pytest.mark.parametrize(
    "codes",
    [
        (51, 52, 53, 54, 55, 56),
        (53, 55),
        (51, 52, 59, 51, 52, 53, 55, 56),
        (51, 74, 51, 53),
        (51, 53, 67, 55, 56),
        (51, 52, 53, 60, 61, 70, 54),
    ],
)
def test_riders_come_like_this(world, order, codes):
    assert ride(world, order, *codes) == list(codes)
    assert [kind for _, kind in order.history] == [10, 12, *codes]


@pytest.mark.parametrize(
    "codes",
    [
        (53, 52),
        (51, 51),
        (56, 57),
        (57,),
        (60,),
        (53, 73),
        (73,),
        (71,),
        (51, 72),
        (50,),
        (77,),
        (51, 53, 67, 71, 55),
    ],
)
def test_and_never_like_this(world, order, codes):
    ride(world, order, *codes[:-1])
    with pytest.raises(PlatformError, match="BIZ_DELIVERY_STATUS_ERROR"):
        ride(world, order, codes[-1])


def test_nobody_comes_before_acceptance_or_for_a_pick_up(world):
    for kind, accept in (("plain", False), ("pick_up", True)):
        order = world.place(SHOP, KINDS[kind].content)
        if accept:
            world.act(order.id, "accept")
        assert not possible(order, 51)


def test_a_rider_brings_what_he_has_but_nobody_is_sent_for_an_invalid_order(world, order):
    other = world.act(world.place(SHOP, KINDS["plain"].content).id, "accept")
    ride(world, order, 51, 53)
    for one in (order, other):
        world.act(one.id, "force_invalid")
    assert possible(order, 55)
    assert not possible(other, 51)


def test_a_delivery_push_has_the_page_s_form(world, order, connector, clock):
    clock.now += 767
    ride(world, order, 51, 52, 53)
    world.pusher.drain()
    bodies = [connector.messages(kind)[0] for kind in (51, 52, 53)]
    assert [body["state"] for body in bodies] == ["tobeAssignedMerchant", "tobeAssignedCourier", "tobeFetched"]
    assert [body["name"] for body in bodies] == ["", "某某(调度员)", "张测试"]
    assert [body["phone"] for body in bodies] == ["", "13800000021", "13800000022"]
    assert {body["updateAt"] for body in bodies} == {clock.now // 1000 * 1000}
    assert {body["subState"] for body in bodies} == {"noSubstate"}


@pytest.mark.parametrize(
    ("action", "kind", "state"),
    [("deliveryBySelfLite", 71, "selfDelivery"), ("noMoreDeliveryLite", 72, "noMoreDelivery")],
)
def test_the_shop_takes_over_after_trouble(world, caller, order, action, kind, state):
    refused = caller.error(f"eleme.order.{action}", orderId=order.id)
    assert refused["code"] == "BIZ_DELIVERY_STATUS_ERROR"
    ride(world, order, 51, 75)
    caller.result(f"eleme.order.{action}", orderId=order.id)
    assert order.history[-1][1] == kind
    (record,) = caller.result("eleme.order.batchGetDeliveryStates", orderIds=[order.id]).values()
    assert record["state"] == state


def test_the_records_can_be_read(world, caller, order):
    other = world.act(world.place(SHOP, KINDS["plain"].content).id, "accept")
    ride(world, order, 51, 53)
    records = caller.result("eleme.order.getDeliveryStateRecord", orderId=order.id)
    assert [record["state"] for record in records] == ["tobeAssignedMerchant", "tobeFetched"]
    assert records[1] == {
        "orderId": order.id,
        "state": "tobeFetched",
        "subState": "noSubstate",
        "deliverName": "张测试",
        "deliverPhone": "13800000022",
        "createdAt": "2023-11-15T06:13:20",
    }
    latest = caller.result("eleme.order.batchGetDeliveryStates", orderIds=[order.id, other.id])
    assert latest == {order.id: records[1]}
