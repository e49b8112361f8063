"""Access tokens (platform page 4.6): asking anew ends the former token ten minutes later."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from connector.simulator.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.simulator.config import App, SimulatorConfig

TOKEN_BITS = 128


class TokenError(Exception):
    """HTTP 400 with the OAuth word `error` and a description."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


@dataclass
class _Token:
    value: str
    ends_at: int


class Tokens:
    """The tokens of all applications; the caller holds the world's lock."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        # Not only by the seed: a token from before a restart must not be good again by chance.
        self._rng = Random(f"{config.seed}:token:{config.clock()}")  # noqa: S311 - tokens of a simulated platform
        self._access: dict[str, list[_Token]] = {}
        self._codes: dict[str, str] = {}
        self._refresh: dict[str, str] = {}

    def _fresh(self) -> str:
        return f"{self._rng.getrandbits(TOKEN_BITS):032x}"

    def valid(self, app: App, token: object) -> bool:
        """Whether the token is one of the application's and has not ended."""
        now = self._config.clock()
        return any(kept.value == token and now < kept.ends_at for kept in self._access.get(app.key, []))

    def expire(self) -> None:
        """Ends every token at once."""
        self._access.clear()

    def code(self, app: App) -> str:
        """What the browser brings back from `/authorize`; good once."""
        code = self._fresh()
        self._codes[code] = app.key
        return code

    def grant(self, authorization: str, form: Mapping[str, str]) -> dict[str, object]:
        """The answer of `POST /token`; raises `TokenError`."""
        app = self._client(authorization)
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            return self._issue(app)
        if kind == "authorization_code":
            self._spend(self._codes, form.get("code", ""), app)
        elif kind == "refresh_token":
            self._spend(self._refresh, form.get("refresh_token", ""), app)
        else:
            raise TokenError("invalid_request", "grant_type")
        refresh = self._fresh()
        self._refresh[refresh] = app.key
        return {**self._issue(app), "refresh_token": refresh}

    def _client(self, authorization: str) -> App:
        scheme, _, encoded = authorization.partition(" ")
        try:
            key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise TokenError("invalid_client", "Authorization") from error
        for app in self._config.accounts:
            if scheme.lower() == "basic" and (unquote_plus(key), unquote_plus(secret)) == (app.key, app.secret):
                return app
        raise TokenError("invalid_client", "client_id or client_secret")

    @staticmethod
    def _spend(kept: dict[str, str], value: str, app: App) -> None:
        if kept.pop(value, None) != app.key:
            raise TokenError("invalid_grant", "unknown, used up or another client's")

    def _issue(self, app: App) -> dict[str, object]:
        now = self._config.clock()
        former = self._access.get(app.key, [])
        for token in former:
            token.ends_at = min(token.ends_at, now + self._config.token_overlap_seconds * SECOND)
        token = _Token(self._fresh(), now + self._config.token_life_seconds * SECOND)
        self._access[app.key] = [kept for kept in former if kept.ends_at > now] + [token]
        return {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": self._config.token_life_seconds,
            "trace_id": self._fresh(),
        }
