"""Delivers pushes: a queue with due times, retries, and a list of what did not arrive.

Nothing here waits. `drain()` delivers what is due by the clock; a test moves the clock and drains again, and
`server.py` does the same from a thread.
"""

from __future__ import annotations

import dataclasses
import heapq
import threading
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Self

import httpx

from .units import SECOND, parse

if TYPE_CHECKING:
    from .config import SimulatorConfig
    from .switches import Board, Switches

KEPT_IN_LOG = 20_000
ANSWER_SHOWN = 200
WAYS = ("lost", "missed", "overtaken")


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One delivery as HTTP, with the forms that it took."""

    url: str
    body: bytes = b""
    method: str = "POST"
    content_type: str = "application/json"
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Push(ABC):
    """A message to be delivered, `at` the moment of the event, `number` its place.

    `holds` names the switch that may keep it back; it leaves when another push of the same `thread` has gone.
    `note` tells people what is in it where a kind has several things to say.
    """

    number: int
    request_id: str
    app_id: int
    shop_id: int | str
    order_id: str
    kind: int | str
    at: int
    retry_seconds: tuple[int, ...]
    holds: str = ""
    thread: str = ""
    note: str = ""

    @abstractmethod
    def wire(self, switches: Switches, rng: Random, now: int) -> Wire:
        """How it is sent; everything drawn comes from `rng`, so that a run can be repeated."""

    @abstractmethod
    def again(self, attempt: int, switches: Switches, now: int) -> Self:
        """What is sent at the second attempt and later ones."""

    @abstractmethod
    def strange(self) -> Self:
        """The same of a kind that nobody knows."""

    @property
    @abstractmethod
    def taken(self) -> object:
        """The JSON answer that counts as taken."""


@dataclass(frozen=True, order=True)
class _Due:
    at: int
    place: int
    attempt: int
    push: Push = dataclasses.field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One delivery and what came back; `status` 0 means no answer at all."""

    request_id: str
    kind: int | str
    app_id: int
    order_id: str
    shop_id: int | str
    attempt: int
    at: int
    forms: tuple[str, ...]
    status: int
    answer: str
    ok: bool
    note: str = ""


class Pusher:
    """Keeps what is to be delivered, by due time; safe to use from several threads."""

    def __init__(self, config: SimulatorConfig, board: Board) -> None:
        self._config = config
        self._board = board
        self._queue: list[_Due] = []
        self._held: dict[str, list[Push]] = {}
        self._place = 0
        self._busy = 0
        self._client = httpx.Client(transport=config.transport, timeout=config.push_timeout, trust_env=False)
        self.changed = threading.Condition()
        self.log: deque[Sent] = deque(maxlen=KEPT_IN_LOG)
        self._not_reached: dict[int, dict[str, Push]] = {}

    def send(self, push: Push) -> None:
        """Takes a push over; the switches decide whether, when and how often it leaves."""
        switches = self._board.of(push.app_id)
        rng = self._rng(push, 0)
        drawn = {name: rng.random() < getattr(switches, name) for name in WAYS}
        if push.holds and push.holds not in WAYS:
            drawn[push.holds] = rng.random() < getattr(switches, push.holds)
        with self.changed:
            if drawn["missed"]:
                self._list(push)
            if drawn["lost"] or drawn["missed"]:
                return
            if push.holds and drawn[push.holds]:
                self._held.setdefault(push.thread, []).append(push)
                return
            self._put_copies(push, switches, rng)
            for held in self._held.pop(push.thread, []):
                self._put(held, self._config.clock(), 1)
            self.changed.notify_all()

    def _put_copies(self, push: Push, switches: Switches, rng: Random) -> None:
        copies = 2 if rng.random() < switches.doubled else 1
        late = switches.late_seconds if rng.random() < switches.late else 0.0
        shuffled = rng.random() < switches.shuffled
        for _ in range(copies):
            wait = late + (rng.uniform(0, switches.shuffle_seconds) if shuffled else 0.0)
            self._put(push, self._config.clock() + int(wait * SECOND), 1)
        if rng.random() < switches.extra_unknown:
            self._put(push.strange(), self._config.clock(), 1)

    def _rng(self, push: Push, attempt: int) -> Random:
        # By the push's own number, so that threads that overtake each other change nothing.
        return Random(f"{self._config.seed}:push:{push.number}:{attempt}")  # noqa: S311 - a script, no secret

    def _put(self, push: Push, at: int, attempt: int) -> None:
        self._place += 1
        heapq.heappush(self._queue, _Due(at, self._place, attempt, push))

    def _list(self, push: Push) -> None:
        self._not_reached.setdefault(push.app_id, {})[push.request_id] = push

    def wait(self, most: float) -> None:
        """Waits until something may be due, at most so many seconds."""
        with self.changed:
            due = self._queue[0].at if self._queue else None
            pause = most if due is None else min(most, (due - self._config.clock()) / SECOND)
            if pause > 0:
                self.changed.wait(pause)

    def waiting(self) -> int:
        """Deliveries that are queued or under way."""
        with self.changed:
            return len(self._queue) + self._busy

    def step(self) -> bool:
        """Delivers the first push that is due; False if none is."""
        with self.changed:
            if not self._queue or self._queue[0].at > self._config.clock():
                return False
            due = heapq.heappop(self._queue)
            self._busy += 1
        try:
            self._deliver(due)
        finally:
            with self.changed:
                self._busy -= 1
                self.changed.notify_all()
        return True

    def drain(self) -> int:
        """Delivers everything that is due now and gives the number of deliveries."""
        count = 0
        while self.step():
            count += 1
        return count

    def _deliver(self, due: _Due) -> None:
        push, switches = due.push, self._board.of(due.push.app_id)
        if due.attempt > 1:
            push = push.again(due.attempt, switches, self._config.clock())
        wire = push.wire(switches, self._rng(push, due.attempt), self._config.clock())
        status, answer, ok = self.post(wire, push.taken)
        sent = Sent(
            request_id=push.request_id,
            kind=push.kind,
            app_id=push.app_id,
            order_id=push.order_id,
            shop_id=push.shop_id,
            attempt=due.attempt,
            at=self._config.clock(),
            forms=wire.forms,
            status=status,
            answer=answer[:ANSWER_SHOWN],
            ok=ok,
            note=push.note,
        )
        with self.changed:
            self.log.append(sent)
            if not ok:
                self._failed(due)

    def _failed(self, due: _Due) -> None:
        if due.attempt <= len(due.push.retry_seconds):
            again = self._config.clock() + due.push.retry_seconds[due.attempt - 1] * SECOND
            self._put(due.push, again, due.attempt + 1)
        else:
            self._list(due.push)

    def post(self, wire: Wire, taken: object) -> tuple[int, str, bool]:
        """The HTTP status (0 without an answer), the text, and whether it counts as taken."""
        headers = {"Content-Type": wire.content_type} if wire.method == "POST" else {}
        try:
            answer = self._client.request(wire.method, wire.url, content=wire.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return 0, type(error).__name__, False
        return answer.status_code, answer.text, answer.status_code == httpx.codes.OK and _taken(answer, taken)

    def check(self, url: str, taken: object) -> dict[str, bool]:
        """The reachability check of the console: a GET and an empty POST, each answered as a push is."""
        ways = {"get": Wire(url=url, method="GET"), "empty_post": Wire(url=url)}
        return {name: self.post(wire, taken)[2] for name, wire in ways.items()}

    def not_reached(self, app_id: int, *, kept: bool) -> list[Push]:
        """What did not arrive, oldest first; reading takes it off the list unless it is `kept`."""
        with self.changed:
            found = self._not_reached.get(app_id, {})
            if not kept:
                self._not_reached[app_id] = {}
            return sorted(found.values(), key=lambda push: push.number)

    def not_reached_count(self, app_id: int) -> int:
        """How many are on that list."""
        with self.changed:
            return len(self._not_reached.get(app_id, {}))

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()


def _taken(answer: httpx.Response, taken: object) -> bool:
    try:
        return parse(answer.content) == taken
    except ValueError:
        return False
