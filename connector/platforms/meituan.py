"""Meituan (美团外卖) as a platform: its pushes, the calls that staff's decisions become, and orders read back."""

from collections.abc import Sequence
from typing import Final, Self

import httpx

from connector.domain.order import OrderRef, StoreRef
from connector.domain.traits import Traits
from connector.platforms.http import client
from connector.platforms.meituan_door import Door
from connector.ports import Alert, Clock, Envelope, Heard, Hook, RawEvent, Reply, SystemClock, TokenShelf
from connector.ports import Outcome as Received
from connector.settings import MeituanApp, Settings
from mappings.meituan import Said, read_event
from mappings.meituan_kinds import KINDS
from mappings.wire import write

_STATUS: Final[dict[Received, int]] = {
    "stored": 200,
    "repeated": 200,
    "check": 200,
    "bad_signature": 401,
    "unreadable": 400,
    "too_large": 413,
    "unavailable": 503,
}

#: The buttons of ``order-life.md`` section 8. No push tells that a reminder was answered, so the press does.
TRAITS: Final = Traits(
    actions={
        "accept": "both",
        "start": "fact",
        "ready": "both",
        "dispatch": "both",
        "reject": "platform",
        "cancel": "platform",
        "agree_refund": "platform",
        "reject_refund": "platform",
        "part_refund": "platform",
        "answer_reminder": "both",
    },
    returns=2,
    accept_seconds=300,  # not told by the platform's pages: what its app shows
)


class Meituan:
    """Meituan, with the merchant's own applications.

    Args:
        apps: the applications; a push must be signed by the one that it names.
        url: base address of the open platform.
        public_urls: bases of our own addresses as they are registered there.
        shelf: which application a shop belongs to.
    """

    name = "meituan"
    traits = TRAITS
    kinds = KINDS

    def __init__(
        self,
        apps: Sequence[MeituanApp],
        *,
        url: str,
        public_urls: Sequence[str],
        shelf: TokenShelf,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._door = Door(apps, public_urls)
        self._url = url
        self._http = http or client()
        self._shelf = shelf
        self._clock = clock or SystemClock()

    @classmethod
    def from_settings(cls, settings: Settings, shelf: TokenShelf) -> Self:
        """As the settings say."""
        return cls(settings.meituan_apps, url=settings.meituan_api_url, public_urls=settings.public_urls, shelf=shelf)

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a push (``meituan.md`` 2); a request without parameters is the connection test."""
        return self._door.envelope(hook)

    def heard(self, raw: RawEvent) -> Heard:
        """The facts of a push or of an order that was read back, and what people must see at once."""
        said = read_event(raw.body)
        order = OrderRef(f"meituan:{said.order}") if said.order else None
        return Heard(order=order, facts=said.facts, note=said.note, alerts=_alerts(said, raw.lane, order))

    def reply(self, outcome: Received, event_id: int | None) -> Reply:
        """The words matter: anything but these makes the platform send again (``meituan.md`` 3.1)."""
        del event_id  # the platform does not want to know
        status = _STATUS[outcome]
        body = {"data": "ok"} if status == 200 else {"data": "ng"}  # noqa: PLR2004 - HTTP's OK
        return Reply(status=status, body=write(body).encode())


def _alerts(said: Said, lane: StoreRef, order: OrderRef | None) -> tuple[Alert, ...]:
    if said.alert is None:
        return ()
    kind, key, text = said.alert
    return (Alert(key=f"{kind}:{order or lane}:{key}", kind=kind, store=lane, order=order, text=text),)
