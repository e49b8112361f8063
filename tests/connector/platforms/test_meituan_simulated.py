"""The adapter against the simulated platform: signs, encodings, lives and menus of somebody else's code."""

import random
from dataclasses import replace

import httpx
import pytest

from connector.domain.errors import InDoubt, Unavailable
from connector.domain.order import Terms
from connector.domain.parts import shown
from connector.domain.pricing import priced
from connector.domain.replay import replay
from connector.platforms.eleme import Eleme
from connector.platforms.meituan import Meituan
from connector.ports import Command, Hook, RawEvent
from connector.settings import ElemeApp, MeituanApp
from connector.simulator import SimulatorConfig, create_app, world_of
from connector.simulator.catalogue import DISHES
from connector.simulator.content import Basket, Content, Line
from connector.simulator.kinds import KINDS
from connector.simulator.meituan.scenarios import SCENARIOS
from connector.simulator.play import play
from connector.simulator.truth import sold
from tests.domain.build import DUE
from tests.shelf import Shelf, StandingClock

NOW = 1_700_000_000_000
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SHOP, OWN = "MT-2001", "MT-2002"
ELEME_SHOP = 155000001
SHOPS = [{"id": SHOP, "name": "测试店铺A"}, {"id": OWN, "name": "测试店铺B", "self_delivery": True}]
ELEME = {"app_id": 10000001, "key": "FaKe", "secret": "3f1c0a9e", "shops": [{"id": ELEME_SHOP, "name": "测试店铺A"}]}


class There:
    """The simulated platforms, what they push, and our adapter with its calls going to them."""

    def __init__(self):
        self.pushed = []
        self.clock = StandingClock(NOW)
        self.app = create_app(
            SimulatorConfig(
                apps=[ELEME],
                meituan_apps=[{"app_id": 900001, "secret": SECRET, "shops": SHOPS}],
                push_url="http://erp.invalid/hooks/eleme",
                meituan_push_url="http://erp.invalid/hooks/meituan",
                clock=lambda: self.clock.at,
                transport=httpx.MockTransport(self._take),
            )
        )
        self.world = world_of(self.app)
        http = httpx.Client(transport=httpx.WSGITransport(app=self.app))
        apps, url = [MeituanApp(app_id="900001", secrets=(SECRET,))], "http://platform.invalid"
        self.meituan = Meituan(
            apps,
            url=f"{url}/meituan",
            public_urls=["https://erp.invalid"],
            shelf=Shelf(),
            http=http,
            clock=self.clock,
        )
        eleme = ElemeApp(app_id="10000001", key="FaKe", secrets=("3f1c0a9e",))
        self.eleme = Eleme([eleme], url=url, shelf=Shelf(), http=http, clock=self.clock)

    def _take(self, request):
        url = request.url
        hook = Hook(method=request.method, path=url.path, query=url.query.decode(), headers={}, body=request.content)
        self.pushed.append(hook)
        return httpx.Response(200, json={"data": "ok"})

    def heard(self, hook):
        return self._read(self.meituan.envelope(hook))

    def pulled(self, number):
        return self._read(self.meituan.fetch(f"meituan:{number}", "meituan:"))

    def _read(self, envelope):
        raw = RawEvent(id=1, source="meituan", lane=envelope.lane, received_at=0, body=envelope.body)
        return self.meituan.heard(raw).facts

    def live(self, scenario, kind="several", shop=SHOP):
        """Play a whole life; gives the order that the platform knows."""
        played = play(self.world, SCENARIOS[scenario], shop, kind, start=NOW)
        self.clock.at += SCENARIOS[scenario].length * 1000 + 1000
        self.world.tick()
        self.world.pusher.drain()
        assert played.refused == []
        return self.world.order(played.order_id)


@pytest.fixture
def there():
    return There()


def ends(facts):
    known = {}
    for fact in facts:
        known.setdefault(fact.key, fact)
    return replay([*known.values(), DUE], sold=False, terms=Terms())


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_life_is_read_as_it_was_in_any_order(there, scenario):
    order = there.live(scenario)
    told = [there.heard(hook) for hook in there.pushed]
    shuffled = random.Random(3)
    for _ in range(5):
        life = ends([fact for facts in told for fact in facts])
        assert life.standstill == ""
        assert life.content.paid == order.content.paid
        assert life.granted == order.refunded
        assert (life.completed_at is not None) == any(word.startswith("order-completed") for _, word in order.history)
        assert life.all_back == (order.word == "cancelled")
        assert life.imported == sold(order, 60, there.clock.at)
        shuffled.shuffle(told)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_order_that_was_only_pulled_ends_with_the_same_money(there, scenario):
    order = there.live(scenario)
    pushed = ends([fact for hook in there.pushed for fact in there.heard(hook)])
    pulled = ends(there.pulled(order.id))
    assert (pulled.granted, pulled.all_back) == (order.refunded, order.word == "cancelled")
    assert pulled.content.items == pushed.content.items
    for one, other in zip(pulled.content.fees, pushed.content.fees, strict=True):
        assert (one.name, one.amount) == (other.name, other.amount)  # whose the delivery is may change on the way
    assert {case.status for case in pulled.cases} <= {case.status for case in pushed.cases} | {"granted"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_pull_changes_nothing_that_the_pushes_have_told(there, scenario):
    order = there.live(scenario)
    pushed = [fact for hook in there.pushed for fact in there.heard(hook)]
    alone, both = ends(pushed), ends([*pushed, *there.pulled(order.id)])
    assert (both.state, both.order_state, both.granted) == (alone.state, alone.order_state, alone.granted)
    assert [(case.key, case.status, case.amount) for case in both.cases] == [
        (case.key, case.status, case.amount) for case in alone.cases
    ]


@pytest.mark.parametrize("shop", [SHOP, OWN])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_order_adds_up(there, kind, shop):
    order = there.world.place(shop, KINDS[kind].content, kind=kind)
    there.world.pusher.drain()
    (fact,) = there.heard(there.pushed[0])
    content = priced(fact.content, "discounted")
    paid = sum(item.total for item in content.items) + sum(fee.amount for fee in content.fees)
    assert paid == content.paid == order.content.paid
    odd = sum(fee.amount for fee in content.fees if fee.kind == "rounding")
    assert odd == (-1 if kind == "single_price" else 0)  # 10.01 for two pieces is 5.01 for one
    assert content.own_delivery == (shop == OWN and "到店自取" not in content.remark)


def command(action, number=None, **args):
    order = f"meituan:{number}" if number else None
    return Command(key="cmd-1", store=f"meituan:{SHOP}", order=order, action=action, args=args)


def placed(there):
    order = there.world.place(SHOP, KINDS["several"].content, kind="several")
    there.world.pusher.drain()
    return order


def test_the_buttons_of_an_order_work(there):
    order = placed(there)
    content = next(fact.content for hook in there.pushed for fact in there.heard(hook))
    assert there.meituan.perform(command("accept", order.id)).taken
    assert there.meituan.perform(command("accept", order.id)).taken  # as it was already
    there.clock.at += 120_000
    assert there.meituan.perform(command("ready", order.id)).taken
    first = content.items[0]
    goods = [{"platform_item": first.platform_item, "platform_sku": first.platform_sku, "quantity": 1}]
    answer = there.meituan.perform(command("part_refund", order.id, goods=goods, reason="缺货"))
    assert answer.taken, answer.words
    assert there.meituan.perform(command("cancel", order.id, reason_code="2009")).taken
    there.world.pusher.drain()
    life = ends([fact for hook in there.pushed for fact in there.heard(hook)])
    assert (life.all_back, [case.scope for case in life.cases]) == (True, ["part", "full"])
    refused = there.meituan.perform(command("agree_refund", order.id))
    assert (refused.taken, "808" in refused.words) == (False, True)


@pytest.mark.parametrize("platform", ["eleme", "meituan"])
def test_a_menu_is_read_written_and_taken_off_sale(there, platform):
    adapter, shop = (there.eleme, ELEME_SHOP) if platform == "eleme" else (there.meituan, SHOP)
    store = f"{platform}:{shop}"
    menu = adapter.menu(store)
    assert len(menu) == len(getattr(there.world, platform).menus[shop].entries) > 3
    item = menu[-1]
    row = {"platform_item": item.platform_item, "platform_sku": item.platform_sku, "name": item.name}
    row |= {"spec": item.spec, "category": item.category, "code": "NEW-1"}

    def press(action):
        return adapter.perform(Command(key="k", store=store, order=None, action=action, args={"items": [row]}))

    assert press("push_code").taken
    again = [one for one in adapter.menu(store) if one.sku_code == "NEW-1"]
    assert [(one.name, one.spec) for one in again] == [(item.name, item.spec)]
    row |= {"platform_item": again[0].platform_item, "platform_sku": again[0].platform_sku}
    for action, on_sale in (("off_sale", False), ("on_sale", True)):
        assert press(action).taken
        found = [one for one in adapter.menu(store) if one.name == item.name and one.spec == item.spec]
        assert [one.on_sale for one in found] == [on_sale]


def bought(there, kind):
    """An order that was accepted, and the goods of its lines as the platform's pushes name them."""
    return accepted(there, KINDS[kind].content, kind)


def accepted(there, content, kind):
    order = there.world.place(SHOP, content, kind=kind)
    there.world.pusher.drain()
    content = next(fact.content for hook in there.pushed for fact in there.heard(hook))
    assert there.meituan.perform(command("accept", order.id)).taken
    words = ("platform_item", "platform_sku", "name", "spec", "quantity")
    return order, [{key: getattr(item, key) for key in words} for item in content.items]


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_every_kind_of_order_can_go_back_but_the_last_piece(there, kind):
    order, goods = bought(there, kind)
    pieces = [{**one, "quantity": 1} for one in goods for _ in range(one["quantity"])][:-1]
    if pieces:
        answer = there.meituan.perform(command("part_refund", order.id, goods=pieces, reason="缺货"))
        assert answer.taken, answer.words
    lines = order.content.lines
    assert sum(order.given_back(number) for number, _ in enumerate(lines, 1)) == len(pieces)
    again = there.meituan.perform(command("part_refund", order.id, goods=[{**goods[-1], "quantity": 99}]))
    assert (again.taken, goods[-1]["name"] in again.words) == (False, True)


@pytest.mark.parametrize("executed", [True, False])
def test_a_part_refund_whose_answer_is_lost_is_never_made_twice(there, executed):
    order, goods = bought(there, "several")
    faults = {"order/applyPartRefund": {"kind": "garbage", "executed": executed}}
    there.world.board.change({"platform": "meituan", "faults": faults})
    press = command("part_refund", order.id, goods=[{**goods[1], "quantity": 1}], left=goods, reason="缺货")
    with pytest.raises(Unavailable) as failure:
        there.meituan.perform(press)
    assert (failure.value.unknown, len(order.refunds)) == (True, int(executed))
    if executed:  # two were bought, so that one more could go back
        with pytest.raises(Unavailable) as failure:
            there.meituan.perform(replace(press, again=True))
        assert failure.value.unknown
    else:
        assert there.meituan.perform(replace(press, again=True)).taken
    assert len(order.refunds) == 1


@pytest.mark.parametrize("pulled", [True, False])
def test_a_part_refund_that_hits_the_other_spec_of_the_same_codes_is_not_made_again(there, pulled):
    """The call carries codes only: the platform gives back the first line that has them."""
    large, small = (replace(DISHES[1], specs=(("规格", spec),)) for spec in ("大", "小"))
    lines = (Line(dish=large, quantity=2), Line(dish=small, quantity=1))
    content = Content(baskets=(Basket(name="1", lines=lines),), boxes=1, box_price=100, deliver_fee=300)
    order, goods = accepted(there, content, "several")
    assert [(one["platform_sku"], one["spec"]) for one in goods] == [(DISHES[1].code, "大"), (DISHES[1].code, "小")]
    faults = {"order/applyPartRefund": {"kind": "garbage", "executed": True}}
    there.world.board.change({"platform": "meituan", "faults": faults})
    press = command("part_refund", order.id, goods=goods[1:], left=goods, known=[], reason="缺货")
    with pytest.raises(Unavailable):
        there.meituan.perform(press)
    there.world.board.change({"platform": "meituan", "faults": {}})
    known = {fact.key: fact for hook in there.pushed for fact in there.heard(hook)}
    known |= {fact.key: fact for fact in there.pulled(order.id)} if pulled else {}
    life = replay([*known.values(), DUE], sold=False, terms=Terms())
    assert shown(press.args, life) is pulled
    with pytest.raises(InDoubt):
        there.meituan.perform(replace(press, again=True))
    assert [(part.line, part.quantity) for refund in order.refunds for part in refund.parts] == [(1, 1)]
