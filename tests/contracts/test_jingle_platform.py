"""The invented third platform passes the conformance kit: the example is whole."""

import httpx
import pytest

from connector.domain.order import OrderRef, StoreRef
from connector.ports import Hook
from tests.contracts.jingle import Jingle, said, signed
from tests.contracts.platform import Kit, PlatformContract, Story

ASKED = {"case": "C1", "asked": 500, "fen": 1000}
BEGUN = (said("paid", 1), said("accepted", 10))


def hook(body, sign=""):
    headers = {"x-sign": sign or signed(body)}
    return Hook(method="POST", path="/hooks/jingle", query="", headers=headers, body=body)


def story(name, state, refunded, *bodies):
    return Story(name=name, pushes=[hook(body) for body in (*BEGUN, *bodies)], state=state, refunded=refunded)


DONE = said("done", 400)
STORIES = (
    story("delivered", "completed", 0, said("rider", 300), DONE),
    story("a part granted", "partially_refunded", 1000, DONE, said("ask", 500, **ASKED), said("agree", 600, **ASKED)),
    story("a part refused", "completed", 0, DONE, said("ask", 500, **ASKED), said("refuse", 600, **ASKED)),
)


def jingle(transport):
    return Jingle(httpx.Client(transport=httpx.MockTransport(transport)))


def taken(_request):
    return httpx.Response(200, json={"taken": True, "words": "好的"})


def told(_request):
    order = {"order": "5001", "shop": "J-1", "what": "told", "at": 20, "placed": 1, "status": "accepted"}
    return httpx.Response(200, json=order)


@pytest.fixture(scope="module")
def kit():
    return Kit(
        platform=jingle(taken),
        good=[*STORIES[0].pushes, hook(said("shut", 5, order=""))],
        bad=[hook(BEGUN[0], sign="0"), hook(BEGUN[0], sign="签"), hook(b"rubbish")],
        check=[Hook(method=method, path="/hooks/jingle", query="", headers={}, body=b"") for method in ("GET", "POST")],
        orders=[hook(BEGUN[0])],
        stories=STORIES,
        answering=jingle,
        taken=taken,
        told=told,
        order=OrderRef("jingle:5001"),
        store=StoreRef("jingle:J-1"),
    )


class TestJingle(PlatformContract):
    """All of it."""
