"""The bell: a Dramatiq message that carries the name of a lane and nothing else.

Rows carry the data and the order. A ring that is lost, doubled or overtaken costs delay, never correctness: the sweep
finds what waits. So no failure of Redis gets out of here.
"""

import threading
import zlib
from typing import Final, Literal, Protocol

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import DramatiqError
from dramatiq.middleware import TimeLimit
from redis.backoff import NoBackoff
from redis.exceptions import ChildDeadlockedError, IncorrectPolicyType, RedisClusterException
from redis.retry import Retry

from connector import logs
from connector.domain.errors import Unavailable
from connector.domain.order import StoreRef

#: What is to be done in a lane; also the name of the actor that does it.
Step = Literal["advance", "deliver"]

#: A ring is not repeated for so long, unless a worker has answered it; it ends by itself in case the ringer died.
_NUDGE_SECONDS: Final = 5
_TICK_SECONDS: Final = 0.02
_LOG: Final = logs.get(__name__)

#: Everything that Redis and Dramatiq raise of their own; all of it means "Redis is away".
FAILURES: Final = (
    redis.RedisError,
    DramatiqError,
    OSError,
    ChildDeadlockedError,  # these three are no RedisError
    IncorrectPolicyType,
    RedisClusterException,
)


class Bell(Protocol):
    """Wakes whoever works on a lane."""

    def ring(self, lane: StoreRef, step: Step) -> None:
        """Say that a lane has something to do; never raises."""
        ...

    def answer(self, lane: StoreRef, step: Step) -> None:
        """Say that a worker is about to read the lane: what comes from now on needs a new ring. Never raises."""
        ...


class SilentBell:
    """A bell in memory that remembers its rings."""

    def __init__(self) -> None:
        self.rings: list[tuple[StoreRef, Step]] = []

    def ring(self, lane: StoreRef, step: Step) -> None:
        """Remember a ring."""
        self.rings.append((lane, step))

    def answer(self, lane: StoreRef, step: Step) -> None:
        """Nothing to forget: every ring is remembered."""


class RedisBell:
    """Rings over Redis; rings of one lane and step are collapsed until a worker answers.

    Args:
        broker: from :func:`build_broker`.
        queues: the number of queues that lanes are hashed onto, the same in every process.
    """

    def __init__(self, broker: RedisBroker, queues: int) -> None:
        self._broker = broker
        self._queues = queues

    def ring(self, lane: StoreRef, step: Step) -> None:
        """Put one message into the lane's queue, unless one waits there already."""
        try:
            if self._broker.client.set(_nudge(lane, step), 1, nx=True, ex=_NUDGE_SECONDS):
                self._broker.enqueue(
                    dramatiq.Message(
                        queue_name=queue_of(lane, self._queues),
                        actor_name=step,
                        args=(lane,),
                        kwargs={},
                        options={},
                    )
                )
        except FAILURES as error:
            _LOG.warning("bell_failed", lane=lane, step=step, reason=type(error).__name__)

    def answer(self, lane: StoreRef, step: Step) -> None:
        """Let the next ring through."""
        try:
            self._broker.client.delete(_nudge(lane, step))
        except FAILURES as error:
            _LOG.warning("bell_failed", lane=lane, step=step, reason=type(error).__name__)


class TickingBell:
    """Rings from a thread of its own, each lane once per tick, so that a request never waits for Redis.

    The thread starts with the first ring (after any fork) and ends with the process or :meth:`close`.
    """

    def __init__(self, bell: Bell, tick: float = _TICK_SECONDS) -> None:
        self._bell = bell
        self._tick = tick
        self._dirty: set[tuple[StoreRef, Step]] = set()
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self, lane: StoreRef, step: Step) -> None:
        """Remember the lane for the next tick."""
        with self._lock:
            self._dirty.add((lane, step))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
        self._woken.set()

    def answer(self, lane: StoreRef, step: Step) -> None:
        """Pass on."""
        self._bell.answer(lane, step)

    def close(self) -> None:
        """Ring what is left and end the thread."""
        self._closed.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._woken.wait()
            self._woken.clear()
            self._ring_dirty()
            self._closed.wait(self._tick)
        self._ring_dirty()  # what was rung during the last wait

    def _ring_dirty(self) -> None:
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        for lane, step in dirty:
            self._bell.ring(lane, step)


def queue_of(lane: StoreRef, queues: int) -> str:
    """The queue that every ring of a lane goes to.

    >>> queue_of(StoreRef("eleme:155000001"), 4)
    'lane-1'
    """
    return queue_of_number(zlib.crc32(lane.encode()) % queues)


def queue_of_number(number: int) -> str:
    """The name of a queue."""
    return f"lane-{number}"


def build_broker(url: str, *, namespace: str = "waimai") -> RedisBroker:
    """The broker over Redis. Nothing is connected yet.

    The client never retries by itself: a repeated script doubles or strands messages, and a ring that failed costs
    nothing. Actors are never retried by the broker either: attempts are columns.
    """
    client = redis.Redis.from_url(
        url,
        socket_timeout=2,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
        max_connections=64,
    )
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        namespace=namespace,
        heartbeat_timeout=15_000,
        maintenance_chance=100_000,
        middleware=[TimeLimit()],
    )


def ping(broker: RedisBroker) -> None:
    """Ask Redis for a sign of life.

    Raises:
        Unavailable: it gives none.
    """
    try:
        broker.client.ping()
    except FAILURES as error:
        raise Unavailable(f"redis: {type(error).__name__}") from error


def _nudge(lane: StoreRef, step: Step) -> str:
    return f"nudge:{step}:{lane}"
