"""Whole lives of orders, worked by a person of the shop in a real browser, on a running product and both platforms."""

import pytest

from tests.browser.hands import at_the_desk
from tests.flows.play import CALLED, ON_THE_ROAD, SECOND_LINE

EACH = [("eleme", "zh_CN"), ("meituan", "en_US")]
CROSSED = [("eleme", "en_US"), ("meituan", "zh_CN")]
FULL, PART = ("granted", "full"), ("granted", "part")


def lives(places):
    return pytest.mark.parametrize(("anywhere", "lang"), places, indirect=["anywhere"])


@pytest.fixture
def hands(browser, anywhere, lang):
    with at_the_desk(browser, anywhere, lang) as hands:
        yield hands


@lives(EACH + CROSSED)
def test_in_accepted_cooked_asked_back_and_agreed(hands, anywhere):
    hands.comes_in()
    hands.picture("1-new")
    hands.cooks()
    hands.picture("2-cooking")
    anywhere.act(hands.order, "ask_cancel", reason="等太久了")
    hands.stands_in("refunding")
    assert "等太久了" in hands.page.inner_text(hands.card)
    hands.picture("3-asked")
    hands.press("agree_refund")
    hands.page.wait_for_selector(".modal-body:has-text('44.80')")
    hands.picture("4-sure")
    hands.confirm()
    hands.told()
    hands.ends_in("refunded")
    hands.picture("5-refunded")
    truth = hands.books_agree(refunds=[FULL], presses=["accept", "start", "agree_refund"])
    assert truth["refunded"] == truth["paid"] == 4480


@lives(CROSSED)
def test_a_request_that_staff_refuse(hands, anywhere):
    hands.comes_in()
    hands.cooks()
    anywhere.act(hands.order, "ask_cancel", reason="不想要了")
    hands.stands_in("refunding")
    hands.press("reject_refund")
    hands.say("已经在做了")
    hands.picture("6-refusing")
    hands.confirm()
    hands.told()
    hands.stands_in("preparing")
    hands.press("ready")
    hands.stands_in("prepared")
    hands.picture("7-refused-and-ready")
    truth = hands.books_agree(refunds=[("rejected", "full")], presses=["accept", "start", "reject_refund", "ready"])
    assert (truth["refunded"], truth["cancelled"], bool(truth["accepted"])) == (0, False, True)


@lives(EACH)
def test_a_part_that_the_customer_asks_for(hands, anywhere):
    hands.comes_in()
    hands.cooks()
    anywhere.ride(hands.order, CALLED)
    hands.stands_in("prepared")
    anywhere.ride(hands.order, ON_THE_ROAD)
    hands.stands_in("delivering")
    hands.picture("8-delivering")
    anywhere.act(hands.order, "finish")
    hands.ends_in("completed")
    anywhere.act(hands.order, "ask_refund", reason="餐品洒漏", items=SECOND_LINE)
    hands.stands_in("refunding")
    hands.picture("9-part-asked")
    hands.press("agree_refund")
    hands.confirm()
    hands.told()
    hands.ends_in("partially_refunded")
    hands.picture("10-part-refunded")
    truth = hands.books_agree(refunds=[PART], presses=["accept", "start", "agree_refund"])
    assert 0 < truth["refunded"] < truth["paid"]


@lives([("meituan", "zh_CN"), ("meituan", "en_US")])
def test_a_part_that_staff_give_back_by_the_wizard(hands):
    hands.comes_in()
    hands.cooks()
    hands.press("part_refund")
    row = hands.page.locator(".modal [name=line_ids] tr.o_data_row").nth(1)
    row.locator("[name=quantity]").click()
    row.locator("[name=quantity] input").fill("1")
    hands.say("少了一份")
    hands.page.wait_for_selector(".modal [name=amount].fs-3:has-text('11.00')")
    hands.picture("11-wizard")
    hands.confirm()
    hands.told()
    hands.page.wait_for_selector(f"{hands.card} .o_waimai_back")
    hands.stands_in("preparing")
    hands.picture("12-part-given-back")
    truth = hands.books_agree(refunds=[PART], presses=["accept", "start", "part_refund"])
    assert truth["refunded"] == 1100, "the piece with its box, as the wizard said"


@lives(EACH)
def test_what_staff_press_in_the_platforms_own_app_shows_on_the_desk(hands, anywhere):
    """The fallback of every shop: nobody presses anything here, and the desk ends where it would have."""
    hands.comes_in(ago=100)
    anywhere.act(hands.order, "accept", ago=90)
    hands.stands_in("paid")
    anywhere.ride(hands.order, CALLED)
    hands.stands_in("prepared")
    anywhere.act(hands.order, "ask_cancel", reason="地址写错了")
    hands.stands_in("refunding")
    anywhere.act(hands.order, "disagree", reason="已经做好了")
    hands.stands_in("prepared")
    anywhere.ride(hands.order, ON_THE_ROAD)
    hands.stands_in("delivering")
    anywhere.act(hands.order, "finish")
    hands.ends_in("completed")
    anywhere.act(hands.order, "ask_refund", reason="洒了")
    hands.stands_in("refunding")
    anywhere.act(hands.order, "agree")
    hands.ends_in("refunded")
    hands.picture("13-all-in-the-other-app")
    truth = hands.books_agree(refunds=[("rejected", "full"), FULL], presses=[])
    assert truth["refunded"] == truth["paid"]


@lives(CROSSED)
def test_an_order_that_the_platforms_own_app_refuses_leaves_the_desk_unsold(hands, anywhere):
    hands.comes_in()
    anywhere.act(hands.order, "reject" if anywhere.platform == "eleme" else "cancel")
    hands.ends_in("cancelled")
    assert (anywhere.sale(hands.order, "id"), anywhere.grams(hands.order), anywhere.commands(hands.order)) == (
        {},
        {},
        [],
    )
