"""Ele.me passes the conformance kit."""

import json

import httpx
import pytest

from connector.domain.order import OrderRef, StoreRef
from connector.platforms.eleme import Eleme
from connector.platforms.signing import sign_eleme_push
from connector.ports import Hook
from connector.settings import ElemeApp
from mappings.wire import read_exact
from tests.contracts.platform import Kit, PlatformContract, Story
from tests.shelf import Shelf, StandingClock
from tests.vectors import DATA

APPS = [
    ElemeApp(app_id="10000001", key="FaKe1", secrets=("3f1c0a9e5b7d24686c8e0f1a2b3c4d5e6f708192",)),
    ElemeApp(app_id="10000002", key="FaKe2", secrets=("a0b1c2d3e4f5061728394a5b6c7d8e9f00112233",)),
]
SAMPLES = sorted((DATA / "samples/eleme").glob("push_10_new_order_*.json"))
ORDER = json.loads(
    json.loads((DATA / "samples/eleme/push_10_new_order_2019.json").read_text("utf-8"))["push"]["message"]
)
NUMBER, PAID = ORDER["orderId"], 2680
#: When the sample's order became effective, in seconds.
BEGUN = 1556077339


def hook(body, method="POST"):
    return Hook(method=method, path="/hooks/eleme", query="", headers={}, body=body)


def push(kind, message):
    """A push of the first application, signed."""
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    members = {"appId": 10000001, "type": kind, "shopId": 155000001, "message": text, "timestamp": 1700000000000}
    members = {**members, "requestId": "1", "userId": 1}
    exact = read_exact(json.dumps(members, ensure_ascii=False))
    members["signature"] = sign_eleme_push(exact, APPS[0].secrets[0])
    return hook(json.dumps(members, ensure_ascii=False).encode())


def state(code, after, **members):
    return push(code, {"orderId": NUMBER, "updateTime": BEGUN + after, **members})


def vectors(valid):
    found = json.loads((DATA / "eleme_signature_vectors.json").read_text("utf-8"))["pushes"]
    return [hook(one["inputs"]["raw_body"].encode()) for one in found if one["expected"]["valid"] is valid]


BEGIN = (push(10, ORDER), state(12, 10))
STORIES = (
    Story(name="delivered", pushes=(*BEGIN, state(18, 2000)), state="completed", refunded=0),
    Story(name="cancelled in the window", pushes=(*BEGIN, state(17, 50)), state="cancelled", refunded=PAID),
    Story(
        name="asked, refused, asked again",
        pushes=(*BEGIN, state(20, 200, refundType="normal"), state(22, 300), state(20, 400, refundType="normal")),
        state="refunding",
        refunded=0,
    ),
    Story(
        name="a part after completion",
        pushes=(*BEGIN, state(18, 2000), state(30, 2500, refundType="part", totalPrice=8.0), state(33, 2600)),
        state="partially_refunded",
        refunded=800,
    ),
)


def taken(request):
    if request.url.path == "/token":
        return httpx.Response(200, json={"access_token": "token", "expires_in": 2592000})
    return httpx.Response(200, json={"id": "1", "result": None, "error": None})


def told(request):
    if request.url.path == "/token":
        return taken(request)
    return httpx.Response(200, json={"id": "1", "result": {**ORDER, "status": "valid"}, "error": None})


def eleme(transport):
    client = httpx.Client(transport=httpx.MockTransport(transport))
    return Eleme(APPS, url="https://platform.invalid", shelf=Shelf(), http=client, clock=StandingClock())


@pytest.fixture(scope="module")
def kit():
    return Kit(
        platform=eleme(taken),
        good=vectors(valid=True),
        bad=vectors(valid=False),
        check=[hook(b"", "GET"), hook(b"")],
        orders=[push(10, json.loads(sample.read_text("utf-8"))["push"]["message"]) for sample in SAMPLES],
        stories=STORIES,
        answering=eleme,
        taken=taken,
        told=told,
        order=OrderRef(f"eleme:{ORDER['orderId']}"),
        store=StoreRef(f"eleme:{ORDER['shopId']}"),
        args={"answer_reminder": {"reminder": "7", "text": "马上送到"}},
    )


class TestEleme(PlatformContract):
    """All of it."""
