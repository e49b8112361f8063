"""The order in which facts are read (``order-life.md`` section 2, *Order of reading*).

By second; within one second by rank; what is still equal by type code, then key. One rule depends on what has been
read so far: an Ele.me request is read before the answers of its second, but after them if a case of its family was open
when the second began. So the replay asks second by second. Only answers of its family can speak of it: a request after
completion follows what ended one before it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Final

from connector.domain.order import Fact, Family, Kind, Millis, Status
from connector.domain.table import TABLE

_FIRST, _PART, _REFUND, _VOID, _PULL, _DUE = range(6)

_RANK: Final = {
    Kind.PART: _PART,
    Kind.ASK: _REFUND,
    Kind.WITHDRAW: _REFUND,
    Kind.REJECT: _REFUND,
    Kind.GRANT: _REFUND,
    Kind.APPEAL: _REFUND,
    Kind.VOID: _VOID,
    Kind.PULL: _PULL,  # a statement is read when all that it may speak of has been
    Kind.DUE: _DUE,
}

#: Where a stated outcome stands among the pushes of its second: the code's last digit, an appeal after a refusal.
_STATED: Final[Mapping[Status, int]] = {
    "requested": 0,
    "withdrawn": 1,
    "rejected": 2,
    "granted": 3,
    "arbitrating": 4,
}


def family_of(fact: Fact) -> Family | None:
    """The refund family of a fact's type code.

    >>> family_of(Fact(key="a", kind=Kind.ASK, at=Millis(0), code=30))
    'return'
    """
    row = TABLE.get(fact.code)
    return row.family if row else None


def reminds(fact: Fact) -> bool | None:
    """Whether a fact is a reminder (催单, 45) or the answer to one (46, or our own press); ``None`` for all others."""
    if fact.press is not None:
        return False if fact.press.action == "answer_reminder" else None
    return {45: True, 46: False}.get(fact.code)


def paid_out(fact: Fact) -> str:
    """The case whose money went back, or could not, as a note tells (Meituan's 退款状态); empty for all other facts."""
    what, _, told = fact.key.partition(":")
    return told.rpartition(":")[0] if fact.kind is Kind.NOTE and what == "refund-money" else ""


def unanswered(read: Iterable[Fact]) -> tuple[Fact, ...]:
    """The reminders that nobody has answered, of facts in the order of reading.

    An answer that names a reminder ends that one, wherever it stands; one that names none ends all before it. What has
    no number itself is ended by any answer after it.
    """
    notes = [fact for fact in read if reminds(fact) is not None]
    named = {note.note for note in notes if note.note and not reminds(note)}
    return tuple(
        note
        for place, note in enumerate(notes, 1)
        if reminds(note) and note.note not in named
        if not any(not reminds(late) and not (note.note and late.note) for late in notes[place:])
    )


def seconds(facts: Iterable[Fact], *, window: int) -> Iterator[list[Fact]]:
    """The facts second by second, those of one second unordered.

    The end of the window stands at the second of acceptance plus ``window`` seconds, whenever its row rang; before
    an acceptance is known it does not stand anywhere.
    """
    known = list(facts)
    accepted = [fact.second for fact in known if fact.accepts]
    due = [fact for fact in known if fact.kind is Kind.DUE][:1] if accepted else []
    placed = [replace(fact, at=Millis((min(accepted) + window) * 1000)) for fact in due] if accepted else []
    timed = [fact for fact in known if fact.kind is not Kind.DUE] + placed
    for _, group in groupby(sorted(timed, key=lambda fact: fact.second), key=lambda fact: fact.second):
        yield list(group)


def within_second(facts: list[Fact], *, open_families: frozenset[Family]) -> list[Fact]:
    """The facts of one second in the order of reading."""
    refused = frozenset(f.claim.key for f in facts if f.claim and f.kind is Kind.REJECT and not f.claim.appeal)
    return sorted(facts, key=lambda fact: _place(fact, open_families, refused))


def _rank(fact: Fact) -> int:
    """The group that a fact is read in; a statement that is dated by itself has the place of the push it replaces."""
    said = fact.statement
    if said is not None and fact.claim is None and said.case is None and not said.void:
        return _FIRST
    if fact.claim is None:
        return _RANK.get(fact.kind, _FIRST)
    words = fact.refund if said is None else said.refund
    return _PART if words is not None and words.scope == "part" else _REFUND


def _place(fact: Fact, open_families: frozenset[Family], refused: frozenset[str]) -> tuple[int, int, bool, int, str]:
    rank, family = _rank(fact), family_of(fact)
    if fact.claim is not None:  # its cases have keys: no request can be taken for another
        against = fact.kind is Kind.APPEAL and fact.claim.key in refused  # it speaks of the refusal of its second
        step = _STATED[fact.statement.case] if fact.statement and fact.statement.case else 0
        return rank, 0, against, fact.code + step, fact.key
    if rank != _REFUND or family is None:
        return rank, 0, False, fact.code, fact.key
    after_answers = fact.kind is Kind.ASK and family in open_families
    return rank, ("cancel", "return").index(family), after_answers, fact.code, fact.key
