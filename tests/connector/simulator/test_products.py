"""The menu at Ele.me: listed, codes written back, on and off the shelf."""

import pytest

from .conftest import SHOP, place


@pytest.fixture
def items(caller):
    return caller.result("eleme.product.item.queryItemByPage", queryPage={"shopId": SHOP, "offset": 0, "limit": 100})


def named(items, name):
    return next(item for item in items if item["name"] == name)


def test_goods_have_their_specs_with_codes_and_prices(items):
    noodles = named(items, "红烧牛肉面")
    assert [(spec["name"], spec["price"], spec["extendCode"]) for spec in noodles["specs"]] == [
        ("大份", 26.0, "CP1001"),
        ("小份", 20.0, "CP1002"),
    ]
    assert named(items, "当日例汤")["specs"][0]["extendCode"] == ""


def test_ids_are_those_of_an_orders_lines(caller, world, items):
    line = caller.result("eleme.order.getOrder", orderId=place(world, "specs").id)["groups"][0]["items"][1]
    noodles = named(items, "红烧牛肉面")
    assert (line["vfoodId"], line["skuId"]) == (noodles["id"], noodles["specs"][1]["specId"])


def test_goods_are_found_by_page_category_id_and_code(caller, items):
    page = {"shopId": SHOP, "offset": 1, "limit": 2}
    assert caller.result("eleme.product.item.queryItemByPage", queryPage=page) == items[1:3]
    (category,) = caller.result("eleme.product.category.getShopCategories", shopId=SHOP)
    of_category = caller.result("eleme.product.item.getItemsByCategoryId", categoryId=category["id"])
    assert list(of_category.values()) == items
    assert caller.result("eleme.product.item.getItem", itemId=items[0]["id"]) == items[0]
    by_code = caller.result("eleme.product.item.getItemByShopIdAndExtendCode", shopId=SHOP, extendCode="CP1002")
    assert by_code == items[0]
    codes = ["CP1002", "CP1001", "XX"]
    assert caller.result("eleme.product.itemV2.getItemsByExtCode", shopId=SHOP, itemExtCodes=codes) == [items[0]]


def test_a_code_is_written_with_all_specs_and_stands_in_later_orders(caller, world, items):
    soup = named(items, "当日例汤")
    specs = [{**spec, "extendCode": "CP3100"} for spec in soup["specs"]]
    given = {"itemId": soup["id"], "categoryId": soup["categoryId"], "properties": {"specs": specs}}
    assert caller.result("eleme.product.item.updateItem", **given)["specs"][0]["extendCode"] == "CP3100"
    lines = caller.result("eleme.order.getOrder", orderId=place(world, "unmapped").id)["groups"][0]["items"]
    assert lines[2]["extendCode"] == "CP3100"
    elsewhere = caller.result("eleme.order.getOrder", orderId=place(world, "unmapped", 155000002).id)
    assert elsewhere["groups"][0]["items"][2]["extendCode"] == ""


def test_a_list_of_specs_that_is_not_whole_is_refused(caller, items):
    noodles = named(items, "红烧牛肉面")
    given = {"itemId": noodles["id"], "categoryId": noodles["categoryId"]}
    half = {"specs": noodles["specs"][:1]}
    assert caller.error("eleme.product.item.updateItem", **given, properties=half)["code"] == "VALIDATION_FAILED"
    assert caller.error("eleme.product.item.updateItem", **given, properties={"x": 1})["code"] == "VALIDATION_FAILED"
    assert caller.result("eleme.product.item.getItem", itemId=noodles["id"]) == noodles


def test_specs_go_off_the_shelf_and_on_again(caller, world, items):
    spec = named(items, "红烧牛肉面")["specs"][1]["specId"]
    off = caller.result("eleme.product.item.batchOffShelf", specIds=[spec])
    assert off == {"failures": [], "modifies": []}
    shelf = [one["onShelf"] for one in caller.result("eleme.product.item.getItem", itemId=items[0]["id"])["specs"]]
    assert shelf == [1, 0]
    assert world.eleme.menus[SHOP].missing([1, 2]) == ["红烧牛肉面-小份"]
    assert world.eleme.menus[155000002].missing([1, 2]) == []
    caller.result("eleme.product.item.batchOnShelf", specIds=[spec])
    assert world.eleme.menus[SHOP].missing([1, 2]) == []
    caller.result("eleme.product.item.batchClearStock", specIds=[spec])
    assert world.eleme.menus[SHOP].missing([1, 2]) == ["红烧牛肉面-小份"]


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("item.queryItemByPage", {"queryPage": {"shopId": SHOP, "offset": 0, "limit": 301}}, "VALIDATION_FAILED"),
        ("item.queryItemByPage", {}, "VALIDATION_FAILED"),
        ("item.queryItemByPage", {"queryPage": {"shopId": 152000001, "offset": 0, "limit": 1}}, "ACCESS_DENIED"),
        ("item.getItem", {"itemId": 1}, "BIZ_ITEM_NOT_FOUND"),
        ("item.getItemByShopIdAndExtendCode", {"shopId": SHOP, "extendCode": ""}, "BIZ_ITEM_NOT_FOUND"),
        ("item.getItemsByCategoryId", {"categoryId": 1}, "BIZ_ITEM_NOT_FOUND"),
        ("itemV2.getItemsByExtCode", {"shopId": SHOP, "itemExtCodes": ["x"] * 101}, "VALIDATION_FAILED"),
        ("item.batchOffShelf", {"specIds": []}, "VALIDATION_FAILED"),
        ("item.batchOffShelf", {"specIds": [1]}, "BIZ_ITEM_NOT_FOUND"),
    ],
)
def test_what_cannot_be_is_refused(caller, action, given, code):
    assert caller.error(f"eleme.product.{action}", **given)["code"] == code
