"""Our own values as JSON in our own database: facts and documents, exactly as they were.

Fields that have their default value are left out, and unknown keys are ignored, so that rows of an older or newer
version can be read.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any

from connector.domain.documents import Document
from connector.domain.order import Fact


def dump_fact(fact: Fact) -> dict[str, Any]:
    """A fact as JSON-able values."""
    return typing.cast("dict[str, Any]", _dump(fact))


def load_fact(data: Mapping[str, Any]) -> Fact:
    """The fact that :func:`dump_fact` wrote."""
    return typing.cast("Fact", _loader(Fact)(data))


def dump_document(document: Document) -> dict[str, Any]:
    """A document as JSON-able values."""
    return typing.cast("dict[str, Any]", _dump(document))


def load_document(data: Mapping[str, Any]) -> Document:
    """The document that :func:`dump_document` wrote."""
    return typing.cast("Document", _loader(Document)(data))


def _dump(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _dump(inner)
            for field in dataclasses.fields(value)
            if (inner := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [_dump(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value


@cache
def _loader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type expression, whatever it is
    if isinstance(kind, typing.NewType):
        return _loader(kind.__supertype__)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_loader(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        inner = _loader(arguments[0])
        return lambda values: tuple(inner(value) for value in values)
    if origin in {types.UnionType, typing.Union}:
        (inner,) = [_loader(argument) for argument in arguments if argument is not types.NoneType]
        return lambda value: None if value is None else inner(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return lambda value: value


def _dataclass_loader(kind: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    loaders = {field.name: _loader(hints[field.name]) for field in dataclasses.fields(kind)}
    return lambda data: kind(**{name: loaders[name](value) for name, value in data.items() if name in loaders})
