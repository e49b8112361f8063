"""Asking platforms for what we have missed: pushes that they gave up, orders that we have never heard of.

What is found enters through the same door as a push. A shop is asked by one process at a time (a lease of a step of its
own, so that nothing else of the shop waits), about every minute, and once a day for whole days.
"""

from datetime import timedelta
from typing import Final, Literal

from connector import logs
from connector.database.gaps import NEVER, NOT_AUTHORISED, Pulled
from connector.database.lanes import Lease
from connector.domain.errors import Busy, Refused, Unauthorised, Unavailable
from connector.domain.gaps import Known, day_of, start_of
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.ports import Alert, Platform
from connector.routing import nameless
from connector.services import Services

#: Between two looks at a shop.
EVERY_MILLIS: Final = 60_000
#: The same while the platform does not let us ask about it.
RARELY_MILLIS: Final = 30 * 60_000
#: After a longer time without an answer whole days are looked at, since anything may have been missed.
_AWAY_MILLIS: Final = 5 * 60_000
_DAYS_MOST: Final = 7
#: After midnight the day before is still looked at for so long.
_MIDNIGHT_MILLIS: Final = 15 * 60_000
_BACK: Final = "店铺授权正常 · the shop's authorisation is back"
_LOG: Final = logs.get(__name__)


def due(services: Services) -> list[StoreRef]:
    """Shops to be asked about now, and each platform's applications (its lane without a shop); longest ago first.

    Raises:
        Unavailable: the database is away.
    """
    now = services.clock.now()
    shops = [store.ref for store in services.journal.stores.all() if store.active]
    mine = {ref for ref in shops if split_ref(ref)[0] in services.platforms}
    lanes = mine | {StoreRef(f"{split_ref(ref)[0]}:") for ref in mine}
    last = services.journal.gaps.pulled()
    waiting = [lane for lane in lanes if _over(last.get(lane, NEVER), now)]
    return sorted(waiting, key=lambda lane: (last.get(lane, NEVER).pulled_at, lane))


def pull(services: Services, lane: StoreRef) -> int:
    """Ask about one shop, unless somebody else does or has just done so.

    Returns:
        How much was found that we did not have.

    Raises:
        Unavailable: the database is away.
    """
    journal = services.journal
    with journal.lanes.visit(lane, "pull") as lease:
        if lease is None or not _over(journal.gaps.last(lane), services.clock.now()):
            return 0
        return _asked(services, lease)


def _asked(services: Services, lease: Lease) -> int:
    """Ask if it is worth it; only who really asks may say that the platform answers again."""
    gate = services.gates[split_ref(lease.lane)[0]]
    if not gate.enter(services.clock.now()):
        return 0
    answered = False
    try:
        with services.journal.lanes.kept(lease):
            one = _Pull(services, lease)
            answered = one.run()
        return one.found
    finally:
        gate.leave(services.clock.now(), answered=answered)


class _Pull:
    """One look at one shop; ``found`` is what we did not have."""

    def __init__(self, services: Services, lease: Lease) -> None:
        self._services = services
        self._lease = lease
        self._read: set[OrderRef] = set()
        self.found = 0

    def run(self) -> bool:
        """Ask, and keep what is answered as it comes. Whether the platform could be reached."""
        services, lane = self._services, self._lease.lane
        now = services.clock.now()
        since, full = _since(services.journal.gaps.last(lane), now)
        known = services.journal.gaps.known(lane, since, now, full=full)
        reached, reason = True, ""
        try:
            self._take(services.platforms[split_ref(lane)[0]], known, since)
        except Unauthorised as error:
            reason = f"{NOT_AUTHORISED}{error}"
            _LOG.error("not_authorised", lane=lane, reason=str(error))
        except (Unavailable, Refused) as error:
            reached, reason = isinstance(error, Refused | Busy), str(error)
            _LOG.warning("not_pulled", lane=lane, reason=reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other shops are asked about
            reason = type(error).__name__
            _LOG.error("not_pulled", lane=lane, exc_info=error)
        if known.refused:
            _LOG.warning("not_told", lane=lane, orders=sorted(known.refused))
        services.journal.gaps.read_back(self._lease, self._read | known.refused, now)
        services.journal.gaps.mark(self._lease, now, full=full and not reason, found=self.found, reason=reason)
        if not nameless(lane):
            self._authorised(now, reason)
        if self.found:
            _LOG.info("gaps_found", lane=lane, found=self.found, full=full)
        return reached

    def _authorised(self, now: Millis, reason: str) -> None:
        """Alarm people if the platform does not let us ask, as if its push had said so; all is well once it does."""
        denied = reason.startswith(NOT_AUTHORISED)
        if reason and not denied:
            return  # it said neither
        lane, subject = self._lease.lane, f"authorisation:{self._lease.lane}"
        words = f"{reason} · 可能漏单 orders may be missed" if denied else _BACK
        state: Literal["open", "closed"] = "open" if denied else "closed"
        alert = Alert(key=subject, kind="authorisation", store=lane, order=None, text=words, state=state, since=now)
        with self._services.journal.begin(self._lease) as tx:
            if tx.outbox.condition(subject)[1] != denied:
                tx.outbox.put_alert(lane, alert, now)

    def _take(self, platform: Platform, known: Known, since: Millis) -> None:
        services = self._services
        for envelope in platform.missed(self._lease.lane, known, since):
            ((_, fresh),) = services.journal.take([envelope], services.clock.now())
            if envelope.order is not None and envelope.order in known.states:
                self._read.add(envelope.order)
            if fresh:
                services.bell.ring(envelope.lane, "advance")
                self.found += envelope.order not in known.stale


def _over(last: Pulled, now: Millis) -> bool:
    """Whether it is long enough ago; a clock that goes back makes it so."""
    return not 0 <= now - last.pulled_at < (RARELY_MILLIS if last.unauthorised else EVERY_MILLIS)


def _since(last: Pulled, now: Millis) -> tuple[Millis, bool]:
    """From which moment on to ask, and whether all is looked at rather than what is cheap.

    In full once a day, and if the last answer is long ago. A shop that was never asked begins with its present day.
    """
    today = start_of(day_of(now))
    if not last.pulled_at:
        return today, True
    full = day_of(last.full_at) != day_of(now) or now - last.told_at > _AWAY_MILLIS
    if not full:
        return start_of(day_of(Millis(now - _MIDNIGHT_MILLIS))), False
    first = day_of(min(last.full_at or last.pulled_at, now))
    earliest = day_of(now) - timedelta(days=_DAYS_MOST)
    return start_of(max(earliest, min(first, day_of(now) - timedelta(days=1)))), True
