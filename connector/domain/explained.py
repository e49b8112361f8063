"""What was pulled and a push says as well (``order-life.md`` section 5: a late push that explains it makes it empty).

An answer without times of its own is dated by our clock, which is not the platform's, and by when it was asked for.
So a push of the same thing may stand a little after it, or the end of a request a little before it; without this the
one would be counted a second time, and the other would leave a request open that nobody made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from connector.domain.order import Fact, Kind, RefundWords, Statement, Status
from connector.domain.placing import OUTCOMES

#: How far apart the clocks of a platform and ours may be, with the time that an answer takes.
_CLOCKS_SECONDS: Final = 30
_ENDS: Final[frozenset[Status]] = frozenset({"withdrawn", "rejected", "granted"})
_SAY: Final[Mapping[Kind, Status]] = {**OUTCOMES, Kind.PART: "granted"}


def unexplained(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, without what a statement says of a case and a push says soon after it, or has ended just before it."""
    known = tuple(facts)
    pushes = [fact for fact in known if fact.kind in _SAY]
    return tuple(_left(fact, pushes) if pushes else fact for fact in known)


def _left(pulled: Fact, pushes: Sequence[Fact]) -> Fact:
    said = pulled.statement
    if said is None or said.case is None or pulled.claim is not None:
        return pulled
    near = [(push, push.second - pulled.second) for push in pushes]
    soon = any(0 < late <= _CLOCKS_SECONDS and _says(push, said) for push, late in near)
    just = any(-_CLOCKS_SECONDS <= late < 0 and _SAY[push.kind] in _ENDS for push, late in near)
    if not soon and not (just and said.case == "requested"):
        return pulled
    return replace(pulled, statement=replace(said, case=None, refund=None))


def _says(push: Fact, said: Statement) -> bool:
    """Whether a push is what a statement was made from; of a grant the sums must be the same where both name one."""
    if _SAY[push.kind] != said.case:
        return False
    one, other = push.refund or RefundWords(), said.refund or RefundWords()
    return said.case != "granted" or None in {one.money, other.money} or one.money == other.money
