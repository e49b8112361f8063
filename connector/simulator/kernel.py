"""What the simulated platforms share: one lock, one clock, the agenda, running numbers, chance, pushes, switches.

What is due later (the platforms' own deadlines, steps of a scenario) waits on the agenda until `tick()`.
"""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from .order import Person
from .push import Pusher
from .switches import Board
from .units import seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import SimulatorConfig

SURNAMES = "赵钱孙李周吴郑王"
PLACES = 8


@dataclass(order=True)
class _Task:
    at: int
    place: int
    run: Callable[[int], None] = field(compare=False)


class Kernel:
    """Time, chance and the way out, for every platform of a world; changes happen under `lock`."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.board = Board()
        self.pusher = Pusher(config, self.board)
        # Ids carry the start, so that a restarted simulator never repeats an order that others remember.
        self.epoch = seconds(config.clock())
        self._numbers: dict[str, int] = {}
        self._agenda: list[_Task] = []
        self._place = 0

    def now(self) -> int:
        """Business time in milliseconds."""
        return self.config.clock()

    def next(self, name: str, first: int = 1) -> int:
        """The next number of a kind, from `first` on."""
        self._numbers[name] = self._numbers.get(name, first - 1) + 1
        return self._numbers[name]

    def draws(self, purpose: str, number: object) -> Random:
        """Chance for one thing: by its own number, so that a run can be repeated whatever the threads do."""
        return Random(f"{self.config.seed}:{purpose}:{number}")  # noqa: S311 - invented people, no secret

    def person(self, order_id: str) -> Person:
        """The customer of an order."""
        rng = self.draws("person", order_id[-PLACES:])
        number = rng.randint(1, 99999)
        return Person(
            name=f"{rng.choice(SURNAMES)}**",
            phone=f"138000{number:05d},{rng.randint(100, 9999)}",
            address=f"上海市测试区测试路{rng.randint(1, 999)}号测试大厦{rng.randint(1, 30)}01",
            number=190000000 + number,
        )

    def later(self, at: int, run: Callable[[int], None]) -> None:
        """Puts `run(at)` on the agenda."""
        with self.lock:
            self._place += 1
            heapq.heappush(self._agenda, _Task(at, self._place, run))

    def tick(self) -> int:
        """Does everything on the agenda that is due, in the order of its moments; gives the number of tasks."""
        count = 0
        with self.lock:
            while self._agenda and self._agenda[0].at <= self.now():
                task = heapq.heappop(self._agenda)
                task.run(task.at)
                count += 1
        return count
