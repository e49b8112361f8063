import httpx
import pytest

from connector.domain.errors import Refused
from connector.platforms.eleme import Eleme
from connector.ports import Command
from tests.connector.platforms.test_eleme import NUMBER, ORDER, Server, eleme, error, raw
from tests.shelf import Shelf

STORE = "eleme:155000001"


def ok(result):
    return {"result": result, "error": None}


def goods(number, *codes, **changes):
    specs = [
        {"specId": number * 10 + n, "name": f"规格{n}", "price": 12.5, "stock": 7, "onShelf": 1, "extendCode": code}
        for n, code in enumerate(codes)
    ]
    return {"id": number, "name": f"菜{number}", "categoryId": 5, "isValid": 1, "specs": specs, "unit": "份", **changes}


CATEGORIES = ok([{"id": 4, "name": "饮料", "children": [{"id": 5, "name": "面", "children": []}]}])


def test_the_menu_is_read_page_by_page_and_spec_by_spec():
    pages = [[goods(n, "A") for n in range(1, 101)], [goods(200, "B", "")]]
    server = Server(CATEGORIES, *(ok(page) for page in pages))
    menu = eleme(server).menu(STORE)
    assert [asked["params"].get("queryPage", {}).get("offset") for asked in server.asked] == [None, 0, 100]
    assert len(menu) == 102
    one, other = menu[100:]
    assert (one.platform_item, one.platform_sku, one.sku_code, one.spec) == ("200", "2000", "B", "规格0")
    assert (other.platform_sku, other.sku_code) == ("2001", "")
    assert (one.name, one.category, one.price, one.stock, one.on_sale) == ("菜200", "面", 1250, 7, True)


@pytest.mark.parametrize(("change", "on_sale"), [({"isValid": 0}, False), ({"specs": []}, None), ({}, True)])
def test_a_dish_that_is_not_valid_is_not_on_sale_and_one_without_specs_is_none(change, on_sale):
    menu = eleme(Server(CATEGORIES, ok([goods(1, "A", **change)]))).menu(STORE)
    assert [item.on_sale for item in menu] == ([] if on_sale is None else [on_sale])


@pytest.mark.parametrize(("stock", "left"), [(0, 0), (9999, 9999), (10000, None), (None, None)])
def test_a_stock_that_is_full_is_no_limit(stock, left):
    dish = goods(1, "A")
    dish["specs"][0]["stock"] = stock
    (item,) = eleme(Server(CATEGORIES, ok({"list": [dish]}))).menu(STORE)
    assert item.stock == left


@pytest.mark.parametrize("answers", [[error("ACCESS_DENIED")], [CATEGORIES, error("X")], [CATEGORIES, ok("no")]])
def test_a_menu_that_is_not_told_is_refused(answers):
    with pytest.raises(Refused):
        eleme(Server(*answers)).menu(STORE)


def press(action, *rows):
    return Command(key="cmd-2", store=STORE, order=None, action=action, args={"items": list(rows)})


def row(item, spec, **more):
    return {"platform_item": str(item), "platform_sku": str(spec), "name": "菜", **more}


def test_a_code_is_written_with_all_specs_of_its_dish():
    server = Server(ok(goods(1, "A", "B")), ok(None), ok(goods(2, "")), ok(None))
    rows = (row(1, 10, code="NEW"), row(2, 20, code="C"))
    assert eleme(server).perform(press("push_code", *rows)).taken
    assert [asked["action"].rpartition(".")[2] for asked in server.asked] == ["getItem", "updateItem"] * 2
    told = server.asked[1]["params"]
    assert (told["itemId"], told["categoryId"], told["properties"]["unit"]) == (1, 5, "份")
    assert [(spec["specId"], spec["extendCode"]) for spec in told["properties"]["specs"]] == [(10, "NEW"), (11, "B")]
    assert [spec["price"] for spec in told["properties"]["specs"]] == [12.5, 12.5]


@pytest.mark.parametrize(("action", "call"), [("off_sale", "batchOffShelf"), ("on_sale", "batchOnShelf")])
def test_dishes_go_off_the_shelf_and_back_in_one_call(action, call):
    server = Server()
    assert eleme(server).perform(press(action, row(1, 10), row(2, 20))).taken
    (asked,) = server.asked
    assert (asked["action"], asked["params"]) == (f"eleme.product.item.{call}", {"specIds": [10, 20]})


@pytest.mark.parametrize("answer", [error("BIZ_9", "活动中"), ok(None)])
def test_what_only_some_dishes_took_says_so(answer):
    server = Server(ok(goods(1, "A")), ok(None), answer)
    answered = eleme(server).perform(press("push_code", row(1, 10, code="X"), row(2, 20, code="Y")))
    assert not answered.taken
    assert "1 done" in answered.words


@pytest.mark.parametrize("rows", [[], [row("", "")], [row("菜", "菜")]])
@pytest.mark.parametrize("action", ["push_code", "off_sale"])
def test_a_dish_without_the_platforms_number_is_refused_before_any_call(action, rows):
    server = Server()
    assert not eleme(server).perform(press(action, *rows)).taken
    assert server.asked == []


def pulled(*answers):
    platform = eleme(Server(ok(ORDER), *answers))
    envelope = platform.fetch(f"eleme:{NUMBER}", STORE)
    return next(fact.content for fact in platform.heard(raw(envelope.body)).facts if fact.content)


def test_an_order_that_is_read_back_has_its_dishes_activity_prices():
    first, second = (item for group in ORDER["groups"] for item in group["items"] if item["skuId"] > 0)
    prices = {
        "1": {"id": 1, "userPrice": 9.9, "shopPrice": 8.8, "skuId": str(first["skuId"])},
        str(second["id"]): {"id": second["id"], "userPrice": 7.7, "skuId": None},
    }
    items = pulled(ok(prices)).items
    assert [(item.user_price, item.shop_price) for item in items] == [(990, 880), (770, 0)]
    assert [item.discounted for item in items] == [True, True]


@pytest.mark.parametrize(
    "answer",
    [error("BIZ_1"), error("SERVER_ERROR"), ok(None), ok([]), ok({"1": 7}), ok({"1": {}}), httpx.ReadTimeout("lost")],
)
def test_an_order_counts_without_them(answer):
    content = pulled(answer)
    assert (content.paid, {item.user_price for item in content.items}) == (2680, {0})


def test_without_an_application_everything_is_refused_in_words():
    adapter = Eleme([], url="https://platform.invalid", shelf=Shelf(), http=httpx.Client())
    assert not adapter.perform(press("off_sale", row(1, 10))).taken
    with pytest.raises(Refused, match="饿了么未配置应用"):
        adapter.menu(STORE)
