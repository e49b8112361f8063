"""Everything that can be set about a simulated platform."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx


def wall_clock() -> int:
    """Milliseconds since 1970 UTC, now."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A shop on the platform; `open_id` is the merchant's own id of it, often empty."""

    id: int
    name: str
    open_id: str = ""


@dataclass(frozen=True, kw_only=True)
class App:
    """A merchant's application: `app_id` stands in pushes, `key` in calls, `secret` signs both.

    `user_id` is the merchant account, above 2**53 as on the platform; `push_url` overrides the common one.
    """

    app_id: int
    key: str
    secret: str = field(repr=False)
    shops: tuple[Shop, ...]
    user_id: int = 3638660000000000663
    push_url: str = ""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> App:
        """From plain JSON: `{"app_id", "key", "secret", "shops": [{"id", "name", "open_id"}]}`."""
        rest = {name: value for name, value in data.items() if name != "shops"}
        return cls(**rest, shops=tuple(Shop(**shop) for shop in data["shops"]))


@dataclass(frozen=True, kw_only=True)
class SimulatorConfig:
    """Applications, where to push to, and the numbers that the platform does not publish.

    `apps` takes `App` or plain JSON objects. `clock` gives milliseconds, `sleep` waits for seconds (only a
    stalled answer uses it), `transport` replaces the network of the pushes. Seconds everywhere else.
    """

    apps: Sequence[App | Mapping[str, Any]]
    push_url: str = ""
    seed: int = 0
    clock: Callable[[], int] = wall_clock
    sleep: Callable[[float], None] = time.sleep
    transport: httpx.BaseTransport | None = None
    push_timeout: float = 3.0  # no Ele.me source names one; printer clouds that copy its words do (page 1.3)
    push_deliveries: int = 3
    push_retry_seconds: int = 60
    push_threads: int = 1
    token_life_seconds: int = 30 * 24 * 3600
    token_overlap_seconds: int = 600
    clock_tolerance_seconds: int = 0  # 0: the platform's strictness is not known, so any clock is taken
    free_cancel_seconds: int = 60
    answer_seconds: int = 900
    accept_seconds: int = 900
    stall_seconds: float = 20.0
    control_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    accounts: tuple[App, ...] = field(init=False)

    def __post_init__(self) -> None:
        read = tuple(app if isinstance(app, App) else App.read(app) for app in self.apps)
        object.__setattr__(self, "accounts", read)
        ids = [shop.id for app in read for shop in app.shops]
        if len(set(ids)) != len(ids):
            raise ValueError("a shop belongs to one application only")
