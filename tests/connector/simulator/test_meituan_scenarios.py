"""Every life at Meituan checks itself: the pushes that it names are those that it makes."""

import pytest

from connector.simulator.acting import Actor
from connector.simulator.kinds import kinds_of
from connector.simulator.meituan.acts import ACTS
from connector.simulator.meituan.scenarios import SCENARIOS
from connector.simulator.play import MEITUAN_LUNCH, MEITUAN_LUNCH_SECONDS, play, play_plan
from connector.simulator.truth import sold

from .conftest import NOW
from .meituan import SHOP, sent, words

WINDOW = 60


def lived(there, clock, name, kind="several"):
    played = play(there, SCENARIOS[name], SHOP, kind, start=NOW)
    clock.advance(SCENARIOS[name].length)
    there.tick()
    assert played.refused == []
    return there.order(played.order_id)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_life_makes_the_pushes_that_it_names(there, clock, connector, name):
    order = lived(there, clock, name)
    assert tuple(words(order)) == SCENARIOS[name].codes
    there.pusher.drain()
    assert [sent(request)[0] for request in connector.requests] == [word.split(" ")[0] for word in words(order)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_life_has_its_length(there, clock, name):
    order = lived(there, clock, name)
    assert order.last_at == NOW + SCENARIOS[name].length * 1000 or name in {"cooking", "collected"}


@pytest.mark.parametrize(
    ("name", "word", "back", "was_sold"),
    [
        ("delivered", "completed", 0, True),
        ("window_cancel", "cancelled", "all", False),
        ("refund_before_cooking", "cancelled", "all", True),
        ("rejected_by_shop", "cancelled", "all", False),
        ("asked_then_done", "completed", 0, True),
        ("asked_then_done_agreed", "cancelled", "all", True),
        ("refund_twice", "completed", 1100 + 200, True),
        ("refund_part_then_rest", "cancelled", "all", True),
        ("refund_part_then_withdrawn", "completed", 1100, True),
        ("appeal_withdrawn", "completed", 0, True),
    ],
)
def test_what_becomes_of_money_and_order(there, clock, name, word, back, was_sold):
    order = lived(there, clock, name)
    assert (order.word, order.refunded) == (word, order.content.paid if back == "all" else back)
    clock.advance(WINDOW + 1)
    assert sold(order, WINDOW, there.now()) is was_sold


def test_after_a_part_everything_means_what_is_left(there, clock):
    order = lived(there, clock, "refund_part_then_rest")
    part, rest = order.refunds
    assert part.amount + rest.amount == order.content.paid
    assert [row["family"] for row in order.refund_rows()] == ["return", "return"]


@pytest.mark.parametrize("kind", kinds_of("meituan"))
def test_every_kind_of_order_lives_and_is_refunded_to_the_fen(there, clock, kind):
    name = "picked_up" if kind == "pick_up" else "refund_full"
    order = lived(there, clock, name, kind)
    assert order.refunded == (0 if kind == "pick_up" else order.content.paid)


def test_the_rush_plays_the_named_cases_without_a_refusal(there, clock):
    played = play_plan(there, MEITUAN_LUNCH, start=NOW, platform="meituan")
    clock.advance(MEITUAN_LUNCH_SECONDS)
    there.tick()
    assert [entry.refused for entry in played] == [[]] * len(MEITUAN_LUNCH)
    assert {there.order(entry.order_id).platform for entry in played} == {"meituan"}
    assert len(there.eleme.orders) == 0


def test_without_its_merchant_a_life_waits_for_somebody_else(there, clock):
    played = play(there, SCENARIOS["delivered"], SHOP, "plain", start=NOW, merchant=False)
    clock.advance(120)
    there.tick()
    assert words(there.order(played.order_id)) == ["order-paid"]
    assert played.refused == ["rider: 808 配送状态不允许此操作"]


def test_every_act_has_words_in_both_languages_and_is_somebodys():
    for act in ACTS.values():
        assert not act.zh.isascii()
        assert act.en.isascii()
    assert {act.actor for act in ACTS.values()} == set(Actor)
