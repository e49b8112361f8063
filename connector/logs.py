"""Logs: one JSON object per line, event names and keys, never payloads or personal data.

The rule of redaction stands here once. A member whose key has one of the words :data:`HIDDEN` is replaced at any
depth; text loses passwords inside addresses and what looks like a Chinese mobile number; an exception leaves its
class and the places it came through, since the texts of foreign exceptions repeat values (a database quotes the row).

Our own lines are cleaned before they leave here, whoever formats them afterwards: inside a foreign Flask application
they go the way of its other lines. How they look, and those of libraries, is up to :func:`configure`.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Final, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

HIDDEN: Final = frozenset(
    {
        "phone", "phones", "mobile", "tel", "name", "names", "address", "addresses", "secret", "secrets",
        "token", "tokens", "password", "passwords", "body", "message", "messages", "signature", "sig",
        "authorization", "cookie", "remark", "customer", "recipient",
    }
)  # fmt: skip
REDACTED: Final = "***"
#: Libraries whose own lines hold addresses with arguments, or whole calls.
_QUIET: Final = ("odoorpc", "httpx", "httpcore", "urllib3", "alembic", "granian.access")
_PLACES: Final = 6
_DEPTH: Final = 6
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_IN_TEXT: Final = re.compile(r"(?<=://)[^/@\s]*(?=@)|(?<![0-9A-Za-z])(?:\+?86)?1[3-9][0-9]{9}(?![0-9A-Za-z])")


def configure(*, debug: bool = False, stream: TextIO | None = None) -> None:
    """Send every log line of this process, ours and the libraries', as JSON to one stream (standard error)."""
    level = logging.DEBUG if debug else logging.INFO
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_first(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _brief_exception,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for library in _QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)


def get(name: str) -> FilteringBoundLogger:
    """A logger: ``get(__name__).info("stored", source="eleme", event_id=7)``.

    It cleans its lines itself and leaves levels and handlers to :mod:`logging`; what a host application has told
    structlog to do is neither heeded nor changed.
    """
    made = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            *_first(),
            _brief_exception,
            redact,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        context_class=dict,
        cache_logger_on_first_use=True,
    )
    return cast("FilteringBoundLogger", made)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Apply the rule of redaction to one line.

    >>> redact(None, "info", {"event": "stored", "rider": {"phone": "x"}, "access_token": "y", "lane": "eleme:1"})
    {'event': 'stored', 'rider': {'phone': '***'}, 'access_token': '***', 'lane': 'eleme:1'}
    """
    return {key: REDACTED if hidden(key) else _clean(value, _DEPTH) for key, value in event.items()}


def hidden(key: str) -> bool:
    """Whether a member of this key is replaced; ``riderPhone`` and ``rider_phone`` are both a phone."""
    return any(word.lower() in HIDDEN for word in _WORDS.findall(key))


def _clean(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _IN_TEXT.sub(REDACTED, value)
    if isinstance(value, (bytes, bytearray, memoryview)) or depth == 0:
        return REDACTED
    if isinstance(value, Mapping):
        return {str(key): REDACTED if hidden(str(key)) else _clean(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(inner, depth - 1) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return f"<{type(value).__qualname__}>"  # anything else is named by its class, since its repr may hold anything


def _first() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _brief_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn ``exc_info`` into the exception's class and the last places it came through."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
        event["places"] = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
    return event
