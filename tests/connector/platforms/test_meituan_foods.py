"""A part refund: what can still go back is asked for first, and its codes are those of the platform's list."""

import json
from dataclasses import replace

import httpx
import pytest

from connector.domain.errors import Busy, InDoubt, Unavailable
from connector.settings import MeituanApp
from tests.connector.platforms.test_meituan import Server, command, error, meituan
from tests.mappings.meituan import ORDER

LIST, APPLY = "order/getPartRefundFoods", "order/applyPartRefund"


def goods(quantity=1, item="F001", sku="F001-L", name="宫保鸡丁", spec="大份"):
    return {"platform_item": item, "platform_sku": sku, "name": name, "spec": spec, "quantity": quantity}


def food(count=2, item="F001", sku="F001-L", name="宫保鸡丁", spec="大份", **more):
    words = {"app_food_code": item, "sku_id": sku, "food_name": name, "spec": spec, "count": count}
    return {**words, "food_price": 15, "refund_price": 13.5, "box_num": 1, "box_price": 1.0, **more}


def part(*wanted, again=False, left=None):
    """A press on an order of which ``left`` had not gone back when it was made."""
    left = [goods(2)] if left is None else left
    return replace(command("part_refund", goods=list(wanted), left=left, reason="缺货"), again=again)


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
        ([food(1, **SMALL)], [goods(spec="")], [("F001", "F001-L", 1)]),
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
        "a specification that is not told here",
        "a specification that is not told there",
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
        ([food(**SMALL)], [goods(1)], ["宫保鸡丁（大份）", "可退 0 份"]),
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


def in_doubt(listed, *wanted, left=None):
    server = Server(listed if isinstance(listed, dict | httpx.Response) else {"data": listed})
    with pytest.raises(InDoubt) as failure:
        meituan(server).perform(part(*wanted, again=True, left=left))
    assert (failure.value.unknown, [path for path, _ in server.said]) == (True, [LIST])


@pytest.mark.parametrize(
    "listed",
    [[food(1)], [food(0)], [], [food(1), food(0)], error(808), "ok", httpx.Response(200, content=b"")],
    ids=["fewer", "none left", "nothing", "one of two bags", "808", "words", "rubbish"],
)
def test_what_may_have_been_taken_is_not_applied_for_again_unless_all_is_still_there(listed):
    in_doubt(listed, goods(1))


@pytest.mark.parametrize("listed", [[food(2)], [food(1), food(1)], [food(3)]])
def test_what_was_certainly_not_taken_is_applied_for_again(listed):
    server = Server({"data": listed})
    assert meituan(server).perform(part(goods(1), again=True)).taken
    assert [path for path, _ in server.said] == [LIST, APPLY]


NAMED = {"item": "汤", "sku": "", "name": "汤", "spec": ""}
BARE = {**NAMED, "item": ""}


@pytest.mark.parametrize(
    ("wanted", "left", "fewer", "untouched"),
    [
        (goods(**SMALL), [goods(2), goods(1, **SMALL)], [food(2)], [food(2), food(1, **SMALL)]),
        (goods(**SMALL), [goods(2), goods(1, **SMALL)], [food(1), food(1, **SMALL)], [food(2), food(1, **SMALL)]),
        (goods(**SMALL), [goods(2), goods(1, **SMALL)], [food(2, spec="")], [food(3, spec="")]),
        (goods(**NAMED), [goods(1, **NAMED), goods(2, **BARE)], [food(2, **BARE)], [food(3, **NAMED)]),
        (
            goods(**BARE),
            [goods(1, **BARE), goods(1, **{**BARE, "name": "饭"})],
            [food(1, **BARE)],
            [food(1, **BARE), food(1, **{**BARE, "name": "饭"})],
        ),
        (
            goods(**NAMED),
            [goods(1, **NAMED), goods(1, **{**NAMED, "item": "饭", "name": "饭"})],
            [food(1, **BARE)],
            [food(1, **BARE), food(1, **{**BARE, "name": "饭"})],
        ),
    ],
    ids=[
        "its own row is gone",
        "the other one's row is fewer",
        "both in one row",
        "a name for a code and none",
        "two dishes without codes",
        "two dishes without codes in the list only",
    ],
)
def test_what_the_call_could_have_hit_instead_must_be_untouched_as_well(wanted, left, fewer, untouched):
    in_doubt(fewer, wanted, left=left)
    server = Server({"data": untouched})
    assert meituan(server).perform(part(wanted, again=True, left=left)).taken
    assert [path for path, _ in server.said] == [LIST, APPLY]


@pytest.mark.parametrize("left", [[], "2", [goods(2, item="F2")]], ids=["nothing", "words", "another food"])
def test_where_nobody_noted_what_was_left_nothing_is_applied_for_again(left):
    in_doubt([food(2)], goods(1), left=left)


def test_a_repeat_for_which_too_little_is_left_is_in_doubt_and_not_refused():
    in_doubt([food(2)], goods(3))
    in_doubt([food(2, spec="中份")], goods(1))
