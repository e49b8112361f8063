"""What can be made to go wrong, per application: pushes that misbehave and calls that fail."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import params
from .errors import VALIDATION_FAILED, PlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping

# error: an error envelope; garbage: text that is no JSON; nothing: an empty body; stall: no answer for a long time
FAULTS = ("error", "garbage", "nothing", "stall")
EVERY_ACTION = "*"


@dataclass(kw_only=True)
class Fault:
    """An action answers wrongly `times` more times; `executed`: it did its work first, only the answer fails."""

    kind: str
    times: int = 1
    code: str = "SERVER_ERROR"
    message: str = "系统繁忙，请稍后再试"
    executed: bool = False

    @classmethod
    def read(cls, data: Mapping[str, object]) -> Fault:
        """From `{"kind", "times", "code", "message", "executed"}`."""
        executed = data.get("executed", False)
        if not isinstance(executed, bool):
            raise PlatformError(VALIDATION_FAILED, "参数 executed 不正确")
        return cls(
            kind=params.word(data, "kind", FAULTS),
            times=params.integer(data, "times", 1),
            code=params.text(data, "code", "SERVER_ERROR"),
            message=params.text(data, "message", "系统繁忙，请稍后再试"),
            executed=executed,
        )


@dataclass(kw_only=True)
class Switches:
    """What every platform has. Numbers from 0 to 1 are the share of pushes that it happens to; `true` is 1.

    `doubled` sent twice; `late` by `late_seconds`; `shuffled` by anything up to `shuffle_seconds`; `lost` never sent
    and on no list; `missed` not sent but on the list of what did not arrive (where there is one); `overtaken` a new
    order comes after the next push of it; `extra_unknown` a push of an unknown kind beside it; `wrong_signature`;
    `changed_message` (after signing); `extra_key`; `downgraded`: orders that heal after `downgraded_reads` reads.
    `rate_per_second`: calls, 0 for any number. `faults`: calls that fail, by action or path.
    """

    doubled: float = 0.0
    late: float = 0.0
    late_seconds: float = 30.0
    shuffled: float = 0.0
    shuffle_seconds: float = 5.0
    lost: float = 0.0
    missed: float = 0.0
    overtaken: float = 0.0
    extra_unknown: float = 0.0
    wrong_signature: float = 0.0
    changed_message: float = 0.0
    extra_key: float = 0.0
    downgraded: float = 0.0
    downgraded_reads: int = 2
    rate_per_second: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)

    @classmethod
    def names(cls) -> set[str]:
        """Those that there are."""
        return {entry.name for entry in dataclasses.fields(cls)}

    def read(self, changes: Mapping[str, object]) -> dict[str, object]:
        """The values that `changes` would set; `faults` = `{action or "*": fault or null}` is merged."""
        return {name: self._value(name, value) for name, value in changes.items()}

    def change(self, changes: Mapping[str, object]) -> None:
        """Sets what is named, all or nothing."""
        for name, value in self.read(changes).items():
            setattr(self, name, value)

    def _value(self, name: str, value: object) -> object:
        if name not in self.names():
            raise PlatformError(VALIDATION_FAILED, f"没有这个开关 {name}")
        present = getattr(self, name)
        if name == "faults":
            return self._merged(value)
        if isinstance(present, dict):
            return self._table(name, value)
        if not isinstance(value, int | float) or value < 0:
            raise PlatformError(VALIDATION_FAILED, f"开关 {name} 应为数字")
        return type(present)(value)

    def _table(self, name: str, value: object) -> object:
        """A switch that is a table of its own: the new one, in place of the old."""
        raise PlatformError(VALIDATION_FAILED, f"开关 {name} 不正确: {value}")

    def _merged(self, value: object) -> dict[str, Fault]:
        if not isinstance(value, dict):
            raise PlatformError(VALIDATION_FAILED, "参数 faults 不正确")
        gone = {action for action, fault in value.items() if fault is None}
        new = {action: Fault.read(fault) for action, fault in value.items() if fault is not None}
        return {action: fault for action, fault in {**self.faults, **new}.items() if action not in gone}

    def fault(self, action: str) -> Fault | None:
        """The fault that this call meets, used up by one; the action's own goes before the one for all."""
        for name in (action, EVERY_ACTION):
            fault = self.faults.get(name)
            if fault and fault.times > 0:
                fault.times -= 1
                return fault
        return None


class Board:
    """The switches of every application."""

    def __init__(self) -> None:
        self._apps: dict[int, Switches] = {}
        self._platforms: dict[int, str] = {}

    def add(self, platform: str, app_id: int, switches: Switches) -> None:
        """Takes those of one more application."""
        self._apps[app_id] = switches
        self._platforms[app_id] = platform

    def of(self, app_id: int) -> Switches:
        """Those of one application."""
        return self._apps[app_id]

    def change(self, changes: Mapping[str, object]) -> None:
        """Changes those of the application `app_id`, of all of a `platform`, or everybody's, all or nothing.

        Everybody's are changed where a platform has them; a switch that none of the chosen has is refused.
        """
        rest = {name: value for name, value in changes.items() if name not in ("app_id", "platform")}
        chosen = self._chosen(changes)
        known = {name for switches in chosen for name in switches.names()}
        for name in rest:
            if name not in known:
                raise PlatformError(VALIDATION_FAILED, f"没有这个开关 {name}")
        named = [({name: rest[name] for name in rest if name in one.names()}, one) for one in chosen]
        for own, switches in named:
            switches.read(own)
        for own, switches in named:
            switches.change(own)

    def _chosen(self, changes: Mapping[str, object]) -> list[Switches]:
        if "app_id" in changes:
            app_id = params.integer(changes, "app_id")
            if app_id not in self._apps:
                raise PlatformError(VALIDATION_FAILED, "没有这个应用")
            return [self._apps[app_id]]
        if "platform" in changes:
            platform = params.word(changes, "platform", tuple(self._platforms.values()))
            return [one for app_id, one in self._apps.items() if self._platforms[app_id] == platform]
        return list(self._apps.values())

    def shown(self) -> dict[str, dict[str, object]]:
        """All of them as JSON, by application id."""
        return {str(app_id): dataclasses.asdict(switches) for app_id, switches in self._apps.items()}
