"""Histories heard out of order: shuffled, repeated, with pulls in between, before and after the import."""

from dataclasses import dataclass

from connector.domain.order import Fact, Kind, Press, Terms
from tests.disorder import wire_eleme, wire_meituan
from tests.disorder.eleme import Eleme
from tests.disorder.meituan import Meituan
from tests.disorder.truth import books_of
from tests.domain.build import DUE, ends

PLATFORMS = {"eleme": (Eleme, wire_eleme), "meituan": (Meituan, wire_meituan)}


def make(platform, rng):
    """A history of a platform, whatever ``rng`` chooses."""
    return PLATFORMS[platform][0](rng).history()


def press(event):
    number = event.wire["number"]
    made = Press(action=event.action, command_id=number, user_id=2)
    return Fact(key=f"press:{number}", kind=Kind.PRESS, at=event.at, press=made)


@dataclass
class DifferenceError(Exception):
    """One history ended differently than it should."""

    how: str
    expected: dict
    found: dict
    facts: list

    def __str__(self):
        wrong = [
            f"{key}: {self.found[key]} instead of {self.expected[key]}"
            for key in self.expected
            if self.found.get(key) != self.expected[key]
        ]
        lines = [
            f"{fact.at % 10**9:>10} {fact.code:>3} {fact.kind} {fact.key} {fact.claim or ''} {fact.refund or ''}"
            f" {fact.statement or ''}"
            for fact in self.facts
        ]
        return "\n".join([self.how, *wrong, *lines])


class Hearing:
    """One history, its facts, and every way in which it is heard here. ``replay`` is the product's."""

    def __init__(self, history, rng, replay):
        self.history, self.rng, self.replay = history, rng, replay
        self.wire = PLATFORMS[history.platform][1]
        self.terms = Terms(cancel_window=history.window, consume_at=history.consume_at)
        presses = [(event, press(event)) for event in history.events if event.what == "press"]
        self.told = sorted([*self.wire.facts(history), *presses], key=lambda each: history.events.index(each[0]))
        self.facts = [fact for _, fact in self.told]
        self.early = any(each.what == "finished" or each.family == "return" for each in history.events)
        self.deliveries = 0

    def run(self):
        """The kinds of hearing, two of them drawn; raises ``DifferenceError`` at the first that ends differently."""
        self.in_order()
        self.shuffled(pulls=False)
        self.shuffled(pulls=True)
        self.rng.choice((self.step_by_step, self.imported_between))()
        self.refused_late()
        return self.deliveries

    def life(self, known, *, sold, due=True):
        return self.replay([*known.values(), DUE] if due else list(known.values()), sold=sold, terms=self.terms)

    def check(self, how, known, *, sold, due=True, but=()):
        """The end has to be the expected one, ``but`` for these of its parts."""
        life = self.life(known, sold=sold, due=due)
        expected, found = books_of(self.history, sold=sold, rung=due).expected(), ends(life)
        expected.update({name: found[name] for name in but})
        if found != expected or life.standstill:
            found["standstill"], expected["standstill"] = life.standstill, ""
            told = sorted(known.values(), key=lambda each: each.at)
            raise DifferenceError(self.named(f"{how}, sold {sold}"), expected, found, told)
        return life

    def named(self, how):
        made = self.history
        return f"{how}, {made.platform}, paid {made.paid}, window {made.window}, consume_at {made.consume_at}"

    def in_order(self):
        self.deliveries += len(self.facts)
        known = {fact.key: fact for fact in self.facts}
        self.check("in order", known, sold=self.history.unheard)
        self.check("in order, the row has not rung", known, sold=self.history.unheard, due=False)

    def pulls(self, most=2):
        """What the platform answers at some moments, each true when it was asked."""
        made, events = [], self.history.events
        for _ in range(self.rng.randrange(most + 1)):
            last = self.rng.randrange(len(events))
            made += self.pulled_after(last)
        return made

    def pulled_after(self, last, wait=0):
        """The facts of an answer asked for after this event (``wait`` ms at least) and before the next."""
        events = self.history.events
        told = events[: last + 1]
        at, later = events[last].at + wait, [each.at for each in events[last + 1 : last + 2]]
        latest = max(at + 1, min(later, default=at + 5_000_000))
        moment = self.rng.randrange(at, latest)
        return list(self.wire.answer(self.history, books_of(self.history, told, rung=False), told, moment))

    def heard(self, *, pulls):
        """One hearing: every fact at least once, some again (perhaps dated later), pulls in between."""
        again = [self.sent_again(*self.rng.choice(self.told)) for _ in range(self.rng.randrange(4))]
        heard = [*self.facts, *again, *(self.pulls() if pulls else [])]
        self.rng.shuffle(heard)
        self.deliveries += len(heard)
        return heard

    def sent_again(self, event, fact):
        """A copy, with a new time of sending where the wire has one."""
        later = self.rng.choice((0, 10, 60, 300))
        return self.wire.again(self.history, event, fact, later) if later and event.what != "press" else fact

    def shuffled(self, *, pulls):
        known = {}
        for fact in self.heard(pulls=pulls):
            take(known, fact)
        self.check("shuffled with pulls" if pulls else "shuffled", known, sold=self.history.unheard)

    def step_by_step(self):
        """Heard one by one, the flag *sold* carried as the database carries it; the row rings at the end."""
        known, sold = {}, self.history.unheard
        for fact in self.heard(pulls=False):
            take(known, fact)
            sold = sold or self.life(known, sold=sold, due=False).imported
        if sold and not self.early and not self.history.unheard:
            raise DifferenceError("sold before the window's row rang", {"sold": False}, {"sold": True}, self.facts)
        self.check("step by step", known, sold=sold)

    def refused_late(self):
        """A refusal whose first sending was lost comes again with a time after the grant that overruled it.

        Or an answer that has not heard of the grant still tells it then.
        """
        granted = {event.case: event for event in self.history.events if event.what == "grant"}
        sent, stated = {}, {}
        for event, fact in self.told:
            overruled = event.what == "reject" and granted.get(event.case)
            if overruled and fact.claim and event.second < overruled.second:
                wait = overruled.second - event.second + 60
                sent[fact.key] = self.wire.again(self.history, event, fact, wait)
                lags = self.wire.lags(self.history, event, wait)
                stated[lags.key] = lags
        for late in (sent, stated) if sent else ():
            known = {**{fact.key: fact for fact in self.facts}, **late}
            self.deliveries += len(known)
            self.check("refused late", known, sold=self.history.unheard, but=("waimai_state",))

    def before_all_back(self):
        """How much is heard when only the event that gives all the money back is missing, and what comes after it."""
        for number, event in enumerate(self.history.events[1:], start=1):
            if books_of(self.history, self.history.events[: number + 1], rung=False).all_back:
                return next(at for at, each in enumerate(self.told) if each[0] is event)
        return len(self.told)

    def imported_between(self):
        """In order up to some event, then the row rings, then the rest in any order."""
        cut = self.rng.choice((self.before_all_back(), self.rng.randrange(1, len(self.told) + 1)))
        known = {}
        for _, fact in self.told[:cut]:
            take(known, fact)
        events = list(dict.fromkeys(event for event, _ in self.told[:cut]))
        expected = books_of(self.history, events, sold=False).imported
        sold = self.life(known, sold=False).imported
        if sold != expected:
            raise DifferenceError(f"imported after {cut}", {"sold": expected}, {"sold": sold}, self.facts[:cut])
        rest = self.facts[cut:] + self.pulls()
        self.rng.shuffle(rest)
        self.deliveries += cut + len(rest)
        for fact in rest:
            take(known, fact)
        self.check(f"import after {cut}", known, sold=sold or self.history.unheard)


def take(known, fact):
    """A fact is kept once per key: the copy with the earliest time, as the database keeps it."""
    before = known.get(fact.key)
    if before is None or (fact.at, repr(fact)) < (before.at, repr(before)):
        known[fact.key] = fact
