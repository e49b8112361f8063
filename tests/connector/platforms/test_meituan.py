import json
from urllib.parse import parse_qsl

import httpx
import pytest

from connector.domain.errors import Refused, Unavailable
from connector.platforms.meituan import TRAITS, Meituan
from connector.platforms.meituan_calls import CALLS, REASONS
from connector.platforms.signing import sign_meituan
from connector.ports import Command, RawEvent
from connector.settings import MeituanApp
from tests.mappings.meituan import NOW, ORDER, line, order, stored
from tests.shelf import Shelf, StandingClock

APP = MeituanApp(app_id="900001", secrets=("0f1e2d3c", "former"))
OTHER = MeituanApp(app_id="900002", secrets=("c3d2e1f0",))
STORE = "meituan:MT-2001"


class Server:
    """The platform's end: answers what it is told to, keeps what it was asked as path and parameters."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests, self.asked = [], []

    def __call__(self, request):
        self.requests.append(request)
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        body = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        self.asked.append((request.url.path.removeprefix("/api/v1/"), {**query, **body}))
        answer = self.answers.pop(0) if self.answers else {"data": "ok"}
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def said(self):
        """The calls without what every call has."""
        common = {"app_id", "timestamp", "sig"}
        return [(path, {k: v for k, v in told.items() if k not in common}) for path, told in self.asked]


def meituan(server, *apps, shelf=None, url="https://platform.invalid"):
    client = httpx.Client(transport=httpx.MockTransport(server))
    shelf = shelf or Shelf()
    return Meituan(apps or [APP], url=url, public_urls=[], shelf=shelf, http=client, clock=StandingClock())


def command(action, **args):
    return Command(key="cmd-1", store=STORE, order=f"meituan:{ORDER}", action=action, args=args)


def error(code, message="不行"):
    return {"data": "ng", "error": {"code": code, "msg": message}}


@pytest.mark.parametrize("action", ["accept", "answer_reminder"])
def test_a_call_is_signed_over_the_address_that_is_called(action):
    server = Server()
    assert meituan(server).perform(command(action, reminder="7", text="马上 50%+&=")).taken
    (request,), ((_, told),) = server.requests, server.asked
    sig = told.pop("sig")
    assert sig == sign_meituan(str(request.url).partition("?")[0], told, "0f1e2d3c")
    assert (told["app_id"], told["timestamp"]) == ("900001", "1700000000")
    assert request.method == ("GET" if action == "accept" else "POST")


@pytest.mark.parametrize("url", ["http://one.invalid/meituan", "http://one.invalid/meituan/api/v1/"])
def test_the_address_is_taken_with_and_without_the_version(url):
    server = Server()
    meituan(server, url=url).perform(command("accept"))
    assert str(server.requests[0].url).partition("?")[0] == "http://one.invalid/meituan/api/v1/order/confirm"


def test_what_all_calls_have_is_in_the_query_and_the_rest_in_the_form():
    server = Server()
    meituan(server).perform(command("answer_reminder", reminder="7", text="马上"))
    (request,) = server.requests
    assert {name for name, _ in parse_qsl(request.url.query.decode())} == {"app_id", "timestamp", "sig"}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded; charset=UTF-8"


def test_the_time_limits_are_those_of_the_platforms_own_sdk():
    server = Server()
    meituan(server).perform(command("accept"))
    limits = server.requests[0].extensions["timeout"]
    assert (limits["connect"], limits["read"]) == (3.0, 5.0)


ID = {"order_id": ORDER}


@pytest.mark.parametrize(
    ("action", "args", "path", "told"),
    [
        ("accept", {}, "order/confirm", ID),
        ("reject", {"reason_code": "2008"}, "order/cancel", {**ID, "reason_code": "2008", "reason": "店铺太忙"}),
        ("cancel", {"reason": "厨房停电"}, "order/cancel", {**ID, "reason_code": "2007", "reason": "厨房停电"}),
        ("cancel", {"reason_code": "others"}, "order/cancel", {**ID, "reason_code": "2007", "reason": "其他原因"}),
        ("agree_refund", {}, "order/refund/agree", {**ID, "reason": "商家同意退款"}),
        ("reject_refund", {"reason": "已做好"}, "order/refund/reject", {**ID, "reason": "已做好"}),
        ("ready", {}, "order/preparationMealComplete", ID),
        ("dispatch", {}, "order/delivering", ID),
        (
            "answer_reminder",
            {"reminder": "7", "text": "马上"},
            "order/remindReply",
            {**ID, "remind_id": "7", "reply_id": "1", "reply_content": "马上"},
        ),
    ],
)
def test_every_button_is_its_call(action, args, path, told):
    server = Server()
    answer = meituan(server).perform(command(action, **args))
    assert answer.taken
    assert server.said == [(path, told)]


def test_every_button_that_tells_the_platform_has_a_call():
    assert set(CALLS) == {action for action, effect in TRAITS.actions.items() if effect != "fact"}


def test_a_reason_is_never_longer_than_the_platform_takes():
    server = Server()
    meituan(server).perform(command("cancel", reason="一二三四五六七八九十"))
    assert server.said[0][1]["reason"] == "一二三四五六七八九"
    assert all(len(words) <= 9 for words in REASONS.values())
    assert set(REASONS) == {str(code) for code in range(2001, 2017)}


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("invented", {}),
        ("start", {}),
        ("part_refund", {}),
        ("part_refund", {"goods": []}),
        ("part_refund", {"goods": ["F001"]}),
        ("answer_reminder", {"text": "马上"}),
        ("reject_refund", {"reason": "\ud800"}),
    ],
)
def test_what_cannot_be_called_is_refused_in_words_without_a_call(action, args):
    server = Server()
    answer = meituan(server).perform(command(action, **args))
    assert (answer.taken, bool(answer.words), server.asked) == (False, True, [])


@pytest.mark.parametrize("code", [806, "806", 1022, 4001, 702, 703, 704, 708])
def test_a_refusal_keeps_the_platforms_words_and_code(code):
    server = Server(error(code, "不存在此订单"))
    answer = meituan(server).perform(command("accept"))
    assert (answer.taken, answer.words) == (False, f"不存在此订单 ({code})")
    assert len(server.asked) == 1


@pytest.mark.parametrize(("code", "loud"), [(702, True), (703, True), (704, True), (708, True), (808, False)])
def test_what_no_staff_can_mend_is_loud_in_the_log(code, loud, caplog):
    meituan(Server(error(code))).perform(command("agree_refund"))
    told = {"platform": "meituan", "app_id": "900001", "path": "order/refund/agree", "code": str(code)}
    lines = [record.msg for record in caplog.records if record.name.startswith("connector.")]
    assert [line["event"] for line in lines] == (["platform_refuses_us"] if loud else [])
    assert all(line["level"] == "error" and line.items() >= told.items() for line in lines)


@pytest.mark.parametrize(("code", "unknown"), [(700, True), (711, False)])
def test_the_platform_that_asks_for_patience_gets_it(code, unknown):
    with pytest.raises(Unavailable) as failure:
        meituan(Server(error(code))).perform(command("accept"))
    assert failure.value.unknown is unknown


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b"{}"),
        httpx.Response(502, content=b"bad gateway"),
        httpx.ReadTimeout("lost"),
        httpx.RemoteProtocolError("lost"),
    ],
    ids=["nothing", "a page", "a list", "empty", "a gateway", "late", "broken"],
)
def test_no_readable_answer_leaves_it_unknown_whether_the_call_was_taken(answer):
    with pytest.raises(Unavailable) as failure:
        meituan(Server(answer)).perform(command("accept"))
    assert failure.value.unknown


def test_an_empty_error_beside_a_success_is_none():
    assert meituan(Server({"data": "ok", "error": {}})).perform(command("accept")).taken


def test_nobody_there_has_certainly_not_taken_it():
    with pytest.raises(Unavailable) as failure:
        meituan(Server(httpx.ConnectError("away"))).perform(command("accept"))
    assert not failure.value.unknown


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"data": "ng"}, "ng (ng)"),
        ({"data": None, "error": {"code": 808, "msg": "操作失败"}}, "操作失败 (808)"),
        ({"data": "null", "error": {"msg": "不行"}}, "不行 (error)"),
        ({"result_code": 4, "error_list": [{"code": 703, "msg": "签名"}]}, "签名 (703)"),
        ({"result_code": 3, "msg": "全部失败"}, "全部失败 (3)"),
    ],
)
def test_every_form_of_a_failure_is_one(answer, words):
    told = meituan(Server(answer)).perform(command("agree_refund"))
    assert (told.taken, told.words) == (False, words)


@pytest.mark.parametrize(
    "answer", [{"data": "ok"}, {"data": {"a": 1}}, {"result_code": 1}, {"data": "ok", "code": 200}]
)
def test_every_form_of_a_success_is_one(answer):
    assert meituan(Server(answer)).perform(command("accept")).taken


@pytest.mark.parametrize(
    ("action", "code", "status", "taken"),
    [
        ("accept", 808, 4, True),
        ("accept", 1001, 8, True),
        ("accept", 808, 2, False),
        ("accept", 808, 9, False),
        ("cancel", 808, 9, True),
        ("reject", 1002, 9, True),
        ("cancel", 1002, 4, False),
    ],
)
def test_a_call_that_came_too_late_is_taken_if_the_order_is_where_it_should_be(action, code, status, taken):
    server = Server(error(code), {"data": {"status": status}})
    assert meituan(server).perform(command(action)).taken is taken
    assert [path for path, _ in server.said][1] == "order/viewstatus"


@pytest.mark.parametrize("action", ["agree_refund", "dispatch"])
def test_other_calls_that_came_too_late_are_refused_without_asking(action):
    server = Server(error(808))
    assert not meituan(server).perform(command(action)).taken
    assert len(server.asked) == 1


@pytest.mark.parametrize(("action", "code"), [("ready", 1005), ("dispatch", 1006)])
def test_a_courtesy_that_does_not_apply_is_no_refusal(action, code):
    assert meituan(Server(error(code))).perform(command(action)).taken
    assert not meituan(Server(error(code))).perform(command("agree_refund")).taken


def detail(**changes):
    told = {**order(detail=..., extras=...), "detail": [line()], "extras": [{}], "status": 4, "total": 37.0}
    return {"data": {**told, "order_id": int(ORDER), **changes}}


def read(adapter, envelope):
    raw = RawEvent(id=1, source="meituan", lane=envelope.lane, received_at=NOW * 1000, body=envelope.body)
    return adapter.heard(raw)


def test_an_order_is_read_back_with_its_refunds_exactly():
    refund = {"refund_id": 9, "ctime": NOW, "utime": NOW, "refund_type": 2, "res_type": 2, "money": 0.1}
    server = Server(detail(), {"data": [refund]})
    adapter = meituan(server)
    envelope = adapter.fetch(f"meituan:{ORDER}", STORE)
    assert server.said == [
        ("order/getOrderDetail", {**ID, "is_mt_logistics": "1"}),
        ("ecommerce/order/getOrderRefundDetail", {"wm_order_id_view": ORDER}),
        ("order/logistics/status", ID),
    ]
    assert (envelope.lane, envelope.order, envelope.source) == (STORE, f"meituan:{ORDER}", "meituan")
    heard = read(adapter, envelope)
    assert heard.order == f"meituan:{ORDER}"
    (case,) = [fact for fact in heard.facts if fact.claim]
    assert (case.claim.key, case.statement.refund.money) == ("9", 10)
    assert next(fact.content for fact in heard.facts if fact.content).paid == 3700


def test_where_the_rider_is_is_asked_for_when_an_order_under_way_does_not_tell():
    rider = {"dispatcher_name": "测骑手", "dispatcher_mobile": "13800000000_1"}
    status = {"logistics_status": 20, "fetch_time": NOW + 30, "cancel_time": 0, "tip_amount": 0.5, **rider}
    server = Server(detail(logistics_confirm_time=0), {"data": []}, {"data": status})
    adapter = meituan(server)
    heard = read(adapter, adapter.fetch(f"meituan:{ORDER}", STORE))
    assert server.said[2:] == [("order/logistics/status", ID)]
    (fact,) = [fact for fact in heard.facts if fact.code == 55]
    assert (fact.rider.name, fact.rider.phone, fact.at) == ("测骑手", "13800000000_1", (NOW + 30) * 1000)


@pytest.mark.parametrize(
    "change",
    [{"status": 2}, {"status": 8}, {"status": 9}, {"logistics_code": "0000"}, {"logistics_send_time": NOW}],
)
def test_where_the_rider_is_is_not_asked_for_in_vain(change):
    server = Server(detail(**change), {"data": []})
    meituan(server).fetch(f"meituan:{ORDER}", STORE)
    assert len(server.said) == 2


@pytest.mark.parametrize("answer", [error(806), {"data": "ok"}, {"data": {}}, {"data": {"fetch_time": []}}])
def test_a_rider_who_is_not_told_does_not_hide_the_order(answer):
    adapter = meituan(Server(detail(), {"data": []}, answer))
    heard = read(adapter, adapter.fetch(f"meituan:{ORDER}", STORE))
    assert [fact for fact in heard.facts if fact.rider] == []
    assert any(fact.content for fact in heard.facts)


@pytest.mark.parametrize("answer", [error(806), {"data": "ok"}, {"data": {}}])
def test_refunds_that_are_not_told_yet_do_not_hide_the_order(answer):
    adapter = meituan(Server(detail(), answer))
    heard = read(adapter, adapter.fetch(f"meituan:{ORDER}", STORE))
    assert [fact.claim for fact in heard.facts if fact.claim] == []
    assert any(fact.content for fact in heard.facts)


def test_an_order_whose_shop_is_not_known_is_asked_of_every_application_and_names_its_shop():
    server = Server(error(704), detail(app_poi_code="MT-2002"), {"data": []})
    envelope = meituan(server, APP, OTHER).fetch(f"meituan:{ORDER}", "meituan:")
    assert [told["app_id"] for _, told in server.asked] == ["900001", "900002", "900002", "900002"]
    assert envelope.lane == "meituan:MT-2002"


def test_the_application_of_the_shop_is_the_only_one_asked():
    server = Server(error(806))
    adapter = meituan(server, APP, OTHER, shelf=Shelf({STORE: "900002"}))
    with pytest.raises(Refused, match="806"):
        adapter.fetch(f"meituan:{ORDER}", STORE)
    assert [told["app_id"] for _, told in server.asked] == ["900002"]


def test_without_an_application_everything_is_refused_in_words():
    adapter = Meituan([], url="https://platform.invalid", public_urls=[], shelf=Shelf())
    assert not adapter.perform(command("accept")).taken
    for refused in (lambda: adapter.fetch(f"meituan:{ORDER}", STORE), lambda: adapter.menu(STORE)):
        with pytest.raises(Refused, match="美团未配置应用"):
            refused()


def test_an_alert_names_its_order_or_its_shop():
    adapter = meituan(Server())
    raw = stored("logistics", {"order_id": ORDER, "logistics_status": "100", "time": "5", "timestamp": "9"})
    (alert,) = adapter.heard(RawEvent(id=1, source="meituan", lane=STORE, received_at=0, body=raw)).alerts
    assert (alert.kind, alert.store, alert.order) == ("delivery", STORE, f"meituan:{ORDER}")
    assert alert.key == f"delivery:meituan:{ORDER}:logistics:100:5"
    raw = stored("shop-status", {"poi_status": "120", "operate_time": "5"})
    (alert,) = adapter.heard(RawEvent(id=1, source="meituan", lane=STORE, received_at=0, body=raw)).alerts
    assert (alert.kind, alert.order, alert.state) == ("shop", None, "open")


def food(number, skus=1, *, stock="*", **changes):
    rows = [{"sku_id": f"S{number}-{n}", "spec": f"规格{n}", "price": "9.5", "stock": stock} for n in range(skus)]
    known = {"app_food_code": f"F{number}", "name": f"菜{number}", "price": 8, "category_name": "面", "skus": rows}
    return {**known, "is_sold_out": 0, **changes}


def test_the_menu_is_read_page_by_page_and_spec_by_spec():
    pages = [[food(n) for n in range(200)], [food(200, skus=2), food(201, skus=0, is_sold_out=1)]]
    server = Server(*({"data": page} for page in pages))
    menu = meituan(server).menu(STORE)
    assert [(told["offset"], told["limit"]) for _, told in server.said] == [("0", "200"), ("200", "200")]
    assert len(menu) == 203
    assert [item.spec for item in menu[200:202]] == ["规格0", "规格1"]
    assert (menu[0].platform_item, menu[0].platform_sku, menu[0].sku_code) == ("F0", "S0-0", "S0-0")
    assert (menu[0].price, menu[0].stock, menu[0].on_sale, menu[0].category) == (950, None, True, "面")
    assert (menu[202].price, menu[202].on_sale, menu[202].platform_sku, menu[202].sku_code) == (800, False, "", "F201")


@pytest.mark.parametrize(("stock", "left"), [("*", None), ("0", 0), (12, 12), ("", None), ("x", None)])
def test_a_stock_is_a_number_or_no_limit(stock, left):
    (item,) = meituan(Server({"data": [food(1, stock=stock)]})).menu(STORE)
    assert item.stock == left


def test_a_dish_that_is_called_by_its_name_has_no_code():
    (item,) = meituan(Server({"data": [food(1, skus=0, app_food_code="菜1")]})).menu(STORE)
    assert (item.platform_item, item.sku_code) == ("菜1", "")


@pytest.mark.parametrize("answer", [error(704), {"data": "ok"}, {"data": [7]}])
def test_a_menu_that_is_not_told_is_refused(answer):
    with pytest.raises(Refused):
        meituan(Server(answer)).menu(STORE)


def shop_command(action, *rows):
    return Command(key="cmd-2", store=STORE, order=None, action=action, args={"items": list(rows)})


def dish(item, sku, name="炸酱面", **more):
    return {"platform_item": item, "platform_sku": sku, "name": name, "category": "面", **more}


def test_codes_are_written_by_the_present_codes_or_by_name_and_spec():
    server = Server()
    rows = (
        dish("F001", "F001-L", code="NEW-L", spec="大份"),
        dish("炸酱面", "", code="Z1", spec="小份"),
        dish("", "", code="Z2", spec="大份"),
        dish("F009", "", "凉面", code="L1", spec=""),
    )
    assert meituan(server).perform(shop_command("push_code", *rows)).taken
    origin, *named = server.said
    assert origin == (
        "food/updateAppFoodCodeByOrigin",
        {
            "app_poi_code": "MT-2001",
            "app_food_code_origin": "F001",
            "app_food_code": "F001",
            "sku_id_origin": "F001-L",
            "sku_id": "NEW-L",
        },
    )
    assert {path for path, _ in named} == {"food/updateAppFoodCodeByNameAndSpec"}
    assert [(told["name"], told["spec"], told["app_food_code"], told["sku_id"]) for _, told in named] == [
        ("炸酱面", "小份", "Z1", "Z1"),
        ("炸酱面", "大份", "Z1", "Z2"),
        ("凉面", "", "F009", "L1"),
    ]


@pytest.mark.parametrize(("action", "status"), [("off_sale", "1"), ("on_sale", "0")])
def test_dishes_go_off_sale_and_back_in_one_call(action, status):
    server = Server()
    rows = (dish("F001", "F001-L"), dish("F001", "F001-S"), dish("", "", "凉面"))
    assert meituan(server).perform(shop_command(action, *rows)).taken
    ((path, told),) = server.said
    assert (path, told["sell_status"]) == ("food/sku/sellStatus", status)
    assert json.loads(told["food_data"]) == [
        {"app_food_code": "F001", "skus": [{"sku_id": "F001-L"}, {"sku_id": "F001-S"}]},
        {"app_food_code": "凉面", "skus": [{"sku_id": ""}]},
    ]


def test_what_only_some_dishes_took_says_so():
    rows = (dish("F1", "S1", code="A"), dish("F2", "S2", code="B"))
    answer = meituan(Server({"data": "ok"}, error(805, "不存在此菜品"))).perform(shop_command("push_code", *rows))
    assert not answer.taken
    assert "不存在此菜品 (805)" in answer.words
    assert "1 done" in answer.words
    part = {"data": "ok", "msg": "S1 失败"}
    assert "S1 失败" in meituan(Server(part)).perform(shop_command("off_sale", *rows)).words


def test_a_press_on_a_shop_that_names_no_dish_is_refused():
    server = Server()
    for rows in ((), ("F001",)):
        assert not meituan(server).perform(shop_command("off_sale", *rows)).taken
    assert server.asked == []
