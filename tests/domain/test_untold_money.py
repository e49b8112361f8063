"""Grants that do not say how much goes back (`order-life.md` section 5, scope and money)."""

import pytest

from connector.domain.ledger import UNKNOWN_REFUND
from connector.domain.order import RefundWords
from tests.domain.build import fact, live, pull

SOLD = ((10, 0), (12, 10), (18, 200))
PART = RefundWords(scope="part", money=500)


def granted(life):
    return [(case.key, case.scope, case.amount) for case in life.cases if case.status == "granted"]


@pytest.mark.parametrize("goods", [(), (("牛肉面", 1),)])
def test_a_part_of_the_merchants_without_a_sum_stands_still_until_a_pull_tells_it(goods):
    life = live(*SOLD, fact(39, 300, goods=goods))
    assert (life.standstill, granted(life)) == (UNKNOWN_REFUND, [])
    life = live(*SOLD, fact(39, 300, goods=goods), pull(330, case="granted", refund=PART))
    assert (life.standstill, life.state, granted(life)) == ("", "partially_refunded", [("merchant-1", "part", 500)])


def test_a_part_of_nothing_is_told():
    assert granted(live(*SOLD, fact(39, 300, money=0))) == [("merchant-1", "part", 0)]


def test_a_part_that_neither_request_nor_answer_sums_up_stands_still_until_a_pull_tells_it():
    asked = fact(30, 300, scope="part", goods=(("牛肉面", 1),))
    assert live(*SOLD, asked, (33, 310)).standstill == UNKNOWN_REFUND
    life = live(*SOLD, asked, (33, 310), pull(330, case="granted", refund=PART))
    assert granted(life) == [("return-1", "part", 500)]


def test_a_grant_without_words_is_what_the_platform_states_if_that_is_less_than_was_asked_for():
    """The customer asked for all, then for a part; the push of the second request is lost."""
    life = live(*SOLD, fact(30, 300, scope="full"), (33, 310), pull(330, case="granted", refund=PART))
    assert (life.state, granted(life)) == ("partially_refunded", [("return-1", "part", 500)])


@pytest.mark.parametrize(("asked", "back"), [(2800, [500]), (2500, [2500, 500])])
def test_of_two_parts_that_cannot_both_be_back_the_one_that_the_platform_states_is(asked, back):
    request = fact(30, 300, scope="part", money=asked)
    life = live(*SOLD, request, (33, 310), pull(350, case="granted", refund=PART))
    assert (life.standstill, [amount for _, _, amount in granted(life)]) == ("", back)


def test_a_grant_of_all_is_none_of_an_earlier_part_that_the_platform_shows():
    earlier = fact(39, 250, money=500)
    life = live(*SOLD, earlier, fact(30, 300, scope="full"), (33, 310), pull(330, case="granted", refund=PART))
    assert (life.state, granted(life)) == ("refunded", [("merchant-1", "part", 500), ("return-1", "full", 2500)])
