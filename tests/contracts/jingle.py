"""A third platform, whole: what a package of its own would have (``docs/new-platform.md``). It is invented.

Pushes are JSON with a signature in a header, ``{"order", "shop", "what", "at"}``, refunds with ``case``, ``asked`` and
``fen``; an order that is read back has ``status`` and ``placed`` as well. Everybody eats the same noodles.
"""

import hashlib
import hmac
import json
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import httpx
from marshmallow import fields

from connector.domain.errors import BadSignature, Refused, Unavailable, Unreadable
from connector.domain.gaps import Listed
from connector.domain.menu import MenuItem
from connector.domain.order import Claim, Content, Fact, Item, Kind, OrderRef, RefundWords, Statement, StoreRef
from connector.domain.order import split_ref as split
from connector.domain.traits import Traits
from connector.platforms.http import STATUS, client, json_object, unavailable
from connector.ports import Alert, Answer, Envelope, Heard, Reply
from mappings.fields import Count, Epoch, Lenient, Text, load
from mappings.wire import read, write

KEY = b"an invented key"
URL = "https://jingle.invalid"
STEPS = {"paid": (Kind.ORDER, 10), "accepted": (Kind.ACCEPT, 12), "done": (Kind.FINISH, 18), "rider": (Kind.RIDER, 55)}
CASES = {"ask": (Kind.ASK, 20), "agree": (Kind.GRANT, 23), "refuse": (Kind.REJECT, 22)}
NOODLES = Item(line=1, name="牛肉面", quantity=2, price=1500, total=3000, sku_code="N1", platform_item="N1")
#: A call that each of these buttons becomes.
CALLS = {"accept", "cancel", "agree_refund", "reject_refund"}


class Message(Lenient):
    """A push, or an order that was read back."""

    order = Text()
    shop = Text()
    what = Text()
    status = Text()
    at = Epoch()
    placed = Epoch()
    asked = Epoch()
    case = Text()
    fen = Count()


class Row(Lenient):
    """A row of a list: an order, or a dish."""

    number = Text(required=True)
    sequence = Count()
    fen = Count()
    name = Text()
    on_sale = fields.Boolean(load_default=True)


class Jingle:
    """Names its refund cases and has few buttons; ``http`` is for tests."""

    name = "jingle"
    traits = Traits(
        actions={
            "accept": "both",
            "start": "fact",
            "cancel": "platform",
            "agree_refund": "platform",
            "reject_refund": "platform",
        },
        returns=3,
    )

    def __init__(self, http=None):
        self._http = http or client()

    @classmethod
    def from_settings(cls, _settings, _shelf):
        """Read settings of its own from the environment here."""
        return cls()

    def envelope(self, hook):
        """Nothing but what the door needs: it runs before the answer."""
        if not hook.body:
            return None
        if not hmac.compare_digest(hook.headers.get("x-sign", "").encode(), signed(hook.body).encode()):
            raise BadSignature("not signed by the platform")
        return enveloped(hook.body)

    def heard(self, raw):
        """Facts, or what people must see although no order moves."""
        try:
            said = load(Message(), read(raw.body), "message")
        except Unreadable as error:
            raise Refused(str(error)) from None
        order = OrderRef(f"jingle:{said['order']}") if said["order"] else None
        if said["what"] == "shut":
            alert = Alert(key=f"shop:{raw.lane}", kind="shop", store=raw.lane, order=None, text="置休 · shut")
            return Heard(alerts=(alert,))
        if order is None or said["at"] is None or said["what"] not in {"told", *STEPS, *CASES}:
            raise Refused("message: order, at or what: not told, or not known")
        return Heard(order=order, facts=pulled(said) if said["what"] == "told" else (pushed(said),))

    def reply(self, outcome, _event_id):
        """Anything but success makes it send again."""
        return Reply(status=STATUS[outcome], body=b'{"code":0}' if STATUS[outcome] == 200 else b'{"code":1}')

    def perform(self, command):
        """The call of a button; ``key`` is the same on every try, which this platform tells apart itself."""
        if command.action not in CALLS:
            return Answer(taken=False, words=f"此平台无此操作 · not available here: {command.action}")
        told = {"order": split(command.order)[1], "action": command.action, "key": command.key}
        answer = self._asked("POST", "/calls", body=write(told).encode())
        return Answer(taken=bool(answer.get("taken")), words=str(answer.get("words") or "?"))

    def fetch(self, order, _store):
        """An order says its shop itself, so it need not be known."""
        found = self._asked("GET", f"/orders/{quote(split(order)[1], safe='')}")
        if not found.get("order"):
            raise Refused("the platform does not know the order")
        return enveloped(write(found).encode())

    def menu(self, store):
        """Its dishes have one spec each."""
        return tuple(dish(row) for row in self._rows("/menu", shop=split(store)[1]))

    def missed(self, store, known, since):
        """It lists the orders that have changed; those under way are read back, once for all that happened."""
        for row in self._rows("/changed", shop=split(store)[1], since=since // 1000):
            order = OrderRef(f"jingle:{row['number']}")
            lately = order in known.asked and not known.full
            found = None if lately else known.told(order, partial(self.fetch, order, store))
            if found is not None:
                yield found

    def listed(self, store, day):
        """Its list does not state what became of an order."""
        for row in self._rows("/orders", shop=split(store)[1], day=day.isoformat()):
            yield Listed(order=OrderRef(f"jingle:{row['number']}"), number=row["sequence"], paid=row["fen"])

    def _rows(self, path, **query):
        rows = self._asked("GET", path, query=query).get("rows")
        return [load(Row(), row, path) for row in rows or ()]

    def _asked(self, method, path, *, query=None, body=b""):
        headers = {"x-sign": signed(body)}
        try:
            answer = self._http.request(method, URL + path, params=query, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise unavailable(error) from None
        if answer.status_code >= 500:
            raise Unavailable(f"platform: HTTP {answer.status_code}", unknown=True)
        return json_object(answer)


def signed(body):
    """What the platform signs with, and we."""
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


def enveloped(body):
    """A verified message, or one that we asked for."""
    try:
        said = load(Message(), read(body), "message")
    except Refused as error:
        raise Unreadable(str(error)) from None
    order = OrderRef(f"jingle:{said['order']}") if said["order"] else None
    lane = StoreRef(f"jingle:{said['shop']}")  # the platform's lane if it names no shop
    return Envelope(source="jingle", lane=lane, digest=hashlib.sha256(body).hexdigest(), body=body, order=order)


def bought(said):
    """The content of an order."""
    return Content(day_seq=1, placed_at=said["placed"] or said["at"], paid=3000, items=(NOODLES,))


def pushed(said):
    """The fact of a push."""
    kind, code = STEPS.get(said["what"]) or CASES[said["what"]]
    fact = Fact(key=f"{said['what']}:{said['case']}", kind=kind, at=said["at"], code=code)
    if said["what"] == "paid":
        return replace(fact, content=bought(said))
    if said["what"] not in CASES:
        return fact
    claim = Claim(key=said["case"], asked_at=said["asked"] or said["at"], sent_at=said["at"])
    return replace(fact, basis="case", claim=claim, refund=RefundWords(scope="part", money=said["fen"]))


def pulled(said):
    """The facts of an order that was read back: what was bought, and what it states of itself."""
    at, status = said["at"], said["status"]
    states = Statement(accepted=status in {"accepted", "done"}, finished=status == "done", void=status == "void")
    return (
        Fact(key="pulled", kind=Kind.ORDER, at=said["placed"] or at, code=10, pulled=True, content=bought(said)),
        Fact(key=f"pull:{at}", kind=Kind.PULL, at=at, pulled=True, statement=states),
    )


def dish(row):
    """A row of the menu."""
    return MenuItem(
        platform_item=row["number"],
        platform_sku="",
        sku_code=row["number"],
        barcode="",
        name=row["name"],
        spec="",
        category="",
        price=row["fen"],
        on_sale=row["on_sale"],
        stock=None,
    )


def said(what, at, **more):
    """A message as the platform writes it."""
    return json.dumps({"order": "5001", "shop": "J-1", "what": what, "at": at, **more}).encode()
