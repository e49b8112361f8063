"""Doubles of what lies outside: a platform that speaks facts, a clock that is moved by hand, a small world of both."""

import hashlib
import json
import threading
from dataclasses import dataclass, field

from connector.advance import advance
from connector.bell import SilentBell
from connector.deliver import deliver
from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Pressed
from connector.platforms.eleme import TRAITS
from connector.ports import Answer, Envelope, Heard, Store
from connector.services import Services
from erp_bridge.memory import MemoryErp
from mappings.stored import dump_fact, load_fact

LANE = "eleme:1"
ORDER = "eleme:100"


class HandClock:
    def __init__(self, now=1_700_000_000_000):
        self.at = now

    def now(self):
        return self.at

    def forward(self, seconds):
        self.at += int(seconds * 1000)


def event(order, *facts, lane=LANE, salt=""):
    """A push of the double: its body says its facts plainly."""
    body = json.dumps({"order": order, "facts": [dump_fact(fact) for fact in facts]}, sort_keys=True).encode()
    digest = hashlib.sha256(body + salt.encode()).hexdigest()
    return Envelope(source="eleme", lane=lane, digest=digest, body=body, order=order)


def pressed(action, number, order=ORDER, *, lane=LANE, at=1_700_000_000_000, **args):
    """A button, as the ERP sends it."""
    body = {"command_id": number, "store": lane, "order": order, "action": action, "args": args, "pressed_at": at}
    return Envelope(source="odoo", lane=lane, digest=f"cmd-{number}", body=json.dumps(body).encode(), order=order)


class Presses:
    """The ERP's door."""

    name = "odoo"

    def heard(self, raw):
        body = json.loads(raw.body)
        return Heard(order=body["order"], press=Pressed(**body, user_id=7))


class Platform:
    """A platform whose messages are facts; it remembers what it was asked, and answers as it is told.

    ``broken`` names orders at which reading fails as a bug would; a body that is no JSON is unreadable.
    """

    name = "eleme"
    traits = TRAITS

    def __init__(self):
        self.lock = threading.Lock()
        self.performed = []
        self.taken = {}
        self.answers = {}
        self.fetched = []
        self.orders = {}
        self.homes = {}
        self.lists = {}
        self.menus = {}
        self.days = {}
        self.looks = []
        self.away = None
        self.broken = set()

    def heard(self, raw):
        try:
            body = json.loads(raw.body)
        except ValueError:
            raise Refused("not JSON") from None
        if body["order"] in self.broken:
            raise RuntimeError("a bug")
        if body["order"] is None:
            return Heard(note="not read")
        return Heard(order=body["order"], facts=tuple(load_fact(fact) for fact in body["facts"]))

    def perform(self, command):
        with self.lock:
            self.performed.append(command)
            if self.away:
                raise self.away
            answer = self.answers.get(command.action, Answer(taken=True, words="ok"))
            if answer.taken:
                self.taken[command.key] = command
            return answer

    def fetch(self, order, store):
        self.fetched.append(order)
        if isinstance(self.away, Unavailable):
            raise self.away
        if order not in self.orders:
            raise Refused("no such order")
        lane = self.homes.get(order, store)
        return event(order, *self.orders[order], lane=lane, salt=str(len(self.fetched)))

    def menu(self, store):
        self.performed.append(f"menu of {store}")
        if self.away:
            raise self.away
        return self.menus[store]

    def missed(self, store, known, since):
        """What the platform has for a shop; an exception among it is raised when it is come to."""
        self.looks.append((store, known, since))
        for one in self.lists.get(store, ()):
            if isinstance(one, Exception):
                raise one
            yield one

    def listed(self, store, day):
        if isinstance(self.away, Unavailable):
            raise self.away
        yield from self.days.get((store, day), ())


@dataclass
class World:
    """A bridge with one shop, whose steps run when a test says so."""

    journal: object
    clock: HandClock = field(default_factory=HandClock)
    platform: Platform = field(default_factory=Platform)
    bell: SilentBell = field(default_factory=SilentBell)
    erp: MemoryErp = field(default_factory=MemoryErp)

    def __post_init__(self):
        self.services = Services(
            journal=self.journal,
            bell=self.bell,
            erp=self.erp,
            clock=self.clock,
            sources={"eleme": self.platform, "odoo": Presses()},
            platforms={"eleme": self.platform},
        )

    def open_shop(self, ref=LANE, **settings):
        store = Store(
            **{"ref": ref, "name": "店", "app_ref": "a", "cancel_window": -1, "consume_at": "preparing", **settings}
        )
        self.erp.add_store(store)
        self.journal.stores.put(self.erp.stores(), self.clock.now())

    def hear(self, *envelopes):
        return [number for number, _ in self.journal.take(envelopes, self.clock.now())]

    def push(self, *facts, order=ORDER, lane=LANE):
        return self.hear(*(event(order, fact, lane=lane) for fact in facts))

    def advance(self, lane=LANE):
        while advance(self.services, lane):
            pass

    def deliver(self, lane=LANE):
        while deliver(self.services, lane):
            pass

    def settle(self, lane=LANE):
        """Do everything that can be done now."""
        for _ in range(10):
            before = self.rows("SELECT state, count(*), sum(attempts) FROM outbox GROUP BY state ORDER BY state")
            self.advance(lane)
            self.deliver(lane)
            if before == self.rows("SELECT state, count(*), sum(attempts) FROM outbox GROUP BY state ORDER BY state"):
                return
        raise AssertionError("it never comes to rest")

    def pass_window(self, seconds=66):
        self.settle()
        self.clock.forward(seconds)
        self.settle()

    def order(self, ref=ORDER):
        with self.journal.begin() as tx:
            return tx.orders.open(ref)

    def rows(self, sql, **values):
        with self.journal.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def states(self):
        """The inbox, in the order of hearing."""
        return [state for (state,) in self.rows("SELECT state FROM inbox ORDER BY id")]


class StatefulPlatform(Platform):
    """A platform that takes each command in effect once, by the order's state, and says so when asked twice.

    ``pushes`` is called with what it would push; ``effects`` counts what really happened to an order.
    """

    def __init__(self, pushes):
        super().__init__()
        self.pushes = pushes
        self.effects = {}
        self.inside = []
        self.overlaps = []

    def enter(self, lane):
        """A worker begins to read an event of a lane."""
        with self.lock:
            if lane in self.inside:
                self.overlaps.append(lane)
            self.inside.append(lane)

    def leave(self, lane):
        with self.lock:
            self.inside.remove(lane)

    def perform(self, command):
        with self.lock:
            self.performed.append(command)
            first = (command.order, command.action) not in self.effects
            self.effects.setdefault((command.order, command.action), []).append(command.key)
            if not first:
                return Answer(taken=True, words="订单已确认")
            self.effects[command.order, command.action] = [command.key]
        self.pushes(command)
        return Answer(taken=True, words="ok")


class WatchedErp(MemoryErp):
    """Remembers every write, and whether two workers ever wrote for one shop at once."""

    def __init__(self, stores=()):
        super().__init__(stores)
        self.written = []
        self.inside = []
        self.overlaps = []
        self.gate = threading.Event()
        self.gate.set()

    def write(self, documents):
        lanes = {document.store for document in documents}
        with self._lock:
            self.overlaps += [lane for lane in lanes if lane in self.inside]
            self.inside += lanes
        try:
            self.gate.wait(60)
            answers = super().write(documents)
        finally:
            with self._lock:
                for lane in lanes:
                    self.inside.remove(lane)
        with self._lock:
            self.written += [(d.key, d.version, d, a.status) for d, a in zip(documents, answers, strict=True)]
        return answers
