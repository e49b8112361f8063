"""The disorder proof at ordinary size: histories of both platforms in any order, and rules left out one at a time."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.replay import replay
from tests.disorder.hearing import PLATFORMS, Hearing, make
from tests.disorder.losing import lose
from tests.disorder.mutants import MUTANTS
from tests.disorder.running import caught_after, run
from tests.disorder.truth import OUTCOMES, STEPS, books_of

SEED = "ordinary"
HISTORIES = 10_000
#: A mutant that outlives so many histories means that no history tries its rule.
BOUND = 3_000
CODES = {
    "eleme": {10, 12, 14, 15, 17, 18, *range(20, 27), *range(30, 37), 39},
    "meituan": {10, 12, 14, 15, 17, 18, *range(20, 24), *range(30, 34)},
}


def test_ten_thousand_histories_end_the_same_in_any_order_and_as_they_truly_ended():
    tally = run(HISTORIES, SEED)
    assert not tally.differences, "\n\n".join(tally.differences)
    assert tally.histories == HISTORIES
    assert tally.deliveries > 3 * 5 * HISTORIES, "each history is told several times over"


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_left_out_is_noticed(name):
    assert caught_after(name, SEED, BOUND) is not None


def test_enough_rules_are_left_out():
    assert len(MUTANTS) >= 40


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_a_history_of_fewest_steps_is_shown_if_one_ends_differently(platform, rng):
    hearing = Hearing(make(platform, rng), rng, replay)
    hearing.run()
    lose(hearing)


@pytest.fixture(scope="module")
def lives():
    """Histories of each platform with their true ends."""
    made = {platform: [make(platform, random.Random(f"{SEED}:{n}")) for n in range(3000)] for platform in PLATFORMS}
    return {
        platform: [(one, books_of(one, sold=one.unheard).expected()) for one in made[platform]] for platform in made
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_histories_reach_every_state_and_every_sale(platform, lives):
    ends = [end for _, end in lives[platform]]
    ends += [books_of(history, rung=False).expected() for history, _ in lives[platform]]
    assert {end["state"] for end in ends} == {*STEPS, "refunding", "refunded", "partially_refunded", "cancelled"}
    assert {end["sale"] for end in ends} == {None, "confirmed", "done", "cancelled", "reversed"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_histories_reach_every_outcome_of_every_case(platform, lives):
    cases = [case for _, end in lives[platform] for case in end["refunds"]]
    possible = set(itertools.product(("cancel", "return"), ("full", "part"), set(OUTCOMES.values())))
    if platform == "meituan":  # a part is not appealed against (meituan.md 6.2)
        possible -= {(family, "part", "arbitrating") for family in ("cancel", "return")}
    assert {(case["family"], case["scope"], case["status"]) for case in cases} == possible


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_histories_hold_every_code_of_their_platform(platform, lives):
    codes = {event.code for history, _ in lives[platform] for event in history.events}
    assert {code for code in codes if 10 <= code < 40} == CODES[platform]
