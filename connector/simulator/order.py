"""An order as the platform keeps it: status, refund cases, riders, reminders (platform page 2.6 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import App, Shop
    from .content import Content


class Status(StrEnum):
    """OOrderStatus, without `pending` (not effective yet) and `refunding` (shown while a case is open)."""

    UNPROCESSED = "unprocessed"
    VALID = "valid"
    SETTLED = "settled"
    INVALID = "invalid"


class CaseStatus(StrEnum):
    """OOrderRefundStatus; after a withdrawal the word goes back to `noRefund` (inferred)."""

    WITHDRAWN = "noRefund"
    APPLIED = "applied"
    REJECTED = "rejected"
    ARBITRATING = "arbitrating"
    FAILED = "failed"
    SUCCESSFUL = "successful"


class Role(IntEnum):
    """Who did it, as state pushes say."""

    CUSTOMER = 1
    SYSTEM = 2
    MERCHANT = 3
    SUPPORT = 4
    OPEN_PLATFORM = 5
    FINISH = 9


class Family(Enum):
    """Cancel cases (20-26) while the order runs, refund cases (30-36) after it has finished."""

    CANCEL = 20
    RETURN = 30


class Answer(Enum):
    """What a push says about a case; added to the family it gives the type code."""

    ASKED = 0
    WITHDRAWN = 1
    REJECTED = 2
    AGREED = 3
    APPEALED = 4
    UPHELD = 5
    DISMISSED = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """`quantity` of line `line` (from 1) in a part refund; `price` is fen for one, after discount."""

    line: int
    name: str
    quantity: int
    price: int
    vfood_id: int
    sku_id: int


@dataclass(kw_only=True)
class Case:
    """A cancel or refund case; without `parts` it is about everything that is left, `amount` is fen."""

    family: Family
    status: CaseStatus
    amount: int
    reason: str
    asked_at: int
    parts: tuple[Part, ...] = ()


@dataclass(kw_only=True)
class Reminder:
    """催单; `number` is `remindId` in the push and `reminderId` in the list."""

    number: int
    at: int
    replied_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Ride:
    """One delivery record; `code` is the push type."""

    code: int
    name: str
    phone: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """An invented customer."""

    name: str
    phone: str
    address: str
    number: int


@dataclass(kw_only=True)
class Order:
    """One order; moments are milliseconds, `history` holds (moment, type code) of every push it made."""

    id: str
    app: App
    shop: Shop
    kind: str
    content: Content
    person: Person
    day_sn: int
    placed_at: int
    status: Status = Status.UNPROCESSED
    accepted_at: int | None = None
    prepared_at: int | None = None
    finished_at: int | None = None
    back_at: int | None = None
    downgraded_reads: int = 0
    cases: list[Case] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    rides: list[Ride] = field(default_factory=list)
    history: list[tuple[int, int]] = field(default_factory=list)

    @property
    def case(self) -> Case | None:
        """The last case, withdrawn ones included."""
        return self.cases[-1] if self.cases else None

    @property
    def open_case(self) -> Case | None:
        """The case that waits for the shop or for the service desk."""
        waiting = (CaseStatus.APPLIED, CaseStatus.ARBITRATING)
        return self.case if self.case and self.case.status in waiting else None

    @property
    def word(self) -> str:
        """`status` on the wire."""
        return "refunding" if self.open_case else self.status.value

    @property
    def standing_case(self) -> Case | None:
        """The last case that was not withdrawn."""
        kept = [case for case in self.cases if case.status is not CaseStatus.WITHDRAWN]
        return kept[-1] if kept else None

    @property
    def refund_word(self) -> str:
        """`refundStatus` on the wire: of the last case that was not withdrawn."""
        return (self.standing_case.status if self.standing_case else CaseStatus.WITHDRAWN).value

    def given_back(self, line: int) -> int:
        """How many of line `line` (from 1) went back in part refunds."""
        granted = [case for case in self.cases if case.status is CaseStatus.SUCCESSFUL]
        return sum(part.quantity for case in granted for part in case.parts if part.line == line)

    @property
    def refunded(self) -> int:
        """Fen that went back to the customer."""
        if self.status is Status.INVALID:
            return self.content.paid
        return sum(case.amount for case in self.cases if case.status is CaseStatus.SUCCESSFUL)

    @property
    def left(self) -> int:
        """Fen that could still go back."""
        return self.content.paid - self.refunded

    @property
    def last_at(self) -> int:
        """The moment of the last thing that happened to it."""
        return self.history[-1][0] if self.history else self.placed_at
