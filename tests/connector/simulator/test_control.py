"""The control API: who plays the people, and what it tells afterwards."""

import pytest

from connector.simulator import create_app
from connector.simulator.play import LUNCH_SECONDS

from .conftest import NOW

SHOP = 155000001


def place(client, **given):
    return client.post("/sim/orders", json={"shop": SHOP, **given})


def test_an_order_of_a_kind_is_placed(client, world, connector):
    row = place(client, kind="activity").json
    assert (row["paid"], row["status"], row["kind"], row["sold"]) == (2680, "unprocessed", "activity", False)
    assert [item["code"] for item in row["items"]] == ["CP1001", "CP1007"]
    assert client.post("/sim/pushes/drain").json == {"delivered": 1}
    assert connector.messages(10)[0]["totalPrice"] == 26.8


def test_an_order_of_items_is_placed(client):
    items = [{"code": "CP1001", "quantity": 2}, {"dish": 20}, {"code": "CP1001", "basket": 2}]
    row = place(client, items=items, remark="不要香菜").json
    assert [(item["code"], item["quantity"]) for item in row["items"]] == [
        ("CP1001", 2),
        ("", 1),
        ("CP1001", 1),
    ]
    assert row["paid"] == 3 * 2600 + 3 * 100 + 300


def test_random_orders_differ_and_repeat(client, make_config):
    paid = [place(client, kind="random").json["paid"] for _ in range(5)]
    assert len(set(paid)) > 1
    again = create_app(make_config()).test_client()
    assert [place(again, kind="random").json["paid"] for _ in range(5)] == paid


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "unheard"},
        {"shop": 1},
        {"shop": ["155000001"]},
        {"items": []},
        {"items": [{"code": "XX"}]},
        {"items": [{"dish": 99}]},
        {"items": [{"code": "CP1001", "quantity": 0}]},
        {"items": [{"code": "CP1001"}], "remark": 5},
        {"kind": "plain", "at": "now"},
    ],
)
def test_an_order_that_cannot_be_is_refused(client, world, given):
    answer = place(client, **given)
    assert answer.status_code in (400, 409)
    assert set(answer.json["error"]) == {"code", "message"}
    assert world.orders == {}


@pytest.mark.parametrize("raw", [b"{", b"[]", b"7"])
def test_a_body_that_is_no_object_is_refused(client, raw):
    assert client.post("/sim/orders", data=raw).status_code == 400


def test_people_act_at_moments_of_their_own(client):
    row = place(client, ago=100).json
    assert row["placed"] == NOW - 100_000
    path = f"/sim/orders/{row['orderId']}"
    client.post(f"{path}/accept", json={"ago": 90})
    moved = client.post(f"{path}/ask_cancel", json={"at": NOW - 10_000, "reason": "不想要了"}).json
    assert [(one["at"] - NOW, one["type"]) for one in moved["history"]] == [
        (-100_000, 10),
        (-90_000, 12),
        (-10_000, 20),
    ]
    assert client.post(f"{path}/rider", json={"code": 53}).json["rider"] == 53
    refused = client.post(f"{path}/accept")
    assert (refused.status_code, refused.json["error"]["message"]) == (409, "订单已确认")
    assert client.post("/sim/orders/1/accept").status_code == 404
    assert client.post(f"{path}/explode").status_code == 400


def test_the_truth_is_told_by_order_and_by_shop(client):
    row = place(client, kind="several", ago=600).json
    path = f"/sim/orders/{row['orderId']}"
    client.post(f"{path}/accept", json={"ago": 590})
    client.post(f"{path}/part_cancel", json={"items": [{"line": 2, "quantity": 1}]})
    place(client, shop=155000002)
    told = client.get("/sim/orders").json
    first, second = told["orders"]
    assert (first["paid"], first["refunded"], first["sold"]) == (4480, 1000, True)
    assert (second["shop"], second["sold"]) == (155000002, False)
    assert told["shops"][str(SHOP)]["net"] == 3480
    assert told["shops"]["155000002"] == {
        "orders": 1,
        "sold": 0,
        "paid": 0,
        "refunded": 0,
        "net": 0,
        "income": 0,
    }
    assert [one["shop"] for one in client.get("/sim/orders?shop=155000002").json["orders"]] == [155000002]
    assert client.get(path).json == first
    assert client.get(f"{path}?window=600").json["sold"] is False


def test_a_scenario_is_played_to_its_end(client):
    played = client.post("/sim/scenarios/refund_part", json={"shop": SHOP}).json
    assert played["refused"] == []
    row = client.get(f"/sim/orders/{played['orderId']}").json
    assert [one["type"] for one in row["history"]][-2:] == [30, 33]
    assert row["refunded"] == 1000
    assert client.get("/sim/plays").json == [played]
    assert client.post("/sim/scenarios/unheard", json={"shop": SHOP}).status_code == 400


def test_a_plan_can_be_played_faster_than_life(client, world):
    assert client.post("/sim/plan", json={"pace": 10}).json["orders"]
    began = min(order.placed_at for order in world.orders.values())
    assert NOW - began == LUNCH_SECONDS * 100


def test_the_plan_is_played_by_one_call(client, world):
    orders = client.post("/sim/plan").json["orders"]
    assert len(orders) == 30
    assert [entry["refused"] for entry in orders] == [[]] * 30
    assert min(order.placed_at for order in world.orders.values()) == NOW - LUNCH_SECONDS * 1000
    assert all(order.last_at <= NOW for order in world.orders.values())


def test_the_plan_can_leave_the_merchant_to_others(client, world):
    client.post("/sim/plan", json={"ago": 0, "merchant": False})
    assert len(world.orders) == 1
    world.config.clock.advance(899)
    world.tick()
    words = {order.word for order in world.orders.values()}
    assert words == {"unprocessed", "invalid"}


def test_switches_are_told_and_set(client):
    client.post("/sim/switches", json={"doubled": True, "faults": {"*": {"kind": "stall", "times": 3}}})
    shown = client.get("/sim/switches").json
    assert set(shown) == {"10000001", "10000002"}
    assert shown["10000001"]["doubled"] == 1.0
    assert shown["10000002"]["faults"]["*"]["times"] == 3
    client.post("/sim/switches", json={"faults": {"*": None}})
    assert client.get("/sim/switches").json["10000001"]["faults"] == {}
    assert client.post("/sim/switches", json={"app_id": 5, "late": 1}).status_code == 400


def test_deliveries_are_told_with_their_answers(client, connector, world):
    row = place(client).json
    place(client)
    client.post("/sim/pushes/drain")
    told = client.get(f"/sim/pushes?order={row['orderId']}").json
    (sent,) = told["log"]
    assert (sent["type"], sent["status"], sent["answer"], sent["ok"]) == (10, 200, '{"message":"ok"}', True)
    assert (told["waiting"], told["notReached"]["10000001"]) == (0, 0)
    assert client.get("/sim/pushes?failed=1").json["log"] == []


def test_the_catalogue_tells_recipes_and_names(client):
    told = client.get("/sim/catalogue").json
    dish = next(one for one in told["dishes"] if one["code"] == "CP1001")
    assert dish["recipe"] == {"YL02": 200, "YL03": 80, "YL07": 30}
    assert dish["title"] == "红烧牛肉面-大份[微辣]"
    assert told["materials"]["YL03"] == "牛肉"
    assert told["acts"]["ask_refund"]["actor"] == "CUSTOMER"
    assert told["scenarios"]["window_cancel"]["zh"] == "一分钟内取消"


@pytest.mark.parametrize("path", ["/", "/sim/orders", "/sim/pushes"])
@pytest.mark.parametrize(
    "origin",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
    ],
)
def test_others_and_other_sites_are_kept_out(client, path, origin):
    assert client.get(path, **origin).status_code == 403
    assert client.get(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_the_platform_itself_is_open_to_others(client):
    away = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.post("/api/v1", data=b"{}", **away).status_code == 200
    assert client.post("/token", **away).status_code == 400


def test_other_networks_can_be_let_in(make_config):
    client = create_app(make_config(control_from=("172.16.0.0/12",))).test_client()
    assert client.get("/", environ_base={"REMOTE_ADDR": "172.17.0.1"}).status_code == 200
    assert client.get("/").status_code == 403


def test_the_shops_are_told_with_their_application(client, world):
    told = client.get("/sim/shops").json
    assert [(shop["id"], shop["name"]) for shop in told] == [
        (number, shop.name) for number, (_, shop) in world.shops.items()
    ]
    assert {shop["appId"] for shop in told} == {app.app_id for app, _ in world.shops.values()}
