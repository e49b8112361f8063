"""What can be read: lists, pages, maps, and the shop."""

import pytest

from connector.simulator.kinds import KINDS

SHOP = 155000001


@pytest.fixture
def orders(world, clock):
    placed = []
    for _ in range(3):
        placed.append(world.place(SHOP, KINDS["plain"].content))
        clock.advance(1)
    world.place(155000002, KINDS["plain"].content)
    return placed


def test_an_order_reads_as_it_was_pushed(world, caller, connector, orders):
    world.pusher.drain()
    assert caller.result("eleme.order.getOrder", orderId=orders[0].id) == connector.messages(10)[0]


def test_several_orders_come_as_a_map(caller, orders):
    ids = [order.id for order in orders[:2]]
    found = caller.result("eleme.order.mgetOrders", orderIds=ids)
    assert list(found) == ids
    assert all(found[identity]["id"] == identity for identity in ids)
    assert caller.error("eleme.order.mgetOrders", orderIds=[*ids, "1"])["code"] == "BIZ_ORDER_NOT_FOUND"


def test_the_day_s_orders_come_in_pages(caller, orders):
    def page(number, size, **more):
        return caller.result("eleme.order.getAllOrders", shopId=SHOP, pageNo=number, pageSize=size, **more)

    pages = [page(number, 2) for number in (1, 2, 3)]
    assert [one["total"] for one in pages] == [3, 3, 3]
    assert [order["id"] for one in pages for order in one["list"]] == [order.id for order in orders]
    assert [order["daySn"] for order in page(1, 50, date="2023-11-15")["list"]] == [1, 2, 3]
    assert page(1, 50, date="2023-11-14") == {"list": [], "total": 0}


def test_the_day_is_china_s_and_numbers_begin_anew(world, caller, clock, orders):
    clock.advance(18 * 3600)  # 2023-11-16 00:13 in China, still the 15th in UTC
    late = world.place(SHOP, KINDS["plain"].content)
    assert late.day_sn == 1
    today = caller.result("eleme.order.getAllOrders", shopId=SHOP, pageNo=1, pageSize=50)
    assert [order["id"] for order in today["list"]] == [late.id]
    assert today["list"][0]["createdAt"] == "2023-11-16T00:13:23"


def test_unprocessed_orders_are_listed_until_they_are_accepted(world, caller, orders):
    world.act(orders[0].id, "accept")
    world.act(orders[1].id, "reject")
    assert caller.result("eleme.order.getUnprocessOrders", shopId=SHOP) == [orders[2].id]


def test_refunds_can_be_read_in_one_call(world, caller, orders):
    for act in ("accept", "finish", "ask_refund"):
        world.act(orders[0].id, act)
    found = caller.result("eleme.order.mgetRefundOrders", orderIds=[orders[0].id, orders[1].id])
    assert found[orders[0].id] == {
        "orderId": orders[0].id,
        "refundStatus": "applied",
        "refundType": "normal",
        "totalPrice": 30.0,
        "goodsList": [],
        "applyRefundReason": "不想要了",
    }
    assert found[orders[1].id]["refundStatus"] == "noRefund"
    assert found[orders[1].id]["totalPrice"] == 0.0


def test_a_part_refund_reads_with_its_goods(world, caller):
    order = world.place(SHOP, KINDS["several"].content)
    for act, args in (("accept", {}), ("finish", {}), ("ask_refund", {"items": [{"line": 2}]})):
        world.act(order.id, act, args)
    refund = caller.result("eleme.order.getRefundOrder", orderId=order.id)
    assert refund["refundType"] == "part"
    assert refund["goodsList"] == [{"name": "吮指鸡块6块", "quantity": 2, "price": 10.0}]
    assert refund["totalPrice"] == 20.0


def test_activity_prices_can_be_read(world, caller):
    order = world.place(SHOP, KINDS["single_price"].content)
    (row,) = caller.result("eleme.order.getCommodities", orderId=order.id).values()
    assert (row["userPrice"], row["skuId"]) == (5.01, "200000338000000007")


def test_a_shop_reads_with_our_own_id(caller):
    shop = caller.result("eleme.shop.getShop", shopId=SHOP)
    assert (shop["id"], shop["name"], shop["openId"], shop["isOpen"]) == (SHOP, "测试店铺A", "A01", 1)
