"""The refund ledger: cases, what was granted, and when all the money is back (``order-life.md`` sections 2 and 5).

It is fed in the order of reading and lives inside one replay only.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connector.domain.entries import Entry, asks_for, excludes, names, showing, spoken_of, tells
from connector.domain.money import ZERO, Money
from connector.domain.order import Case, Claim, Fact, Family, Kind, Millis, RefundWords, Scope, Statement, Status
from connector.domain.placing import OUTCOMES
from connector.domain.reading import family_of

#: Granted money exceeds what was paid: the messages contradict each other.
CONTRADICTION: Final = "退款合计超过实付 · granted refunds exceed what was paid"
#: A grant that names nothing, to a request that we never heard of.
UNKNOWN_REFUND: Final = "已同意的退款金额未知 · a refund was granted whose amount is not known yet"

_NOTHING: Final = RefundWords()
_FINAL: Final[frozenset[Status]] = frozenset({"granted", "withdrawn"})


class Ledger:
    """The cases of one order.

    Args:
        paid: what the customer paid; ``None`` while the content is unknown, then no sum is judged.
        told: what pulls name of a granted refund, by their second, for an answer that names nothing itself.
    """

    def __init__(self, paid: Money | None, told: Sequence[tuple[int, RefundWords]] = ()) -> None:
        self.entries: list[Entry] = []
        self.closed = False
        self._paid = paid
        self._told = told
        self._step = 0
        self._spoken = 0
        self._shown: frozenset[Status] = frozenset({"withdrawn"})
        self._untold: set[str] = set()
        self._contradicts = False
        self._void_known = False

    @property
    def problem(self) -> str:
        """Why nothing can be made of the cases; empty if all is well."""
        return CONTRADICTION if self._contradicts else UNKNOWN_REFUND if self._untold else ""

    @property
    def granted(self) -> Money:
        """The money that has gone back."""
        return Money(sum(entry.case.amount for entry in self.entries if entry.case.status == "granted"))

    @property
    def left(self) -> Money:
        """What could still go back; nothing while the sum is unknown."""
        return Money(max(0, (self._paid or 0) - self.granted))

    @property
    def all_back(self) -> bool:
        """A full case is granted, or the granted money reaches what was paid."""
        granted = [entry.case for entry in self.entries if entry.case.status == "granted"]
        if any(case.scope == "full" for case in granted):
            return True
        return bool(granted) and self._paid is not None and self.granted >= self._paid

    @property
    def open_families(self) -> frozenset[Family]:
        """Families with a case that waits for an answer."""
        return frozenset(entry.case.family for entry in self.entries if entry.case.open)

    def read(self, fact: Fact, step: int) -> None:
        """Take one refund fact; ``step`` is its place in the whole reading."""
        self._step = step
        family = family_of(fact)
        if self.closed or family is None:
            return
        words = fact.refund or _NOTHING
        if fact.claim is not None and fact.claim.key:
            self._claimed(fact, fact.claim, family, words)
        elif fact.kind is Kind.PART:
            self._give_part(fact, family, replace(words, scope="part"))
        elif fact.kind is Kind.ASK:
            entry = self._open(family) or self._add(self._next_key(family), family, fact.at)
            entry.known = True
            self._name(entry, words)
        else:
            self._answer(fact, family, words)
        self._shown |= showing(self.entries)

    def void(self, at: Millis, step: int, reason: str = "", family: Family = "cancel") -> None:
        """14, 15, 17: everything left goes back, unless it already has."""
        self._step = step
        self._void_known = True
        if self.all_back:
            return
        full = [entry for entry in self.entries if entry.case.open and entry.case.scope == "full"]
        entry = full[-1] if full else self._add("void", family, at)
        self._grant(entry, RefundWords(scope="full", reason=reason), at)

    def state_void(self, at: Millis, step: int) -> None:
        """A pulled "void": if its push is lost, it was before a grant beyond what was paid, which then gave nothing."""
        granted = [entry for entry in self.entries if entry.case.status == "granted" and not self._void_known]
        granted.sort(key=lambda entry: entry.granted_step or 0)
        while granted and self._paid is not None and self.granted > self._paid:
            beyond = granted.pop()
            beyond.case = replace(beyond.case, status="withdrawn", granted_at=None)
            self._contradicts = False
        self.void(at, step)

    def _claimed(self, fact: Fact, claim: Claim, family: Family, words: RefundWords) -> None:
        """A message about a case that has a key: what is granted or withdrawn is final, a request is made once."""
        entry = self._by_key(claim.key)
        if entry is not None and entry.case.status in _FINAL:
            return
        begun = entry is not None
        entry = entry or self._add(claim.key, family, claim.asked_at)
        entry.known = True
        if fact.kind is Kind.GRANT:
            self._grant_claimed(entry, words, fact.at)
            return
        self._name(entry, words)
        if not (begun and fact.kind is Kind.ASK):
            entry.case = replace(entry.case, status=OUTCOMES[fact.kind])

    def state_claimed(self, statement: Statement, fact: Fact, claim: Claim, step: int) -> None:
        """Take a pulled statement about a case that has a key."""
        self._step = step
        entry, wanted = self._by_key(claim.key), statement.case
        if self.closed or wanted is None or (entry and entry.case.status in _FINAL | {wanted}):
            return
        if entry is not None and wanted == "requested":
            return  # it was, before it was answered
        entry = entry or self._add(claim.key, family_of(fact) or "cancel", claim.asked_at)
        entry.known = True
        words = statement.refund or _NOTHING
        if wanted == "granted":
            self._grant_claimed(entry, words, fact.at)
        else:
            self._name(entry, words)
            entry.case = replace(entry.case, status=wanted)

    def _grant_claimed(self, entry: Entry, words: RefundWords, at: Millis) -> None:
        """Grant a case that has a key; somebody must have told that it is all, or how much, be it the request."""
        self._name(entry, words)
        if entry.named_scope != "full" and entry.named_money is None:
            self._untold.add(entry.case.key)
            return
        self._untold.discard(entry.case.key)
        self._grant(entry, words, at)

    def state(self, statement: Statement, fact: Fact, *, completed: bool, step: int) -> None:
        """Take a pulled statement about the last case: it changes only what does not hold yet.

        What was shown when its second began, or in the middle of it, may have been asked before the other facts of
        that second: then it is empty as well, unless it tells of a grant that we have not heard of.
        """
        self._step = step
        wanted, words = statement.case, statement.refund or _NOTHING
        unheard = wanted == "granted" and self._unheard(words)
        if self.closed or wanted is None or (wanted in self._shown and not unheard):
            return
        last = spoken_of(self.entries, "requested" if unheard else wanted)
        if wanted == "withdrawn" or (wanted == "granted" and last and self._speaks_of_another(last, words)):
            if last and last.case.open and last.case.requested_at // 1000 < fact.second:
                last.case = replace(last.case, status="withdrawn")
            return
        if last and last.case.status == wanted and not unheard:
            return
        if last is None or last.case.status == "granted" or (last.case.status, wanted) == ("rejected", "requested"):
            family: Family = "return" if completed else "cancel"
            last = self._add(self._next_key(family), family, fact.at)
            last.guessed = True
        if wanted == "granted" and not last.known and not names(words):
            self._untold.add("")
            return
        last.known = True
        if wanted == "granted":
            self._grant(last, words, fact.at)
        else:
            self._name(last, words)
            last.case = replace(last.case, status=wanted)

    def end_second(self) -> None:
        """Once all is back, cases still open are withdrawn and later seconds change nothing."""
        if self._paid is not None and self.granted > self._paid:
            self._contradicts = True
        if self.all_back and not self.closed:
            self.closed = True
            self._untold.clear()  # whatever it was: all of it is back
            for entry in self.entries:
                if entry.case.open:
                    entry.case = replace(entry.case, status="withdrawn")
        self._shown = showing(self.entries)

    def _give_part(self, fact: Fact, family: Family, words: RefundWords) -> None:
        """39: the merchant takes a part back by himself; how much that is somebody must tell, be it a pull."""
        told = words if tells(words) else self._as_told(fact, words)
        if told is None:
            self._untold.add("")
            return
        number = 1 + sum(entry.by_merchant for entry in self.entries)
        self._grant(self._add(f"merchant-{number}", family, fact.at), replace(told, scope="part"), fact.at)

    def _as_told(self, fact: Fact, words: RefundWords) -> RefundWords | None:
        """The words of a grant with what a pull of then or later names of it; ``None`` if none does."""
        told = next((refund for second, refund in self._told if second >= fact.second), None)
        return told and replace(told, goods=words.goods or told.goods, reason=words.reason or told.reason)

    def _answer(self, fact: Fact, family: Family, words: RefundWords) -> None:
        entry = self._open(family) or self._adopted(family)
        if entry is None and fact.code % 10 in {4, 5, 6}:  # 24-26, 34-36 speak of a rejected case as well
            entry = self._last_rejected(family)
        if fact.kind is Kind.GRANT and not tells(words):
            told = self._as_told(fact, words)
            asked = entry if entry and asks_for(entry, words) else None
            if asked is None and told is None:
                self._untold.add("")
                return
            words = told if told and (asked is None or excludes(told, asked, self.entries, self.left)) else words
        entry = entry or self._add(self._next_key(family), family, fact.at)
        if fact.kind is Kind.GRANT:
            self._grant(entry, words, fact.at)
            return
        self._name(entry, words)
        entry.case = replace(entry.case, status=OUTCOMES[fact.kind])

    def _by_key(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.case.key == key), None)

    def _open(self, family: Family) -> Entry | None:
        return next((e for e in reversed(self.entries) if e.case.family == family and e.case.open), None)

    def _adopted(self, family: Family) -> Entry | None:
        """An open case that a pull told of, taken for one of the other family: the answer knows better."""
        entry = next((e for e in reversed(self.entries) if e.guessed and e.case.open), None)
        if entry is not None:
            entry.guessed = False
            entry.case = replace(entry.case, key=self._next_key(family), family=family)
        return entry

    def _last_rejected(self, family: Family) -> Entry | None:
        """The last request of a family, if it was rejected; a merchant's own part answers and ends none."""
        own = [entry for entry in self.entries if entry.case.family == family and not entry.by_merchant]
        return own[-1] if own and own[-1].case.status == "rejected" else None

    def _unheard(self, words: RefundWords) -> bool:
        """Whether a pulled grant is none of those that are known: a full one, or a part of another sum."""
        if words.scope == "full":
            return not self.all_back
        granted = [entry.case.amount for entry in self.entries if entry.case.status == "granted"]
        return bool(granted) and words.money is not None and words.money not in {*granted, sum(granted)}

    def _speaks_of_another(self, last: Entry, words: RefundWords) -> bool:
        """Whether a pulled grant is that of an earlier case, which is shown again since the last was withdrawn."""
        granted = [(entry.case.scope, entry.case.amount) for entry in self.entries if entry.case.status == "granted"]
        told = (words.scope, words.money)
        return last.case.open and told in granted and told != (last.case.scope, last.named_money)

    def _next_key(self, family: Family) -> str:
        return f"{family}-{1 + sum(entry.case.key.startswith(f'{family}-') for entry in self.entries)}"

    def _add(self, key: str, family: Family, at: Millis) -> Entry:
        case = Case(key=key, family=family, scope="full", status="requested", requested_at=at)
        entry = Entry(case=case)
        self.entries.append(entry)
        return entry

    def _name(self, entry: Entry, words: RefundWords) -> None:
        """Give a case the words of a newer message; what it does not name stays."""
        self._spoken += 1
        entry.spoken = self._spoken
        entry.known = entry.known or names(words)
        entry.named_scope = words.scope or self._inferred(words) or entry.named_scope
        entry.named_money = words.money if words.money is not None else entry.named_money
        entry.case = replace(
            entry.case,
            scope=entry.named_scope or "full",
            amount=entry.named_money or ZERO,
            goods=words.goods or entry.case.goods,
            reason=words.reason or entry.case.reason,
        )

    def _grant(self, entry: Entry, words: RefundWords, at: Millis) -> None:
        left = self.left
        self._name(entry, words)
        amount = left if entry.case.scope == "full" and self._paid is not None else entry.case.amount
        entry.case = replace(entry.case, status="granted", amount=amount, granted_at=at)
        entry.granted_step = self._step

    def _inferred(self, words: RefundWords) -> Scope | None:
        """The scope that goods or a smaller sum tell where the wire names none."""
        if words.scope is not None:
            return words.scope
        if words.money is not None and self._paid is not None:
            return "part" if words.money < self.left else None
        return "part" if words.goods else None
