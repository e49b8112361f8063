"""Who may do what to an order: the form of a platform's table of acts, and of what an act brings about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Actor(Enum):
    """Who acts; each platform has a number of its own for each."""

    CUSTOMER = auto()
    MERCHANT = auto()
    RIDER = auto()
    PLATFORM = auto()
    DESK = auto()


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When, by whom and with what an act happens; `number` is a fresh id, `free_cancel` seconds."""

    at: int
    role: IntEnum
    args: Mapping[str, object]
    free_cancel: int
    number: int


@dataclass(frozen=True, kw_only=True)
class Message:
    """A push to be: its kind and what it says; `note` tells kinds apart in an order's history where one has many.

    `holds` names a switch that may keep it back until a push that names the same `thread` has gone.
    """

    kind: int | str
    body: Mapping[str, object]
    note: str = ""
    holds: str = ""
    thread: str = ""

    @property
    def word(self) -> int | str:
        """What the history calls it."""
        return f"{self.kind} {self.note}" if self.note else self.kind


@dataclass(frozen=True, kw_only=True)
class Act:
    """One row: `zh` and `en` name it on the page, `asks` are the arguments that it reads.

    The order must be in one of the `status`, and its last case in one of the `case` words.
    """

    name: str
    actor: Actor
    status: frozenset[Any]
    case: frozenset[Any]
    run: Callable[[Any, Moment], list[Message]]
    zh: str
    en: str
    asks: tuple[str, ...] = ()
