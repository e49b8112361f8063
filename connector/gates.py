"""Whether it is worth calling somebody outside who has just not answered; each process finds out for itself.

A call that hangs takes its thread with it for as long as a minute. So that an ERP that hangs cannot take all threads of
a worker, and the platforms' commands with them, one call at a time tries whether it is back; the others wait for that.
"""

from threading import Lock
from typing import Final

from connector.domain.order import Millis

_PAUSE_MILLIS: Final = 1_000


class Gate:
    """The gate before one of those whom we call; open as long as they answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until: Millis | None = None
        self._trying = False

    def enter(self, now: Millis) -> bool:
        """Whether a call may be made; if so, :meth:`leave` must follow."""
        with self._lock:
            if self._until is None:
                return True
            if self._trying or now < self._until:
                return False
            self._trying = True
            return True

    def leave(self, now: Millis, *, answered: bool) -> None:
        """Say how the call ended; who refuses or fails has answered as well."""
        with self._lock:
            self._trying = False
            self._until = None if answered else Millis(now + _PAUSE_MILLIS)

    @staticmethod
    def next_try(now: Millis) -> Millis:
        """When to come again if the gate was shut."""
        return Millis(now + _PAUSE_MILLIS)


class Gates:
    """The gates of a process, by whom they lead to.

    >>> gates = Gates()
    >>> gates["erp"] is gates["erp"], gates["erp"] is gates["eleme"]
    (True, False)
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._gates: dict[str, Gate] = {}

    def __getitem__(self, name: str) -> Gate:
        with self._lock:
            return self._gates.setdefault(name, Gate())
