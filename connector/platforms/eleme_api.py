"""Calls to Ele.me: envelope, signature, token, and what its errors mean (``eleme.md`` section 4)."""

import base64
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Millis
from connector.platforms.http import json_object, rubbish, unavailable
from connector.platforms.limits import Limits
from connector.platforms.signing import sign_eleme_call
from connector.ports import Clock, TokenShelf
from connector.settings import ElemeApp
from mappings.wire import write

#: Worth another try (``eleme.md`` 4.4); everything else is the platform's decision or our fault.
TOO_OFTEN: Final = "EXCEED_LIMIT"
LATER: Final = frozenset({"SERVER_ERROR", TOO_OFTEN})
#: Calls a second of an application: the one that is documented (``eleme.md`` 4.5), and what we keep to for the others.
RATES: Final = {"eleme.order.getUnprocessOrders": 800.0}
RATE: Final = 100.0
#: The application may not ask about this shop, or may not make this call: not again, people must be told (4.4).
DENIED: Final = frozenset({"ACCESS_DENIED", "PERMISSION_DENIED"})
_HTTP_OK: Final = 200
#: A token is renewed this long before it ends (it lives 30 days, in the sandbox one).
_RENEW_BEFORE: Final = 3_600_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The platform's answer: ``code`` is empty if it took the call, else with its own ``words``."""

    result: Any
    code: str = ""
    words: str = ""


class ElemeApi:
    """One application's way to the platform."""

    def __init__(self, app: ElemeApp, *, url: str, client: httpx.Client, shelf: TokenShelf, clock: Clock) -> None:
        self._app = app
        self._url = url.removesuffix("/").removesuffix("/api/v1")
        self._client = client
        self._shelf = shelf
        self._clock = clock
        self._limits = Limits(RATES, RATE)
        self._renewing = threading.Lock()

    def call(self, action: str, params: Mapping[str, object]) -> Outcome:
        """Make a call; a token that is no longer taken is renewed once.

        Raises:
            Unavailable: no answer, rubbish, the platform asks for patience, or we have called as often as we may.
            Refused: the application gets no token.
        """
        self._limits.enter(action)
        token = self._token()
        outcome = self._once(action, params, token)
        if outcome.code == "UNAUTHORIZED":
            self._shelf.drop_token(self._shelved, token)
            outcome = self._once(action, params, self._token())
        if outcome.code == TOO_OFTEN:
            self._limits.refused(action)
        if outcome.code in LATER:
            raise Unavailable(f"platform: {outcome.code}", unknown=outcome.code != TOO_OFTEN)
        return outcome

    @property
    def _shelved(self) -> str:
        return f"eleme:{self._app.app_id}"

    def _once(self, action: str, params: Mapping[str, object], token: str) -> Outcome:
        now = self._clock.now()
        metas: dict[str, object] = {"app_key": self._app.key, "timestamp": now // 1000}
        signature = sign_eleme_call(action=action, token=token, metas=metas, params=params, secret=self._app.secrets[0])
        envelope = {
            "nop": "1.0.0",
            "id": f"{secrets.token_hex(16).upper()}|{now}",
            "action": action,
            "token": token,
            "metas": metas,
            "params": params,
            "signature": signature,
        }
        answer = self._post("/api/v1", content=write(envelope), media="application/json; charset=utf-8")
        body = json_object(answer)
        error = body.get("error")
        if error is None and body.keys() & {"result", "error"}:
            return Outcome(result=body.get("result"))
        if not isinstance(error, Mapping) or not isinstance(error.get("code"), str):
            rubbish()
        return Outcome(result=None, code=error["code"], words=str(error.get("message") or error["code"]))

    def _token(self) -> str:
        """The access token, from the shelf or fetched anew (``eleme.md`` 4.6).

        One thread of a process fetches it, the others wait for that. Other processes may do so at the same time: a
        token that was fetched before is good for ten more minutes, and what is found useless is dropped.
        """
        if token := self._shelved_token():
            return token
        with self._renewing:
            return self._shelved_token() or self._new_token()

    def _shelved_token(self) -> str:
        shelved = self._shelf.token(self._shelved)
        return shelved[0] if shelved and shelved[1] - _RENEW_BEFORE > self._clock.now() else ""

    def _new_token(self) -> str:
        pair = f"{quote(self._app.key, safe='')}:{quote(self._app.secrets[0], safe='')}"
        answer = self._post(
            "/token",
            content="grant_type=client_credentials&scope=all",
            media="application/x-www-form-urlencoded",
            authorization=f"Basic {base64.b64encode(pair.encode()).decode()}",
        )
        body = json_object(answer)
        if isinstance(body.get("error"), str):
            raise Refused(f"platform gives no token: {body['error']}")
        token, life = body.get("access_token"), body.get("expires_in")
        if answer.status_code != _HTTP_OK or not isinstance(token, str) or not token or not isinstance(life, int):
            rubbish()
        self._shelf.keep_token(self._shelved, token, Millis(self._clock.now() + life * 1000))
        return token

    def _post(self, path: str, *, content: str, media: str, authorization: str = "") -> httpx.Response:
        headers = {"Content-Type": media} | ({"Authorization": authorization} if authorization else {})
        try:
            return self._client.post(self._url + path, content=content.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise unavailable(error) from None
