"""The cases of the refund ledger while they are read (``order-life.md`` section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from connector.domain.money import Money
from connector.domain.order import Case, RefundWords, Scope, Status


@dataclass(kw_only=True, slots=True)
class Entry:
    """A case while it is read: what was named, and where in the reading it was granted.

    ``known`` says that its request was heard, or that some answer has told what it is about; ``spoken`` grows with
    each message about it. ``guessed`` is one that only a pull has told of: its family is not on the wire.
    """

    case: Case
    known: bool = False
    guessed: bool = False
    spoken: int = 0
    named_scope: Scope | None = None
    named_money: Money | None = None
    granted_step: int | None = None

    @property
    def by_merchant(self) -> bool:
        """A part that the merchant gave without being asked."""
        return self.case.key.startswith("merchant-")


def spoken_of(entries: Iterable[Entry], wanted: Status) -> Entry | None:
    """The case that a platform shows when it answers ``wanted``: an open one, else that of the last word.

    What was withdrawn is not shown any more, and what was granted, as a merchant's own part always is, only as that.
    """
    kept = [entry for entry in entries if entry.case.status != "withdrawn"]
    if wanted != "granted":
        opened = [entry for entry in kept if entry.case.open]
        kept = opened or [entry for entry in kept if not entry.by_merchant]
    last = max(kept, key=lambda entry: entry.spoken, default=None)
    return last if last and (wanted == "granted" or last.case.status != "granted") else None


def showing(entries: Iterable[Entry]) -> frozenset[Status]:
    """What a platform may answer now, with or without what was granted."""
    kept = tuple(entries)
    shown = (spoken_of(kept, "granted"), spoken_of(kept, "requested"))
    return frozenset(entry.case.status if entry else "withdrawn" for entry in shown)


def names(words: RefundWords) -> bool:
    """Whether a message says what a refund is about."""
    return words.scope is not None or words.money is not None or bool(words.goods)


def tells(words: RefundWords) -> bool:
    """Whether a grant of its own says how much goes back: a part without a sum does not."""
    return names(words) and not (words.scope == "part" and words.money is None)


def asks_for(entry: Entry, words: RefundWords) -> bool:
    """Whether a request tells how much an answer grants that does not: everything, or a part with its sum."""
    part = "part" in {words.scope, entry.named_scope}
    return entry.known and not (part and entry.named_money is None)


def excludes(told: RefundWords, asked: Entry, entries: Iterable[Entry], left: Money) -> bool:
    """Whether a pull names a part that no other grant explains, and both it and what was asked for cannot be back.

    Then the request was renewed, and the push of the newer one is lost.
    """
    granted = {entry.case.amount for entry in entries if entry.case.status == "granted"}
    wanted = left if asked.named_scope != "part" or asked.named_money is None else asked.named_money
    if told.scope != "part" or told.money is None or told.money in {*granted, wanted}:
        return False
    return told.money <= left < told.money + wanted
