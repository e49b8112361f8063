"""Values at the edges of what Ele.me's wire says."""

import json

import pytest

from connector.domain.order import Kind
from mappings.eleme import read_pulled, read_push
from tests.vectors import DATA

PUSH = json.loads((DATA / "samples/eleme/push_10_new_order_2019.json").read_text("utf-8"))["push"]
ORDER = json.loads(PUSH["message"])


def ordered(**changes):
    return read_push(json.dumps({**PUSH, "message": json.dumps({**ORDER, **changes})}).encode())[1]


@pytest.mark.parametrize(
    ("told", "status"), [("failed", "rejected"), ("successful", "granted"), ("rejected", "rejected")]
)
def test_a_refund_that_failed_was_not_granted(told, status):
    order = {**ORDER, "status": "settled", "refundStatus": told}
    facts = read_pulled(json.dumps({"pulled_at": 1556090000000, "order": order, "refund": None}).encode())[1]
    assert [fact.statement.case for fact in facts if fact.kind is Kind.PULL] == [status]


@pytest.mark.parametrize(("paid", "discounted"), [(19.99, True), (20, False), (20.01, False), (0, False)])
def test_a_dish_is_discounted_if_the_customer_pays_less_than_its_price(paid, discounted):
    line = {"id": 1, "name": "牛肉面", "price": 20, "quantity": 1, "userPrice": paid}
    fact = ordered(groups=[{"name": "1号篮子", "type": "normal", "items": [line]}])
    assert [item.discounted for item in fact.content.items] == [discounted]


@pytest.mark.parametrize("time", ["2019-04-24T12:00:00", "2019-04-24T12:00:00+08:00", "2019-04-24T04:00:00+00:00"])
def test_a_time_is_chinas_unless_it_names_its_zone(time):
    assert ordered(activeAt=time).at == 1_556_078_400_000
