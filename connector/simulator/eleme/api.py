"""`/api/v1`: takes the NOP envelope apart, checks it, calls the action, answers (platform page 4.2 to 4.4).

Errors come with HTTP 200 and `error` in the body. The order of the checks is ours, the platform's is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.simulator.answering import Answer, Rate, failing
from connector.simulator.errors import (
    EXCEED_LIMIT,
    ILLEGAL_REQUEST,
    INVALID_SIGNATURE,
    INVALID_TIMESTAMP,
    METHOD_NOT_ALLOWED,
    UNAUTHORIZED,
    PlatformError,
)
from connector.simulator.units import SECOND, compact, parse

from .deciding import DECIDING
from .products import PRODUCTS
from .reading import READING
from .signing import same, sign_request

if TYPE_CHECKING:
    from connector.simulator.config import App
    from connector.simulator.switches import Fault

    from .platform import Eleme

VERSION = "1.0.0"
# Both seconds and milliseconds are in use (page, head); no time in seconds reaches this for 3,000 years.
LEAST_MILLISECONDS = 100_000_000_000
ACTIONS = {**DECIDING, **READING, **PRODUCTS}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request whose form is right; nothing is checked yet."""

    id: str
    action: str
    token: str
    metas: dict[str, object]
    params: dict[str, object]
    signature: object


def _enveloped(identity: object, result: object, error: dict[str, str] | None) -> Answer:
    return Answer(body=compact({"id": identity, "result": result, "error": error}))


def _read(members: dict[str, object]) -> Call:
    action, token, metas = members.get("action"), members.get("token"), members.get("metas")
    params, identity = members.get("params"), members.get("id")
    if (
        members.get("nop") != VERSION
        or not (isinstance(identity, str) and isinstance(action, str) and isinstance(token, str))
        or not (isinstance(metas, dict) and isinstance(params, dict))
    ):
        raise PlatformError(ILLEGAL_REQUEST, "请求格式不正确")
    signature = members.get("signature")
    return Call(id=identity, action=action, token=token, metas=metas, params=params, signature=signature)


class Api:
    """The calls of one world; keeps count of them for the rate limit."""

    def __init__(self, world: Eleme) -> None:
        self.world = world
        self._rate = Rate()

    def call(self, raw: bytes) -> Answer:
        """The answer to one request body."""
        try:
            members = parse(raw)
        except ValueError:
            members = None
        if not isinstance(members, dict):
            return _enveloped("", None, {"code": ILLEGAL_REQUEST, "message": "请求格式不正确"})
        try:
            return self._answer(_read(members))
        except PlatformError as error:
            return _enveloped(members.get("id"), None, {"code": error.code, "message": error.message})

    def _answer(self, call: Call) -> Answer:
        with self.world.lock:
            app = self._checked(call)
            fault = self.world.board.of(app.app_id).fault(call.action)
            if fault is None or fault.executed:
                answer = _enveloped(call.id, self._done(app, call), None)
        return self._failing(fault, call) if fault else answer

    def _done(self, app: App, call: Call) -> object:
        if call.action not in ACTIONS:
            raise PlatformError(METHOD_NOT_ALLOWED, f"不支持的方法 {call.action}")
        return ACTIONS[call.action](self.world, app, call.params)

    def _failing(self, fault: Fault, call: Call) -> Answer:
        error = {"code": fault.code, "message": fault.message}
        return failing(fault, self.world.config, _enveloped(call.id, None, error))

    def _checked(self, call: Call) -> App:
        app = next((app for app in self.world.config.accounts if app.key == call.metas.get("app_key")), None)
        if app is None:
            raise PlatformError(UNAUTHORIZED, "应用不存在")
        if not same(call.signature, sign_request(call.action, call.token, call.metas, call.params, app.secret)):
            raise PlatformError(INVALID_SIGNATURE, "签名错误")
        self._check_time(call.metas.get("timestamp"))
        if not self.world.tokens.valid(app, call.token):
            raise PlatformError(UNAUTHORIZED, "token 无效或已过期")
        self._check_rate(app)
        return app

    def _check_time(self, stamp: object) -> None:
        if not isinstance(stamp, int) or isinstance(stamp, bool):
            raise PlatformError(ILLEGAL_REQUEST, "timestamp 不正确")
        at = stamp if stamp >= LEAST_MILLISECONDS else stamp * SECOND
        allowed = self.world.config.clock_tolerance_seconds
        if allowed and abs(at - self.world.now()) > allowed * SECOND:
            raise PlatformError(INVALID_TIMESTAMP, "timestamp 已过期")

    def _check_rate(self, app: App) -> None:
        if not self._rate.allows(app.app_id, self.world.board.of(app.app_id).rate_per_second, self.world.now()):
            raise PlatformError(EXCEED_LIMIT, "调用过于频繁，请稍后再试")
