"""A platform that the core has never heard of: one class and an entry point, from the door to the ERP's document."""

import hashlib
import hmac
import json
from dataclasses import replace
from importlib.metadata import EntryPoint
from itertools import permutations

import pytest

from connector import services as wiring
from connector.domain.errors import BadSignature, Refused
from connector.domain.order import Claim, Content, Fact, Item, Kind, Millis, OrderRef, RefundWords, StoreRef
from connector.domain.traits import Traits
from connector.ports import Alert, Answer, Envelope, Heard, Reply
from connector.pulling import due, pull
from connector.web.plugin import create_app
from mappings.odoo import read_store
from tests.doubles import World

KEY = b"an invented key"
SHOP, ORDER = StoreRef("jingle:J-1"), OrderRef("jingle:5001")
STEPS = {"paid": (Kind.ORDER, 10), "accepted": (Kind.ACCEPT, 12), "done": (Kind.FINISH, 18), "rider": (Kind.RIDER, 55)}
CASES = {"ask": (Kind.ASK, 20), "agree": (Kind.GRANT, 23), "refuse": (Kind.REJECT, 22)}
NOODLES = Item(line=1, name="牛肉面", quantity=2, price=1500, total=3000, sku_code="N1", platform_item="N1")


class Jingle:
    """Pushes JSON with a signature in a header, names its refund cases, and has few buttons."""

    name = "jingle"
    traits = Traits(actions={"accept": "both", "start": "fact", "agree_refund": "platform"}, returns=3)

    def __init__(self):
        self.performed, self.lost = [], []

    @classmethod
    def from_settings(cls, _settings, _shelf):
        return cls()

    def envelope(self, hook):
        if not hook.body:
            return None
        if not hmac.compare_digest(hook.headers.get("x-sign", ""), signed(hook.body)):
            raise BadSignature("not signed by the platform")
        order, digest = json.loads(hook.body)["order"], hashlib.sha256(hook.body).hexdigest()
        ref = OrderRef(f"jingle:{order}")
        return Envelope(source=self.name, lane=SHOP, digest=digest, body=hook.body, order=ref)

    def heard(self, raw):
        said = json.loads(raw.body)
        what, at = said["what"], Millis(said["at"] * 1000)
        order = OrderRef(f"jingle:{said['order']}")
        if what == "shut":
            alert = Alert(key="shop:jingle", kind="shop", store=raw.lane, order=None, text="置休 · shut")
            return Heard(alerts=(alert,))
        kind, code = STEPS.get(what) or CASES[what]
        fact = Fact(key=f"{what}:{said.get('case')}", kind=kind, at=at, code=code)
        if what == "paid":
            fact = replace(fact, content=Content(day_seq=1, placed_at=at, paid=3000, items=(NOODLES,)))
        if what in CASES:
            claim = Claim(key=said["case"], asked_at=Millis(said["asked"] * 1000), sent_at=at)
            fact = replace(fact, basis="case", claim=claim, refund=RefundWords(scope="part", money=said["fen"]))
        return Heard(order=order, facts=(fact,))

    def reply(self, outcome, _event_id):
        taken = outcome in {"stored", "repeated", "check"}
        return Reply(status=200 if taken else 401, body=b'{"code":0}' if taken else b'{"code":1}')

    def perform(self, command):
        self.performed.append((command.action, command.order))
        return Answer(taken=True, words="ok")

    def fetch(self, order, _store):
        raise Refused(f"not told: {order}")

    def menu(self, _store):
        return ()

    def missed(self, _store, known, _since):
        yield from (one for one in self.lost if one.order not in known.states)

    def listed(self, _store, _day):
        return iter(())


def signed(body):
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


def said(what, at, **more):
    return json.dumps({"order": "5001", "what": what, "at": at, **more}).encode()


ASKED = {"case": "C1", "asked": 500, "fen": 1000}
LIFE = [
    *(said("paid", 1), said("accepted", 10), said("rider", 300), said("done", 400)),
    *(said("ask", 500, **ASKED), said("agree", 600, **ASKED)),
]


@pytest.fixture
def jingle(monkeypatch, journal):
    """The bridge with nothing but this platform, found as any package's is."""
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
    body = said("paid", 1)
    lost = Envelope(source="jingle", lane=SHOP, digest="lost", body=body, order=ORDER)
    jingle.platform.lost = [lost]
    assert {SHOP, StoreRef("jingle:")} <= set(due(jingle.services))
    assert pull(jingle.services, SHOP) == 1
    post(jingle, said("shut", 5))
    jingle.settle(SHOP)
    assert jingle.erp.documents[ORDER].offer == ("accept",)
    assert [alert.kind for alert in jingle.erp.alerts.values()] == ["shop"]
