"""`/meituan/api/v1/<path>`: parameters of query and body merged, checked, the call done, answered (page 2.2, 7).

Errors come with HTTP 200 and `error` in the body. The signed address is the one that was called, unless the
configuration names another base.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.simulator.answering import Answer, Rate, failing
from connector.simulator.errors import PlatformError
from connector.simulator.units import compact

from .calls import CALLS
from .errors import BAD_SIGNATURE, MISSING, NO_APP, NO_CALL, SYSTEM, TOO_OFTEN
from .signing import same, sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.simulator.config import MeituanApp
    from connector.simulator.switches import Fault

    from .platform import Meituan

ALWAYS = ("app_id", "timestamp", "sig")


def _error(code: str, message: str) -> Answer:
    number = int(code) if code.isdecimal() else int(SYSTEM)
    return Answer(body=compact({"data": "ng", "error": {"code": number, "msg": message}}))


class Api:
    """The calls of one platform; keeps count of them for the rate limit."""

    def __init__(self, world: Meituan) -> None:
        self._world = world
        self._rate = Rate()

    def call(self, path: str, url: str, given: Mapping[str, str]) -> Answer:
        """The answer to one request: `path` below the base, `url` as it was called, all parameters decoded."""
        base = self._world.config.meituan_url
        try:
            return self._answer(path, f"{base}/{path}" if base else url, given)
        except PlatformError as error:
            return _error(error.code, error.message)

    def _answer(self, path: str, url: str, given: Mapping[str, str]) -> Answer:
        with self._world.lock:
            app = self._checked(url, given)
            fault = self._world.switches(app).fault(path)
            if fault is None or fault.executed:
                answer = Answer(body=compact({"data": self._done(app, path, given)}))
        return self._failing(fault) if fault else answer

    def _done(self, app: MeituanApp, path: str, given: Mapping[str, str]) -> object:
        if path not in CALLS:
            raise PlatformError(NO_CALL, "没有此接口的权限")
        needed, run = CALLS[path]
        for name in needed:
            if name not in given:
                raise PlatformError(MISSING, f"缺少参数 {name}")
        return run(self._world, app, given)

    def _failing(self, fault: Fault) -> Answer:
        return failing(fault, self._world.config, _error(fault.code, fault.message))

    def _checked(self, url: str, given: Mapping[str, str]) -> MeituanApp:
        for name in ALWAYS:
            if not given.get(name):
                raise PlatformError(MISSING, f"缺少参数 {name}")
        apps = self._world.config.meituan_accounts
        app = next((app for app in apps if str(app.app_id) == given["app_id"]), None)
        if app is None:
            raise PlatformError(NO_APP, "app_id 不存在")
        if not same(given["sig"], sign(url, given, app.secret)):
            raise PlatformError(BAD_SIGNATURE, "签名验证错误")
        if not self._rate.allows(app.app_id, self._world.switches(app).rate_per_second, self._world.now()):
            raise PlatformError(TOO_OFTEN, "接口调用过于频繁，请稍后再试")
        return app
