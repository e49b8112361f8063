import pytest

from connector.domain.diagram import _facts
from connector.domain.offers import effect_of, objection, offered
from connector.domain.order import Content, Fact, Fee, Item, Kind, Terms
from connector.domain.reading import unanswered
from connector.domain.replay import replay
from connector.platforms.eleme import TRAITS
from tests.domain.build import fact, live

OFFERED = {
    "new": {"accept", "reject"},
    "waiting": {"cancel"},
    "paid": {"accept", "start", "ready", "cancel"},
    "accepted": {"start", "ready", "cancel"},
    "preparing": {"ready", "cancel"},
    "prepared": {"cancel"},
    "delivering": {"cancel"},
    "completed": set(),
    "refunding": {"cancel", "agree_refund", "reject_refund"},
    "partially_refunded": set(),
    "refunded": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("state", OFFERED)
def test_each_state_offers_the_buttons_of_the_rule_book(state):
    assert set(offered(replay(_facts(state), sold=False, terms=Terms()), TRAITS)) == OFFERED[state]


def test_what_is_not_offered_is_refused_with_the_reason():
    life = live((10, 0), (12, 10), (18, 300))
    assert "completed" in objection("cancel", life, TRAITS)
    assert objection("invented", life, TRAITS)


def test_what_the_kitchen_did_is_taken_for_any_order_that_was_sold():
    refunded = live((10, 0), (12, 10), (20, 100), (23, 200))
    assert [objection(action, refunded, TRAITS) for action in ("start", "ready", "dispatch")] == ["", "", ""]
    assert objection("start", live((10, 0), (12, 10), due=False), TRAITS)


def test_buttons_are_off_while_the_platform_arbitrates():
    life = live((10, 0), (12, 10), (20, 100), (22, 200), (24, 300))
    assert not {"agree_refund", "reject_refund"} & set(offered(life, TRAITS))


def test_own_riders_are_sent_by_the_shop():
    items = (Item(line=1, name="面", quantity=1, price=2500, total=2500),)
    own = Content(
        day_seq=1, placed_at=0, paid=3000, items=items, fees=(Fee(kind="delivery", name="配送费", amount=500),)
    )
    order = Fact(key="10", kind=Kind.ORDER, at=0, code=10, content=own)
    assert "dispatch" in offered(live(order, (12, 10)), TRAITS)
    assert "dispatch" in offered(live((10, 0), (12, 10), (71, 100)), TRAITS)
    assert "dispatch" not in offered(live((10, 0), (12, 10)), TRAITS)


def test_an_open_reminder_can_be_answered_once():
    reminder = Fact(key="45:7", kind=Kind.NOTE, at=100_000, code=45, note="7")
    life = live((10, 0), (12, 10), reminder)
    assert ("answer_reminder" in offered(life, TRAITS), life.reminder) == (True, "7")
    assert "answer_reminder" not in offered(live((10, 0), (12, 10), reminder, fact(46, 110)), TRAITS)


def reminded(number, t):
    return Fact(key=f"45:{number}:{t}", kind=Kind.NOTE, at=t * 1000, code=45, note=number)


def answered(number, t):
    return Fact(key=f"46:{number}:{t}", kind=Kind.NOTE, at=t * 1000, code=46, note=number)


@pytest.mark.parametrize(
    ("notes", "left"),
    [
        ([reminded("1", 100), reminded("2", 200)], "2"),
        ([reminded("1", 100), reminded("2", 200), answered("1", 250)], "2"),
        ([reminded("1", 100), reminded("2", 200), answered("2", 250)], "1"),
        ([reminded("1", 100), reminded("2", 200), answered("", 250)], ""),
        ([reminded("1", 100), reminded("2", 200), answered("", 150)], "2"),
        ([reminded("1", 100), reminded("2", 200), answered("7", 250)], "2"),
        ([answered("1", 99), reminded("1", 100)], ""),
        ([reminded("1", 100), answered("1", 150), answered("2", 150), reminded("2", 200)], ""),
    ],
)
def test_an_answer_ends_the_reminder_that_it_names_or_all_before_it(notes, left):
    life = live((10, 0), (12, 10), *notes)
    assert life.reminder == left
    assert ("answer_reminder" in offered(life, TRAITS)) == bool(left)


def test_a_reminder_without_a_number_is_ended_by_any_answer_after_it():
    bare = reminded("", 100)
    assert [note.key for note in unanswered([bare, reminded("2", 200), answered("2", 250)])] == []
    assert [note.key for note in unanswered([answered("2", 50), bare])] == [bare.key]


def test_a_parked_order_takes_only_what_the_kitchen_did():
    life = live((10, 0), (12, 10), fact(39, 100, scope="part", money=9999))
    assert {action for action in TRAITS.actions if not objection(action, life, TRAITS)} == {
        "start",
        "ready",
        "dispatch",
    }


def test_taking_over_tells_the_platform_nothing():
    assert effect_of("accept", live((10, 0), due=False), TRAITS) == "both"
    assert effect_of("accept", live((10, 0), (12, 10)), TRAITS) == "fact"
