"""Lives that nobody thought of: whatever people do, the platform's own books stay right."""

import json

import httpx
from hypothesis import given
from hypothesis import strategies as st

from connector.simulator import PlatformError, SimulatorConfig, create_app, world_of
from connector.simulator.eleme.acts import ACTS
from connector.simulator.eleme.bodies import DELIVERY
from connector.simulator.eleme.order import Status
from connector.simulator.eleme.receipt import refund, whole
from connector.simulator.eleme.rides import possible
from connector.simulator.kinds import KINDS, kinds_of
from connector.simulator.truth import row, sold

from .conftest import APP, Clock, Connector

SHOP = 155000001
NEXT = {
    Status.UNPROCESSED: {Status.UNPROCESSED, Status.VALID, Status.INVALID},
    Status.VALID: {Status.VALID, Status.SETTLED, Status.INVALID},
    Status.SETTLED: {Status.SETTLED, Status.INVALID},
    Status.INVALID: {Status.INVALID},
}


def arguments(data, order, act):
    if act.name == "rider":
        return {"code": data.draw(st.sampled_from([code for code in DELIVERY if possible(order, code)]))}
    if act.name == "part_cancel" or ("items" in act.asks and data.draw(st.booleans())):
        line = data.draw(st.integers(1, len(order.content.lines)))
        return {"items": [{"line": line, "quantity": 1}]}
    return {}


def state(order):
    return order.word, order.refund_word, order.refunded, len(order.cases), len(order.history)


def refusal(world, order, act, args):
    try:
        world.act(order.id, act.name, args)
    except PlatformError as error:
        return error.code
    return None


def live(data, world, clock, order):
    """Something happens; what is offered is only refused for a part that has no money or no goods left."""
    clock.advance(data.draw(st.sampled_from((0, 1, 30, 61, 400, 901))))
    world.tick()
    acts = world.eleme.offered(order)
    if not acts:
        return
    act = data.draw(st.sampled_from(acts))
    args = arguments(data, order, act)
    before = state(order)
    code = refusal(world, order, act, args)
    assert code in ((None, "VALIDATION_FAILED") if "items" in args else (None,))
    assert code is None or state(order) == before


def check(order, earlier):
    assert order.status in NEXT[earlier[0]]
    assert earlier[1] <= order.refunded <= order.content.paid
    assert (order.refunded == order.content.paid) == (order.back_at is not None)
    assert sum(1 for case in order.cases if case is order.open_case) <= 1
    for number, line in enumerate(order.content.lines, 1):
        assert order.given_back(number) <= line.quantity
    moments = [at for at, _ in order.history]
    assert moments == sorted(moments)
    assert refund(order)["refundStatus"] == whole(order)["refundStatus"] == order.refund_word


@given(st.data(), st.sampled_from(sorted(kinds_of("eleme"))))
def test_the_books_stay_right(data, kind):
    clock, connector = Clock(), Connector()
    config = SimulatorConfig(
        apps=[APP],
        push_url="http://connector.test/",
        clock=clock,
        transport=httpx.MockTransport(connector),
    )
    world = world_of(create_app(config))
    order = world.place(SHOP, KINDS[kind].content, kind=kind)
    was_sold = False
    for _ in range(data.draw(st.integers(1, 12))):
        earlier = (order.status, order.refunded)
        live(data, world, clock, order)
        check(order, earlier)
        assert was_sold <= (was_sold := sold(order, 60, world.now()))
    world.pusher.drain()
    assert connector.types == [code for _, code in order.history]
    bodies = [json.loads(envelope["message"]) for envelope in connector.envelopes]
    assert {body["orderId"] for body in bodies} == {order.id}
    assert row(order, 60, world.now())["refunded"] == order.refunded
    world.pusher.close()


def test_every_act_has_words_in_both_languages():
    for act in ACTS.values():
        assert act.zh
        assert act.en
        assert not act.zh.isascii()
        assert act.en.isascii()
