"""A part refund from the press to the platform and back, where its call cannot tell two lines from one another."""

from dataclasses import replace

import pytest

from connector.domain.errors import Unavailable
from connector.domain.money import Money
from connector.domain.order import Claim, Goods, Item, Millis, RefundWords
from connector.platforms.meituan import TRAITS as MEITUAN
from connector.platforms.meituan_api import Outcome
from connector.platforms.meituan_foods import food_data
from connector.ports import Answer
from tests.connector.test_advance import ACCEPTED, NEW, T0, at
from tests.domain.build import content
from tests.doubles import ORDER, pressed

BOUGHT = {"大": 2, "小": 1}


class Foods:
    """A platform that gives back the first line of the codes it is told, and loses its first answer."""

    def __init__(self, world, *, shows, lists=None):
        self.world, self.shows, self.lists = world, shows, lists
        self.left, self.applied = dict(BOUGHT), []

    def get(self, _path, **_given):
        rows = self.left.items() if self.lists is None else [("", sum(self.left.values()))]
        words = {"app_food_code": "面", "sku_id": "", "food_name": "面"}
        return Outcome(result=[{**words, "spec": spec, "count": count} for spec, count in rows if count])

    def perform(self, command):
        [row] = food_data(self, "9", command)
        self.left["大"] -= row["count"]
        self.applied.append(row["count"])
        if self.shows:
            self.world.platform.orders[ORDER] += (self.refund(90 + len(self.applied)),)
        if len(self.applied) == 1:
            raise Unavailable("timed out", unknown=True)
        return Answer(taken=True, words="ok")

    def refund(self, seconds):
        moment, key = Millis((T0 + seconds) * 1000), f"70{seconds}"
        goods = (Goods(name="面", quantity=1, platform_item="面", spec="大"),)
        words = RefundWords(scope="part", money=Money(1000), goods=goods)
        claim = Claim(key=key, asked_at=moment, sent_at=moment)
        return replace(at(23, seconds), key=f"refund:{key}", claim=claim, refund=words)


@pytest.fixture
def sold(world):
    """An order of two specs of one dish, that never got codes."""
    world.platform.traits = MEITUAN
    words = {"name": "面", "price": Money(1000), "platform_item": "面"}
    items = tuple(
        Item(line=line, spec=spec, quantity=count, total=Money(1000 * count), **words)
        for line, (spec, count) in enumerate(BOUGHT.items(), 1)
    )
    facts = [replace(NEW, content=replace(content(), items=items)), ACCEPTED]
    world.platform.orders[ORDER] = tuple(facts)
    world.push(*facts)
    world.pass_window()
    return world


def press(world, foods):
    world.platform.perform = foods.perform
    world.hear(pressed("part_refund", 1, at=world.clock.now(), items=[{"line": 2, "quantity": 1}], amount=1000))
    world.settle()
    for _ in range(8):
        world.clock.forward(5)
        world.settle()


def test_a_refund_that_hit_the_other_spec_of_the_same_codes_is_seen_and_not_made_again(sold):
    foods = Foods(sold, shows=True)
    press(sold, foods)
    assert (foods.applied, sold.erp.results[1].state) == ([1], "done")
    assert [refund.case.key for refund in sold.erp.documents[ORDER].refunds] == ["7091"]


@pytest.mark.parametrize("lists", [None, "in one row"])
def test_while_the_order_does_not_show_it_the_list_keeps_it_from_being_made_again(sold, lists):
    foods = Foods(sold, shows=False, lists=lists)
    press(sold, foods)
    assert (foods.applied, sold.erp.results[1].state) == ([1], "sent")
    sold.clock.forward(600)
    sold.settle()
    assert (foods.applied, sold.erp.results[1].state) == ([1], "refused")
    assert "结果未知" in sold.erp.results[1].result
