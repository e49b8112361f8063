"""Facts in, life out: the whole order, computed again from all its facts (``order-life.md`` section 2).

Pure and quick (about 0.1 ms), so that it is run whenever a fact is added and the order of arrival cannot matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from connector.domain.entries import Entry
from connector.domain.explained import unexplained
from connector.domain.ledger import UNKNOWN_REFUND, Ledger
from connector.domain.money import ZERO, Money
from connector.domain.order import (
    REFUND_KINDS,
    Case,
    Content,
    Fact,
    Goods,
    Kind,
    Millis,
    RefundWords,
    Rider,
    Terms,
)
from connector.domain.placing import placed
from connector.domain.pricing import content_of
from connector.domain.reading import family_of, seconds, unanswered, within_second
from connector.domain.table import PRESSES, PROGRESS, TABLE, level

Sale = Literal["confirmed", "done", "cancelled", "reversed"]

_KITCHEN: Final = frozenset({"start", "ready", "dispatch"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """Everything that follows from an order's facts.

    ``imported`` is what this replay finds; ``became_sale`` also counts that an earlier one did. ``standstill`` is the
    reason why nothing may be written or called (empty if all is well), ``silent`` that nobody need be alarmed by it.
    ``unused`` are refunded goods whose materials were never taken, ``reminder`` the number of an unanswered one.
    """

    state: str
    order_state: str
    waimai_state: int
    rider_state: int
    rider: Rider
    progress: str
    imported: bool
    became_sale: bool
    all_back: bool
    sale: Sale | None
    consumed_at: Millis | None
    accepted_at: Millis | None
    completed_at: Millis | None
    cases: tuple[Case, ...]
    granted: Money
    content: Content | None
    unused: tuple[Goods, ...]
    reminder: str = ""
    standstill: str = ""
    silent: bool = False
    warnings: tuple[str, ...] = ()
    read: tuple[Fact, ...] = ()

    @property
    def consumed(self) -> bool:
        """Whether the materials were used."""
        return self.consumed_at is not None

    @property
    def open_case(self) -> Case | None:
        """The newest case that waits for an answer."""
        return next((case for case in reversed(self.cases) if case.open), None)


@dataclass(kw_only=True, slots=True)
class _Reading:
    """What has been found so far while the facts are read."""

    terms: Terms
    content: Content | None
    ledger: Ledger
    progress: int = 0
    imported: bool = False
    accepted_at: Millis | None = None
    completed_at: Millis | None = None
    consumed: tuple[int, Millis] | None = None
    pressed: list[tuple[int, Millis]] = field(default_factory=list)
    last_code: int = 0
    read: list[Fact] = field(default_factory=list)

    def reach(self, state: str) -> None:
        self.progress = max(self.progress, level(state))

    def begin_sale(self) -> None:
        """Import, unless all the money has gone back or the content is not known."""
        if not self.imported and not self.ledger.all_back and self.content is not None:
            self.imported = True
            self.reach("paid")

    def check_consumed(self, at: Millis) -> None:
        """Materials are used from the first moment at which the store's progress is reached and money is left."""
        reached = self.imported and not self.ledger.all_back and self.progress >= level(self.terms.consume_at)
        if reached and self.consumed is None:
            self.consumed = (len(self.read), at)

    def take(self, fact: Fact) -> None:
        """Read one fact, in its place."""
        self.read.append(fact)
        if 10 <= fact.code <= 39 and fact.kind is not Kind.PULL:  # noqa: PLR2004 - order-life.md: waimai_state is the last of 10-39
            self.last_code = fact.code
        if family_of(fact) == "return" and not self.ledger.closed:
            self.begin_sale()
            self.check_consumed(fact.at)
        self._apply(fact)
        self.check_consumed(fact.at)

    def _apply(self, fact: Fact) -> None:
        step = len(self.read)
        if fact.kind is Kind.ACCEPT:
            self._accept(fact)
        elif fact.kind is Kind.FINISH:
            self._finish(fact)
        elif fact.kind is Kind.DUE:
            self.begin_sale()
        elif fact.kind is Kind.RIDER:
            row = TABLE.get(fact.code)
            self.reach(row.reaches if row and row.reaches else PROGRESS[0])
        elif fact.kind is Kind.PRESS:
            self._press(fact)
        elif fact.kind is Kind.VOID:
            reason = fact.refund.reason if fact.refund else ""
            self.ledger.void(fact.at, step, reason, family_of(fact) or "cancel")
        elif fact.kind in REFUND_KINDS:
            self.ledger.read(fact, step)
        elif fact.kind is Kind.PULL:
            self._pull(fact)

    def _accept(self, fact: Fact) -> None:
        if self.accepted_at is None:
            self.accepted_at = fact.at
        self.reach("waiting")

    def _finish(self, fact: Fact) -> None:
        if self.ledger.all_back:
            return
        self.begin_sale()
        if self.completed_at is None:
            self.completed_at = fact.at
        self.reach("completed")

    def _press(self, fact: Fact) -> None:
        action = fact.press.action if fact.press else ""
        if action not in PRESSES:
            return
        self.reach(PRESSES[action])
        if action in _KITCHEN and level(PRESSES[action]) >= level(self.terms.consume_at):
            self.pressed.append((len(self.read), fact.at))

    def _pull(self, fact: Fact) -> None:
        said = fact.statement
        if said is None:
            return
        if said.accepted and self.accepted_at is None:
            self._accept(fact)
        if said.finished and self.completed_at is None:
            self._finish(fact)
            self.check_consumed(fact.at)  # before the refund that the same answer tells of
        if fact.claim is not None:
            self.ledger.state_claimed(said, fact, fact.claim, len(self.read))
        else:
            completed = self.completed_at is not None
            self.ledger.state(said, fact, completed=completed, step=len(self.read))
        if said.void:
            self.ledger.state_void(fact.at, len(self.read))


def replay(facts: Iterable[Fact], *, sold: bool, terms: Terms) -> Life:
    """Compute an order's life from all its facts.

    Args:
        facts: each event once, in any order.
        sold: an earlier replay imported the order; decides only what ``refunded`` and ``paid`` are called.
        terms: the store's settings when the order was first heard of.
    """
    heard = placed(_one_beginning(facts))
    content, known = content_of(heard, terms.price_mode), unexplained(heard)
    reading = _Reading(terms=terms, content=content, ledger=Ledger(content.paid if content else None, _told(heard)))
    for second in seconds(known, window=terms.cancel_window):
        for fact in within_second(second, open_families=reading.ledger.open_families):
            reading.take(fact)
        reading.ledger.end_second()
    return _life(reading, known, sold=sold)


def _one_beginning(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """An order becomes effective once: every copy of that news counts from the earliest time that one of them tells."""
    known = tuple(facts)
    begun = min((fact.at for fact in known if fact.kind is Kind.ORDER), default=Millis(0))
    return tuple(replace(fact, at=begun) if fact.kind is Kind.ORDER else fact for fact in known)


def _told(facts: Sequence[Fact]) -> list[tuple[int, RefundWords]]:
    """What pulls name of a granted refund, the earliest first."""
    pulls = sorted((fact for fact in facts if fact.statement), key=lambda fact: (fact.at, fact.key))
    said = ((fact.second, fact.statement) for fact in pulls)
    return [(at, one.refund) for at, one in said if one and one.refund and one.case == "granted"]


def _rider(facts: Sequence[Fact]) -> tuple[int, Rider]:
    """The newest rider fact by its full time, then by the larger code; the name is the newest one told."""
    news = sorted((fact for fact in facts if fact.kind is Kind.RIDER), key=lambda f: (f.at, f.code, f.key))
    named = [fact.rider for fact in news if fact.rider and fact.rider.name]
    return (news[-1].code if news else 0), (named[-1] if named else Rider())


def _life(reading: _Reading, facts: Sequence[Fact], *, sold: bool) -> Life:
    ledger = reading.ledger
    became = sold or reading.imported
    consumed = min(
        [moment for moment in (reading.consumed, *(reading.pressed if became else ())) if moment],
        default=None,
    )
    progress = _progress(reading, became=became)
    order_state = _order_state(reading, progress, became=became)
    open_case = any(entry.case.open for entry in ledger.entries)
    rider_state, rider = _rider(facts)
    return Life(
        state="refunding" if open_case and not ledger.all_back else order_state,
        order_state=order_state,
        waimai_state=reading.last_code,
        rider_state=rider_state,
        rider=rider,
        progress=progress,
        imported=reading.imported,
        became_sale=became,
        all_back=ledger.all_back,
        sale=_sale(reading, consumed=consumed is not None, became=became),
        consumed_at=consumed[1] if consumed else None,
        accepted_at=reading.accepted_at,
        completed_at=reading.completed_at,
        cases=tuple(entry.case for entry in ledger.entries),
        granted=ledger.granted,
        content=reading.content,
        unused=_unused(ledger.entries, consumed),
        reminder=_reminder(reading.read),
        standstill=ledger.problem,
        silent=ledger.problem == UNKNOWN_REFUND,
        warnings=reading.content.warnings if reading.content else (),
        read=tuple(reading.read),
    )


def _progress(reading: _Reading, *, became: bool) -> str:
    if became:
        return PROGRESS[max(reading.progress, level("paid"))]
    return "waiting" if reading.accepted_at is not None else "new"


def _order_state(reading: _Reading, progress: str, *, became: bool) -> str:
    """*Seen state* without its second rule."""
    if reading.ledger.all_back:
        return "refunded" if became else "cancelled"
    if progress == "completed" and reading.ledger.granted > ZERO:
        return "partially_refunded"
    return progress


def _sale(reading: _Reading, *, consumed: bool, became: bool) -> Sale | None:
    if not became:
        return None
    if reading.ledger.all_back:
        return "reversed" if consumed else "cancelled"
    return "done" if reading.completed_at is not None else "confirmed"


def _unused(entries: Iterable[Entry], consumed: tuple[int, Millis] | None) -> tuple[Goods, ...]:
    """Goods of part refunds that were granted before the materials were taken."""
    return tuple(
        goods
        for entry in entries
        if entry.granted_step is not None and entry.case.status == "granted" and entry.case.scope == "part"
        if consumed is None or entry.granted_step < consumed[0]
        for goods in entry.case.goods
    )


def _reminder(read: Iterable[Fact]) -> str:
    """The number of the newest reminder (催单, 45) that waits for an answer (46, or a press where none is sent)."""
    return next((note.note for note in reversed(unanswered(read)) if note.note), "")
