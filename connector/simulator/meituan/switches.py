"""The switches that only Meituan's pushes have (platform page 8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.simulator.errors import VALIDATION_FAILED, PlatformError
from connector.simulator.switches import Switches

from .kinds import KINDS


@dataclass(kw_only=True)
class MeituanSwitches(Switches):
    """`encodings` = `{kind: 1 or 2}` and `methods` = `{kind: "GET" or "POST"}` change how a kind of push is sent.

    `agree_first` a refund's answer comes before its application; `echo_first` the cancel push with reason 1103 comes
    before the grant; `other_scheme` signed with https for http and the other way round; `empty_json` JSON fields of an
    order are empty strings, `empty_detail` its lines too; `trailing_object` extras end with `{}`;
    `new_timestamp` a re-push carries a fresh one. `original_prices` is the price mode of the application
    (subscription 18); `short_ids`: 17 digits, not 19; `view_differs`: another id for people; `appeal_own_id`: an appeal
    gets a `refund_id` of its own; `money_fails`: the refund money does not arrive; `minute_rule`: "meal ready" is
    refused in the first minute; `two_after_completion`: a third request after completion is refused.
    A table is set as a whole, so that it can be emptied.
    """

    encodings: dict[str, int] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    agree_first: float = 0.0
    echo_first: float = 0.0
    other_scheme: float = 0.0
    empty_json: float = 0.0
    empty_detail: float = 0.0
    trailing_object: float = 0.5
    new_timestamp: bool = False
    original_prices: bool = False
    short_ids: bool = False
    view_differs: bool = False
    appeal_own_id: bool = False
    money_fails: bool = False
    minute_rule: bool = True
    two_after_completion: bool = True

    def _table(self, name: str, value: object) -> object:
        allowed: tuple[object, ...] = (1, 2) if name == "encodings" else ("GET", "POST")
        if not isinstance(value, dict) or not all(kind in KINDS and one in allowed for kind, one in value.items()):
            raise PlatformError(VALIDATION_FAILED, f"开关 {name} 不正确")
        return dict(value)
