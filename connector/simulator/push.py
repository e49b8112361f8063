"""Delivers pushes: a queue with due times, retries, and a list of what did not arrive (platform page 1.3).

Nothing here waits. `drain()` delivers what is due by the clock; a test moves the clock and drains again, and
`server.py` does the same from a thread.
"""

from __future__ import annotations

import dataclasses
import heapq
import threading
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import httpx

from .envelope import Push, draw, signed, written
from .signing import parse
from .units import SECOND, compact

if TYPE_CHECKING:
    from .config import App, SimulatorConfig
    from .switches import Board, Switches

NEW_ORDER = (10, 217)
UNKNOWN_TYPE = 999
TAKEN = {"message": "ok"}
JSON_HEADERS = {"Content-Type": "application/json"}
KEPT_IN_LOG = 20_000
ANSWER_SHOWN = 200


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
    kind: int
    order_id: str
    shop_id: int
    attempt: int
    at: int
    forms: tuple[str, ...]
    status: int
    answer: str
    ok: bool


class Pusher:
    """Keeps what is to be delivered, by due time; safe to use from several threads."""

    def __init__(self, config: SimulatorConfig, board: Board) -> None:
        self._config = config
        self._board = board
        self._queue: list[_Due] = []
        self._held: dict[str, list[Push]] = {}
        self._place = 0
        self._busy = 0
        self._client = httpx.Client(
            transport=config.transport, timeout=config.push_timeout, trust_env=False, headers=JSON_HEADERS
        )
        self.changed = threading.Condition()
        self.log: deque[Sent] = deque(maxlen=KEPT_IN_LOG)
        self._not_reached: dict[int, dict[str, Push]] = {}

    def send(self, push: Push) -> None:
        """Takes a push over; the switches decide whether, when and how often it leaves."""
        switches = self._board.of(push.app.app_id)
        rng = self._rng(push, 0)
        drawn = {name: rng.random() < getattr(switches, name) for name in ("lost", "missed", "overtaken")}
        with self.changed:
            if drawn["missed"]:
                self._list(push)
            if drawn["lost"] or drawn["missed"]:
                return
            if push.kind in NEW_ORDER and drawn["overtaken"]:
                self._held.setdefault(push.order_id, []).append(push)
                return
            self._put_copies(push, switches, rng)
            for held in self._held.pop(push.order_id, []):
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
            strange = dataclasses.replace(push, kind=UNKNOWN_TYPE, request_id=f"{push.request_id}9")
            self._put(strange, self._config.clock(), 1)

    def _rng(self, push: Push, attempt: int) -> Random:
        # By the push's own number, so that threads that overtake each other change nothing.
        return Random(f"{self._config.seed}:push:{push.number}:{attempt}")  # noqa: S311 - a script, no secret

    def _put(self, push: Push, at: int, attempt: int) -> None:
        self._place += 1
        heapq.heappush(self._queue, _Due(at, self._place, attempt, push))

    def _list(self, push: Push) -> None:
        self._not_reached.setdefault(push.app.app_id, {})[push.request_id] = push

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
        push, switches = due.push, self._board.of(due.push.app.app_id)
        if due.attempt > 1 and switches.new_request_id:
            push = dataclasses.replace(push, request_id=f"{push.request_id}{due.attempt}")
        forms = draw(switches, self._rng(push, due.attempt))
        status, answer, ok = self._post(push.app, written(signed(push, forms), forms))
        sent = Sent(
            request_id=push.request_id,
            kind=push.kind,
            order_id=push.order_id,
            shop_id=push.shop_id,
            attempt=due.attempt,
            at=self._config.clock(),
            forms=tuple(sorted(forms)),
            status=status,
            answer=answer[:ANSWER_SHOWN],
            ok=ok,
        )
        with self.changed:
            self.log.append(sent)
            if not ok:
                self._failed(due)

    def _failed(self, due: _Due) -> None:
        if due.attempt < self._config.push_deliveries:
            again = self._config.clock() + self._config.push_retry_seconds * SECOND
            self._put(due.push, again, due.attempt + 1)
        else:
            self._list(due.push)

    def _address(self, app: App) -> str:
        return app.push_url or self._config.push_url

    def _post(self, app: App, body: bytes) -> tuple[int, str, bool]:
        """The HTTP status (0 without an answer), the text, and whether it counts as taken."""
        try:
            answer = self._client.post(self._address(app), content=body)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return 0, type(error).__name__, False
        return answer.status_code, answer.text, answer.status_code == httpx.codes.OK and _taken(answer)

    def check(self, app: App) -> dict[str, bool]:
        """The reachability check of the console: a GET and an empty POST, each answered as a push is."""
        try:
            seen = self._client.get(self._address(app))
        except (httpx.HTTPError, httpx.InvalidURL):
            return {"get": False, "empty_post": self._post(app, b"")[2]}
        taken = seen.status_code == httpx.codes.OK and _taken(seen)
        return {"get": taken, "empty_post": self._post(app, b"")[2]}

    def not_reached(self, app: App) -> list[Push]:
        """What did not arrive, oldest first; reading takes it off the list unless a switch keeps it."""
        with self.changed:
            found = self._not_reached.get(app.app_id, {})
            if not self._board.of(app.app_id).not_reached_kept:
                self._not_reached[app.app_id] = {}
            return sorted(found.values(), key=lambda push: push.number)

    def not_reached_count(self, app: App) -> int:
        """How many are on that list."""
        with self.changed:
            return len(self._not_reached.get(app.app_id, {}))

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()


def _taken(answer: httpx.Response) -> bool:
    try:
        return parse(answer.content) == TAKEN
    except ValueError:
        return False


def as_list_entry(push: Push) -> dict[str, object]:
    """A row of `getNonReachedOMessages`: no signature (page 5.5)."""
    return {
        "requestId": push.request_id,
        "type": push.kind,
        "message": push.message,
        "shopId": push.shop_id,
        "userId": push.app.user_id,
        "timestamp": push.at,
        "orderId": push.order_id,
    }


def as_text(push: Push) -> str:
    """A row of `getNonReachedMessages`: the push envelope as text (inferred)."""
    return compact(signed(push))
