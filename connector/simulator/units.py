"""Money, time and JSON as the platforms write them (platform pages).

Inside the simulator money is integer fen and time integer milliseconds since 1970 UTC; this file is where
both become what stands on the wire: yuan as JSON doubles, local text in GMT+8, whole seconds.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import NoReturn

CHINA = timezone(timedelta(hours=8))
SECOND = 1000
NO_TIME = "1970-01-01T08:00:00"


def yuan(fen: int) -> float:
    """Fen as yuan; `fen / 100` is the double nearest to the decimal, so its shortest text is exact.

    >>> yuan(2680)
    26.8
    """
    return fen / 100


def minus(fen: int) -> float:
    """What a discount of `fen` (0 or more) looks like: negative, and `-0.0` for none, as in captures.

    >>> minus(1400), minus(0)
    (-14.0, -0.0)
    """
    return -(fen / 100)


def seconds(at: int) -> int:
    """Milliseconds cut to whole seconds."""
    return at // SECOND


def local(at: int) -> str:
    """Business time: `yyyy-MM-dd'T'HH:mm:ss`, GMT+8, no zone.

    >>> local(1556077338934)
    '2019-04-24T11:42:18'
    """
    return datetime.fromtimestamp(seconds(at), CHINA).strftime("%Y-%m-%dT%H:%M:%S")


def day(at: int) -> str:
    """The business day in China, `yyyy-MM-dd`."""
    return local(at)[:10]


def compact(value: object) -> str:
    """JSON without blanks and without escapes, members in the order in which they stand.

    >>> compact({"名": [1, 2.5, None, True]})
    '{"名":[1,2.5,null,true]}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parse(raw: bytes | str) -> object:
    """JSON with exact integers; `ValueError` for anything else, `NaN` and bottomless nesting included."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(raw, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
