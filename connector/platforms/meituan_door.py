"""Meituan's pushes at the door: parameters, the application that signed them, and which kind of push it is.

``meituan.md`` sections 2 and 3. A push is form fields in the body, in the query, or in both; there is no envelope.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_plus

from connector.domain.errors import BadSignature, Unreadable
from connector.domain.order import OrderRef, StoreRef
from connector.platforms.signing import verify_meituan_push
from connector.ports import Envelope, Hook
from connector.settings import MeituanApp
from mappings.meituan_kinds import KINDS, kind_of, order_of, shop_of
from mappings.wire import storable, write

ROUTE: Final = "/hooks/meituan"
#: More parameters than any push has; a request with more is not looked at any further.
_MOST: Final = 1_000


class Door:
    """The merchant's applications, and the addresses that are registered for them.

    Args:
        apps: the applications; a push must be signed by the one that it names.
        public_urls: what stands before :data:`ROUTE` in the registered addresses.
    """

    def __init__(self, apps: Sequence[MeituanApp], public_urls: Sequence[str]) -> None:
        self._apps = {app.app_id: app for app in apps}
        self._bases = tuple(public_urls)

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a push; a request without any parameter is the connection test.

        Raises:
            BadSignature: unsigned, wrongly signed, or of an application that is not ours.
            Unreadable: the parameters cannot be told apart.
        """
        params = _params(hook)
        if not params:
            return None
        app = self._apps.get(params.get("app_id", ""))
        if app is None:
            raise BadSignature("an application that is not ours")
        route = _route(hook.path)
        signed = verify_meituan_push(params, self._registered(app, route), app.secrets)
        return _envelope(signed, route or kind_of(signed))

    def _registered(self, app: MeituanApp, route: str) -> Iterator[str]:
        """The addresses of ``meituan.md`` 2.3: from the settings alone, never from the request."""
        path = f"{ROUTE}/{route}" if route else ROUTE
        for base in self._bases:
            yield f"{base}{path}"
            yield f"{base}{path}/"
        yield from app.callback_urls


def _route(path: str) -> str:
    """The part of the path that names the kind of push; empty for the address of all kinds."""
    last = path.rstrip("/").rpartition("/")[2]
    return last if last in KINDS else ""


def _params(hook: Hook) -> dict[str, str]:
    """Query and body merged, decoded once."""
    try:
        texts = (hook.query.encode("latin-1").decode(), hook.body.decode())
    except UnicodeError:
        raise Unreadable("not a form in UTF-8") from None
    pieces = [piece for text in texts for piece in text.strip().split("&") if piece]
    if len(pieces) > _MOST:
        raise Unreadable("too many parameters")
    params: dict[str, str] = {}
    for piece in pieces:
        name, _, value = piece.partition("=")
        key = _decoded(name)
        if params.setdefault(key, _decoded(value)) != _decoded(value):
            raise Unreadable("a parameter with two values")
    return params


def _decoded(text: str) -> str:
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeError:
        raise Unreadable("not UTF-8") from None


def _envelope(params: Mapping[str, str], kind: str) -> Envelope:
    told = dict(sorted(params.items()))
    number = storable(order_of(told))
    return Envelope(
        source="meituan",
        lane=StoreRef(f"meituan:{storable(shop_of(told))}"),
        digest=hashlib.sha256(write(told).encode()).hexdigest(),
        body=write({"kind": kind, "params": told}).encode(),
        order=OrderRef(f"meituan:{number}") if number else None,
    )
