"""A part refund: what can still go back is asked for first, and its codes are those of the platform's list."""

import json
from dataclasses import replace

import httpx
import pytest

from connector.domain.errors import Busy, Unavailable
from connector.settings import MeituanApp
from tests.connector.platforms.test_meituan import Server, command, error, meituan
from tests.mappings.meituan import ORDER

LIST, APPLY = "order/getPartRefundFoods", "order/applyPartRefund"


def goods(quantity=1, item="F001", sku="F001-L", name="宫保鸡丁", spec="大份", left=2):
    words = {"platform_item": item, "platform_sku": sku, "name": name, "spec": spec}
    return {**words, "quantity": quantity, "left": left}


def food(count=2, item="F001", sku="F001-L", name="宫保鸡丁", spec="大份", **more):
    words = {"app_food_code": item, "sku_id": sku, "food_name": name, "spec": spec, "count": count}
    return {**words, "food_price": 15, "refund_price": 13.5, "box_num": 1, "box_price": 1.0, **more}


def part(*wanted, again=False):
    return replace(command("part_refund", goods=list(wanted), reason="缺货"), again=again)


def pressed(listed, *wanted):
    """What became of a press, and what was applied for as code, specification's code and pieces."""
    server = Server(listed if isinstance(listed, dict | httpx.Response) else {"data": listed})
    answer = meituan(server).perform(part(*wanted))
    assert server.said[0] == (LIST, {"order_id": ORDER})
    applied = [told for path, told in server.said if path == APPLY]
    rows = [json.loads(told["food_data"]) for told in applied]
    return answer, [[tuple(row[key] for key in ("app_food_code", "sku_id", "count")) for row in one] for one in rows]


def test_the_list_is_asked_for_before_the_refund_is_applied_for():
    server = Server({"data": [food()]})
    assert meituan(server).perform(part(goods(2))).taken
    applied = {"order_id": ORDER, "reason": "缺货"}
    data = '[{"app_food_code":"F001","sku_id":"F001-L","count":2}]'
    assert server.said == [(LIST, {"order_id": ORDER}), (APPLY, {**applied, "food_data": data})]
    assert [request.method for request in server.requests] == ["GET", "POST"]


LARGE, SMALL = {"spec": "大份"}, {"spec": "小份"}
PLAIN = {"sku": "", "name": "米饭", "spec": ""}


@pytest.mark.parametrize(
    ("listed", "wanted", "rows"),
    [
        ([food(name="another name")], [goods()], [("F001", "F001-L", 1)]),
        ([food(item="F002"), food()], [goods(2)], [("F001", "F001-L", 2)]),
        ([food(1, **SMALL), food(2, **LARGE)], [goods(2)], [("F001", "F001-L", 2)]),
        ([food(1, spec=""), food(1, **SMALL)], [goods()], [("F001", "F001-L", 1)]),
        ([food(1), food(1)], [goods(2)], [("F001", "F001-L", 1)] * 2),
        ([food(1), food(1)], [goods(), goods()], [("F001", "F001-L", 1)] * 2),
        ([food(2)], [goods(), goods()], [("F001", "F001-L", 2)]),
        ([food(**{**PLAIN, "item": "米饭"})], [goods(item="米饭", **PLAIN)], [("米饭", "", 1)]),
        ([food(**{**PLAIN, "item": "米饭"})], [goods(item="", **PLAIN)], [("米饭", "", 1)]),
        ([food(**{**PLAIN, "item": ""})], [goods(item="米饭", **PLAIN)], [("", "", 1)]),
        (
            [food(item="", sku="", name="汤", spec=""), food(**{**PLAIN, "item": ""})],
            [goods(item="", **PLAIN)],
            [("", "", 1)],
        ),
        ([food("2", item=1001, sku=7)], [goods(item="1001", sku="7")], [("1001", "7", 1)]),
    ],
    ids=[
        "codes alone are enough",
        "the same specification's code of another food",
        "shared codes, told apart by the specification",
        "a specification that is not told",
        "a food in two bags, one line",
        "a food in two bags, two lines",
        "a food in two bags, listed once",
        "a name for a code",
        "no code here, a name there",
        "a name here, no code there",
        "no codes at all",
        "codes that are numbers",
    ],
)
def test_what_is_applied_for_is_what_the_list_calls_it(listed, wanted, rows):
    answer, applied = pressed(listed, *wanted)
    assert (answer.taken, applied) == (True, [rows])


@pytest.mark.parametrize(
    ("listed", "wanted", "words"),
    [
        ([food(1)], [goods(2)], ["宫保鸡丁（大份）", "可退 1 份", "1 of 宫保鸡丁"]),
        ([food(2)], [goods(2), goods(1)], ["可退 2 份", "本次要退 3 份"]),
        ([food(0)], [goods(1)], ["可退 0 份"]),
        ([], [goods(1, spec="")], ["“宫保鸡丁”", "可退 0 份"]),
        ([food(item="F002")], [goods(1)], ["可退 0 份"]),
        ([food(**SMALL), food(**SMALL)], [goods(1)], ["宫保鸡丁（大份）", "可退 0 份"]),
        ([food(item="", sku="", name="汤")], [goods(item="", sku="", name="米饭")], ["米饭", "可退 0 份"]),
        ([food(2), food(1, item="F2")], [goods(), goods(2, item="F2", name="米饭")], ["米饭", "可退 1 份"]),
        ([], [goods(), goods(item="F2", name="米饭")], ["宫保鸡丁", "米饭"]),
    ],
)
def test_more_than_can_still_go_back_is_refused_in_words_and_nothing_is_applied_for(listed, wanted, words):
    answer, applied = pressed(listed, *wanted)
    assert (answer.taken, applied) == (False, [])
    assert [one for one in words if one not in answer.words] == []


@pytest.mark.parametrize(
    "listed",
    [
        error(808),
        error(708),
        "ok",
        None,
        {"data": {"foods": []}},
        [7],
        [food(), food(count="many")],
        [food(count=None)],
        [food(count=-1)],
        httpx.Response(200, content=b"<html>"),
        httpx.Response(404, content=b"no such page"),
    ],
    ids=["808", "708", "words", "nothing", "an object", "numbers", "many", "none", "negative", "a page", "404"],
)
def test_a_list_that_cannot_be_read_leaves_it_to_the_platform(listed):
    answer, applied = pressed(listed, goods(2), goods(1, item="F2", sku=""))
    assert (answer.taken, applied) == (True, [[("F001", "F001-L", 2), ("F2", "", 1)]])


def test_the_platforms_own_refusal_keeps_its_words():
    server = Server({"data": [food()]}, error(808, "部分退款次数已达上限"))
    answer = meituan(server).perform(part(goods()))
    assert (answer.taken, answer.words, len(server.asked)) == (False, "部分退款次数已达上限 (808)", 2)


@pytest.mark.parametrize("quantity", [None, 0, -1, "2", True, 1.5])
def test_pieces_that_are_none_are_refused_without_a_call(quantity):
    server = Server()
    answer = meituan(server).perform(part(goods(quantity)))
    assert (answer.taken, bool(answer.words), server.asked) == (False, True, [])


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("away"), httpx.ReadTimeout("lost"), error(700), error(711)], ids=repr
)
def test_trouble_with_the_list_puts_the_press_off_and_nothing_was_applied_for(trouble):
    server = Server(trouble)
    with pytest.raises(Unavailable) as failure:
        meituan(server).perform(part(goods()))
    assert (failure.value.unknown, [path for path, _ in server.said]) == (False, [LIST])


def test_an_application_without_an_answer_is_unknown():
    server = Server({"data": [food()]}, httpx.ReadTimeout("lost"))
    with pytest.raises(Unavailable) as failure:
        meituan(server).perform(part(goods()))
    assert (failure.value.unknown, len(server.asked)) == (True, 2)


def test_the_list_is_asked_for_as_often_as_any_call_may_be():
    server = Server()
    platform = meituan(server, MeituanApp(app_id="900001", secrets=("0f1e2d3c",), calls_per_second=1))
    platform.perform(part(goods()))
    with pytest.raises(Busy):
        platform.perform(part(goods()))
    assert [path for path, _ in server.said] == [LIST, APPLY]


@pytest.mark.parametrize(
    "listed",
    [[food(1)], [food(0)], [], [food(1), food(0)], error(808), "ok", httpx.Response(200, content=b"")],
    ids=["fewer", "none left", "nothing", "one of two bags", "808", "words", "rubbish"],
)
def test_what_may_have_been_taken_is_not_applied_for_again_unless_all_is_still_there(listed):
    server = Server(listed if isinstance(listed, dict | httpx.Response) else {"data": listed})
    with pytest.raises(Unavailable) as failure:
        meituan(server).perform(part(goods(1), again=True))
    assert ([path for path, _ in server.said], isinstance(failure.value, Busy)) == ([LIST], False)
    assert failure.value.unknown


@pytest.mark.parametrize("listed", [[food(2)], [food(1), food(1)], [food(3)]])
def test_what_was_certainly_not_taken_is_applied_for_again(listed):
    server = Server({"data": listed})
    assert meituan(server).perform(part(goods(1), again=True)).taken
    assert [path for path, _ in server.said] == [LIST, APPLY]
