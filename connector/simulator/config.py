"""Everything that can be set about a simulated platform."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx


def wall_clock() -> int:
    """Milliseconds since 1970 UTC, now."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class AnyShop:
    """A shop on a platform, by the id that the platform's wire has."""

    id: int | str
    name: str


@dataclass(frozen=True, kw_only=True)
class AnyApp:
    """A merchant's application; `secret` signs calls and pushes, `push_url` overrides the common one."""

    app_id: int
    secret: str = field(repr=False)
    shops: tuple[AnyShop, ...]
    push_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Shop(AnyShop):
    """A shop at Ele.me; `open_id` is the merchant's own id of it, often empty."""

    id: int
    open_id: str = ""


@dataclass(frozen=True, kw_only=True)
class App(AnyApp):
    """An application at Ele.me: `app_id` stands in pushes, `key` in calls.

    `user_id` is the merchant account, above 2**53 as on the platform.
    """

    key: str
    shops: tuple[Shop, ...]
    user_id: int = 3638660000000000663

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> App:
        """From plain JSON: `{"app_id", "key", "secret", "shops": [{"id", "name", "open_id"}]}`."""
        rest = {name: value for name, value in data.items() if name != "shops"}
        return cls(**rest, shops=tuple(Shop(**shop) for shop in data["shops"]))


@dataclass(frozen=True, kw_only=True)
class MeituanShop(AnyShop):
    """A shop at Meituan; `id` is `app_poi_code`, `self_delivery`: it brings its orders itself (自配)."""

    id: str
    self_delivery: bool = False

    @property
    def number(self) -> int:
        """`wm_poi_id`, the platform's own number."""
        return 1000000 + crc32(self.id.encode()) % 1000000


@dataclass(frozen=True, kw_only=True)
class MeituanApp(AnyApp):
    """An application at Meituan; `push_url` is the base of its callback addresses, one per kind below it."""

    shops: tuple[MeituanShop, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> MeituanApp:
        """From plain JSON: `{"app_id", "secret", "shops": [{"id", "name", "self_delivery"}]}`."""
        rest = {name: value for name, value in data.items() if name != "shops"}
        return cls(**rest, shops=tuple(MeituanShop(**shop) for shop in data["shops"]))


@dataclass(frozen=True, kw_only=True)
class SimulatorConfig:
    """Applications, where to push to, and the numbers that the platform does not publish.

    `apps` (Ele.me) and `meituan_apps` take `App`, `MeituanApp` or plain JSON objects. `clock` gives milliseconds,
    `sleep` waits for seconds (only a stalled answer uses it), `transport` replaces the network of the pushes.
    Seconds everywhere else. `meituan_url`: the base of Meituan's calls if it is not the address that was called.
    `desk_url`: where the orders are worked on, for a link on the page.
    """

    apps: Sequence[App | Mapping[str, Any]] = ()
    meituan_apps: Sequence[MeituanApp | Mapping[str, Any]] = ()
    push_url: str = ""
    meituan_push_url: str = ""
    meituan_url: str = ""
    desk_url: str = ""
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
    meituan_retry_seconds: tuple[int, ...] = (10, 60, 300)  # page 3.3, inferred
    meituan_accept_seconds: int = 300
    meituan_answer_seconds: int = 3 * 3600
    meituan_settle_seconds: int = 10
    stall_seconds: float = 20.0
    control_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    accounts: tuple[App, ...] = field(init=False)
    meituan_accounts: tuple[MeituanApp, ...] = field(init=False)

    def __post_init__(self) -> None:
        read = tuple(app if isinstance(app, App) else App.read(app) for app in self.apps)
        meituan = tuple(app if isinstance(app, MeituanApp) else MeituanApp.read(app) for app in self.meituan_apps)
        object.__setattr__(self, "accounts", read)
        object.__setattr__(self, "meituan_accounts", meituan)
        every: tuple[AnyApp, ...] = (*read, *meituan)
        shops = [shop.id for app in every for shop in app.shops]
        if len(set(shops)) != len(shops):
            raise ValueError("a shop belongs to one application only")
        if len({app.app_id for app in every}) != len(every):
            raise ValueError("an application id is used once")
