"""When shops were last asked for what we have missed, and what we have of them; each call is a transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, Row, text

from connector.database.errors import translated
from connector.database.lanes import Lease, fence
from connector.domain.gaps import Known, day_of
from connector.domain.order import Millis, OrderRef, StoreRef

if TYPE_CHECKING:
    from datetime import date

#: An order that nothing was heard of for so long, or that was read back so long ago, is read back again.
_STALE_MILLIS: Final = 15 * 60_000
_STALE_MOST: Final = 5
#: Orders that were placed longer ago are not looked after any more.
_OLDEST_MILLIS: Final = 3 * 86_400_000
#: Orders that are done can still be refunded: those of the last two days are read back when somebody asks for a pull
#: and in full looks, but in these not again and again should one look soon follow another.
REFUNDABLE_MILLIS: Final = 2 * 86_400_000
_JUST_NOW_MILLIS: Final = 60 * 60_000
_OVER: Final = "('completed', 'partially_refunded', 'refunded', 'cancelled')"

#: Begins the reason if the platform does not let us ask about the shop.
NOT_AUTHORISED: Final = "店铺未授权 · not authorised: "

_ALL: Final = text("SELECT lane, pulled_at, told_at, full_at, found, reason FROM pulls")
_ONE: Final = text("SELECT lane, pulled_at, told_at, full_at, found, reason FROM pulls WHERE lane = :lane")
_COLUMNS: Final = """
    ref, state, day_seq, pulled_at, parked IS NOT NULL AS parked, coalesce(placed_at, heard_at) AS at
"""
#: Those of the days that are asked about, and older ones that something may still happen to; each half has an index.
_ORDERS: Final = text(f"""
SELECT {_COLUMNS} FROM orders WHERE store = :lane AND coalesce(placed_at, heard_at) >= :since
UNION SELECT {_COLUMNS} FROM orders WHERE store = :lane AND state NOT IN {_OVER}
UNION SELECT {_COLUMNS} FROM orders WHERE store = :lane AND parked IS NOT NULL
""")  # noqa: S608 - the constants above
#: Events whose order may not be known yet.
_WAITING: Final = text("""
SELECT DISTINCT order_ref FROM inbox
WHERE lane = :lane AND order_ref IS NOT NULL AND (state = 'pending' OR state IN ('held', 'parked'))
""")
_STALE: Final = text(f"""
SELECT ref FROM orders WHERE store = :lane AND coalesce(placed_at, heard_at) >= :oldest AND state NOT IN {_OVER}
    AND coalesce(pulled_at, heard_at) <= :before
ORDER BY coalesce(pulled_at, heard_at) LIMIT :limit
""")  # noqa: S608 - the constant above
_REFUNDABLE: Final = text("""
SELECT ref FROM orders WHERE store = :lane AND coalesce(placed_at, heard_at) >= :oldest
    AND state IN ('completed', 'partially_refunded') AND coalesce(pulled_at, 0) <= :before
ORDER BY coalesce(placed_at, heard_at) DESC, ref
""")
_READ: Final = text("UPDATE orders SET pulled_at = :now WHERE ref = ANY(:refs)")
_MARK: Final = text("""
INSERT INTO pulls (lane, pulled_at, told_at, full_at, found, reason)
VALUES (:lane, :now, :told_at, :full_at, :found, :reason)
ON CONFLICT (lane) DO UPDATE SET pulled_at = excluded.pulled_at, found = pulls.found + excluded.found,
    told_at = greatest(pulls.told_at, excluded.told_at), full_at = greatest(pulls.full_at, excluded.full_at),
    reason = excluded.reason
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """A shop's row: when it was asked last, when all was answered last, and in full (0: never).

    Also what was found, and why it failed last.
    """

    pulled_at: Millis
    told_at: Millis
    full_at: Millis
    found: int
    reason: str

    @property
    def unauthorised(self) -> bool:
        """Whether its platform did not let us ask."""
        return self.reason.startswith(NOT_AUTHORISED)


#: A shop that was never asked about.
NEVER: Final = Pulled(pulled_at=Millis(0), told_at=Millis(0), full_at=Millis(0), found=0, reason="")


class Gaps:
    """What the pulls of all processes know of each other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pulled(self) -> dict[StoreRef, Pulled]:
        """Every shop that was ever asked about."""
        with translated(), self._engine.connect() as connection:
            return {StoreRef(row.lane): _pulled(row) for row in connection.execute(_ALL)}

    def last(self, lane: StoreRef) -> Pulled:
        """One shop."""
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_ONE, {"lane": lane}).first()
        return _pulled(row) if row else NEVER

    def known(self, lane: StoreRef, since: Millis, now: Millis, *, full: bool) -> Known:
        """What we have of a shop since a moment."""
        before = now if full else now - _STALE_MILLIS
        limit = None if full else _STALE_MOST
        with translated(), self._engine.connect() as connection:
            orders = connection.execute(_ORDERS, {"lane": lane, "since": since}).all()
            waiting = [OrderRef(ref) for ref in connection.execute(_WAITING, {"lane": lane}).scalars()]
            where = {"lane": lane, "oldest": now - _OLDEST_MILLIS, "before": before, "limit": limit}
            stale = [OrderRef(ref) for ref in connection.execute(_STALE, where).scalars()]
            if full:
                where = {"lane": lane, "oldest": now - REFUNDABLE_MILLIS, "before": now - _JUST_NOW_MILLIS}
                stale += [OrderRef(ref) for ref in connection.execute(_REFUNDABLE, where).scalars()]
        placed: dict[date, list[int]] = defaultdict(list)
        for row in orders:
            if row.at >= since:
                placed[day_of(Millis(row.at))].append(row.day_seq)
        lately = {OrderRef(row.ref) for row in orders if row.parked or (row.pulled_at or 0) > now - _STALE_MILLIS}
        return Known(
            now=now,
            full=full,
            states=dict.fromkeys(waiting, "") | {OrderRef(row.ref): row.state for row in orders},
            counts={day: len(found) for day, found in placed.items()},
            numbers={day: frozenset(found) - {0} for day, found in placed.items()},
            stale=tuple(stale),
            asked=frozenset(waiting) | frozenset(lately),
        )

    def read_back(self, lease: Lease, refs: Iterable[OrderRef], now: Millis) -> None:
        """These orders have been read back."""
        with translated(), self._engine.begin() as connection:
            fence(connection, lease)
            connection.execute(_READ, {"refs": sorted(refs), "now": now})

    def mark(self, lease: Lease, now: Millis, *, full: bool, found: int, reason: str) -> None:
        """A shop has been asked about."""
        told_at, full_at = (0 if reason else now), (now if full else 0)
        values = {"now": now, "told_at": told_at, "full_at": full_at, "found": found, "reason": reason}
        with translated(), self._engine.begin() as connection:
            fence(connection, lease)
            connection.execute(_MARK, {"lane": lease.lane, **values})


def _pulled(row: Row[Any]) -> Pulled:
    return Pulled(
        pulled_at=Millis(row.pulled_at),
        told_at=Millis(row.told_at),
        full_at=Millis(row.full_at),
        found=row.found,
        reason=row.reason,
    )
