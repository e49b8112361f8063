"""Meituan has no list: gaps show in the day's running numbers, open orders are read again (``meituan.md`` 7)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from connector.domain.errors import Refused, Unauthorised
from connector.domain.gaps import GRACE_MILLIS, Known, Listed, day_of, days
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.platforms.meituan_api import ALARM, MeituanApi, Outcome
from connector.ports import Envelope
from mappings.wire import read, storable

#: There is no such order, or no order of this number (``meituan.md`` 7.2).
_NOTHING: Final = frozenset({"805", "806"})
#: Numbers that one look of the cheap kind asks for, the newest: they can still be accepted, and where the app has not
#: subscribed to running numbers each of them looks like a gap. What is left is asked for a minute later.
_GAPS_MOST: Final = 20
#: A day has no more orders than this; past days' last numbers are looked for one by one.
_NUMBERS_MOST: Final = 10_000
#: Numbers without an order, one after the other, after which a past day is taken to be over.
_END: Final = 3

Fetch = Callable[[OrderRef], Envelope]


def missed(api: MeituanApi, store: StoreRef, known: Known, since: Millis, fetch: Fetch) -> Iterator[Envelope]:
    """Orders of a shop that we lack, and what has become of those that are under way."""
    for day in days(since, known.now):
        for _, ref in _gaps(api, store, day, known):
            envelope = None if ref in known.states else known.told(ref, partial(fetch, ref))
            if envelope is not None and not _young(envelope, known.now):
                yield envelope
    for ref in known.stale:
        envelope = known.told(ref, partial(fetch, ref))
        if envelope is not None:
            yield envelope


def listed(api: MeituanApi, store: StoreRef, day: date, now: Millis) -> Iterator[Listed]:
    """Every running number of a day that has an order; sums are not told."""
    for number, ref in _numbered(api, store, day, _last(api, store) if day == day_of(now) else 0):
        yield Listed(order=ref, number=number)


def _gaps(api: MeituanApi, store: StoreRef, day: date, known: Known) -> Iterator[tuple[int, OrderRef]]:
    have = known.numbers.get(day, frozenset())
    if day == day_of(known.now):
        last = _last(api, store)
        lacking = [number for number in range(1, last + 1) if number not in have]
        yield from _each(api, store, day, lacking if known.full else lacking[-_GAPS_MOST:])
        return
    if known.full:
        yield from _numbered(api, store, day, max(have, default=0), have)


def _numbered(
    api: MeituanApi, store: StoreRef, day: date, last: int, have: frozenset[int] = frozenset()
) -> Iterator[tuple[int, OrderRef]]:
    """The orders of a day by their numbers up to the ``last`` (0: not known), and those behind it if there are any."""
    yield from _each(api, store, day, [number for number in range(1, last + 1) if number not in have])
    empty, number = 0, last
    while empty < _END and number < _NUMBERS_MOST:
        number += 1
        found = list(_each(api, store, day, [number]))
        empty = 0 if found else empty + 1
        yield from found


def _each(api: MeituanApi, store: StoreRef, day: date, numbers: list[int]) -> Iterator[tuple[int, OrderRef]]:
    shop, date_time = split_ref(store)[1], day.strftime("%Y%m%d")
    for number in numbers:
        outcome = api.get("order/getOrderIdByDaySeq", app_poi_code=shop, date_time=date_time, day_seq=str(number))
        if outcome.code in _NOTHING:
            continue
        told = _member(outcome, "order_id")
        if told:
            yield number, OrderRef(f"meituan:{told}")


def _young(envelope: Envelope, now: Millis) -> bool:
    """Whether an order was placed so lately that its push may still come (``ctime`` is in seconds)."""
    told = read(envelope.body)
    order = told.get("order") if isinstance(told, Mapping) else None
    placed = str(order.get("ctime") or "") if isinstance(order, Mapping) else ""
    return placed.isdecimal() and int(placed) * 1000 > now - GRACE_MILLIS


def _last(api: MeituanApi, store: StoreRef) -> int:
    """The latest running number of today; 0 before the first order."""
    outcome = api.get("order/getOrderDaySeq", app_poi_code=split_ref(store)[1])
    if outcome.code in _NOTHING:
        return 0
    told = _member(outcome, "day_seq")
    return min(int(told), _NUMBERS_MOST) if told.isdecimal() else 0


def _member(outcome: Outcome, name: str) -> str:
    if outcome.code:
        refusal = Unauthorised if outcome.code in ALARM else Refused
        raise refusal(f"{outcome.words} ({outcome.code})")
    value: Any = outcome.result.get(name) if isinstance(outcome.result, Mapping) else None
    return storable(str(value)) if isinstance(value, str | int) and value else ""
