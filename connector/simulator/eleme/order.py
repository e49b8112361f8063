"""An order as the platform keeps it: status, refund cases, riders, reminders (platform page 2.6 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING

from connector.simulator.order import AnyOrder

if TYPE_CHECKING:
    from connector.simulator.config import App, Shop


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


@dataclass(frozen=True, kw_only=True)
class Ride:
    """One delivery record; `code` is the push type."""

    code: int
    name: str
    phone: str
    at: int


@dataclass(kw_only=True)
class Order(AnyOrder):
    """One order; its history holds the type codes of its pushes."""

    platform = "eleme"
    app: App
    shop: Shop
    status: Status = Status.UNPROCESSED
    cases: list[Case] = field(default_factory=list)
    rides: list[Ride] = field(default_factory=list)

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
    def voided(self) -> bool:
        """Whether the order is invalid."""
        return self.status is Status.INVALID

    @property
    def income(self) -> int:
        """`income`: the red packet does not reduce it, the shop's share of the delivery does."""
        return self.content.income

    @property
    def ride_code(self) -> int | None:
        """The type code of the last delivery push."""
        return self.rides[-1].code if self.rides else None

    def refund_rows(self) -> list[dict[str, object]]:
        """Every case, in the order of their requests."""
        return [
            {
                "scope": "part" if case.parts else "full",
                "family": case.family.name.lower(),
                "status": case.status.value,
                "amount": case.amount,
                "reason": case.reason,
                "asked": case.asked_at,
                "items": [{"line": part.line, "quantity": part.quantity} for part in case.parts],
            }
            for case in self.cases
        ]
