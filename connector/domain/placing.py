"""Give facts the place and code that depend on other facts (``meituan.md`` 9, ``order-life.md`` sections 2 and 5).

Meituan's messages carry outcome, actor, reason, ``refund_id`` and ``ctime``; which Ele.me type code that is depends
on when the order was accepted and completed. Facts that already have a code of their own pass through untouched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.domain.order import Claim, Fact, Kind, Millis, RefundWords, Scope, Statement, Status

_CANCELLED, _FORCED, _GRANTED, _RETURN = 14, 17, 23, 10

#: Of two scopes of one case, the first: no more goes back than all of them say.
_SCOPES: Final[tuple[Scope, ...]] = ("part", "full")
#: A pulled order that says of itself that it is cancelled, and no more.
_MADE_VOID: Final = Statement(void=True)

#: What a message makes of its case.
OUTCOMES: Final[Mapping[Kind, Status]] = {
    Kind.ASK: "requested",
    Kind.APPEAL: "arbitrating",
    Kind.WITHDRAW: "withdrawn",
    Kind.REJECT: "rejected",
    Kind.GRANT: "granted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the facts tell of each other: seconds of acceptance and completion, and each case's first application."""

    accepted: int | None
    finished: int | None
    asked: Mapping[str, Millis]
    pushed: Mapping[str, frozenset[tuple[int, Status]]]
    asked_apart: frozenset[tuple[str, Millis]]
    full_grant: bool

    def completed(self, at: Millis) -> bool:
        """Not before the second of completion (18)."""
        return self.finished is not None and at // 1000 >= self.finished


def placed(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts as they are to be read; those that others make empty are left out."""
    known = tuple(facts)
    if not any(fact.basis or fact.claim for fact in known):
        return known
    known = _scoped(known)
    about = _about(known)
    return tuple(made for fact in known if (made := _placed(fact, about)) is not None)


def _scoped(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts; one that names no sum has the scope that others of its case name (section 5).

    A part by what any of them says: one address may be that of full and of partial refunds.
    """
    told = ((fact.claim, _words_of(fact)) for fact in facts)
    named = frozenset((claim.key, words.scope) for claim, words in told if claim and words)
    return tuple(_with_scope(fact, named) for fact in facts)


def _with_scope(fact: Fact, named: frozenset[tuple[str, Scope | None]]) -> Fact:
    words = fact.refund
    if fact.claim is None or not fact.claim.key or words is None or words.money is not None:
        return fact
    scope = next((scope for scope in _SCOPES if (fact.claim.key, scope) in named), None)
    return replace(fact, refund=replace(words, scope=scope))


def _words_of(fact: Fact) -> RefundWords | None:
    return fact.refund if fact.statement is None else fact.statement.refund


def _about(facts: Sequence[Fact]) -> _Known:
    asked: dict[str, Millis] = {}
    for claim in (fact.claim for fact in facts if fact.claim and fact.claim.key):
        asked[claim.key] = min(asked.get(claim.key, claim.asked_at), claim.asked_at)
    told = [(fact, fact.claim) for fact in facts if fact.claim is not None]
    return _Known(
        accepted=min((fact.second for fact in facts if fact.accepts), default=None),
        finished=_finished(facts),
        asked=asked,
        pushed=_pushed(told),
        asked_apart=frozenset((c.key, c.asked_at) for f, c in told if _of_request(f) and not c.appeal),
        full_grant=any(_grants_all(fact) for fact in facts),
    )


def _of_request(fact: Fact) -> bool:
    """Whether a fact speaks of a case as it was before any appeal, if it is none itself."""
    return fact.kind in OUTCOMES or fact.statement is not None


def _pushed(told: Sequence[tuple[Fact, Claim]]) -> dict[str, frozenset[tuple[int, Status]]]:
    """What the messages of each case say, with the second in which each was sent."""
    pushed: dict[str, set[tuple[int, Status]]] = {}
    for fact, claim in told:
        if fact.kind in OUTCOMES and not _without_sum(fact):
            pushed.setdefault(claim.key, set()).add((claim.sent_at // 1000, OUTCOMES[fact.kind]))
    return {key: frozenset(said) for key, said in pushed.items()}


def _without_sum(fact: Fact) -> bool:
    """Whether a grant of a part leaves it to others to tell how much it is."""
    words = fact.refund
    return fact.kind is Kind.GRANT and words is not None and words.scope == "part" and words.money is None


def _finished(facts: Sequence[Fact]) -> int | None:
    """The second of completion: the platform's push of it, else what a pulled order states."""
    pushes = [fact.second for fact in facts if fact.kind is Kind.FINISH]
    return min(pushes or [fact.second for fact in facts if fact.finishes], default=None)


def _grants_all(fact: Fact) -> bool:
    if fact.statement is not None:
        words = fact.statement.refund
        return fact.claim is not None and fact.statement.case == "granted" and bool(words and words.scope == "full")
    return fact.kind is Kind.GRANT and bool(fact.refund and fact.refund.scope == "full")


def _placed(fact: Fact, about: _Known) -> Fact | None:
    if fact.basis == "cancel":
        return replace(fact, code=_cancelled(fact, about))
    if fact.basis == "echo":
        code = _GRANTED + (_RETURN if about.completed(fact.at) else 0)
        return None if about.full_grant else replace(fact, code=code)
    if fact.statement == _MADE_VOID and about.full_grant:
        return None  # as the echo: the refund that it speaks of is known
    if fact.claim is None:
        return fact
    claim = fact.claim
    if fact.statement is not None and _said(fact, claim, about):
        return None
    first = about.asked.get(claim.key, claim.asked_at)
    code = fact.code + (_RETURN if about.completed(first) else 0)
    return replace(fact, code=code, at=_read_at(fact, claim, about), claim=replace(claim, asked_at=first))


def _said(fact: Fact, claim: Claim, about: _Known) -> bool:
    """Whether a push says itself what a pull states, with its own time, which is not before the stated one."""
    outcome = fact.statement and fact.statement.case
    return any(status == outcome and second >= fact.second for second, status in about.pushed.get(claim.key, ()))


def _cancelled(fact: Fact, about: _Known) -> int:
    """A direct cancellation: 14 before acceptance, 17 after completion, else by who made it."""
    if about.accepted is None or fact.second < about.accepted:
        return _CANCELLED
    return _FORCED if about.completed(fact.at) else fact.code


def _read_at(fact: Fact, claim: Claim, about: _Known) -> Millis:
    """An appeal that repeats the time of its request is read when it was sent: after the answer that it speaks of."""
    repeats = fact.kind is Kind.APPEAL and (claim.key, claim.asked_at) in about.asked_apart
    return claim.sent_at if repeats else fact.at
