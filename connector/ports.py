"""Every plug on one page: what the core asks of a platform, of an ERP, and of the clock.

Each port ships with a double in memory, and one contract test runs over every implementation.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, Self, runtime_checkable

from connector.domain.documents import Document
from connector.domain.gaps import Known, Listed
from connector.domain.holdings import Holding
from connector.domain.menu import MenuItem
from connector.domain.order import Fact, Millis, OrderRef, Pressed, StoreRef, Terms
from connector.domain.traits import Traits


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """A request at one of our doors, before anything has been made of it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a sender expects to read."""

    status: int
    body: bytes
    content_type: str = "application/json"


#: ``stored`` and ``repeated`` are good news; the rest is why nothing was taken.
Outcome = Literal["stored", "repeated", "check", "bad_signature", "unreadable", "too_large", "unavailable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the door needs of a verified message: where it belongs and what makes it unique; nothing more.

    ``digest`` covers the verified content: a repeat has the same. ``body`` is stored. ``order`` may be untold.
    """

    source: str
    lane: StoreRef
    digest: str
    body: bytes
    order: OrderRef | None = None

    @classmethod
    def of_press(cls, pressed: Pressed, body: bytes) -> Self:
        """A press, whether it was sent to us or asked for: the same command is the same event."""
        digest = f"cmd-{pressed.command_id}"
        return cls(source="odoo", lane=pressed.store, digest=digest, body=body, order=pressed.order)


@dataclass(frozen=True, kw_only=True, slots=True)
class RawEvent:
    """A row of the inbox: stored content, read by its source."""

    id: int
    source: str
    lane: StoreRef
    received_at: Millis
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Something that a person must see at once; ``key`` is unique, a repeat changes nothing.

    With ``since`` it lasts until its opposite (``closed``), the newest of both counts, and ``key`` is its subject.
    """

    key: str
    kind: Literal["reminder", "delivery", "privacy", "shop", "authorisation", "parked", "warning"]
    store: StoreRef
    order: OrderRef | None
    text: str
    state: Literal["open", "closed"] = "open"
    since: Millis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a raw event says: facts of one order, a press of staff, or nothing that we read.

    ``alerts`` is what a person must see of it although it moves no order: a closed shop, an authorisation taken away.
    """

    order: OrderRef | None = None
    facts: tuple[Fact, ...] = ()
    press: Pressed | None = None
    note: str = ""
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A call that the platform shall take, once; ``key`` is the same on every try. Without ``order``: on the shop."""

    key: str
    store: StoreRef
    order: OrderRef | None
    action: str
    args: Mapping[str, object] = field(default_factory=dict)
    #: An earlier try may have been taken, although the order that was read back since does not show it.
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the platform said to a command, in its own words."""

    taken: bool
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A shop as the ERP knows it; ``cancel_window`` −1 means the connector's default."""

    ref: StoreRef
    name: str
    app_ref: str
    cancel_window: int
    consume_at: str
    price_mode: str = "discounted"
    auto_accept: bool = False
    active: bool = True
    readable: bool = True  # false: the ERP names it, but its settings could not be read and are as last seen

    def terms(self, default_window: int) -> Terms:
        """The settings that an order keeps for its life."""
        window = default_window if self.cancel_window < 0 else self.cancel_window
        return Terms(
            cancel_window=window, consume_at=self.consume_at, price_mode=self.price_mode, auto_accept=self.auto_accept
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What the ERP did with one document; ``holds`` may be told of one that it did not write."""

    key: OrderRef
    version: int
    status: Literal["written", "unchanged", "stale", "refused"]
    reason: str = ""
    holds: Holding | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandResult:
    """What became of a press: ``sent`` on its way, ``done`` (of ``pull_menu``: with the menu), ``refused`` and why."""

    command_id: int
    state: Literal["sent", "done", "refused"]
    result: str
    menu: tuple[MenuItem, ...] | None = None


@runtime_checkable
class Source(Protocol):
    """Anything that sends us raw events."""

    name: str

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a request and tell where it belongs; ``None`` for the reachability check.

        Raises:
            BadSignature: the sender cannot prove who it is.
            Unreadable: no signature can be computed.
        """
        ...

    def heard(self, raw: RawEvent) -> Heard:
        """Read a stored event.

        Raises:
            Refused: it cannot be read; a person must look.
        """
        ...

    def reply(self, outcome: Outcome, event_id: int | None) -> Reply:
        """What this sender expects to read; nothing that was sent is repeated."""
        ...


@runtime_checkable
class Platform(Source, Protocol):
    """A delivery platform: a source that we can call."""

    traits: Traits

    def perform(self, command: Command) -> Answer:
        """Make a call.

        Raises:
            Unavailable: try later; with ``unknown`` the call may have been taken.
        """
        ...

    def fetch(self, order: OrderRef, store: StoreRef) -> Envelope:
        """Read an order back from the platform, as a raw event like any other.

        Raises:
            Unavailable: try later.
            Refused: the platform does not give it to us.
        """
        ...

    def menu(self, store: StoreRef) -> tuple[MenuItem, ...]:
        """What a shop sells there, as the platform lists it now; raises as ``fetch``."""
        ...

    def missed(self, store: StoreRef, known: Known, since: Millis) -> Iterator[Envelope]:
        """What has happened since a moment and has not reached us, each as soon as it is found; raises as ``fetch``.

        ``store`` may be the platform's lane without a shop: then what its applications as such can tell.
        """
        ...

    def listed(self, store: StoreRef, day: date) -> Iterator[Listed]:
        """The platform's own list of a shop's orders that were placed on a day; raises as ``fetch``."""
        ...


class Erp(Protocol):
    """The ERP: it is told whole documents and asked for stores and open commands."""

    def stores(self) -> tuple[Store, ...]:
        """Shops and their settings."""
        ...

    def write(self, documents: Sequence[Document]) -> tuple[Written, ...]:
        """Write documents in one call; idempotent by key and version, answers in the same order.

        Raises:
            Unavailable: nothing is known about any of them; the same call may be repeated.
        """
        ...

    def report(self, news: Sequence[CommandResult | Alert]) -> None:
        """Tell people what became of their presses, and what they must see."""
        ...

    def open_commands(self) -> tuple[Envelope, ...]:
        """Presses that have not reached us, as raw events."""
        ...

    def ping(self) -> None:
        """Raise ``Unavailable`` or ``Refused`` if the ERP would not take a document now."""
        ...


class TokenShelf(Protocol):
    """Where access tokens lie, shared by all processes; ``app`` is ``<platform>:<app>``."""

    def token(self, app: str) -> tuple[str, Millis] | None:
        """A token and when it ends."""
        ...

    def keep_token(self, app: str, token: str, ends: Millis) -> None:
        """Put a new token in the place of the old one."""
        ...

    def drop_token(self, app: str, token: str) -> None:
        """Forget a token that the platform no longer takes, unless a newer one already lies there."""
        ...

    def app_of(self, store: StoreRef) -> str:
        """The platform's id of the application that a shop belongs to; empty if the ERP does not say."""
        ...


class Clock(Protocol):
    """The time; a test passes its own."""

    def now(self) -> Millis:
        """Milliseconds since 1970, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Millis:
        """Milliseconds since 1970, UTC."""
        return Millis(time.time_ns() // 1_000_000)
