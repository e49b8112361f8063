from dataclasses import replace

import pytest

from connector.domain.order import Claim, Fact, Goods, Item, Kind, RefundWords
from connector.domain.parts import left_of, shown
from tests.domain.build import content, fact, live


def item(line, quantity, name="面", **words):
    return Item(line=line, name=name, quantity=quantity, price=500, total=500 * quantity, **words)


BOUGHT = (
    item(1, 2, platform_item="F1", platform_sku="L", spec="大份"),
    item(2, 3, platform_item="F1", platform_sku="L", spec="小份"),
    item(3, 1, "米饭"),
    item(4, 2, "米饭"),
)
WORDS = ("name", "platform_item", "platform_sku", "spec")


def goods(line, quantity):
    """A line's goods, as a platform names them in a refund."""
    named = BOUGHT[line - 1]
    return Goods(quantity=quantity, amount=500 * quantity, **{key: getattr(named, key) for key in WORDS})


def given(key, *parts, kind=Kind.GRANT, scope="part", t=100):
    """A refund of pieces of lines, by its key at the platform."""
    words = RefundWords(scope=scope, money=500 if scope == "part" else None, goods=tuple(goods(*one) for one in parts))
    claim = Claim(key=key, asked_at=t * 1000, sent_at=t * 1000)
    return Fact(key=f"{key}:{kind}", kind=kind, at=t * 1000, code=23, basis="case", claim=claim, refund=words)


def life(*refunds):
    order = replace(fact(10, 0), content=content(4000, items=BOUGHT))
    return live(order, (12, 10), *refunds)


def args(*parts, known=()):
    named = [{"quantity": n, **{key: getattr(BOUGHT[line - 1], key) for key in WORDS}} for line, n in parts]
    return {"goods": named, "known": list(known)}


def test_pieces_of_lines_that_cannot_be_told_apart_count_together():
    assert left_of(life()) == {1: 2, 2: 3, 3: 3, 4: 3}
    assert left_of(life(given("7", (2, 2), (4, 2)))) == {1: 2, 2: 1, 3: 1, 4: 1}
    assert left_of(life(given("7", (1, 2), kind=Kind.ASK))) == {1: 2, 2: 3, 3: 3, 4: 3}
    assert left_of(life(given("7", (1, 1)), given("8", (1, 1), t=200)))[1] == 0


@pytest.mark.parametrize(
    ("asked", "refunds", "seen"),
    [
        (args((2, 1)), [], False),
        (args((2, 1)), [given("7", (2, 1))], True),
        (args((2, 1)), [given("7", (2, 1), kind=Kind.ASK)], False),
        (args((2, 1)), [given("7", (2, 2))], False),
        (args((2, 1)), [given("7", (1, 1))], False),
        (args((2, 1)), [given("7", (2, 1), (3, 1))], False),
        (args((2, 1), known=["7"]), [given("7", (2, 1))], False),
        (args((2, 1), known=["7"]), [given("7", (2, 1)), given("8", (2, 1), t=200)], True),
        (args((2, 1), known=["7"]), [given("7", (2, 1)), given("8", (1, 1), t=200)], False),
        (args((3, 1), (2, 1)), [given("7", (2, 1), (3, 1))], True),
        (args((4, 1)), [given("7", (3, 1))], True),
        (args(), [given("7")], False),
        ({}, [given("7", (2, 1))], False),
    ],
    ids=[
        "nothing",
        "those pieces",
        "asked for only",
        "more pieces",
        "another food",
        "more foods",
        "known before",
        "once more of the same",
        "another one besides",
        "in another order",
        "a food in two bags",
        "no goods",
        "no words",
    ],
)
def test_a_part_refund_is_shown_by_a_new_case_of_just_those_pieces(asked, refunds, seen):
    assert shown(asked, life(*refunds)) is seen
