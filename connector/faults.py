"""Named points between any two writes, at which the fault runs kill the process.

A point does nothing unless ``WAIMAI_FAULT`` names it: ``deliver.after_erp`` kills at the first pass,
``deliver.after_erp:3`` at the third. The environment is read once, when this module is loaded.
"""

import os
import signal
from threading import Lock
from typing import Final

#: Every point, in the order in which an order passes them.
POINTS: Final = (
    "receive.before_commit",
    "receive.after_commit",
    "advance.claimed",
    "advance.counted",
    "advance.applied",
    "advance.before_commit",
    "advance.after_commit",
    "deliver.claimed",
    "deliver.before_erp",
    "deliver.after_erp",
    "deliver.after_mark",
    "deliver.sending",
    "deliver.before_platform",
    "deliver.after_platform",
    "deliver.after_answer",
    "deliver.after_fetch",
    "deliver.fetch_stored",
    "deliver.after_report",
)


class Fault:
    """Kills this process without a word when its point is passed for the n-th time."""

    def __init__(self, wanted: str) -> None:
        name, _, count = wanted.partition(":")
        if name and name not in POINTS:
            raise ValueError(f"WAIMAI_FAULT names no fault point: {name}")
        self.name = name
        self._left = int(count or 1)
        self._lock = Lock()

    def passed(self) -> None:
        """Count one pass."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_FAULT: Final = Fault(os.environ.get("WAIMAI_FAULT", ""))


def reach(point: str) -> None:
    """Say that a point is passed."""
    if point == _FAULT.name:
        _FAULT.passed()
