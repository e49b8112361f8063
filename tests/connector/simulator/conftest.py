"""A simulated platform with a clock that only tests move, and a connector that answers as it is told."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

import httpx
import pytest

from connector.simulator import PlatformError, SimulatorConfig, create_app, world_of
from connector.simulator.eleme.signing import same, sign_push, sign_request
from connector.simulator.kinds import KINDS

from . import meituan as meituan_side

NOW = 1_700_000_000_000
SHOP = 155000001
APP = {
    "app_id": 10000001,
    "key": "FaKeKeY001",
    "secret": "3f1c0a9e5b7d24686c8e0f1a2b3c4d5e6f708192",
    "shops": [
        {"id": 155000001, "name": "测试店铺A", "open_id": "A01"},
        {"id": 155000002, "name": "测试店铺B"},
    ],
}
OTHER = {
    "app_id": 10000002,
    "key": "FaKeKeY002",
    "secret": "a0b1c2d3e4f5061728394a5b6c7d8e9f00112233",
    "shops": [{"id": 152000001, "name": "别人的店"}],
}


@dataclass
class Clock:
    """Milliseconds since 1970; moves when told."""

    now: int = NOW

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += int(seconds * 1000)


@dataclass
class Connector:
    """Takes pushes; `answers` are used up one by one, then everything is taken."""

    requests: list = field(default_factory=list)
    default: dict = field(default_factory=lambda: {"message": "ok"})
    answers: list = field(default_factory=list)

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json=self.default)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def envelopes(self):
        return [json.loads(request.content) for request in self.requests if request.content]

    @property
    def types(self):
        return [envelope["type"] for envelope in self.envelopes]

    def messages(self, kind):
        return [json.loads(one["message"]) for one in self.envelopes if one["type"] == kind]


class Caller:
    """An application that calls the platform, signing as the page says."""

    def __init__(self, client, clock, app=APP):
        self.client, self.clock, self.app = client, clock, app
        self.token = self.fetch_token()["access_token"]

    def fetch_token(self, **form):
        pair = base64.b64encode(f"{self.app['key']}:{self.app['secret']}".encode()).decode()
        return self.client.post(
            "/token",
            data={"grant_type": "client_credentials", **form},
            headers={"Authorization": f"Basic {pair}"},
        ).json

    def body(self, action, params, **changes):
        metas = {"app_key": self.app["key"], "timestamp": self.clock.now // 1000}
        body = {
            "nop": "1.0.0",
            "id": "0123456789ABCDEF0123456789ABCDEF|1700000000123",
            "action": action,
            "token": self.token,
            "metas": metas,
            "params": params,
            **changes,
        }
        signature = sign_request(body["action"], body["token"], body["metas"], body["params"], self.app["secret"])
        return {**body, "signature": changes.get("signature", signature)}

    def answer(self, action, **params):
        return self.client.post("/api/v1", json=self.body(action, params)).json

    def result(self, action, **params):
        answer = self.answer(action, **params)
        assert answer["error"] is None, answer
        return answer["result"]

    def error(self, action, **params):
        answer = self.answer(action, **params)
        assert answer["result"] is None
        return answer["error"]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def connector():
    return Connector()


@pytest.fixture
def make_config(clock, connector):
    def make(**changes):
        return SimulatorConfig(
            **{
                "apps": [APP, OTHER],
                "push_url": "http://connector.test/hooks/eleme",
                "clock": clock,
                "transport": httpx.MockTransport(connector),
                **changes,
            }
        )

    return make


@pytest.fixture
def make_world(make_config):
    worlds = []

    def make(**changes):
        worlds.append(create_app(make_config(**changes)))
        return world_of(worlds[-1])

    yield make
    for app in worlds:
        world_of(app).pusher.close()


@pytest.fixture
def app(make_config):
    app = create_app(make_config())
    yield app
    world_of(app).pusher.close()


@pytest.fixture
def world(app):
    return world_of(app)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def caller(client, clock):
    return Caller(client, clock)


@pytest.fixture
def stranger(client, clock):
    return Caller(client, clock, OTHER)


@pytest.fixture
def order(world):
    return world.place(SHOP, KINDS["several"].content, kind="several")


@pytest.fixture
def accepted(world, order, clock):
    clock.advance(10)
    world.act(order.id, "accept")
    clock.advance(61)  # the customer's free minute is over
    return order


@pytest.fixture
def finished(world, accepted):
    return world.act(accepted.id, "finish")


def place(world, kind="plain", shop=SHOP):
    return world.place(shop, KINDS[kind].content)


def switch(world, **changes):
    world.board.change(changes)


def right(envelope, secret=APP["secret"]):
    return same(envelope["signature"], sign_push(envelope, secret))


def types(order):
    return [kind for _, kind in order.history]


def pushed(world, connector, kind):
    world.pusher.drain()
    return connector.messages(kind)


def refusal(world, order, act, **args):
    before = (types(order), order.word, order.refund_word, order.refunded, len(order.cases))
    with pytest.raises(PlatformError) as refused:
        world.act(order.id, act, args)
    assert before == (types(order), order.word, order.refund_word, order.refunded, len(order.cases))
    return refused.value.code, refused.value.message


@pytest.fixture
def there_app(make_config, connector):
    """Meituan beside Ele.me; every push is taken."""
    connector.default = {"data": "ok"}
    app = create_app(
        make_config(meituan_apps=[meituan_side.APP, meituan_side.OTHER], meituan_push_url=meituan_side.BASE)
    )
    yield app
    world_of(app).pusher.close()


@pytest.fixture
def there(there_app):
    return world_of(there_app)


@pytest.fixture
def there_client(there_app):
    return there_app.test_client()


@pytest.fixture
def meituan(there_client, clock):
    return meituan_side.Caller(there_client, clock)


@pytest.fixture
def other_meituan(there_client, clock):
    return meituan_side.Caller(there_client, clock, meituan_side.OTHER)
