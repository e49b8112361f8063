"""A Meituan application with its shop, its calls, and what it is pushed, for the tests of the simulated platform."""

from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from connector.simulator.kinds import KINDS
from connector.simulator.meituan.kinds import KINDS as PUSH_KINDS
from connector.simulator.meituan.signing import sign

SHOP = "MT-2001"
OWN_RIDERS = "MT-2004"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
APP = {
    "app_id": 900001,
    "secret": SECRET,
    "shops": [
        {"id": SHOP, "name": "测试店铺A"},
        {"id": "MT-2002", "name": "测试店铺B"},
        {"id": "MT-2003", "name": "测试店铺C"},
        {"id": OWN_RIDERS, "name": "测试店铺D", "self_delivery": True},
    ],
}
OTHER = {"app_id": 900002, "secret": "a0b1c2d3e4f5061728394a5b6c7d8e9f", "shops": [{"id": "MT-9", "name": "别人的店"}]}
BASE = "http://connector.test/hooks/meituan"
API = "/meituan/api/v1/"


class Caller:
    """An application that calls the platform, signing as the page says; the test client's host is localhost."""

    def __init__(self, client, clock, app=APP):
        self.client, self.clock, self.app = client, clock, app

    def signed(self, path, params):
        given = {"app_id": str(self.app["app_id"]), "timestamp": str(self.clock.now // 1000), **params}
        return {**given, "sig": sign(f"http://localhost{API}{path}", given, self.app["secret"])}

    def answer(self, path, method="GET", **params):
        given = self.signed(path, params)
        if method == "GET":
            return self.client.get(f"{API}{path}?{urlencode(given)}").json
        return self.client.post(f"{API}{path}", data=given).json

    def data(self, path, method="GET", **params):
        answer = self.answer(path, method, **params)
        assert "error" not in answer, answer
        return answer["data"]

    def error(self, path, method="GET", **params):
        answer = self.answer(path, method, **params)
        assert answer["data"] == "ng"
        return answer["error"]["code"]


def sent(request):
    """A push as it came: kind, plain parameters; the kind says how often values are encoded, as by default."""
    kind = urlsplit(str(request.url)).path.rpartition("/")[2]
    raw = request.content.decode() if request.method == "POST" else urlsplit(str(request.url)).query
    pairs = dict(parse_qsl(raw, keep_blank_values=True, strict_parsing=True))
    times = PUSH_KINDS.get(kind, 1)
    return kind, {name: unquote_plus(value) if times == 2 else value for name, value in pairs.items()}


def right(kind, params, secret=SECRET, base=BASE):
    """Whether the signature fits the registered address."""
    return params["sig"] == sign(f"{base}/{kind}", params, secret)


def place(world, kind="several", shop=SHOP, **more):
    return world.place(shop, KINDS[kind].content, kind=kind, **more)


def words(order):
    return [word for _, word in order.history]
