"""HTTP with a platform: what its requests are answered with, the client, and the one table of what failures mean."""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

import httpx

from connector.domain.errors import Unavailable, Unreadable
from connector.ports import Outcome
from mappings.wire import read

#: What a request at our door is answered with (``contract.md`` section 2).
STATUS: Final[Mapping[Outcome, int]] = {
    "stored": 200,
    "repeated": 200,
    "check": 200,
    "bad_signature": 401,
    "unreadable": 400,
    "too_large": 413,
    "unavailable": 503,
}

#: Failures before anything was sent: the call has certainly not been taken.
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)


class Garbled(Unavailable):
    """An answer that is none: whether the call was taken is not known, the other side may be there or not."""


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for one platform; the network is an argument."""
    return httpx.Client(transport=transport, timeout=_TIMEOUT, follow_redirects=False)


def unavailable(error: httpx.HTTPError) -> Unavailable:
    """What a failure of the transport means: every one is worth another try, few are certain not to have arrived."""
    return Unavailable(f"platform: {type(error).__name__}", unknown=not isinstance(error, NOT_SENT))


def json_object(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer, numbers exact.

    Raises:
        Garbled: it is none; the call may have been taken.
    """
    try:
        body = read(answer.content)
    except Unreadable:
        rubbish()
    if not isinstance(body, Mapping):
        rubbish()
    return body


def rubbish() -> NoReturn:
    """An answer that is none: whether the call was taken is not known."""
    raise Garbled("platform: an answer that cannot be read", unknown=True)
