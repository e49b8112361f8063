"""Pulls of one order that do not tell the same: what counts is the one that tells more, whichever came first."""

import json
from itertools import permutations

import pytest

from connector.domain.order import Kind
from connector.domain.pricing import content_of
from mappings.eleme import read_pulled
from tests.disorder.hearing import take
from tests.mappings.meituan import pulled
from tests.vectors import DATA

SAMPLE = json.loads((DATA / "samples/eleme/push_10_new_order_2019.json").read_text("utf-8"))["push"]["message"]
ORDER = {**json.loads(SAMPLE), "status": "valid", "refundStatus": "noRefund"}
PRICES = {"1": {"id": 1, "skuId": "200000338894214456", "userPrice": 20.0, "shopPrice": 21.0}}
RECEIPT = {"wmPoiReceiveCent": 2500, "foodShareFeeChargeByPoi": 300}
ADDRESS = {"recipient_address": "", "incmp_code": "-1", "incmp_modules": "[6]"}


def eleme(prices, **changes):
    body = {"pulled_at": 1556090000000, "order": {**ORDER, **changes}, "refund": None, "prices": prices}
    return read_pulled(json.dumps(body).encode())[1]


def meituan(receipt, **changes):
    return pulled(poi_receive_detail=receipt, **changes).facts


def kept(*pulls):
    """The content that counts after each order of hearing."""
    facts = [fact for pull in pulls for fact in pull if fact.kind is Kind.ORDER]
    for order in permutations(facts):
        known = {}
        for fact in order:
            take(known, fact)
        yield content_of(list(known.values()), "discounted")


def test_activity_prices_that_only_a_later_answer_tells_count():
    told = {content.items[0].user_price for content in kept(eleme(None), eleme({}), eleme(PRICES))}
    assert told == {2000}


def test_what_the_shop_gets_counts_though_an_earlier_answer_did_not_tell_it():
    told = {(content.income, content.commission) for content in kept(meituan(""), meituan(RECEIPT), meituan("{}"))}
    assert told == {(2500, -300)}


def test_of_two_answers_that_lack_something_the_one_that_lacks_less_counts():
    contents = list(kept(meituan("", **ADDRESS), meituan(RECEIPT, **ADDRESS)))
    assert {(content.income, content.customer.address) for content in contents} == {(2500, "")}
    contents = list(kept(meituan("", **ADDRESS), meituan(RECEIPT, **ADDRESS), meituan(RECEIPT)))
    assert {(content.income, bool(content.customer.address)) for content in contents} == {(2500, True)}


@pytest.mark.parametrize(
    ("poor", "rich"),
    [
        (eleme(PRICES, downgraded=True), eleme(None)),
        (meituan(RECEIPT, incmp_code="-1", incmp_modules="[1]"), meituan("", **ADDRESS)),
    ],
)
def test_a_downgraded_answer_is_the_poorest(poor, rich):
    assert {content.whole for content in kept(poor, rich)} == {True}
    assert [fact.key for fact in poor if fact.content] == ["pulled:slim"]


def test_answers_that_tell_the_same_are_one_fact():
    keys = {fact.key for pull in (eleme(None), eleme({})) for fact in pull if fact.content}
    assert keys == {"pulled:lacks-1"}
    assert {fact.key for fact in eleme(PRICES) if fact.content} == {"pulled"}
