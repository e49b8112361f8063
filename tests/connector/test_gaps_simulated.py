"""Both adapters, with their real wire, against the simulated platforms whose pushes never come: gaps are filled."""

from dataclasses import replace

import httpx
import pytest

from connector.commands.auditing import compare
from connector.domain.gaps import day_of
from connector.platforms.eleme import Eleme
from connector.platforms.meituan import Meituan
from connector.pulling import due, pull
from connector.settings import ElemeApp, MeituanApp
from connector.simulator import SimulatorConfig, create_app
from tests.shelf import Shelf

ELEME = {"app_id": 10000001, "key": "k", "secret": "s1", "shops": [{"id": 155000001, "name": "甲"}]}
MEITUAN = {"app_id": 900001, "secret": "s2", "shops": [{"id": "MT-2001", "name": "乙"}]}
SHOPS = {"eleme": "155000001", "meituan": "MT-2001"}


class Street:
    """The two platforms and a bridge with a shop at each; nothing is pushed."""

    def __init__(self, world):
        self.world, self.clock = world, world.clock
        config = SimulatorConfig(apps=[ELEME], meituan_apps=[MEITUAN], clock=world.clock.now)
        app = create_app(config)
        self.customer = app.test_client()
        http = httpx.Client(transport=httpx.WSGITransport(app=app))
        eleme = Eleme(
            [ElemeApp(app_id="10000001", key="k", secrets=("s1",))],
            url="http://platform.test",
            shelf=Shelf(),
            http=http,
            clock=world.clock,
        )
        meituan = Meituan(
            [MeituanApp(app_id="900001", secrets=("s2",), calls_per_second=1000)],
            url="http://platform.test/meituan",
            public_urls=(),
            shelf=Shelf(),
            http=http,
            clock=world.clock,
        )
        platforms = {"eleme": eleme, "meituan": meituan}
        world.services = replace(world.services, platforms=platforms, sources={**world.services.sources, **platforms})
        for name, shop in SHOPS.items():
            world.open_shop(f"{name}:{shop}")

    def place(self, name, kind="several"):
        placed = self.customer.post("/sim/orders", json={"shop": SHOPS[name], "kind": kind})
        assert placed.status_code == 200, placed.text
        return str(placed.json["orderId"])

    def act(self, order, act, **words):
        done = self.customer.post(f"/sim/orders/{order}/{act}", json=words)
        assert done.status_code == 200, done.text

    def look(self, name):
        """A minute passes, the platform is asked, and what it says is applied and delivered."""
        self.clock.forward(61)
        lane = f"{name}:{SHOPS[name]}"
        assert lane in due(self.world.services)
        found = pull(self.world.services, lane)
        assert self.world.journal.gaps.last(lane).reason == ""
        self.world.settle(lane)
        return found

    def state(self, name, order):
        return self.world.erp.documents[f"{name}:{order}"].state


@pytest.fixture
def street(world):
    return Street(world)


@pytest.fixture(params=["eleme", "meituan"])
def name(request):
    return request.param


def test_orders_that_were_never_pushed_are_found_once(street, name):
    orders = [street.place(name) for _ in range(3)]
    assert street.look(name) == 3
    assert {street.state(name, order) for order in orders} == {"new"}
    assert street.look(name) == 0
    late = street.place(name)
    assert street.look(name) == 1
    assert street.state(name, late) == "new"


def test_an_order_whose_push_may_still_come_is_no_gap(street, name):
    street.place(name)
    street.clock.forward(61)
    street.place(name)
    assert pull(street.world.services, f"{name}:{SHOPS[name]}") == 1
    assert street.look(name) == 1


def test_what_has_become_of_an_order_is_found_although_nothing_was_pushed(street, name):
    order = street.place(name)
    street.look(name)
    street.act(order, "accept")
    for _ in range(17):
        street.look(name)
    assert street.state(name, order) in {"waiting", "paid"}
    street.clock.forward(66)
    street.world.settle(f"{name}:{SHOPS[name]}")
    assert street.state(name, order) == "paid"


def test_a_refund_after_completion_that_was_never_pushed_is_found_by_the_next_daily_look(street):
    """Meituan has no list of refunds: the order itself is read again."""
    order = street.place("meituan")
    street.act(order, "accept")
    street.act(order, "finish")
    street.look("meituan")
    assert street.state("meituan", order) == "completed"
    street.act(order, "ask_refund", reason="洒漏")
    street.act(order, "agree")
    street.look("meituan")
    assert street.state("meituan", order) == "completed", "a cheap look asks nothing about it"
    street.clock.forward(86_400)
    street.look("meituan")
    assert street.state("meituan", order) == "refunded"


def test_the_three_counts_agree_after_the_command(street, name, capsys):
    for _ in range(4):
        street.place(name)
    lane, day = f"{name}:{SHOPS[name]}", day_of(street.clock.now())
    assert not compare(street.world.services, lane, day, dry_run=True)
    assert compare(street.world.services, lane, day, dry_run=False)
    printed = capsys.readouterr().out
    assert "The three agree on 4 orders" in printed
    street.world.erp.documents.popitem()
    assert compare(street.world.services, lane, day, dry_run=False)
    assert len(street.world.erp.documents) == 4


def test_a_refund_after_completion_of_which_nothing_was_pushed_is_found_by_the_command(street, name, capsys):
    order, other = street.place(name), street.place(name)
    lane, day = f"{name}:{SHOPS[name]}", day_of(street.clock.now())
    for each in (order, other):
        street.act(each, "accept")
        street.act(each, "finish")
    assert compare(street.world.services, lane, day, dry_run=False)
    street.clock.forward(66)
    street.world.settle(lane)
    assert {street.state(name, each) for each in (order, other)} == {"completed"}
    assert compare(street.world.services, lane, day, dry_run=True)
    street.clock.forward(600)
    street.act(order, "ask_refund", reason="坏了")
    street.act(order, "agree")
    assert not compare(street.world.services, lane, day, dry_run=True)
    assert street.state(name, order) == "completed"
    assert compare(street.world.services, lane, day, dry_run=False)
    assert f"Mended 已修复 (1): {name}:{order}" in capsys.readouterr().out
    told = street.world.erp.documents[f"{name}:{order}"]
    assert (told.state, told.refunded) == ("refunded", told.paid)
    assert street.state(name, other) == "completed"
    assert compare(street.world.services, lane, day, dry_run=True)


def test_a_shop_whose_authorisation_is_gone_is_told_of_although_no_push_says_so(street):
    """The simulated Meituan answers all the same, see the adapter's own tests."""
    name, shop = "eleme", f"/sim/shops/{SHOPS['eleme']}"
    street.look(name)
    assert street.customer.post(f"{shop}/remove", json={}).status_code == 200
    street.clock.forward(61)
    pull(street.world.services, f"{name}:{SHOPS[name]}")
    street.world.settle(f"{name}:{SHOPS[name]}")
    (alert,) = street.world.erp.alerts.values()
    assert (alert.kind, alert.store, alert.state) == ("authorisation", f"{name}:{SHOPS[name]}", "open")
    assert street.customer.post(f"{shop}/restore", json={}).status_code == 200
    street.place(name)
    street.clock.forward(1800)
    assert street.look(name) == 1
    (alert,) = street.world.erp.alerts.values()
    assert alert.state == "closed"


def test_the_wait_for_a_menu_or_a_list_is_no_wait_for_the_shop(street, name):
    """While a shop is being asked about, its events are applied and delivered all the same."""
    lane = f"{name}:{SHOPS[name]}"
    lease = street.world.journal.lanes.claim(lane, "pull")
    order = street.place(name)
    envelope = street.world.services.platforms[name].fetch(f"{name}:{order}", lane)
    street.world.hear(envelope)
    street.world.settle(lane)
    assert street.state(name, order) == "new"
    street.world.journal.lanes.release(lease)


def test_an_order_whose_shop_is_not_told_is_found_by_its_platform(street, name):
    order = street.place(name)
    lost, lane = f"{name}:", f"{name}:{SHOPS[name]}"
    envelope = street.world.services.platforms[name].fetch(f"{name}:{order}", lost)
    assert envelope.lane == lane
    street.world.hear(replace(envelope, lane=lost))
    for each in (lost, lane, lost, lane):
        street.world.settle(each)
    assert street.state(name, order) == "new"
    assert {lane for (lane,) in street.world.rows("SELECT DISTINCT lane FROM inbox")} == {lane}
