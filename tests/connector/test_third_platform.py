"""A platform that the core has never heard of: one class and an entry point, from the door to the ERP's document."""

from dataclasses import replace
from importlib.metadata import EntryPoint
from itertools import permutations

import httpx
import pytest

from connector import services as wiring
from connector.domain.errors import Refused
from connector.domain.order import OrderRef, StoreRef
from connector.pulling import due, pull
from connector.web.plugin import create_app
from mappings.odoo import read_store
from tests.contracts import jingle as example
from tests.contracts.jingle import Jingle, said, signed
from tests.doubles import World

SHOP, ORDER = StoreRef("jingle:J-1"), OrderRef("jingle:5001")
#: What it answers by the path of a call; nothing else is known there.
ANSWERS = {
    "/changed": {"rows": [{"number": "5001"}]},
    "/orders/5001": {"order": "5001", "shop": "J-1", "what": "told", "at": 20, "placed": 1},
}
ASKED = {"case": "C1", "asked": 500, "fen": 1000}
LIFE = [
    *(said("paid", 1), said("accepted", 10), said("rider", 300), said("done", 400)),
    *(said("ask", 500, **ASKED), said("agree", 600, **ASKED)),
]


@pytest.fixture
def jingle(monkeypatch, journal):
    """The bridge with nothing but this platform, found as any package's is."""
    answers = httpx.MockTransport(lambda request: httpx.Response(200, json=ANSWERS.get(request.url.path, {})))
    monkeypatch.setattr(example, "client", lambda: httpx.Client(transport=answers))
    entry = EntryPoint(name="jingle", value=f"{__name__}:Jingle", group=wiring.PLATFORMS)
    monkeypatch.setattr(wiring, "entry_points", lambda **_: [entry])
    platforms = wiring.load_platforms(None, None)
    world = World(journal)
    world.services = replace(world.services, sources=platforms, platforms=platforms)
    world.platform = platforms["jingle"]
    world.open_shop(SHOP)
    world.door = create_app(world.services).test_client()
    return world


@pytest.mark.parametrize("name", ["jd-daojia", "Jingle", "京东", "", "j" * 33])
def test_a_name_that_no_shop_could_be_called_by_is_refused(monkeypatch, name):
    entry = EntryPoint(name="jingle", value=f"{__name__}:Jingle", group=wiring.PLATFORMS)
    monkeypatch.setattr(wiring, "entry_points", lambda **_: [entry])
    monkeypatch.setattr(Jingle, "name", name)
    with pytest.raises(Refused, match="a platform's name"):
        wiring.load_platforms(None, None)


def test_a_name_with_digits_and_underscores_is_read_in_odoos_rows():
    row = {"store_ref": "jd_2:J-1", "name": "店", "consume_at": "preparing"}
    assert read_store(row)["ref"] == "jd_2:J-1"


def post(world, body, sign=None):
    return world.door.post("/hooks/jingle", data=body, headers={"x-sign": sign or signed(body)})


def test_it_has_a_door_of_its_own_that_answers_in_its_words(jingle):
    assert jingle.door.get("/hooks/jingle").data == b'{"code":0}'
    assert post(jingle, LIFE[0]).data == post(jingle, LIFE[0]).data == b'{"code":0}'
    refused = post(jingle, LIFE[0], sign="0")
    assert (refused.status_code, refused.data) == (401, b'{"code":1}')
    assert jingle.states() == ["pending"]


@pytest.mark.parametrize("pushes", list(permutations(LIFE))[::60])
def test_a_life_in_any_order_becomes_one_document(jingle, pushes):
    for body in [*pushes, pushes[0]]:
        assert post(jingle, body).status_code == 200
        jingle.settle(SHOP)
    jingle.clock.forward(66)
    jingle.settle(SHOP)
    (document,) = jingle.erp.documents.values()
    assert (document.key, document.state, document.refunded) == (ORDER, "partially_refunded", 1000)
    assert [(one.case.key, one.case.family) for one in document.refunds] == [("C1", "return")]
    assert document.warning == ""


def test_what_it_alone_can_tell_is_pulled_and_raised(jingle):
    assert {SHOP, StoreRef("jingle:")} <= set(due(jingle.services))
    assert pull(jingle.services, SHOP) == 1
    post(jingle, said("shut", 5))
    jingle.settle(SHOP)
    assert jingle.erp.documents[ORDER].offer == ("accept",)
    assert [alert.kind for alert in jingle.erp.alerts.values()] == ["shop"]
