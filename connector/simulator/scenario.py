"""The form of a scenario: a whole life of an order as a list.

Who does what, how many seconds after payment, and what must be pushed. A step of the merchant is left out when
somebody else plays the merchant (an ERP through the connector).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Step:
    """`act` of the platform's table, `at` seconds after the order was paid."""

    at: int
    act: str
    args: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A life; `length` is the seconds until its last push, the platform's own deadlines included.

    `codes` is the expected sequence of push kinds, so that a list checks itself.
    """

    name: str
    zh: str
    en: str
    steps: tuple[Step, ...]
    codes: tuple[int | str, ...]
    length: int


def step(at: int, act: str, **args: object) -> Step:
    """One step."""
    return Step(at=at, act=act, args=args)


def make(name: str, zh: str, en: str, steps: tuple[Step, ...], codes: tuple[int | str, ...]) -> Scenario:
    """A scenario that ends with its last step."""
    return Scenario(name=name, zh=zh, en=en, steps=steps, codes=codes, length=steps[-1].at if steps else 0)


def waits(scenario: Scenario, after: int) -> Scenario:
    """The same, with something that the platform does by itself so many seconds after the last step."""
    return Scenario(**{**vars(scenario), "length": scenario.length + after})
