"""The platform's arithmetic, for every kind and for orders that nobody thought of."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.simulator.catalogue import DISHES
from connector.simulator.config import App, Shop
from connector.simulator.content import Activity, Basket, Content, Line
from connector.simulator.eleme.order import Order
from connector.simulator.eleme.receipt import commodities, downgraded, whole
from connector.simulator.kinds import KINDS, at_random, basket, kinds_of, line
from connector.simulator.order import Person

from .conftest import NOW

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "eleme"


def order_of(content):
    shop = Shop(id=155000001, name="测试店铺A")
    return Order(
        id="3170000000000000001",
        app=App(app_id=1, key="k", secret="s", shops=(shop,)),
        shop=shop,
        kind="",
        content=content,
        person=Person(name="测**", phone="13800000001,227", address="测试路1号", number=190000001),
        day_sn=1,
        placed_at=NOW,
    )


def wire(content):
    """As a reader sees it: text to JSON with exact decimals."""
    text = json.dumps(whole(order_of(content)), ensure_ascii=False)
    return json.loads(text, parse_float=Decimal)


def fen(value):
    cents = value * 100
    assert cents == int(cents), f"{value} has more than two places"
    return int(cents)


def check(content):
    order = wire(content)
    items = [item for group in order["groups"] for item in group["items"]]
    extra = [item for group in order["groups"] if group["type"] == "extra" for item in group["items"]]
    for item in items:
        assert fen(item["total"]) == fen(item["price"]) * item["quantity"]
    original, activity = fen(order["originalPrice"]), fen(order["activityTotal"])
    assert sum(fen(item["total"]) for item in items) + fen(order["deliverFee"]) == original
    assert sum(fen(item["total"]) for item in extra) == fen(order["packageFee"])
    assert fen(order["shopPart"]) + fen(order["elemePart"]) == activity
    assert original + activity + fen(order["hongbao"]) == fen(order["totalPrice"]) == content.paid > 0
    assert fen(order["income"]) == (
        original
        - fen(order["deliverFee"])
        + fen(order["shopPart"])
        + fen(order["serviceFee"])
        + fen(order["merchantDeliverySubsidy"])
    )
    for name in ("hongbao", "activityTotal", "shopPart", "elemePart", "serviceFee"):
        assert order[name] <= 0
    assert sum(fen(one["amount"]) for one in order["orderActivities"]) == activity


@pytest.mark.parametrize("name", kinds_of("eleme"))
def test_the_sums_of_a_kind_agree(name):
    check(KINDS[name].content)


@given(st.integers(min_value=0, max_value=2**32))
def test_the_sums_of_a_random_order_agree(seed):
    check(at_random(Random(seed)))


amounts = st.integers(min_value=0, max_value=100_000)
lines = st.builds(Line, dish=st.sampled_from([DISHES[number] for number in DISHES]), quantity=st.integers(1, 99))
baskets = st.lists(
    st.builds(
        Basket,
        name=st.just("1号篮子"),
        lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
        kind=st.sampled_from(("normal", "discount")),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
activities = st.lists(
    st.builds(Activity, number=st.just(1), name=st.just("活动"), category=st.just(12), shop=amounts, eleme=amounts),
    max_size=3,
).map(tuple)


@st.composite
def contents(draw):
    fields = {
        "baskets": draw(baskets),
        "boxes": draw(st.integers(0, 40)),
        "box_price": draw(st.integers(0, 500)),
        "deliver_fee": draw(amounts),
        "rate": draw(st.integers(0, 30)),
        "subsidy": draw(st.integers(0, 500)),
    }
    full = sum(line.total for basket in fields["baskets"] for line in basket.lines)
    full += fields["boxes"] * fields["box_price"] + fields["deliver_fee"]
    offered = draw(activities)
    if sum(activity.amount for activity in offered) >= full:
        offered, fields["deliver_fee"] = (), fields["deliver_fee"] + 1
        full += 1
    room = full - sum(activity.amount for activity in offered) - 1
    red_packet = draw(st.integers(0, max(room, 0)))
    return Content(**fields, activities=offered, red_packet=red_packet)


@given(contents())
def test_the_sums_of_any_order_agree(content):
    check(content)


@given(contents(), st.data())
def test_parts_never_give_back_more_than_was_paid(content, data):
    chosen = data.draw(st.lists(st.sampled_from(content.lines), unique_by=id))
    shares = [content.share(line.total) for line in chosen]
    assert 0 <= sum(shares) <= content.paid
    assert all(share <= line.total for share, line in zip(shares, chosen, strict=True))


def test_an_order_without_lines_or_without_a_price_cannot_be():
    with pytest.raises(ValueError, match="one line"):
        Content(baskets=())
    with pytest.raises(ValueError, match="one fen"):
        Content(baskets=(Basket(name="1号篮子", lines=(Line(dish=DISHES[14]),)),))


def test_minus_zero_occurs():
    text = json.dumps(whole(order_of(KINDS["plain"].content)))
    assert '"elemePart": -0.0' in text


def test_the_richest_real_order_has_the_same_arithmetic_as_its_kind():
    order = wire(KINDS["activity"].content)
    sample = json.loads((SAMPLES / "push_10_new_order_2019.json").read_text(encoding="utf-8"))
    real = json.loads(sample["push"]["message"])
    for name in ("originalPrice", "totalPrice", "activityTotal", "shopPart", "packageFee", "deliverFee"):
        assert float(order[name]) == real[name]


def form(value):
    """The shape of JSON: types for values, the first element for lists."""
    if isinstance(value, dict):
        return {key: form(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return type(value)


def test_an_order_has_every_key_and_type_of_the_richest_capture():
    sample = json.loads((SAMPLES / "push_10_new_order_2019.json").read_text(encoding="utf-8"))
    plain = replace(KINDS["activity"].content, baskets=(basket(1, line(7), line(3)),))
    real, ours = json.loads(sample["push"]["message"]), whole(order_of(plain))
    assert set(real) == set(ours)
    assert {key: form(real[key]) for key in real} == {key: form(ours[key]) for key in real}
    assert [group["type"] for group in ours["groups"]] == [group["type"] for group in real["groups"]]
    assert set(ours["groups"][1]["items"][0]) == set(real["groups"][1]["items"][0])


def test_a_downgraded_order_has_every_key_of_the_example():
    name = "push_10_doc_example_downgraded.json"
    sample = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    real, ours = json.loads(sample["push"]["message"]), downgraded(order_of(KINDS["activity"].content))
    assert set(real) <= set(ours)
    assert set(real["groups"][0]["items"][0]) == set(ours["groups"][0]["items"][0])
    zero = {key for key, value in real.items() if value == 0.0 and isinstance(value, float)} - {"deliverFee"}
    assert all(ours[key] == 0.0 for key in zero)


def test_spec_and_attributes_stand_in_the_name():
    titles = {line.dish.title for line in KINDS["specs"].content.lines}
    assert titles == {"红烧牛肉面-大份[微辣]", "红烧牛肉面-小份", "柠檬红茶-小杯", "珍珠奶茶[少糖+去冰]"}


def test_ids_are_beyond_doubles_where_the_platform_s_are():
    assert all(dish.sku_id > 2**53 for dish in DISHES.values())


def test_activity_prices_are_only_in_the_commodities():
    order = order_of(KINDS["single_price"].content)
    (group,) = whole(order)["groups"]
    assert group["items"][0]["userPrice"] == 0.0
    assert commodities(order) == {
        "1530000007": {"id": 1530000007, "userPrice": 5.01, "shopPrice": 5.01, "skuId": "200000338000000007"}
    }


def test_people_are_invented():
    text = json.dumps([whole(order_of(kind.content)) for kind in KINDS.values()], ensure_ascii=False)
    assert set(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)) == {"13800000001"}
