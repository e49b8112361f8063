"""The three-way count: the platform's list of a shop's day, our orders, the ERP's; and how differences are mended.

An order of which the list does not state all, or more than we know, is read back, and what would follow from the answer
is compared with what we have: its state, what was paid and what went back. Counting changes nothing here.

The ERP has no method that counts: it is asked with the documents that it should have (``waimai.order.sync``). One that
it has is answered ``unchanged``, with what it made of it; one that it has lost is written by that very question. What
the ERP has and neither the platform nor we know of cannot be seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from connector.counts import Count, Line
from connector.database.days import Ours, orders_of, stored
from connector.database.orders import DUE, place
from connector.domain.documents import Document
from connector.domain.errors import Refused
from connector.domain.gaps import Listed, day_of
from connector.domain.holdings import Holding
from connector.domain.money import ZERO, Money, to_yuan
from connector.domain.order import Content, Fact, Millis, OrderRef, StoreRef, split_ref
from connector.domain.replay import Life, replay
from connector.domain.table import STATE_NAMES
from connector.platforms.limits import patient
from connector.ports import Envelope, Platform, RawEvent, Written
from connector.services import Services
from connector.vault import Vault

#: Documents of one call to the ERP.
_BATCH: Final = 50
_HAS: Final = frozenset({"unchanged", "stale"})
_NOT_YET: Final = "Odoo 尚无 · not in Odoo yet"
_WRITTEN: Final = "Odoo 缺失，已补写 · Odoo lacked it, written now"
#: Says how far it is: what is counted, and how many.
Told = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """An order as its platform gave it to us."""

    envelope: Envelope
    facts: tuple[Fact, ...]

    @property
    def content(self) -> Content | None:
        """What was bought."""
        return next((fact.content for fact in self.facts if fact.content), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _ErpSide:
    """Whether the ERP has an order, why not, what it has of it, and what of that is otherwise, in words."""

    has: bool
    lacks: str = ""
    holds: Holding | None = None
    strays: str = ""


class Audit:
    """The count of one shop's day.

    Args:
        told: is told how far it is.
    """

    def __init__(
        self, services: Services, store: StoreRef, day: date, told: Told = lambda _what, _number: None
    ) -> None:
        platform = services.platforms.get(split_ref(store)[0])
        if platform is None:
            raise Refused(f"no platform of this name is registered 未知平台: {store}")
        self._services = services
        self._platform: Platform = platform
        self._store = store
        self._day = day
        self._told = told
        self._answers: dict[OrderRef, _Answer] = {}
        self._refusals: dict[OrderRef, str] = {}

    def count(self, *, ask_erp: bool) -> Count:
        """Count. If the ERP is asked, it has what it lacked before afterwards; else its last answers count.

        Raises:
            Unavailable: platform, ERP or database are away.
            Refused: the platform does not give us its list.
        """
        listed = self._listed()
        ours = orders_of(self._services.journal.engine, Vault(), self._store, self._day)
        waiting = stored(self._services.journal.engine, listed.keys() - ours.keys())
        self._read_back(listed, ours)
        statuses = self._erp(ours) if ask_erp else None
        lines = [self._line(ref, listed, ours.get(ref), statuses, waiting) for ref in {**ours, **listed}]
        return Count(store=self._store, day=self._day, lines=tuple(lines))

    def repair(self, count: Count) -> None:
        """Take in what we lack or have otherwise, ask for what its list lacks, hand on what the ERP refused.

        Raises:
            Unavailable: platform or database are away.
        """
        wrong = [line for line in count.lines if not line.agrees]
        for number, line in enumerate(wrong, 1):
            self._told("mended 已修复", number)
            if not line.ours or not line.listed or line.listed_paid != line.our_paid or line.behind:
                self._take(line.order)
            if line.ours and (not line.erp or line.strays):
                self._hand_on(line.order, anew=bool(line.strays))
        self._services.bell.ring(self._store, "advance")
        self._services.bell.ring(self._store, "deliver")

    def _listed(self) -> dict[OrderRef, Listed]:
        found: dict[OrderRef, Listed] = {}
        for one in self._platform.listed(self._store, self._day):
            found[one.order] = one
            self._told("platform 平台", len(found))
        return found

    def _erp(self, ours: dict[OrderRef, Ours]) -> dict[OrderRef, Written]:
        """What the ERP answers to the documents that it should have."""
        documents = [one.document for one in ours.values() if one.document is not None and not one.parked]
        statuses: dict[OrderRef, Written] = {}
        for first in range(0, len(documents), _BATCH):
            for answer in self._services.erp.write(documents[first : first + _BATCH]):
                statuses[answer.key] = answer
            self._told("Odoo", len(statuses))
        return statuses

    def _read_back(self, listed: dict[OrderRef, Listed], ours: dict[OrderRef, Ours]) -> None:
        """Ask for the orders whose states the list does not show to be ours, each once."""
        doubtful = [ref for ref, one in ours.items() if ref in listed and not listed[ref].agrees(one.state)]
        for number, ref in enumerate(doubtful, 1):
            if ref not in self._answers:
                self._told("read back 读回", number)
                self._ask(ref)

    def _ask(self, ref: OrderRef) -> _Answer | None:
        """Read an order back; nothing if the platform does not know it, or it cannot be read."""
        self._refusals.pop(ref, None)
        try:
            with patient():
                got = self._platform.fetch(ref, self._store)
            raw = RawEvent(id=0, source=got.source, lane=got.lane, received_at=Millis(0), body=got.body)
            answer = self._answers[ref] = _Answer(envelope=got, facts=self._platform.heard(raw).facts)
        except Refused as refusal:
            self._refusals[ref] = f"平台不提供此单：{refusal} · the platform does not give it"
            return None
        return answer

    def _take(self, ref: OrderRef) -> None:
        answer = self._answers.get(ref) or self._ask(ref)
        if answer is not None:
            self._services.journal.take([answer.envelope], self._services.clock.now())

    def _line(
        self,
        ref: OrderRef,
        listed: dict[OrderRef, Listed],
        ours: Ours | None,
        statuses: dict[OrderRef, Written] | None,
        waiting: dict[OrderRef, str],
    ) -> Line:
        known, answer = listed.get(ref), self._answers.get(ref)
        content = answer.content if answer else None
        # One that the list lacks and the platform knows is the list's fault.
        there = known is not None or (content is not None and day_of(content.placed_at) == self._day)
        paid = known.paid if known and known.paid is not None else content.paid if there and content else None
        document = ours.document if ours else None
        our_paid = document.paid if document else None
        refunded, behind = self._stated(ref, document) if document and answer else (None, "")
        erp = _erp_side(ours, statuses, ref)
        reasons = [
            self._refusals.get(ref, "" if there else "平台列表无此单 · not in its list"),
            "" if ours else waiting.get(ref, "本系统无此单 · not known here"),
            ours.parked if ours else "",
            behind,
            erp.strays or erp.lacks,
            "金额不同 · another sum" if paid is not None and our_paid is not None and paid != our_paid else "",
        ]
        our_refunded = document.refunded if document else ZERO
        return Line(
            order=ref,
            listed=there,
            ours=ours is not None,
            erp=erp.has,
            listed_paid=paid,
            our_paid=our_paid,
            listed_refunded=our_refunded if refunded is None else refunded,
            our_refunded=our_refunded,
            our_sold=Holding.of(document).sold if document else ZERO,
            holds=erp.holds,
            behind=behind,
            strays=erp.strays,
            why="; ".join(reason for reason in reasons if reason),
        )

    def _stated(self, ref: OrderRef, document: Document) -> tuple[Money | None, str]:
        """What went back as the platform's answer has it, and in words what it states that we do not know."""
        life = self._life(ref, self._answers[ref].facts)
        if life is None:
            return None, ""
        words = []
        if life.state != document.state:
            zh, en = STATE_NAMES[life.state]
            words.append(f"平台已是{zh} · {life.state} there ({en})")
        if life.granted != document.refunded:
            there, here = to_yuan(life.granted), to_yuan(document.refunded)
            words.append(f"平台已退 ¥{there}，本系统 ¥{here} · ¥{there} refunded there, ¥{here} here")
        return life.granted, "; ".join(words or ([life.standstill] if life.standstill else []))

    def _life(self, ref: OrderRef, facts: tuple[Fact, ...]) -> Life | None:
        """What would follow if these facts were told; nothing is written."""
        with self._services.journal.begin() as tx:
            kept = tx.orders.open(ref)
            known = {fact.key: fact for fact in tx.orders.facts(ref)}
        if kept is None:
            return None
        for fact in facts:
            if fact.key not in known or place(fact) < place(known[fact.key]):
                known[fact.key] = fact
        due = [DUE] if kept.rung else []
        return replay([*known.values(), *due], sold=kept.sold, terms=kept.terms)

    def _hand_on(self, ref: OrderRef, *, anew: bool) -> None:
        """Let the order's document go the ordinary way, which knows what to do about what the ERP says of it.

        ``anew`` as a new version, so that the ERP writes it although it has taken it before.
        """
        now = self._services.clock.now()
        with self._services.journal.begin() as tx:
            kept = tx.orders.open(ref)
            if kept is None or kept.document is None:
                return
            if anew:
                kept.version = max(kept.version + 1, now)
                tx.orders.save(kept)
            tx.outbox.put_document(ref, kept.store, kept.version, now)


def _erp_side(ours: Ours | None, statuses: dict[OrderRef, Written] | None, ref: OrderRef) -> _ErpSide:
    """From what it has just answered; where it was not asked, from whether it took the newest document before."""
    written = statuses.get(ref) if statuses is not None else None
    if written is None:
        has = statuses is None and ours is not None and ours.sent
        return _ErpSide(has=has, lacks="" if has or ours is None else _NOT_YET)
    if written.status not in _HAS:
        lacks = _WRITTEN if written.status == "written" else f"{written.status} {written.reason}".strip()
        return _ErpSide(has=False, lacks=lacks)
    holds, document = written.holds, ours.document if ours else None
    if holds is None or document is None or written.status != "unchanged":
        return _ErpSide(has=True, holds=holds)
    return _ErpSide(has=True, holds=holds, strays=holds.strays(Holding.of(document)))
