"""What a platform is told of what we have, so that it can tell what we have missed; days are China's.

Shops of both platforms have China's calendar day: the day of an order is the one on which it was placed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Final, TypeVar

from connector.domain.errors import Refused
from connector.domain.money import Money
from connector.domain.order import Millis, OrderRef

#: A push may take so long: what is younger is no gap yet.
GRACE_MILLIS: Final = 30_000
T = TypeVar("T")
CHINA: Final = timezone(timedelta(hours=8))


def day_of(at: Millis) -> date:
    """The day of a moment.

    >>> day_of(Millis(1556035200000 - 1)), day_of(Millis(1556035200000))  # 16:00 in UTC
    (datetime.date(2019, 4, 23), datetime.date(2019, 4, 24))
    """
    return datetime.fromtimestamp(at / 1000, CHINA).date()


def start_of(day: date) -> Millis:
    """The first moment of a day.

    >>> day_of(start_of(date(2019, 4, 24))) == date(2019, 4, 24)
    True
    """
    return Millis(int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp() * 1000))


def days(since: Millis, now: Millis) -> tuple[date, ...]:
    """Every day from one moment to another.

    >>> [day.day for day in days(Millis(1556077338934), Millis(1556077338934 + 86_400_000))]
    [24, 25]
    """
    first, last = day_of(since), day_of(now)
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What we have of a shop since the moment that is asked for.

    ``states`` is the own state of each order, also of older ones that are under way; ``counts`` is how many were placed
    on each day that is asked about, ``numbers`` those of their running numbers that we know. ``stale`` are
    orders of which a platform that has no lists shall be asked: those that are still under way, in a ``full`` look also
    those done of late, which can still be refunded; ``asked`` those that were read back so lately, or wait for a
    person, that they shall not be again unless this is a ``full`` look.
    ``refused`` is filled by :meth:`told`: orders that the platform does not give us, which must not hide the others.
    """

    now: Millis
    full: bool = False
    states: Mapping[OrderRef, str] = field(default_factory=dict)
    counts: Mapping[date, int] = field(default_factory=dict)
    numbers: Mapping[date, frozenset[int]] = field(default_factory=dict)
    stale: tuple[OrderRef, ...] = ()
    asked: frozenset[OrderRef] = frozenset()
    refused: set[OrderRef] = field(default_factory=set, compare=False)

    def told(self, order: OrderRef, read: Callable[[], T]) -> T | None:
        """What a call about one order reads; ``None`` if the platform refuses that one, which is noted."""
        try:
            return read()
        except Refused:
            self.refused.add(order)
            return None


def _states_nothing(_state: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An order in a platform's own list: its number in the day (0: not told), what was paid (``None``: not told).

    ``agrees`` says whether a state of ours tells all that the list states of it; else it is read back to be compared.
    """

    order: OrderRef
    number: int = 0
    paid: Money | None = None
    agrees: Callable[[str], bool] = field(default=_states_nothing, compare=False)
