import json
import threading
from dataclasses import replace
from datetime import date

import httpx
import pytest

from connector.domain.errors import Busy, Refused, Unauthorised
from connector.domain.gaps import Known, Listed, start_of
from connector.platforms.eleme import Eleme
from connector.ports import Hook, RawEvent
from tests.connector.platforms.test_eleme import APP, NUMBER, ORDER, command, eleme, error
from tests.shelf import Shelf, StandingClock

SHOP = "eleme:155000001"
REF = f"eleme:{NUMBER}"
TODAY = date(2023, 11, 15)
NOW = StandingClock().now()
LISTS = {"getAllOrders": {"list": [], "total": 0}}
NOTHING = ("getUnprocessOrders", "getCancelOrders", "getRefundOrders", "getNonReachedOMessages")


class Lists:
    """The platform's end: answers by the name of the call, and keeps what it was asked."""

    def __init__(self, **answers):
        self.answers = {**LISTS, **{name: [] for name in NOTHING}, "getOrder": ORDER, "getCommodities": {}, **answers}
        self.asked, self.tokens = [], 0

    def __call__(self, request):
        if request.url.path == "/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 2592000})
        called = json.loads(request.content)
        name = called["action"].rpartition(".")[2]
        self.asked.append((name, called["params"]))
        answer = self.answers[name]
        answer = answer(called["params"]) if callable(answer) else answer
        body = answer if isinstance(answer, dict) and "error" in answer else {"result": answer, "error": None}
        return httpx.Response(200, json={"id": "1", **body})

    def names(self):
        return [name for name, _ in self.asked]


def known(*, full=False, **words):
    return Known(now=NOW, full=full, **words)


def missed(server, store=SHOP, since=TODAY, **words):
    platform = eleme(server)
    return platform, list(platform.missed(store, known(**words), start_of(since)))


def heard(platform, envelope):
    raw = RawEvent(id=1, source="eleme", lane=envelope.lane, received_at=0, body=envelope.body)
    return platform.heard(raw)


def order(number, **changes):
    return {**ORDER, "id": number, "orderId": number, **changes}


def day(*orders):
    """The list of a day, as the platform pages it."""

    def page(params):
        first = (params["pageNo"] - 1) * params["pageSize"]
        return {"list": list(orders[first : first + params["pageSize"]]), "total": len(orders)}

    return page


def test_an_order_of_the_list_that_we_lack_is_taken_as_it_stands_there():
    server = Lists(getAllOrders=day(ORDER))
    platform, (envelope,) = missed(server)
    assert (envelope.lane, envelope.order) == (SHOP, REF)
    facts = heard(platform, envelope).facts
    assert {fact.pulled for fact in facts} == {True}
    assert any(fact.content and fact.content.items for fact in facts)
    assert "getOrder" not in server.names()


def test_an_order_that_we_have_and_that_agrees_is_left_alone():
    server = Lists(getAllOrders=day(ORDER))
    assert missed(server, states={REF: "new"}, counts={TODAY: 1})[1] == []


@pytest.mark.parametrize(
    ("status", "refund", "state", "behind"),
    [
        ("unprocessed", "noRefund", "accepted", False),
        ("valid", "noRefund", "new", True),
        ("valid", "noRefund", "waiting", False),
        ("valid", "noRefund", "delivering", False),
        ("settled", "noRefund", "delivering", True),
        ("settled", "noRefund", "completed", False),
        ("settled", "successful", "completed", True),
        ("settled", "successful", "partially_refunded", False),
        ("invalid", "noRefund", "paid", True),
        ("invalid", "successful", "refunded", False),
        ("invalid", "noRefund", "cancelled", False),
        ("valid", "applied", "preparing", True),
        ("valid", "applied", "refunding", False),
        ("valid", "arbitrating", "refunding", False),
        ("valid", "rejected", "refunding", True),
        ("valid", "rejected", "preparing", False),
        ("valid", "noRefund", "refunding", True),
        ("valid", "successful", "preparing", False),  # a part was given back, the order goes on
        ("valid", "successful", "partially_refunded", False),
        ("valid", "successful", "refunding", True),  # it was given back, and nobody told us
        ("settled", "successful", "refunding", True),
    ],
)
def test_an_order_of_which_the_platform_knows_more_is_read_back(status, refund, state, behind):
    listed = order(NUMBER, status=status, refundStatus=refund)
    server = Lists(getAllOrders=day(listed), getRefundOrder={"orderId": NUMBER, "refundStatus": refund})
    _, envelopes = missed(server, states={REF: state}, counts={TODAY: 1})
    assert bool(envelopes) is behind


def test_a_refund_is_read_with_its_order():
    listed = order(NUMBER, status="valid", refundStatus="applied")
    refund = {"orderId": NUMBER, "refundStatus": "applied", "refundType": "part", "totalPrice": 3.5}
    server = Lists(getAllOrders=day(listed), getRefundOrder=refund)
    platform, (envelope,) = missed(server)
    (statement,) = [fact.statement for fact in heard(platform, envelope).facts if fact.statement]
    assert (statement.case, statement.refund.money) == ("requested", 350)


def test_what_was_read_back_lately_is_not_again_unless_in_full():
    listed = order(NUMBER, status="settled")
    words = {"states": {REF: "paid"}, "counts": {TODAY: 1}, "asked": frozenset({REF})}
    assert missed(Lists(getAllOrders=day(listed)), **words)[1] == []
    assert len(missed(Lists(getAllOrders=day(listed)), full=True, **words)[1]) == 1


def test_a_cheap_look_reads_on_only_if_the_platform_has_more_orders_than_we_have():
    orders = [order(str(number)) for number in range(1000, 1120)]
    have = {f"eleme:{number}": "new" for number in range(1000, 1119)}
    server = Lists(getAllOrders=day(*orders))
    _, envelopes = missed(server, states=have, counts={TODAY: 119})
    assert [envelope.order for envelope in envelopes] == ["eleme:1119"]
    assert server.names().count("getAllOrders") == 3
    server = Lists(getAllOrders=day(*orders))
    assert missed(server, states={**have, "eleme:1119": "new"}, counts={TODAY: 120})[1] == []
    assert server.names().count("getAllOrders") == 1
    server = Lists(getAllOrders=day(*orders))
    missed(server, full=True, states={**have, "eleme:1119": "new"}, counts={TODAY: 120})
    assert server.names().count("getAllOrders") == 3


def test_each_day_since_then_is_read():
    server = Lists()
    missed(server, since=date(2023, 11, 13), full=True)
    days = [params["date"] for name, params in server.asked if name == "getAllOrders"]
    assert days == ["2023-11-13", "2023-11-14", "2023-11-15"]


def test_orders_that_wait_for_the_merchant_are_read_if_we_do_not_know_of_it():
    server = Lists(
        getUnprocessOrders=["1", "2"],
        getCancelOrders=["2", "3"],
        getRefundOrders=["4", "5", "3"],
        getOrder=lambda params: order(params["orderId"]),
    )
    states = {"eleme:2": "preparing", "eleme:3": "refunding", "eleme:5": "completed"}
    _, envelopes = missed(server, states=states)
    assert [envelope.order for envelope in envelopes] == [f"eleme:{number}" for number in ("1", "2", "4", "5")]


def test_a_push_that_was_given_up_is_the_event_that_it_would_have_been(monkeypatch):
    message = json.dumps(
        {"orderId": NUMBER, "state": "valid", "shopId": 155000001, "updateTime": 1700000066, "role": 3}
    )
    row = {
        "requestId": "1",
        "type": 12,
        "message": message,
        "shopId": 155000001,
        "userId": 5,
        "timestamp": 1700000066767,
    }
    server = Lists(getNonReachedOMessages=[row, {"type": 12}, "rubbish", {**row, "message": None}])
    platform, (envelope,) = missed(server, store="eleme:")
    assert server.asked == [("getNonReachedOMessages", {"appId": 10000001})]
    assert (envelope.lane, envelope.order) == (SHOP, REF)
    monkeypatch.setattr("connector.platforms.eleme.verify_eleme_push", lambda *_: None)
    body = json.dumps({**row, "requestId": "2", "appId": 10000001, "signature": "x"}).encode()
    pushed = platform.envelope(Hook(method="POST", path="/", query="", headers={}, body=body))
    assert pushed.digest == envelope.digest
    assert heard(platform, pushed).facts == heard(platform, envelope).facts
    assert [fact.code for fact in heard(platform, envelope).facts] == [12]


def test_the_list_of_a_day_tells_numbers_and_sums():
    server = Lists(getAllOrders=day(order("7", daySn=3, totalPrice=12.34), order("8", daySn=4)))
    found = list(eleme(server).listed(SHOP, TODAY))
    assert found[0] == Listed(order="eleme:7", number=3, paid=1234)
    assert [one.order for one in found] == ["eleme:7", "eleme:8"]


def test_a_named_order_that_it_does_not_give_us_hides_no_other():
    def one(params):
        return error("ORDER_NOT_FOUND", "无此订单") if params["orderId"] == "1" else order(params["orderId"])

    server, told = Lists(getUnprocessOrders=["1", NUMBER], getOrder=one), known()
    found = [envelope.order for envelope in eleme(server).missed(SHOP, told, start_of(TODAY))]
    assert (found, told.refused) == ([REF], {"eleme:1"})


@pytest.mark.parametrize("name", ["getAllOrders", "getUnprocessOrders", "getCancelOrders"])
@pytest.mark.parametrize(
    ("code", "refusal"),
    [("ACCESS_DENIED", Unauthorised), ("PERMISSION_DENIED", Unauthorised), ("VALIDATION_FAILED", Refused)],
)
def test_what_the_platform_does_not_tell_us_is_refused_in_its_words(name, code, refusal):
    with pytest.raises(Refused, match=code) as raised:
        missed(Lists(**{name: error(code)}))
    assert raised.type is refusal


def test_an_order_whose_shop_we_do_not_know_tells_it():
    none = {"result": None}
    envelope = eleme(Lists(getOrder=order(NUMBER, shopId=155000009), getCommodities=none)).fetch(REF, "eleme:")
    assert envelope.lane == "eleme:155000009"
    assert eleme(Lists(getOrder=ORDER, getCommodities=none)).fetch(REF, SHOP).lane == SHOP


def test_an_order_whose_shop_we_do_not_know_is_asked_for_at_every_application():
    server = Lists(getOrder=lambda _: error("ACCESS_DENIED") if server.names() == ["getOrder"] else ORDER)
    client = httpx.Client(transport=httpx.MockTransport(server))
    apps = [APP, replace(APP, app_id="10000002")]
    platform = Eleme(apps, url="https://platform.invalid", shelf=Shelf(), http=client, clock=StandingClock())
    assert platform.fetch(REF, "eleme:").lane == SHOP
    server.asked.clear()
    with pytest.raises(Refused, match="ACCESS_DENIED"):
        platform.fetch(REF, SHOP)


@pytest.mark.parametrize("store", ["eleme:店", "eleme:²"])
def test_a_shop_that_was_mistyped_in_the_erp_is_refused(store):
    with pytest.raises(Refused, match="digits"):
        missed(Lists(), store=store)


def test_a_path_that_the_platform_found_too_often_rests(monkeypatch):
    monkeypatch.setattr("connector.platforms.eleme_api.RATE", 100.0)
    server = Lists(confirmOrderLite=error("EXCEED_LIMIT"))
    platform = eleme(server)
    with pytest.raises(Exception, match="EXCEED_LIMIT"):
        platform.perform(command("accept"))
    with pytest.raises(Busy):
        platform.perform(command("accept"))
    assert server.names() == ["confirmOrderLite"]
    server.answers["cancelOrderLite"] = None
    assert platform.perform(command("cancel")).taken


def test_many_threads_that_find_no_token_ask_for_one():
    server, shelf, gate = Lists(confirmOrderLite=None), Shelf(), threading.Barrier(8)
    client = httpx.Client(transport=httpx.MockTransport(server))
    platform = Eleme([APP], url="https://platform.invalid", shelf=shelf, http=client, clock=StandingClock())
    answers = []

    def call():
        gate.wait(30)
        answers.append(platform.perform(command("accept")).taken)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8
    assert server.tokens == 1
