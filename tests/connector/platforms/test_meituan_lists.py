from datetime import date
from urllib.parse import parse_qs

import httpx
import pytest

from connector.domain.errors import Busy, Refused, Unauthorised, Unavailable
from connector.domain.gaps import Known, Listed, start_of
from connector.platforms.meituan import Meituan
from connector.settings import MeituanApp
from tests.shelf import Shelf, StandingClock

SHOP = "meituan:MT-2001"
TODAY = date(2023, 11, 15)
YESTERDAY = date(2023, 11, 14)
NOW = StandingClock().now()


class Shop:
    """The platform's end: a shop's orders by day and running number."""

    def __init__(self, today=(), yesterday=()):
        self.days = {"20231115": dict(today), "20231114": dict(yesterday)}
        self.asked, self.errors, self.unknown = [], {}, set()

    def __call__(self, request):
        path = request.url.path.removeprefix("/api/v1/")
        params = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        self.asked.append((path, params))
        if path in self.errors:
            return httpx.Response(200, json={"data": "ng", "error": {"code": self.errors[path], "msg": "不行"}})
        return httpx.Response(200, json=self.answer(path, params))

    def answer(self, path, params):
        if path == "order/getOrderDaySeq":
            return {"data": {"day_seq": max(self.days["20231115"], default=0)}}
        if path == "order/getOrderIdByDaySeq":
            found = self.days[params["date_time"]].get(int(params["day_seq"]))
            return {"data": {"order_id": found}} if found else {"data": "ng", "error": {"code": 806, "msg": "无"}}
        if path == "order/getOrderDetail" and params["order_id"] in self.unknown:
            return {"data": "ng", "error": {"code": 806, "msg": "无此订单"}}
        if path == "order/getOrderDetail":
            return {"data": {"order_id": int(params["order_id"]), "app_poi_code": "MT-2001", "status": 4}}
        return {"data": []}

    def numbers(self, day="20231115"):
        return [
            int(params["day_seq"])
            for path, params in self.asked
            if path == "order/getOrderIdByDaySeq" and params["date_time"] == day
        ]


def meituan(server, rate=1000):
    app = MeituanApp(app_id="900001", secrets=("s",), calls_per_second=rate)
    client = httpx.Client(transport=httpx.MockTransport(server))
    return Meituan(
        [app], url="https://platform.invalid", public_urls=(), shelf=Shelf(), http=client, clock=StandingClock()
    )


def missed(server, since=TODAY, *, full=False, **words):
    found = meituan(server).missed(SHOP, Known(now=NOW, full=full, **words), start_of(since))
    return [envelope.order for envelope in found]


def orders(*numbers):
    return {number: 17000 + number for number in numbers}


def test_a_gap_in_the_days_running_numbers_is_filled():
    server = Shop(orders(1, 2, 3, 4))
    have = {"meituan:17001": "paid", "meituan:17003": "paid"}
    assert missed(server, states=have, numbers={TODAY: frozenset({1, 3})}) == ["meituan:17002", "meituan:17004"]
    assert server.numbers() == [2, 4]


def test_without_a_gap_one_question_is_enough():
    server = Shop(orders(1, 2))
    assert missed(server, numbers={TODAY: frozenset({1, 2})}) == []
    assert [path for path, _ in server.asked] == ["order/getOrderDaySeq"]


def test_a_number_without_an_order_is_passed_over():
    assert missed(Shop(orders(1, 3)), numbers={TODAY: frozenset({1})}) == ["meituan:17003"]


def test_an_order_whose_number_we_do_not_know_is_not_read_again():
    assert missed(Shop(orders(1)), states={"meituan:17001": "paid"}) == []


def test_a_cheap_look_fills_twenty_gaps_and_leaves_the_others_for_the_next_minute():
    server = Shop(orders(*range(1, 51)))
    assert len(missed(server)) == 20
    assert server.numbers() == list(range(31, 51)), "the newest, which can still be accepted"
    assert len(missed(Shop(orders(*range(1, 51))), full=True)) == 50


def test_past_days_are_looked_through_in_full_looks_also_behind_the_last_number_that_we_know():
    server = Shop(orders(1), yesterday=orders(1, 2, 3, 5))
    have = {"meituan:17001": "completed", "meituan:17003": "completed"}
    words = {"states": have, "numbers": {TODAY: frozenset({1}), YESTERDAY: frozenset({1, 3})}}
    assert missed(server, since=YESTERDAY, full=True, **words) == ["meituan:17002", "meituan:17005"]
    assert server.numbers("20231114") == [2, 4, 5, 6, 7, 8]
    server = Shop(orders(1), yesterday=orders(1, 2))
    assert missed(server, since=YESTERDAY, **words) == []
    assert server.numbers("20231114") == []


def test_orders_under_way_are_read_again():
    assert missed(Shop(), stale=("meituan:5", "meituan:6")) == ["meituan:5", "meituan:6"]


def test_an_order_that_the_platform_does_not_know_hides_no_other():
    server = Shop(orders(1, 2))
    server.unknown = {"5", "17001"}
    known = Known(now=NOW, stale=("meituan:5", "meituan:6"))
    found = [envelope.order for envelope in meituan(server).missed(SHOP, known, start_of(TODAY))]
    assert found == ["meituan:17002", "meituan:6"]
    assert known.refused == {"meituan:17001", "meituan:5"}


def test_the_platforms_lane_without_a_shop_asks_nothing():
    server = Shop()
    assert list(meituan(server).missed("meituan:", Known(now=NOW), start_of(TODAY))) == []
    assert server.asked == []


@pytest.mark.parametrize(("day", "wanted"), [(TODAY, (1, 3)), (YESTERDAY, (1, 2))])
def test_the_list_of_a_day_is_every_number_that_has_an_order(day, wanted):
    server = Shop(orders(1, 3), yesterday=orders(1, 2))
    found = list(meituan(server).listed(SHOP, day))
    assert found == [Listed(order=f"meituan:{17000 + number}", number=number) for number in wanted]


ALARMS = [(code, Unauthorised) for code in (702, 703, 704, 708)]


@pytest.mark.parametrize(("code", "error"), [(803, Refused), (711, Unavailable), *ALARMS])
def test_what_the_platform_does_not_tell_us_is_no_gap(code, error):
    server = Shop(orders(1))
    server.errors["order/getOrderDaySeq"] = code
    with pytest.raises(error) as raised:
        missed(server)
    assert raised.type is error


def test_no_more_calls_are_made_than_the_application_may():
    server = Shop()
    platform = meituan(server, rate=2)
    platform.fetch("meituan:5", SHOP)
    platform.fetch("meituan:5", SHOP)
    with pytest.raises(Busy):
        platform.fetch("meituan:5", SHOP)
    assert [path for path, _ in server.asked].count("order/getOrderDetail") == 2
