"""Where an order of Meituan is on its way (``meituan.md`` 5.2), pushed step by step or told when the order is read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from connector.domain.order import Fact, Kind, Millis, Rider
from mappings.fields import Epoch, Hint, Lenient
from mappings.meituan_kinds import AlertKind

#: Steps of the rider's, as contract.md numbers them.
_RIDES: Final = {"10": 53, "15": 54, "20": 55, "40": 56}
_BEFORE_RIDES: Final = {
    "0": "已发起配送 · sent to delivery",
    "5": "配送压单 · held back by the carrier",
    "100": "配送已取消，需重新安排配送 · the delivery was cancelled and has to be arranged again",
}
_LOST: Final = "100"


class RidesSchema(Lenient):
    """The latest delivery, as ``getOrderDetail`` has it when it is asked for it; all of it hints."""

    logistics_send_time = Epoch()
    logistics_confirm_time = Epoch()
    logistics_fetch_time = Epoch()
    logistics_completed_time = Epoch()
    logistics_cancel_time = Epoch()
    logistics_dispatcher_name = Hint()
    logistics_dispatcher_mobile = Hint()


_TOLD: Final = {
    "0": "logistics_send_time",
    "10": "logistics_confirm_time",
    "20": "logistics_fetch_time",
    "40": "logistics_completed_time",
    "100": "logistics_cancel_time",
}
#: What stands for a step that has not been made.
_NEVER: Final = (None, "", 0, "0")


def ride(status: str, at: Millis, rider: Rider, *, pulled: bool = False) -> Fact:
    """One step of a delivery; the same one has the same key, pushed or read."""
    key = f"logistics:{status}:{at // 1000}"
    if status in _RIDES:
        return Fact(key=key, kind=Kind.RIDER, at=at, code=_RIDES[status], rider=rider, who="rider", pulled=pulled)
    words = _BEFORE_RIDES.get(status, f"配送状态 {status} · delivery status {status}")
    return Fact(key=key, kind=Kind.NOTE, at=at, note=words, pulled=pulled)


def lost(facts: Iterable[Fact]) -> tuple[AlertKind, str, str] | None:
    """What people must be told when a delivery was cancelled: the order is left without a rider."""
    return next((("delivery", one.key, one.note) for one in facts if one.key.startswith(f"logistics:{_LOST}:")), None)


def tells_rides(order: Mapping[str, Any]) -> bool:
    """Whether an order that was read tells of a delivery at all."""
    return any(order.get(name) not in _NEVER for name in _TOLD.values())


def rides_told(told: Mapping[str, Any], *, over: bool) -> Iterator[Fact]:
    """The steps of the latest delivery that the answer dates; a step without a time is not one to count by.

    That it was cancelled counts only as the last of them, and while the order is not ``over``.
    """
    rider = Rider(name=told["logistics_dispatcher_name"], phone=told["logistics_dispatcher_mobile"])
    steps = {status: told[name] for status, name in _TOLD.items() if told[name]}
    if over or max(steps.values(), default=0) != steps.get(_LOST):
        steps.pop(_LOST, None)
    for status, at in steps.items():
        yield ride(status, at, rider, pulled=True)
