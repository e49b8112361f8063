"""What an order has on every simulated platform; status, refunds and riders stand with each platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .config import AnyApp, AnyShop
    from .content import Content


@dataclass(frozen=True, kw_only=True)
class Person:
    """An invented customer."""

    name: str
    phone: str
    address: str
    number: int


@dataclass(kw_only=True)
class Reminder:
    """催单; `number` is the platform's id of it."""

    number: int
    at: int
    replied_at: int | None = None


@dataclass(kw_only=True)
class AnyOrder(ABC):
    """One order; moments are milliseconds, `history` holds (moment, kind) of every push it made."""

    platform: ClassVar[str]
    id: str
    app: AnyApp
    shop: AnyShop
    kind: str
    content: Content
    person: Person
    day_sn: int
    placed_at: int
    accepted_at: int | None = None
    prepared_at: int | None = None
    finished_at: int | None = None
    back_at: int | None = None
    downgraded_reads: int = 0
    reminders: list[Reminder] = field(default_factory=list)
    history: list[tuple[int, int | str]] = field(default_factory=list)

    @property
    @abstractmethod
    def word(self) -> str:
        """The platform's word for the status, a request that waits included."""

    @property
    @abstractmethod
    def refund_word(self) -> str:
        """The word for the last refund that stands."""

    @property
    @abstractmethod
    def voided(self) -> bool:
        """Whether the platform says that the order is cancelled."""

    @property
    @abstractmethod
    def refunded(self) -> int:
        """Fen that went back to the customer."""

    @property
    @abstractmethod
    def income(self) -> int:
        """Fen that the shop gets, as the platform estimates it."""

    @property
    @abstractmethod
    def ride_code(self) -> int | None:
        """The last news of the rider; none without a rider."""

    @abstractmethod
    def given_back(self, line: int) -> int:
        """How many of a line (from 1) went back in part refunds."""

    @abstractmethod
    def refund_rows(self) -> list[dict[str, object]]:
        """Every refund request as the platform keeps it; amounts in fen."""

    @property
    def left(self) -> int:
        """Fen that could still go back."""
        return self.content.paid - self.refunded

    @property
    def last_at(self) -> int:
        """The moment of the last thing that happened to it."""
        return self.history[-1][0] if self.history else self.placed_at
