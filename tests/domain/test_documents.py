from dataclasses import replace

from connector.domain.documents import allot, same
from connector.domain.order import Goods, Item
from mappings.odoo import write_document
from tests.domain.build import content, documented, fact, live


def item(line, name, quantity, sku=""):
    return Item(line=line, name=name, quantity=quantity, price=100, total=100 * quantity, platform_sku=sku)


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


def test_the_timeline_tells_in_both_languages_who_did_what():
    life = live((10, 0), (12, 10), fact(20, 100, scope="part", money=800), (53, 200))
    texts = [moment.text for moment in documented(life).timeline]
    assert texts[-2:] == ["用户申请取消 · customer asks to cancel ¥8.00", "配送员待取餐 · rider on the way to the shop"]


def test_the_timeline_tells_once_that_the_order_began():
    pulled = replace(fact(10, 0, key="pulled"), pulled=True)
    one, two = (documented(live((10, 0), (12, 10), *more)) for more in ([], [pulled]))
    assert same(one, two)


def test_the_document_says_whether_the_platform_told_the_whole_sum():
    slim, whole = (replace(fact(10, 0), content=content(whole=known)) for known in (False, True))
    assert [documented(live(each)).whole for each in (slim, whole)] == [False, True]
    assert [write_document(documented(live(each)))["whole"] for each in (slim, whole)] == [False, True]
