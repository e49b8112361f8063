from dataclasses import replace as changed

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.order import Terms
from connector.domain.replay import replay
from tests.domain.build import DUE, content, fact, live, pull

SOLD = [(10, 0), (12, 10)]
PART = {"scope": "part", "money": 800}


def test_an_acceptance_told_twice_began_the_window_once():
    life = live(*SOLD, (12, 400), (17, 100))
    assert (life.state, life.accepted_at) == ("refunded", 10_000)


def test_content_whole_beats_slim_and_pushed_beats_pulled():
    slim = changed(fact(10, 0, key="slim"), content=content(paid=1000, whole=False))
    pulled = changed(fact(10, 0, key="pulled"), content=content(paid=2000), pulled=True)
    assert live(slim, pulled).content.paid == 2000
    assert live(slim, pulled, (10, 5)).content.paid == 3000


def test_granted_and_the_repeating_cancellation_of_the_same_second_go_back_once():
    life = live(*SOLD, (20, 200), (23, 300), (15, 300))
    assert [(case.key, case.amount) for case in life.cases] == [("cancel-1", 3000)]


def test_the_newest_rider_news_counts_by_its_milliseconds():
    news = [
        changed(fact(55, 100, key=key), at=at, code=code) for key, at, code in [("a", 100_900, 55), ("b", 100_100, 54)]
    ]
    assert live(*SOLD, *news).rider_state == 55


def test_a_slim_order_that_comes_again_later_does_not_change_when_it_began():
    late = changed(fact(10, 500, key="217"), content=None)
    life = live(*SOLD, late)
    assert (life.waimai_state, [each.code for each in life.read][:3]) == (12, [10, 10, 12])


def test_within_a_second_the_merchants_part_is_read_before_a_grant():
    life = live(*SOLD, (20, 200), (23, 300), fact(39, 300, **PART))
    assert ([case.amount for case in life.cases], life.standstill) == ([2200, 800], "")


def test_within_a_second_an_answer_is_read_before_the_order_becomes_invalid():
    life = live(*SOLD, fact(20, 200, **PART), (23, 300), (15, 300))
    assert [(case.key, case.status, case.amount) for case in life.cases] == [
        ("cancel-1", "granted", 800),
        ("void", "granted", 2200),
    ]


def test_within_a_second_only_an_open_case_of_its_own_family_lets_answers_precede_a_request():
    life = live(*SOLD, (18, 200), (30, 300), (20, 400), (21, 400))
    assert [(case.key, case.status) for case in life.cases] == [("return-1", "requested"), ("cancel-1", "withdrawn")]


def test_the_window_begins_with_the_first_word_of_the_acceptance():
    life = live(*SOLD, pull(500, accepted=True), (17, 100))
    assert (life.state, life.accepted_at) == ("refunded", 10_000)


@pytest.mark.parametrize(("late", "newest"), [(900, 54), (100, 55)])
def test_rider_news_of_one_second_go_by_milliseconds_then_by_the_larger_code(late, newest):
    news = [changed(fact(54, 100), at=100_000 + late), changed(fact(55, 100), at=100_100)]
    assert [live(*SOLD, *each).rider_state for each in (news, news[::-1])] == [newest, newest]


CODES = st.sampled_from([10, 12, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 39, 53, 55, 56])
FACTS = st.lists(
    st.builds(
        lambda code, t, part: fact(code, t, **(PART if part and 20 <= code <= 39 else {})),
        CODES,
        st.integers(0, 200),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
)


@settings(max_examples=300)
@given(FACTS, st.randoms(), st.booleans())
def test_the_order_of_arrival_never_matters(facts, random, sold):
    shuffled = [*facts, DUE]
    random.shuffle(shuffled)
    first, second = (replay(each, sold=sold, terms=Terms()) for each in ([*facts, DUE], shuffled))
    assert first == second


@settings(max_examples=300)
@given(FACTS)
def test_money_never_goes_back_twice(facts):
    life = replay([*facts, DUE], sold=False, terms=Terms())
    if not life.standstill and life.content is not None:
        assert 0 <= life.granted <= life.content.paid
    assert (life.sale is None) == (not life.became_sale)
    assert life.state in {"cancelled", "refunded"} or not life.all_back
