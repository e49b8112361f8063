"""Calls to Odoo, one connection object per thread, and the one table of what its failures mean.

``RPCError`` is both a refusal and a bug of ours; its ``data.name`` tells which (a class name of Odoo's server).
"""

import http.client
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import odoorpc

from connector.domain.errors import Refused, Unavailable

#: Failures on the way or in Odoo's own house: the same call may be repeated. Everything else is a person's business.
LATER: Final = (
    "psycopg2.",
    "odoo.exceptions.ConcurrencyError",
    "odoo.exceptions.LockError",
)

#: What the transport raises: URLError and TimeoutError are OSErrors, a page of a proxy is a ValueError (JSON).
TRANSPORT: Final = (OSError, http.client.HTTPException, ValueError)

_CONFIGURATION: Final = "the login is refused, or the user lacks a right"
_NAMES: Final = {
    "odoo.exceptions.AccessError": _CONFIGURATION,
    "odoo.exceptions.AccessDenied": _CONFIGURATION,
    "builtins.AttributeError": "the addon waimai_bridge is too old",
    "builtins.KeyError": "the addon waimai_bridge is not installed or too old",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where Odoo is and who we are there; ``timeout`` in seconds."""

    url: str
    database: str
    login: str
    password: str = field(repr=False)
    timeout: float = 60.0


class Session:
    """Calls over odoorpc; a session is made at the first call of a thread and again after a failure."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._threads = threading.local()

    def call(self, model: str, method: str, *args: object) -> Any:  # noqa: ANN401 - somebody else's JSON
        """Call a public method.

        Raises:
            Unavailable: Odoo or its database is away; ``unknown`` because the call may have been committed.
            Refused: Odoo will not, however often it is asked.
        """
        try:
            return self._connected().execute_kw(model, method, list(args), {})
        except odoorpc.error.Error as error:
            raise _translated(error) from None
        except TRANSPORT as error:
            self._threads.odoo = None
            raise Unavailable(f"Odoo: {type(error).__name__}", unknown=True) from None

    def _connected(self) -> Any:  # noqa: ANN401 - odoorpc has no types
        odoo = getattr(self._threads, "odoo", None)
        if odoo is None:
            odoo = self._threads.odoo = _connect(self._address)
        return odoo


def _connect(address: Address) -> Any:  # noqa: ANN401 - odoorpc has no types
    parts = urlsplit(address.url)
    secure = parts.scheme == "https"
    odoo = odoorpc.ODOO(
        parts.hostname or "localhost",
        protocol="jsonrpc+ssl" if secure else "jsonrpc",
        port=parts.port or (443 if secure else 80),
        timeout=address.timeout,
        version="19.0",  # spares a request; the calls that we make are the same in every later one
    )
    odoo.login(address.database, address.login, address.password)
    return odoo


def _translated(error: Exception) -> Unavailable | Refused:
    info = getattr(error, "info", None)
    data = info.get("data") if isinstance(info, Mapping) else None
    if not isinstance(data, Mapping):  # "Wrong login ID or password" comes without
        return Refused(f"Odoo: {_CONFIGURATION}")
    name = str(data.get("name") or "")
    if name.startswith(LATER):
        return Unavailable(f"Odoo: {name}", unknown=True)
    return Refused(f"Odoo: {_NAMES.get(name) or _message(name, data)}")


def _message(name: str, data: Mapping[str, Any]) -> str:
    """A business rule's own words, shortened; of a bug only the name, since its text may quote personal data."""
    if name.startswith("odoo.exceptions."):
        return str(data.get("message") or name)[:300]
    return name


def rows(answer: object) -> Sequence[Mapping[str, Any]]:
    """An answer that must be a list of objects.

    Raises:
        Refused: it is not.
    """
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        raise Refused("Odoo: the addon waimai_bridge answers something else than a list")
    return answer
