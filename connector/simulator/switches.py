"""What can be made to go wrong, per application: pushes that misbehave and actions that fail (page 8)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import params
from .errors import VALIDATION_FAILED, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """Numbers from 0 to 1 are the share of pushes (or orders) that it happens to; `true` is 1.

    On the way: `doubled` sent twice; `late` by `late_seconds`; `shuffled` by anything up to `shuffle_seconds`;
    `lost` never sent and on no list; `missed` not sent but on the list of what did not arrive; `overtaken` a new
    order comes after the next push of it (12 before 10); `extra_unknown` a push of an unknown type beside it.
    In the body: `wrong_signature`, `changed_message` (after signing), `type_as_text`, `user_id_as_text`,
    `extra_key`, `escaped`, `pretty`; `slim` a 217 for a 10; `slim_refunds` requests without type and money.
    `downgraded`: orders that heal after `downgraded_reads` reads. `new_request_id`: a re-push gets an id of its
    own. `not_reached_kept`: reading that list does not empty it. `rate_per_second`: calls, 0 for any number.
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
    type_as_text: float = 0.0
    user_id_as_text: float = 0.0
    extra_key: float = 0.0
    escaped: float = 0.0
    pretty: float = 0.0
    slim: float = 0.0
    slim_refunds: float = 0.0
    downgraded: float = 0.0
    downgraded_reads: int = 2
    new_request_id: bool = False
    not_reached_kept: bool = False
    rate_per_second: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)

    def change(self, changes: Mapping[str, object]) -> None:
        """Sets what is named, all or nothing; `faults` = `{action or "*": fault or null}` is merged."""
        read = {name: self._value(name, value) for name, value in changes.items()}
        for name, value in read.items():
            setattr(self, name, value)

    def _value(self, name: str, value: object) -> object:
        if name == "faults":
            return self._merged(value)
        if name not in {entry.name for entry in dataclasses.fields(self)}:
            raise PlatformError(VALIDATION_FAILED, f"没有这个开关 {name}")
        if not isinstance(value, int | float) or value < 0:
            raise PlatformError(VALIDATION_FAILED, f"开关 {name} 应为数字")
        return type(getattr(self, name))(value)

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

    def __init__(self, app_ids: Iterable[int]) -> None:
        self._apps = {app_id: Switches() for app_id in app_ids}

    def of(self, app_id: int) -> Switches:
        """Those of one application."""
        return self._apps[app_id]

    def change(self, changes: Mapping[str, object]) -> None:
        """Changes one application's, or with no `app_id` everybody's."""
        rest = {name: value for name, value in changes.items() if name != "app_id"}
        chosen = self._apps
        if "app_id" in changes:
            app_id = params.integer(changes, "app_id")
            if app_id not in self._apps:
                raise PlatformError(VALIDATION_FAILED, "没有这个应用")
            chosen = {app_id: self._apps[app_id]}
        for switches in chosen.values():
            switches.change(rest)

    def shown(self) -> dict[str, dict[str, object]]:
        """All of them as JSON, by application id."""
        return {str(app_id): dataclasses.asdict(switches) for app_id, switches in self._apps.items()}
