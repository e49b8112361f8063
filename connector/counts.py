"""What the three-way count of a shop's day has found: order by order, and the sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from connector.domain.holdings import Holding
from connector.domain.money import ZERO, Money
from connector.domain.order import OrderRef, StoreRef

#: Of platform, us, and the ERP; ``None`` if one of them does not tell.
Sums = tuple[Money | None, Money | None, Money | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One order in the three places; sums are ``None`` where they are not told, ``why`` says what is wrong, if any.

    ``behind`` is what the platform states of it and we do not know, ``strays`` what the ERP has otherwise, in words;
    ``holds`` is what the ERP has of it, if it was asked and tells.
    """

    order: OrderRef
    listed: bool
    ours: bool
    erp: bool
    listed_paid: Money | None = None
    our_paid: Money | None = None
    listed_refunded: Money = ZERO
    our_refunded: Money = ZERO
    our_sold: Money = ZERO
    holds: Holding | None = None
    behind: str = ""
    strays: str = ""
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

    def paid(self) -> Sums:
        """What was paid for them."""
        ours = [line.our_paid or ZERO for line in self.lines if line.ours]
        return _sum(line.listed_paid for line in self._listed), _sum(ours), self._held("paid")

    def refunded(self) -> Sums:
        """What of it has gone back."""
        ours = [line.our_refunded for line in self.lines if line.ours]
        return _sum(line.listed_refunded for line in self._listed), _sum(ours), self._held("refunded")

    def sold(self) -> Sums:
        """What the sales orders add up to, of which no platform knows."""
        return None, _sum(line.our_sold for line in self.lines if line.ours), self._held("sold")

    @property
    def _listed(self) -> list[Line]:
        return [line for line in self.lines if line.listed]

    def _held(self, name: str) -> Money | None:
        return _sum(getattr(line.holds, name, None) for line in self.lines if line.erp)


def _sum(parts: Iterable[Money | None]) -> Money | None:
    """Nothing if one of the parts is not told."""
    told = list(parts)
    return None if None in told else Money(sum(part or 0 for part in told))
