"""Calling a platform over HTTP: the client, and the one table of what its failures mean to us."""

from typing import Final

import httpx

from connector.domain.errors import Unavailable

#: Failures before anything was sent: the call has certainly not been taken.
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for one platform; the network is an argument."""
    return httpx.Client(transport=transport, timeout=_TIMEOUT, follow_redirects=False)


def unavailable(error: httpx.HTTPError) -> Unavailable:
    """What a failure of the transport means: every one is worth another try, few are certain not to have arrived."""
    return Unavailable(f"platform: {type(error).__name__}", unknown=not isinstance(error, NOT_SENT))
