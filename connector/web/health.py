"""Pings of what we depend on: each by name, with a time limit, without a word that could be secret."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Literal

from connector import logs
from connector.domain.errors import Refused

#: ``refused``: it is there and does not take us (a wrong password, an addon that is not installed).
Health = Literal["ok", "unavailable", "refused", "too slow"]
_log = logs.get(__name__)


class Pings:
    """Asks all of them at once, one round at a time.

    Args:
        pings: by name; each raises if its service would not serve us now.
        seconds: after which an answer is too slow; a ping that hangs is not begun a second time.
        keep: seconds for which a round answers those who ask next, so that nobody can wear the services out by asking.
    """

    def __init__(self, pings: Mapping[str, Callable[[], None]], *, seconds: float = 2.0, keep: float = 1.0) -> None:
        self._pings = pings
        self._seconds = seconds
        self._keep = keep
        self._lock = threading.Lock()
        self._running: dict[str, _Ping] = {}
        self._health: dict[str, Health] = {}
        self._asked = float("-inf")

    def ask(self) -> dict[str, Health]:
        """How each of them is."""
        with self._lock:
            if time.monotonic() - self._asked >= self._keep:
                self._health = self._round()
                self._asked = time.monotonic()
            return dict(self._health)

    def _round(self) -> dict[str, Health]:
        for name, ping in self._pings.items():
            if name not in self._running:
                self._running[name] = _Ping(name, ping)
        deadline = time.monotonic() + self._seconds
        for running in self._running.values():
            running.join(max(0.0, deadline - time.monotonic()))
        health: dict[str, Health] = {name: self._running[name].health for name in self._pings}
        self._running = {name: running for name, running in self._running.items() if running.is_alive()}
        return health


class _Ping(threading.Thread):
    """One ping under way; a daemon, so that one that hangs does not hold the process."""

    def __init__(self, name: str, ping: Callable[[], None]) -> None:
        super().__init__(name=f"ping-{name}", daemon=True)
        self._service = name
        self._ping = ping
        self.health: Health = "too slow"
        self.start()

    def run(self) -> None:
        try:
            self._ping()
        except Refused as error:
            self._note("refused", error)
        except Exception as error:  # noqa: BLE001 - whatever a client library raises, its service does not serve us
            self._note("unavailable", error)
        else:
            self.health = "ok"

    def _note(self, health: Health, error: Exception) -> None:
        self.health = health
        _log.warning("ping_failed", service=self._service, health=health, exc_info=error)
