"""What the platforms' APIs share: an answer, answers that fail as the switches say, and counted calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .units import seconds

if TYPE_CHECKING:
    from .config import SimulatorConfig
    from .switches import Fault


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back: HTTP status and body."""

    status: int = 200
    body: str


def failing(fault: Fault, config: SimulatorConfig, error: Answer) -> Answer:
    """The bad answer, `error` for the kind of that name; a stall waits, so do not hold the lock."""
    if fault.kind == "error":
        return error
    if fault.kind == "garbage":
        return Answer(body="<html><body>502 Bad Gateway</body></html>")
    if fault.kind == "stall":
        config.sleep(config.stall_seconds)
        return Answer(status=504, body="")
    return Answer(body="")


class Rate:
    """Counts an application's calls by the second."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[int, int]] = {}

    def allows(self, app_id: int, limit: int, now: int) -> bool:
        """Counts one call at `now` (milliseconds); false above `limit` in a second, 0 for any number."""
        second = seconds(now)
        counted, count = self._counted.get(app_id, (second, 0))
        count = count + 1 if counted == second else 1
        self._counted[app_id] = (second, count)
        return not limit or count <= limit
