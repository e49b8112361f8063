from dataclasses import replace

import pytest

from connector.domain.order import Claim, Fact, Goods, Item, Kind, RefundWords
from connector.domain.parts import groups, left_of, shown
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


def pieces(*refunds):
    """What is left, by line."""
    left = left_of(life(*refunds))
    assert [one.name for one in left] == [one.name for one in BOUGHT]
    return [one.quantity for one in left]


def test_what_is_left_of_a_line_is_what_nobody_was_granted_back():
    assert pieces() == [2, 3, 1, 2]
    assert pieces(given("7", (2, 2), (4, 2))) == [2, 1, 0, 1]
    assert pieces(given("7", (1, 2), kind=Kind.ASK)) == [2, 3, 1, 2]
    assert pieces(given("7", (1, 1)), given("8", (1, 1), t=200)) == [0, 3, 1, 2]


def test_what_went_back_of_one_dish_is_not_taken_from_another_with_half_of_its_codes():
    both = item(1, 3, platform_item="F1", platform_sku="S"), item(2, 2, platform_item="F2", platform_sku="S")
    words = RefundWords(scope="part", money=500, goods=(replace(named(both[1]), quantity=1),))
    refund = replace(given("7"), refund=words)
    order = replace(fact(10, 0), content=content(2500, items=both))
    assert [one.quantity for one in left_of(live(order, (12, 10), refund))] == [3, 1]


def named(dish, quantity=1):
    return Goods(quantity=quantity, **{key: getattr(dish, key) for key in WORDS})


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (("F1", "L", "面", "大份"), ("F1", "L", "面", "小份"), True),
        (("F1", "L", "面", ""), ("F1", "L", "another name", ""), True),
        (("F1", "L", "面", ""), ("F1", "S", "面", ""), False),
        (("F1", "L", "面", ""), ("F2", "L", "面", ""), False),
        (("", "", "面", ""), ("面", "", "面", ""), True),
        (("面", "", "面", "大份"), ("面", "面", "面", "小份"), True),
        (("面", "", "面", ""), ("饭", "", "饭", ""), False),
        (("", "", "面", ""), ("", "", "饭", ""), True),
        (("", "", "面", ""), ("F1", "", "面", ""), False),
    ],
)
def test_a_call_tells_dishes_apart_by_their_codes_and_by_the_name_only_where_there_are_none(one, other, together):
    keys = ("platform_item", "platform_sku", "name", "spec")
    numbers = groups([Goods(quantity=1, **dict(zip(keys, words, strict=True))) for words in (one, other)])
    assert (numbers[0] == numbers[1]) is together


def test_dishes_that_a_third_one_joins_are_one_group():
    words = [("面", "面"), ("饭", "饭"), ("汤", "F1"), ("", "面"), ("", "饭")]
    numbers = groups([Goods(name=name, quantity=1, platform_item=code) for code, name in words])
    assert [number == numbers[0] for number in numbers] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("asked", "refunds", "seen"),
    [
        (args((2, 1)), [], False),
        (args((2, 1)), [given("7", (2, 1))], True),
        (args((2, 1)), [given("7", (2, 1), kind=Kind.ASK)], False),
        (args((2, 1)), [given("7", (2, 2))], False),
        (args((2, 1)), [given("7", (1, 1))], True),
        (args((2, 2)), [given("7", (1, 1), (2, 1))], True),
        (args((2, 1)), [given("7", (3, 1))], False),
        (args((2, 1)), [given("7", (2, 1), (3, 1))], False),
        (args((2, 1), known=["7"]), [given("7", (2, 1))], False),
        (args((2, 1), known=["7"]), [given("7", (2, 1)), given("8", (2, 1), t=200)], True),
        (args((2, 1), known=["7"]), [given("7", (2, 1)), given("8", (3, 1), t=200)], False),
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
        "the other spec of the same codes",
        "both specs of the same codes",
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
