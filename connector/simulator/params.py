"""Reads the parameters of a call; what is missing or of the wrong kind is `VALIDATION_FAILED`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import VALIDATION_FAILED, PlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping


def _invalid(name: str) -> PlatformError:
    return PlatformError(VALIDATION_FAILED, f"参数 {name} 不正确")


def text(params: Mapping[str, object], name: str, default: str | None = None) -> str:
    """A string; a number is not taken for one, as order ids are text."""
    value = params.get(name, default)
    if not isinstance(value, str):
        raise _invalid(name)
    return value


def word(params: Mapping[str, object], name: str, words: tuple[str, ...]) -> str:
    """One of the words of an enumeration."""
    value = text(params, name)
    if value not in words:
        raise _invalid(name)
    return value


def integer(params: Mapping[str, object], name: str, default: int | None = None) -> int:
    """An integer; booleans, doubles and digits in quotes are refused."""
    value = params.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(name)
    return value


def between(params: Mapping[str, object], name: str, low: int, high: int) -> int:
    """An integer from `low` to `high`, both included."""
    value = integer(params, name)
    if not low <= value <= high:
        raise _invalid(name)
    return value


def texts(params: Mapping[str, object], name: str) -> list[str]:
    """A list of strings."""
    value = params.get(name)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _invalid(name)
    return value


def rows(params: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """A list of objects, empty if the name is absent."""
    value = params.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _invalid(name)
    return value
