"""Signatures of the platform (page 1.2 and 4.3), sharing no code with the connector.

A request is signed over the *parsed* body, each value serialised again; a push over its top-level members,
the `message` text as it is. Both are upper-case hexadecimal MD5 over UTF-8 with the secret at the end.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from connector.simulator.units import compact

if TYPE_CHECKING:
    from collections.abc import Mapping


def _digest(text: str) -> str:
    # A lone surrogate can be written in JSON but not in UTF-8: replaced, so that it never signs rightly.
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()


def request_text(
    action: str, token: str, metas: Mapping[str, object], params: Mapping[str, object], secret: str
) -> str:
    """The text that a request's signature is made from: action, token, sorted `key=json` pairs, secret."""
    signed = {**metas, **params}
    pairs = "".join(f"{key}={compact(signed[key])}" for key in sorted(signed))
    return f"{action}{token}{pairs}{secret}"


def sign_request(
    action: str, token: str, metas: Mapping[str, object], params: Mapping[str, object], secret: str
) -> str:
    """The signature of a call, 32 upper-case hexadecimal digits."""
    return _digest(request_text(action, token, metas, params, secret))


def push_text(envelope: Mapping[str, object], secret: str) -> str:
    """The text that a push's signature is made from: sorted `key=value` pairs without `signature`, secret."""
    pairs = "".join(
        f"{key}={value if isinstance(value, str) else compact(value)}"
        for key, value in sorted(envelope.items())
        if key != "signature"
    )
    return f"{pairs}{secret}"


def sign_push(envelope: Mapping[str, object], secret: str) -> str:
    """The signature of a push, 32 upper-case hexadecimal digits."""
    return _digest(push_text(envelope, secret))


def same(given: object, right: str) -> bool:
    """Compares in constant time; lower case is taken too."""
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(given.upper().encode("utf-8", "replace"), right.encode())
