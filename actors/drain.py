"""The two actors: one visit of one lane each, whatever the message was about."""

from collections.abc import Callable
from threading import Lock
from typing import Final

import dramatiq

from actors.broker import BROKER, SETTINGS
from connector import logs
from connector.advance import advance
from connector.bell import Step, queue_of_number
from connector.deliver import deliver
from connector.domain.errors import BridgeError
from connector.domain.order import StoreRef
from connector.services import Services, build

#: A visit that lasts longer hangs; its lane has long been taken over then.
_TIME_LIMIT_MILLIS: Final = 5 * 60_000
_STEPS: Final[dict[Step, Callable[[Services, StoreRef], bool]]] = {"advance": advance, "deliver": deliver}
_LOG: Final = logs.get(__name__)
_lock = Lock()
_built: list[Services] = []


def services() -> Services:
    """The services of this process, built at the first message, after the fork."""
    with _lock:
        if not _built:
            _built.append(build(SETTINGS))
    return _built[0]


def visit(step: Step, lane: StoreRef) -> None:
    """Answer a ring: visit the lane once, and ring again if something was left.

    Nothing gets out of here: attempts are columns, and the sweep rings for what waits.
    """
    ours = services()
    ours.bell.answer(lane, step)
    try:
        if _STEPS[step](ours, lane):
            ours.bell.ring(lane, step)
    except BridgeError as error:
        _LOG.warning("visit_ended", lane=lane, step=step, reason=str(error))
    except Exception as error:  # noqa: BLE001 - the broker has nothing to do with it
        _LOG.error("visit_failed", lane=lane, step=step, exc_info=error)


def _declare(step: Step) -> None:
    @dramatiq.actor(
        actor_name=step,
        queue_name=queue_of_number(0),
        broker=BROKER,
        time_limit=_TIME_LIMIT_MILLIS,
    )
    def work(lane: StoreRef) -> None:
        visit(step, lane)


for _step in _STEPS:
    _declare(_step)
for _number in range(SETTINGS.queues):
    BROKER.declare_queue(queue_of_number(_number))
