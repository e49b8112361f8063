"""Whatever people do at Meituan in whatever order, its books stay right."""

import httpx
from hypothesis import given
from hypothesis import strategies as st

from connector.simulator import PlatformError, SimulatorConfig, create_app, world_of
from connector.simulator.control import codes
from connector.simulator.kinds import KINDS, kinds_of
from connector.simulator.meituan.order import GRANTED, Status
from connector.simulator.truth import row, sold

from .conftest import Clock, Connector
from .meituan import APP, BASE, OWN_RIDERS, SHOP, right, sent, words

NEXT = {
    Status.PAID: {Status.PAID, Status.CONFIRMED, Status.CANCELLED},
    Status.CONFIRMED: {Status.CONFIRMED, Status.FINISHED, Status.CANCELLED},
    Status.FINISHED: {Status.FINISHED, Status.CANCELLED},
    Status.CANCELLED: {Status.CANCELLED},
}
# Refused although offered: a part of which nothing is left, the minute before "meal ready".
MAY_FAIL = {"part_refund", "ask_cancel", "ask_refund", "prepared"}


def arguments(data, order, act):
    if act.name == "rider":
        return {"code": data.draw(st.sampled_from(codes(order)))}
    if act.name == "part_refund" or ("items" in act.asks and data.draw(st.booleans())):
        return {"items": [{"line": data.draw(st.integers(1, len(order.content.lines))), "quantity": 1}]}
    return {"instant": True} if "instant" in act.asks and data.draw(st.booleans()) else {}


def live(data, world, clock, order):
    clock.advance(data.draw(st.sampled_from([0, 1, 61, 400])))
    world.tick()
    acts = world.meituan.offered(order)
    if not acts:
        return
    act = data.draw(st.sampled_from(acts))
    before = (words(order), order.word, order.refunded, len(order.refunds))
    try:
        world.act(order.id, act.name, arguments(data, order, act))
    except PlatformError:
        assert act.name in MAY_FAIL
        assert before == (words(order), order.word, order.refunded, len(order.refunds))


def check(order, earlier):
    assert order.status in NEXT[earlier[0]]
    assert earlier[1] <= order.refunded <= order.content.paid
    assert (order.refunded == order.content.paid) == (order.back_at is not None) == order.voided
    assert len({refund.number for refund in order.refunds}) == len(order.refunds)
    assert sum(refund.amount for refund in order.refunds if refund.result in GRANTED) <= order.content.paid
    for number, line in enumerate(order.content.lines, 1):
        assert order.given_back(number) <= line.quantity
    moments = [at for at, _ in order.history]
    assert moments == sorted(moments)


@given(st.data(), st.sampled_from(sorted(kinds_of("meituan"))), st.sampled_from([SHOP, OWN_RIDERS]))
def test_the_books_stay_right(data, kind, shop):
    clock, connector = Clock(), Connector(default={"data": "ok"})
    config = SimulatorConfig(
        meituan_apps=[APP],
        meituan_push_url=BASE,
        clock=clock,
        transport=httpx.MockTransport(connector),
    )
    world = world_of(create_app(config))
    order = world.place(shop, KINDS[kind].content, kind=kind)
    was_sold = False
    for _ in range(data.draw(st.integers(1, 14))):
        earlier = (order.status, order.refunded)
        live(data, world, clock, order)
        check(order, earlier)
        assert was_sold <= (was_sold := sold(order, 60, world.now()))
    world.pusher.drain()
    pushes = [sent(request) for request in connector.requests]
    assert [kind for kind, _ in pushes] == [word.partition(" ")[0] for word in words(order)]
    assert all(right(kind, params) for kind, params in pushes)
    assert row(order, 60, world.now())["refunded"] == order.refunded
    world.pusher.close()
