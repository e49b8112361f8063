"""How often we may call: so many times a second per application and path, as the platforms' pages say.

Each process counts its own calls. The figures are far above what a merchant's shops need, so that a few processes
together stay below what the platforms take; what they refuse all the same makes its path wait.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from connector.domain.errors import Busy

#: Seconds that a call waits for its turn before it is put off: no lane is held for longer.
_SHORT: Final = 0.3
#: The same for who reads whole lists, in a lease of its own or at a terminal.
_LONG: Final = 30.0
#: After the platform itself has found it too often.
_PAUSE: Final = 1.0
#: What is not worth going to sleep for.
_TICK: Final = 0.001
_patience = threading.local()


@contextmanager
def patient() -> Iterator[None]:
    """Let this thread's calls wait longer for their turn."""
    before = getattr(_patience, "seconds", _SHORT)
    _patience.seconds = _LONG
    try:
        yield
    finally:
        _patience.seconds = before


class Limits:
    """The paths of one application.

    Args:
        rates: calls a second of paths that have a figure of their own.
        rate: of all other paths.
        now: seconds of a clock that never goes back.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        rates: Mapping[str, float],
        rate: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rates = dict(rates)
        self._rate = rate
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def enter(self, path: str) -> None:
        """Take a turn, waiting for it if that does not take long.

        Raises:
            Busy: it would; nothing was taken.
        """
        longest = getattr(_patience, "seconds", _SHORT)
        rate = self._rates.get(path, self._rate)
        with self._lock:
            now = self._now()
            # One second's worth may be called at once; `turn` is when the bucket has room for one more.
            turn = max(self._next.get(path, 0.0), now - 1.0 + 1.0 / rate)
            wait = turn - now
            if wait > longest:
                raise Busy(f"platform: called as often as allowed: {path}", seconds=wait)
            self._next[path] = turn + 1.0 / rate
        if wait > _TICK:
            self._sleep(wait)

    def refused(self, path: str) -> None:
        """The platform has found it too often: nothing more for a while."""
        with self._lock:
            self._next[path] = max(self._next.get(path, 0.0), self._now() + _PAUSE)
