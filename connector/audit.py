"""The three-way count: the platform's list of a shop's day, our orders, the ERP's; and how differences are mended.

The ERP has no method that counts: it is asked with the documents that it should have (``waimai.order.sync``). One that
it has is answered ``unchanged``; one that it has lost is written by that very question. What the ERP has and neither
the platform nor we know of cannot be seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from connector.database.days import Ours, orders_of, stored
from connector.domain.errors import Refused
from connector.domain.gaps import Listed, day_of
from connector.domain.money import Money
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.ports import Platform, RawEvent
from connector.services import Services
from connector.vault import Vault

#: Documents of one call to the ERP.
_BATCH: Final = 50
_HAS: Final = frozenset({"unchanged", "stale"})
_WORDS: Final = {
    "": "Odoo 尚无 · not in Odoo yet",
    "written": "Odoo 缺失，已补写 · Odoo lacked it, written now",
}
#: Says how far it is: what is counted, and how many.
Told = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One order in the three places; sums are ``None`` where they are not told, ``why`` says what is wrong, if any."""

    order: OrderRef
    listed: bool
    ours: bool
    erp: bool
    listed_paid: Money | None = None
    our_paid: Money | None = None
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it is in all three places, with the same sum where that is told."""
        return self.listed and self.ours and self.erp and not self.why


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A shop's day, counted."""

    store: StoreRef
    day: date
    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        """Whether the three agree."""
        return all(line.agrees for line in self.lines)

    def orders(self) -> tuple[int, int, int]:
        """How many the platform, we, and the ERP have."""
        lines = self.lines
        return sum(line.listed for line in lines), sum(line.ours for line in lines), sum(line.erp for line in lines)

    def paid(self) -> tuple[Money | None, Money, Money]:
        """What was paid for them; ``None`` if the platform's list does not tell."""
        told = [line.listed_paid for line in self.lines if line.listed]
        ours = sum(line.our_paid or 0 for line in self.lines if line.ours)
        erp = sum(line.our_paid or 0 for line in self.lines if line.erp)
        whole = None if None in told else Money(sum(paid or 0 for paid in told))
        return whole, Money(ours), Money(erp)


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
        self._confirmed: dict[OrderRef, Money | None] = {}
        self._strange: dict[OrderRef, str] = {}

    def count(self, *, ask_erp: bool) -> Count:
        """Count. If the ERP is asked, it has what it lacked before afterwards; else its last answers count.

        Raises:
            Unavailable: platform, ERP or database are away.
            Refused: the platform does not give us its list.
        """
        listed = self._listed()
        ours = orders_of(self._services.journal.engine, Vault(), self._store, self._day)
        waiting = stored(self._services.journal.engine, listed.keys() - ours.keys())
        statuses = self._erp(ours) if ask_erp else None
        lines = [self._line(ref, listed, ours.get(ref), statuses, waiting) for ref in {**ours, **listed}]
        return Count(store=self._store, day=self._day, lines=tuple(lines))

    def repair(self, count: Count) -> None:
        """Fetch what we lack or have otherwise, ask the platform for what its list lacks, hand on what the ERP refused.

        Raises:
            Unavailable: platform or database are away.
        """
        wrong = [line for line in count.lines if not line.agrees]
        for number, line in enumerate(wrong, 1):
            self._told("mended 已修复", number)
            if not line.ours or not line.listed or line.listed_paid != line.our_paid:
                self._fetch(line)
            if line.ours and not line.erp:
                self._hand_on(line.order)
        self._services.bell.ring(self._store, "advance")
        self._services.bell.ring(self._store, "deliver")

    def _listed(self) -> dict[OrderRef, Listed]:
        found: dict[OrderRef, Listed] = {}
        for one in self._platform.listed(self._store, self._day):
            found[one.order] = one
            self._told("platform 平台", len(found))
        return found

    def _erp(self, ours: dict[OrderRef, Ours]) -> dict[OrderRef, str]:
        """What the ERP answers to the documents that it should have."""
        documents = [one.document for one in ours.values() if one.document is not None and not one.parked]
        statuses: dict[OrderRef, str] = {}
        for first in range(0, len(documents), _BATCH):
            for answer in self._services.erp.write(documents[first : first + _BATCH]):
                statuses[answer.key] = f"{answer.status} {answer.reason}".strip()
            self._told("Odoo", len(statuses))
        return statuses

    def _line(
        self,
        ref: OrderRef,
        listed: dict[OrderRef, Listed],
        ours: Ours | None,
        statuses: dict[OrderRef, str] | None,
        waiting: dict[OrderRef, str],
    ) -> Line:
        known = listed.get(ref)
        paid = known.paid if known else self._confirmed.get(ref)
        our_paid = ours.document.paid if ours and ours.document else None
        status = statuses.get(ref, "") if statuses is not None else "unchanged" if ours and ours.sent else ""
        has = status in _HAS
        reasons = [
            "" if known or ref in self._confirmed else self._strange.get(ref, "平台列表无此单 · not in its list"),
            "" if ours else waiting.get(ref, "本系统无此单 · not known here"),
            ours.parked if ours else "",
            "" if has or not ours else _WORDS.get(status, status),
            "金额不同 · another sum" if paid is not None and our_paid is not None and paid != our_paid else "",
        ]
        return Line(
            order=ref,
            listed=known is not None or ref in self._confirmed,
            ours=ours is not None,
            erp=has,
            listed_paid=paid,
            our_paid=our_paid,
            why="; ".join(reason for reason in reasons if reason),
        )

    def _fetch(self, line: Line) -> None:
        """Read an order back. One that the platform's list lacks and the platform knows is the list's fault."""
        ref = line.order
        try:
            envelope = self._platform.fetch(ref, self._store)
        except Refused as refusal:
            self._strange[ref] = f"平台查无此单：{refusal} · its platform does not know it"
            return
        ((number, _),) = self._services.journal.take([envelope], self._services.clock.now())
        if line.listed:
            return
        raw = RawEvent(id=number, source=envelope.source, lane=envelope.lane, received_at=Millis(0), body=envelope.body)
        for content in [fact.content for fact in self._platform.heard(raw).facts if fact.content]:
            if day_of(content.placed_at) == self._day:
                self._confirmed[ref] = content.paid

    def _hand_on(self, ref: OrderRef) -> None:
        """Let the order's document go the ordinary way, which knows what to do about what the ERP says of it."""
        now = self._services.clock.now()
        with self._services.journal.begin() as tx:
            kept = tx.orders.open(ref)
            if kept is not None and kept.document is not None:
                tx.outbox.put_document(ref, kept.store, kept.version, now)
