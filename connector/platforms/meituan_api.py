"""Calls to Meituan: addresses, signature, and what its answers and errors mean (``meituan.md`` chapter 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from connector import logs
from connector.domain.errors import Refused, Unavailable, Unreadable
from connector.platforms.http import json_object, rubbish, unavailable
from connector.platforms.limits import Limits
from connector.platforms.signing import sign_meituan
from connector.ports import Clock
from connector.settings import MeituanApp

_LOG: Final = logs.get(__name__)
#: The platform's own fault, whatever became of the call; called too often, which it was not taken for.
_SYSTEM, _TOO_OFTEN = "700", "711"
#: It does not know us, or lets us do this: nothing that staff can mend, so that operators must be told.
ALARM: Final = frozenset({"702", "703", "704", "708"})
#: Results of the newer envelope: all done; the rest is refused, in whole or in part.
_ALL_DONE: Final = "1"
#: ``data`` of a failure that names no error.
_FAILED: Final = frozenset({"ng", "null", "error"})
_TIMEOUT: Final = httpx.Timeout(5.0, connect=3.0)  # as in the platform's own SDK (2.2)
_FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The platform's answer: ``code`` is empty if it took the call, else with its own ``words``.

    ``words`` without a code are those of a call that was taken but for some of its parts.
    """

    result: Any
    code: str = ""
    words: str = ""


class MeituanApi:
    """One application's way to the platform.

    Args:
        app: the application; its first secret signs.
        url: the platform's address, with or without ``/api/v1``.
    """

    def __init__(self, app: MeituanApp, *, url: str, client: httpx.Client, clock: Clock) -> None:
        self.app_id = app.app_id
        self._secret = app.secrets[0]
        self._url = url.rstrip("/").removesuffix("/api/v1") + "/api/v1/"
        self._client = client
        self._clock = clock
        self._limits = Limits({}, app.calls_per_second)

    def get(self, path: str, **params: str) -> Outcome:
        """Make a call with everything in the query.

        Raises:
            Unavailable: no answer, rubbish, the platform asks for patience, or we have called as often as we may.
        """
        return self._call("GET", path, params)

    def post(self, path: str, **params: str) -> Outcome:
        """Make a call with its parameters in the body, those of all calls in the query.

        Raises:
            Unavailable: as :meth:`get`.
        """
        return self._call("POST", path, params)

    def _call(self, method: str, path: str, params: Mapping[str, str]) -> Outcome:
        self._limits.enter(path)
        url = self._url + path
        common = {"app_id": self.app_id, "timestamp": str(self._clock.now() // 1000)}
        try:
            sig = sign_meituan(url, {**common, **params}, self._secret)
        except Unreadable as error:
            raise Refused(str(error)) from None
        query = {**common, "sig": sig, **(params if method == "GET" else {})}
        body = urlencode(params).encode() if method == "POST" else None
        headers = {"Content-Type": _FORM} if body is not None else {}
        try:
            answer = self._client.request(
                method, f"{url}?{urlencode(query)}", content=body, headers=headers, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise unavailable(error) from None
        return self._outcome(path, answer)

    def _outcome(self, path: str, answer: httpx.Response) -> Outcome:
        body = json_object(answer)
        code, words = _error(body)
        if code == _TOO_OFTEN:
            self._limits.refused(path)
        if code in {_SYSTEM, _TOO_OFTEN}:
            raise Unavailable(f"platform: {code}", unknown=code == _SYSTEM)
        if code in ALARM:
            _LOG.error("platform_refuses_us", platform="meituan", app_id=self.app_id, path=path, code=code)
        if not code and not body.keys() & {"data", "result_code", "success_list"}:
            rubbish()
        return Outcome(result=body.get("data"), code=code, words=words)


def _error(body: Mapping[str, Any]) -> tuple[str, str]:
    """The code and words of a failure (7.1); no code for a success, which may have words on its failed parts."""
    error = body.get("error")
    if isinstance(error, Mapping) and error:
        code = str(error.get("code") or "")
        return code or "error", str(error.get("msg") or code)
    listed = body.get("error_list")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    if "result_code" in body and str(body["result_code"]) != _ALL_DONE:
        code = str(first.get("code") or body["result_code"])
        return code, str(first.get("msg") or body.get("msg") or code)
    data = body.get("data")
    if isinstance(data, str) and data in _FAILED:
        return "ng", str(body.get("msg") or "ng")
    return "", str(body.get("msg") or "")
