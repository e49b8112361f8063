"""What a document tells of boxes, of the lines of several refunds, of the rider, and of who delivers."""

from dataclasses import replace

import pytest

from connector.domain.holdings import Holding
from connector.domain.offers import offered
from connector.domain.order import Fee, Item, Rider
from connector.platforms.eleme import TRAITS
from mappings.odoo import write_document
from tests.domain.build import content, documented, fact, live

SOLD = [(10, 0), (12, 10)]


def item(line, name="可乐", boxes=0):
    return Item(line=line, name=name, quantity=1, price=1000, total=1000, boxes=boxes)


def bought(**changes):
    return replace(fact(10, 0), content=content(**changes)), fact(12, 10)


def test_promotions_are_shared_out_over_the_lines_with_their_boxes():
    fees = (Fee(kind="box", name="餐盒", amount=1000), Fee(kind="discount_shop", name="满减", amount=-300))
    order = bought(paid=2700, items=(item(1), item(2, boxes=1000)), fees=fees)
    assert [line.shop_share for line in documented(live(*order)).items] == [-100, -200]


def test_of_two_refunds_of_a_dish_the_one_that_was_granted_first_is_of_its_first_line():
    part = {"scope": "part", "money": 100, "goods": [("可乐", 1)]}
    asked, given, granted = fact(20, 100, **part), fact(39, 200, **part), fact(23, 300, **part)
    life = live(*bought(paid=2000, items=(item(1), item(2))), asked, given, granted)
    lines = {refund.case.key: refund.lines[0].line for refund in documented(life).refunds}
    assert lines == {"merchant-1": 1, "cancel-1": 2}


def test_news_of_the_rider_that_names_nobody_keeps_who_was_named():
    named = replace(fact(51, 100), rider=Rider(name="李师傅", phone="1"))
    life = live(*SOLD, named, replace(fact(55, 200), rider=Rider()))
    assert (life.rider_state, life.rider) == (55, Rider(name="李师傅", phone="1"))


def test_a_shop_that_gave_delivery_up_does_not_send_a_rider():
    itself = [*SOLD, (71, 100)]
    assert "dispatch" in offered(live(*itself), TRAITS)
    assert "dispatch" not in offered(live(*itself, (72, 200)), TRAITS)


@pytest.mark.parametrize(("own", "by"), [(True, "shop"), (False, "platform")])
def test_odoo_is_told_who_delivers(own, by):
    life = live(*bought(own_delivery=own))
    assert write_document(documented(life))["delivery_by"] == by


@pytest.mark.parametrize(
    ("sale", "sold"), [("confirmed", 2200), ("done", 2200), ("reversed", 2200), ("cancelled", 0), (None, 0)]
)
def test_a_sales_order_is_in_force_unless_it_was_cancelled(sale, sold):
    """Also a reversed one: it stays, with lines that take money back."""
    life = live(*SOLD, fact(39, 100, scope="part", money=800))
    assert Holding.of(replace(documented(life), sale=sale)).sold == sold
