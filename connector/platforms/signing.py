"""The platforms' signatures, signing and verifying side by side.

Ele.me (饿了么): a push is signed over its decoded top-level members (``eleme.md`` 1.2), a call over its
``metas`` and ``params`` as JSON (``eleme.md`` 4.3); both end in the upper-case MD5 that the platform fixes.
"""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import md5

from connector.domain.errors import BadSignature, Unreadable
from mappings.wire import Digits, write


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
