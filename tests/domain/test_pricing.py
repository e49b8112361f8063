from dataclasses import replace

from connector.domain.order import Fee, Item
from connector.domain.pricing import content_of, priced
from tests.domain.build import content, fact

OFF = Fee(kind="discount_shop", name="折扣", amount=-500)


def dish(price, **changes):
    return (Item(line=1, name="面", quantity=1, price=price, total=price, **changes),)


def told(mode, *, price, paid, **changes):
    return priced(content(paid, items=dish(price), item_fees=(OFF,), **changes), mode)


def test_prices_after_the_promotion_are_not_reduced_again():
    found = told("discounted", price=2500, paid=2500)
    assert (found.fees, found.warnings) == ((), ())
    assert found.item_fees == (OFF,), "who bears what is known all the same"


def test_prices_before_the_promotion_are_reduced_by_who_bears_it():
    found = told("original", price=3000, paid=2500)
    assert (found.fees, found.warnings, found.item_fees) == ((OFF,), (), ())


def test_the_orders_own_sum_beats_a_wrong_setting_with_a_warning():
    wrong = told("discounted", price=3000, paid=2500)
    assert (wrong.fees, len(wrong.warnings)) == ((OFF,), 1)
    assert told("original", price=2500, paid=2500).fees == ()


def test_what_neither_explains_is_a_line_of_its_own():
    found = told("original", price=3000, paid=2499)
    assert [fee.amount for fee in found.fees] == [-500, -1]
    assert "0.01" in found.warnings[0]


def test_an_unknown_mode_is_the_platforms_default():
    assert told("invented", price=2500, paid=2500) == told("discounted", price=2500, paid=2500)


def test_activity_prices_are_taken_from_where_they_are_told():
    pushed = replace(fact(10, 0), content=content(items=dish(3000), paid=3000))
    with_prices = content(items=dish(3000, user_price=2500, shop_price=2800, discounted=True), paid=3000)
    pulled = replace(fact(10, 5, key="pulled"), pulled=True, content=with_prices)
    for facts in ([pushed, pulled], [pulled, pushed]):
        (item,) = content_of(facts, "discounted").items
        assert (item.user_price, item.shop_price, item.discounted) == (2500, 2800, True)
    (alone,) = content_of([pushed], "discounted").items
    assert (alone.user_price, alone.discounted) == (0, False)


def test_prices_of_another_dish_are_nobodys():
    pushed = replace(fact(10, 0), content=content(items=dish(3000), paid=3000))
    other = content(items=dish(2900, user_price=2500), paid=3000)
    pulled = replace(fact(10, 5, key="pulled"), pulled=True, content=other)
    assert content_of([pushed, pulled], "discounted").items[0].user_price == 0


def test_of_two_pushes_the_earlier_one_is_what_was_bought():
    first, later = fact(10, 5, key="a", paid=3000), fact(10, 9, key="b", paid=2000)
    assert content_of([later, first], "discounted").paid == content_of([first, later], "discounted").paid == 3000
