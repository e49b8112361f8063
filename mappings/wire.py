"""Reading JSON that strangers send: exact, bounded, and with one kind of failure.

Python's own reader takes ``NaN`` for a number and answers rubbish with several exceptions; here it is
:class:`~connector.domain.errors.Unreadable` each time, in words that repeat nothing that was sent.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from connector.domain.errors import Unreadable


class Digits(str):
    """A JSON number, kept as the characters it was written with."""

    __slots__ = ()


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not JSON")


def read_exact(raw: bytes | str) -> object:
    """JSON with every number as :class:`Digits`: what signatures are computed over.

    >>> read_exact('{"userId": 363866000000000663, "x": 1.50}')
    {'userId': '363866000000000663', 'x': '1.50'}

    Raises:
        Unreadable: not UTF-8, not JSON, nested too deep, ``NaN`` or ``Infinity``.
    """
    return _read(raw, Digits, Digits)


def read(raw: bytes | str) -> object:
    """JSON with whole numbers as ``int`` and others as :class:`~decimal.Decimal`.

    Raises:
        Unreadable: as :func:`read_exact`, and numbers of absurd length.
    """
    return _read(raw, int, Decimal)


def _read(raw: bytes | str, whole: type, broken: type) -> object:
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        return json.loads(text, parse_int=whole, parse_float=broken, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except (
        ValueError,
        ArithmeticError,
    ):  # UnicodeDecodeError, JSONDecodeError and int's digit limit are ValueErrors
        raise Unreadable("not JSON in UTF-8") from None


def storable(text: str) -> str:
    """Text as a database takes it: no NUL, and half a character (an emoji that was cut in two) is a question mark.

    >>> storable("好" + chr(0) + chr(0xD83D))
    '好?'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def plain(value: Any) -> Any:  # noqa: ANN401 - somebody else's JSON
    """Decimals as text, which every field reads as well: nothing becomes a binary double on the way."""
    if isinstance(value, Mapping):
        return {storable(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        return storable(value)
    return value if value is None or isinstance(value, int) else str(value)


def write(value: object) -> str:
    """Compact JSON: members in their order, nothing escaped that need not be.

    >>> write({"备注": "a/b", "n": [1, None]})
    '{"备注":"a/b","n":[1,null]}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
