"""The platforms' signatures, signing and verifying side by side.

Ele.me (饿了么): a push is signed over its decoded top-level members (``eleme.md`` 1.2), a call over its
``metas`` and ``params`` as JSON (``eleme.md`` 4.3); both end in the upper-case MD5 that the platform fixes.

Meituan (美团外卖): calls and pushes alike are signed over the address and all decoded parameters (``meituan.md`` 2.1),
in lower-case MD5; a push may have been encoded once or twice on its way (2.3).
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5
from typing import Final
from urllib.parse import unquote_plus

from connector.domain.errors import BadSignature, Unreadable
from mappings.wire import Digits, write

#: What a value that was encoded a second time consists of, and what it has at least one of.
_ENCODED: Final = (re.compile(r"[A-Za-z0-9.*_+%-]*"), re.compile(r"%[0-9A-Fa-f]{2}"))


def _md5(text: str) -> str:
    try:
        return md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    except UnicodeEncodeError:
        raise Unreadable("text that is not Unicode") from None


def _pushed(value: object) -> str:
    """One member of a push as it is signed: text as it is, a number as its digits."""
    if isinstance(value, str):
        return value
    try:
        return write(_numbers_bare(value))
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except ValueError:
        raise Unreadable("a number beyond every double") from None


def _numbers_bare(value: object) -> object:
    """Give :class:`Digits` inside objects and lists back their number form."""
    if isinstance(value, Digits):
        return int(value) if value.lstrip("-").isdigit() and len(value) < 4000 else float(value)  # noqa: PLR2004 - int() reads that many
    if isinstance(value, Mapping):
        return {key: _numbers_bare(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers_bare(inner) for inner in value]
    return value


def sign_eleme_push(members: Mapping[str, object], secret: str) -> str:
    """The signature of a push of Ele.me.

    Args:
        members: the decoded body as :func:`mappings.wire.read_exact` gives it; ``signature`` is left out.
        secret: the application's secret.
    """
    pairs = (f"{key}={_pushed(value)}" for key, value in sorted(members.items()) if key != "signature")
    return _md5("".join(pairs) + secret)


def verify_eleme_push(members: Mapping[str, object], secrets: Iterable[str]) -> None:
    """Compare a push's ``signature`` with each secret, in constant time; lower case is accepted.

    Raises:
        BadSignature: missing, empty, or of none of the secrets.
    """
    given = members.get("signature")
    claimed = given.upper().encode(errors="replace") if isinstance(given, str) else b""
    matches = [hmac.compare_digest(sign_eleme_push(members, secret).encode(), claimed) for secret in secrets]
    if not any(matches):
        raise BadSignature("the signature of the push does not fit")


def sign_eleme_call(
    *, action: str, token: str, metas: Mapping[str, object], params: Mapping[str, object], secret: str
) -> str:
    """The signature of a call to Ele.me.

    Args:
        action: the call's name, ``eleme.order.getOrder``.
        token: the access token; empty for calls of the application itself.
        metas: ``app_key`` and ``timestamp``.
        params: the arguments, in the order in which the body holds them.
        secret: the application's secret.
    """
    pairs = (f"{key}={write(value)}" for key, value in sorted({**metas, **params}.items()))
    return _md5(action + token + "".join(pairs) + secret)


def sign_meituan(url: str, params: Mapping[str, str], secret: str) -> str:
    """The signature of a call to Meituan or of a push from it.

    Args:
        url: of a call the address without its query; of a push the callback address as it is registered there.
        params: all parameters, decoded; empty ones count, ``sig`` and ``img_data`` are left out.
        secret: the application's secret.
    """
    return _md5(f"{url}?{_joined(params)}{secret}").lower()


def verify_meituan_push(params: Mapping[str, str], urls: Iterable[str], secrets: Iterable[str]) -> dict[str, str]:
    """Find the decoding of a push that its ``sig`` is true of (``meituan.md`` 2.3).

    Args:
        params: the parameters of query and body, decoded once.
        urls: the addresses that may be registered; each is tried with both schemes.
        secrets: of the application that the push names.

    Returns:
        The parameters as they were signed, without ``sig``: these and no others are to be read.

    Raises:
        BadSignature: missing, empty, or of none of the addresses, decodings and secrets.
    """
    claimed = params.get("sig", "").lower().encode(errors="replace")
    known, tried = tuple(secrets), tuple(_both_schemes(urls))
    for decoded in _decodings({name: value for name, value in params.items() if name != "sig"}):
        text = _joined(decoded)
        made = (_md5(f"{url}?{text}{secret}").lower() for url in tried for secret in known)
        if any(hmac.compare_digest(sig.encode(), claimed) for sig in made):
            return decoded
    raise BadSignature("the signature of the push does not fit")


def _joined(params: Mapping[str, str]) -> str:
    signed = sorted((name, value) for name, value in params.items() if name not in {"sig", "img_data"})
    return "&".join(f"{name}={value}" for name, value in signed)


def _both_schemes(urls: Iterable[str]) -> Iterator[str]:
    """A proxy that ends TLS, or a careless registration: pushes were seen that only ``http://`` verifies."""
    for scheme, rest in dict.fromkeys((url.partition("://")[0], url.partition("://")[2]) for url in urls):
        yield f"{scheme}://{rest}"
        yield f"{'http' if scheme == 'https' else 'https'}://{rest}"


def _decodings(params: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What may have been signed, the likeliest first: as encoded twice where it looks so, all twice, all once."""
    tried: list[dict[str, str]] = []
    for again in (_looks_encoded, lambda _: True, lambda _: False):
        decoded = {name: _decoded(value) if again(value) else value for name, value in params.items()}
        if decoded not in tried:
            tried.append(decoded)
            yield decoded


def _looks_encoded(value: str) -> bool:
    alphabet, mark = _ENCODED
    return alphabet.fullmatch(value) is not None and mark.search(value) is not None


def _decoded(value: str) -> str:
    """A value decoded once more; left alone if that gives no text."""
    try:
        return unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        return value
