"""`sig` and the encodings of the wire (platform page 2), sharing no code with the connector."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNSIGNED = ("sig", "img_data")


def base_text(url: str, params: Mapping[str, str], secret: str) -> str:
    """What is signed: the address without query, all parameters by name with their plain values, the secret."""
    pairs = "&".join(f"{name}={params[name]}" for name in sorted(params) if name not in UNSIGNED)
    return f"{url}?{pairs}{secret}"


def sign(url: str, params: Mapping[str, str], secret: str) -> str:
    """The signature, 32 lower-case hexadecimal digits; empty values count, `sig` itself does not."""
    text = base_text(url, params, secret)
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def same(given: str, right: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(given.lower().encode("utf-8", "replace"), right.encode())


def encode(text: str) -> str:
    """URL encoding as Java's encoder does it: a blank is `+`, `*-._` stay.

    >>> encode("a b*~测")
    'a+b*%7E%E6%B5%8B'
    """
    return quote_plus(text, safe="*").replace("~", "%7E")


def form(pairs: Iterable[tuple[str, str]], times: int) -> str:
    """A form body (or query); `times` says how often each value is encoded, names need none.

    >>> form([("detail", "[1]")], 2)
    'detail=%255B1%255D'
    """
    return "&".join(f"{name}={encode(value) if times == 1 else encode(encode(value))}" for name, value in pairs)
