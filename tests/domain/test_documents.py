from dataclasses import replace

from connector.domain.documents import allot, same
from connector.domain.order import Fee, Goods, Item
from mappings.odoo import write_document
from tests.domain.build import content, documented, fact, live


def item(line, name, quantity, sku=""):
    return Item(line=line, name=name, quantity=quantity, price=100, total=100 * quantity, platform_sku=sku)


def goods(name, quantity=1, *, sku="", amount=0):
    return Goods(name=name, quantity=quantity, amount=amount, platform_sku=sku)


def test_goods_are_found_in_the_first_lines_that_still_have_them():
    items = (item(1, "面", 2), item(2, "汤", 1), item(3, "面", 2))
    lines = allot(items, (Goods(name="面", quantity=3, amount=299),))
    assert [(line.line, line.quantity, line.amount) for line in lines] == [(1, 2, 199), (3, 1, 100)]


def test_the_platforms_own_id_beats_the_name():
    items = (item(1, "面", 1, "a"), item(2, "面", 1, "b"))
    assert allot(items, (Goods(name="面", quantity=1, platform_sku="b"),))[0].line == 2


def test_lines_that_share_a_code_are_told_apart_by_their_spec():
    big, small = (replace(item(line, "面", 1, "a"), spec=spec) for line, spec in ((1, "大份"), (2, "小份")))
    assert allot((big, small), (Goods(name="面", quantity=1, platform_sku="a", spec="小份"),))[0].line == 2
    assert allot((big, small), (Goods(name="面", quantity=1, platform_sku="a"),))[0].line == 1


def test_a_name_that_is_written_differently_does_not_hide_the_dish_of_an_id():
    (line,) = allot((item(1, "面", 1, "a"), item(2, "珍珠奶茶-大杯[少糖]", 1, "b")), (goods("珍珠奶茶", sku="b"),))
    assert line.line == 2


def test_lines_that_share_an_id_are_told_apart_by_their_name():
    less, more = item(1, "奶茶[少糖]", 1, "a"), item(2, "奶茶[多糖]", 1, "a")
    assert [line.line for line in allot((less, more), (goods("奶茶[多糖]", sku="a"), goods("奶茶", sku="a")))] == [2, 1]


def test_money_back_for_no_piece_names_its_line():
    (line,) = allot((item(1, "面", 1, "a"), item(2, "肉", 1, "b")), (goods("肉", 0, sku="b", amount=80),))
    assert (line.line, line.quantity, line.amount) == (2, 0, 80)


def test_refunds_of_a_dish_on_two_lines_name_one_after_the_other():
    bought = content(items=(item(1, "可乐", 1), item(2, "可乐", 1)))
    part = {"scope": "part", "money": 100, "goods": [("可乐", 1)]}
    life = live(replace(fact(10, 0), content=bought), (12, 10), fact(39, 100, **part), fact(39, 200, **part))
    assert [[line.line for line in refund.lines] for refund in documented(life).refunds] == [[1], [2]]


def test_a_request_names_what_no_grant_has_given_back():
    bought = content(items=(item(1, "可乐", 1), item(2, "可乐", 1)))
    part = {"scope": "part", "money": 100, "goods": [("可乐", 1)]}
    life = live(replace(fact(10, 0), content=bought), (12, 10), fact(20, 100, **part), fact(39, 200, **part))
    named = {refund.case.status: refund.lines[0].line for refund in documented(life).refunds}
    assert named == {"requested": 2, "granted": 1}


def test_never_more_of_a_line_than_was_bought():
    assert allot((item(1, "面", 1),), (Goods(name="面", quantity=5), Goods(name="无", quantity=1)))[0].quantity == 1


def test_refunded_before_the_kitchen_is_not_used():
    life = live((10, 0), (12, 10), fact(39, 100, scope="part", money=800, goods=[("牛肉面", 1)]), (53, 300))
    wanted = documented(life)
    assert (wanted.items[0].used, wanted.consumed_at, wanted.refunded) == (0, 300_000, 800)


def test_there_is_no_document_of_what_stands_still_or_is_not_known():
    assert documented(live((12, 10))) is None
    contradiction = live((10, 0), (12, 10), fact(39, 100, scope="part", money=9999))
    assert documented(contradiction) is None


def test_versions_do_not_make_documents_differ():
    one, two = (documented(live((10, 0)), version=v) for v in (1, 2))
    assert same(one, two)
    assert not same(one, documented(live((10, 0), (12, 5))))
    assert not same(None, one)


def test_a_line_tells_both_ids_of_the_platform():
    both, one = (
        Item(line=1, name="面", quantity=1, price=1, total=1, platform_sku="s", **more)
        for more in ({"platform_item": "i"}, {})
    )
    told = [documented(live(replace(fact(10, 0), content=content(items=(each,))))) for each in (both, one)]
    ids = [[write_document(each)["items"][0][key] for key in ("platform_item", "platform_sku")] for each in told]
    assert ids == [["i", "s"], ["s", "s"]]


def test_what_is_off_the_delivery_is_told_apart():
    fees = (Fee(kind="discount_shop", name="商家优惠", amount=-900, delivery=-500),)
    told = documented(live(replace(fact(10, 0), content=content(fees=fees))))
    assert write_document(told)["totals"]["delivery_discount"] == -500


def test_the_timeline_tells_in_both_languages_who_did_what():
    life = live((10, 0), (12, 10), fact(20, 100, scope="part", money=800), (53, 200))
    texts = [moment.text for moment in documented(life).timeline]
    assert texts[-2:] == ["用户申请取消 · customer asks to cancel ¥8.00", "配送员待取餐 · rider on the way to the shop"]


def test_a_part_that_the_shop_gave_back_is_told_as_such_and_not_as_a_cancelled_order():
    life = live((10, 0), (12, 10), fact(23, 100, scope="part", money=800), fact(23, 200, scope="full"))
    part, whole = documented(life).timeline[-2:]
    assert (part.code, part.text) == (39, "商户部分取消 · merchant takes part of it back ¥8.00")
    assert (whole.code, whole.text) == (23, "商户同意取消 · request granted")


def test_the_timeline_tells_once_that_the_order_began():
    pulled = replace(fact(10, 0, key="pulled"), pulled=True)
    one, two = (documented(live((10, 0), (12, 10), *more)) for more in ([], [pulled]))
    assert same(one, two)


def test_the_document_says_whether_the_platform_told_the_whole_sum():
    slim, whole = (replace(fact(10, 0), content=content(whole=known)) for known in (False, True))
    assert [documented(live(each)).whole for each in (slim, whole)] == [False, True]
    assert [write_document(documented(live(each)))["whole"] for each in (slim, whole)] == [False, True]
