"""What is true of an order, told event by event in the order in which it happened (``order-life.md``).

This is the other half of the disorder proof: it knows the platform's real cases and milliseconds, hears everything
once and in order, and never has to guess. It shares no code with the product and knows no facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

STEPS = ("new", "waiting", "paid", "accepted", "preparing", "prepared", "delivering", "completed")
REACHES = {53: "prepared", 54: "prepared", 55: "delivering", 56: "delivering"}
PRESSES = {"accept": "accepted", "start": "preparing", "ready": "prepared", "dispatch": "delivering"}
OUTCOMES = {
    "ask": "requested",
    "appeal": "arbitrating",
    "withdraw": "withdrawn",
    "reject": "rejected",
    "grant": "granted",
    "part": "granted",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """One thing that happened; ``at`` in milliseconds, ``code`` as it is to be shown, ``case`` the case's key.

    ``scope`` and ``money`` are what holds of the case from now on (``None``: unchanged); ``wire`` says how it is told.
    """

    at: int
    what: str
    code: int = 0
    case: str = ""
    family: str = ""
    scope: str | None = None
    money: int | None = None
    action: str = ""
    wire: Mapping = field(default_factory=dict)

    @property
    def second(self):
        return self.at // 1000


@dataclass(frozen=True, kw_only=True)
class History:
    """An order's whole life: ``events`` in order; ``unheard``: staff pressed on, not knowing that all was back."""

    platform: str
    paid: int
    window: int
    consume_at: str
    events: tuple
    unheard: bool = False


@dataclass
class TrueCase:
    key: str
    family: str
    scope: str
    status: str = "requested"
    money: int = 0
    asked: int = 0

    @property
    def open(self):
        return self.status in {"requested", "arbitrating"}

    def told(self):
        return {
            "key": self.key,
            "family": self.family,
            "scope": self.scope,
            "status": self.status,
            "amount": self.money,
        }


@dataclass
class Books:
    """What platform, kitchen and till hold to be true. ``sold``: the order was imported before this was known."""

    paid: int
    window: int
    consume_at: str
    sold: bool = False
    echo_voids: bool = False
    rings: bool = True
    accepted: int | None = None
    imported: bool = False
    finished: bool = False
    voided: bool = False
    all_back: bool = False
    used: bool = False
    reported_use: bool = False
    reached: int = 0
    waimai: int = 0
    riders: list = field(default_factory=list)
    cases: dict = field(default_factory=dict)
    unanswered: list = field(default_factory=list)

    @property
    def granted(self):
        return sum(case.money for case in self.cases.values() if case.status == "granted")

    @property
    def left(self):
        return self.paid - self.granted

    @property
    def open(self):
        return [case for case in self.cases.values() if case.open]

    @property
    def window_ends(self):
        return None if self.accepted is None else self.accepted + self.window

    def tell(self, event):
        if self.rings and self.accepted is not None and event.second > self.window_ends:
            self.bring_in()
        if 10 <= event.code < 40 and (event.what != "echo" or self.echo_voids):
            self.waimai = event.code
        getattr(self, f"_{event.what}")(event)
        self._settle()
        self._use()

    def bring_in(self):
        """The order becomes a sale, unless all the money has gone back."""
        if not self.all_back:
            self.imported = True
            self._use()

    def _use(self):
        level = max(self.reached, STEPS.index("paid"))
        if self.imported and not self.all_back and level >= STEPS.index(self.consume_at):
            self.used = True

    def _settle(self):
        """Once all the money is back, nobody has to answer anything any more."""
        if any(case.status == "granted" for case in self.cases.values()) and self.left <= 0:
            self.all_back = True
        if self.all_back:
            for case in self.open:
                case.status = "withdrawn"
                self.unanswered.append(case)

    def _reach(self, step):
        self.reached = max(self.reached, STEPS.index(step))

    def _paid(self, event):
        pass

    _note = _paid

    def _accepted(self, event):
        if self.accepted is None:
            self.accepted = event.second

    def _finished(self, _event):
        self.finished = True
        if self.imported or not self.all_back:
            self._reach("completed")
            self.bring_in()

    def _rider(self, event):
        self.riders.append((event.at, event.code))
        if event.code in REACHES:
            self._reach(REACHES[event.code])

    def _press(self, event):
        step = PRESSES[event.action]
        self._reach(step)
        if event.action != "accept" and STEPS.index(step) >= STEPS.index(self.consume_at):
            self.reported_use = True

    def _void(self, event):
        self.voided = True
        if self.all_back:
            return
        whole = [case for case in self.open if case.scope == "full"]
        case = whole[0] if whole else TrueCase("void", event.family or "cancel", "full", asked=event.at)
        self.unanswered += whole[:1]
        self.cases[case.key] = case
        case.money, case.status = self.left, "granted"
        self.all_back = True

    def _echo(self, event):
        if self.echo_voids:
            self._void(event)

    def _refund(self, event):
        if self.all_back:
            return
        if event.family == "return":
            self.bring_in()
        case = self.cases.get(event.case)
        if case is None:
            case = self.cases[event.case] = TrueCase(event.case, event.family, "full", asked=event.at)
        if event.scope is not None:
            case.scope = event.scope
        if event.money is not None:
            case.money = event.money
        outcome = OUTCOMES[event.what]
        if outcome == "granted" and case.scope == "full":
            case.money, self.all_back = self.left, True
        case.status = outcome

    _ask = _appeal = _withdraw = _reject = _grant = _part = _refund

    def expected(self):
        """The end of it, in the form of ``golden_histories.json``."""
        sale = self.sold or self.imported
        used = sale and (self.used or self.reported_use)
        ends = self._state(sale)
        return {
            "state": "refunding" if self.open else ends,
            "order_state": ends,
            "waimai_state": self.waimai,
            "rider_state": max(self.riders, default=(0, 0))[1],
            "refunded": self.granted,
            "sale": self._sale(sale, used),
            "consumed": used,
            "refunds": [case.told() for case in self.cases.values()],
        }

    def _state(self, sale):
        if self.all_back:
            return "refunded" if sale else "cancelled"
        if not sale:
            return "new" if self.accepted is None else "waiting"
        if STEPS[self.reached] == "completed" and any(case.status == "granted" for case in self.cases.values()):
            return "partially_refunded"
        return STEPS[max(self.reached, STEPS.index("paid"))]

    def _sale(self, sale, used):
        if not sale:
            return None
        if self.all_back:
            return "reversed" if used else "cancelled"
        return "done" if STEPS[self.reached] == "completed" else "confirmed"


def books_of(history, events: Iterable | None = None, *, sold=False, rung=True):
    """The books after these events (all of the history unless told otherwise) and the window's row."""
    told = history.events if events is None else tuple(events)
    grants = any(each.what == "grant" and each.wire.get("whole") for each in told)
    books = Books(history.paid, history.window, history.consume_at, sold=sold, echo_voids=not grants, rings=rung)
    for event in told:
        books.tell(event)
    if rung and books.accepted is not None:
        books.bring_in()
    return books
