"""Fields of other people's JSON, read leniently: a number may be text, ``null`` may stand for nothing.

What cannot be read is refused with the path of the field, never with its value.
"""

import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, NoReturn

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from connector.domain.errors import Refused, Unreadable
from connector.domain.money import Money, from_yuan
from connector.domain.order import Millis
from mappings.wire import read, storable

CHINA: Final = timezone(timedelta(hours=8))

T = typing.TypeVar("T")

#: No time that a platform tells is later: the year 5138, in milliseconds.
_LATEST: Final = 10**14
#: Epoch numbers above this are milliseconds, below it seconds: it is the year 5138 in seconds, 1973 in milliseconds.
_MILLISECONDS: Final = 10**11


class Lenient(Schema):
    """Unknown keys are ignored."""

    class Meta:
        """Marshmallow's own way to say it."""

        unknown = EXCLUDE


class _NullIsDefault(fields.Field[T]):
    """A field for which ``null`` and a missing key are the same, unless it is required."""

    def __init__(self, default: T, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own
        super().__init__(**({"load_default": default, **kwargs} if not kwargs.get("required") else kwargs))

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - marshmallow's own
        """``null`` and empty text are the default."""
        if (value is None or value == "") and not self.required:
            return typing.cast("T", self.load_default)
        return typing.cast("T", super().deserialize(value, *args, **kwargs))


class Text(_NullIsDefault[str]):
    """Text, or a number that is an id; ``null`` is empty."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own
        super().__init__("", **kwargs)

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError("text expected")
        return storable(str(value))


class Hint(Text):
    """Text on which nothing depends: of another type it is not told."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        told = isinstance(value, str | int) and not isinstance(value, bool)
        return super()._deserialize(value, *args, **kwargs) if told else ""


class Yuan(_NullIsDefault[Money]):
    """Yuan as a number or text, in fen."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own
        super().__init__(Money(0), **kwargs)

    def _deserialize(self, value: object, *_: object, **__: object) -> Money:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError("an amount of money expected")
        try:
            return from_yuan(value)
        except ValueError:
            raise ValidationError("not an amount of money") from None


class Count(_NullIsDefault[int]):
    """A whole number that fits a database's integer, also as text or ``2.0``."""

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **kwargs: Any) -> None:  # noqa: ANN401 - the same
        super().__init__(0, **kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        try:
            number = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
        except ArithmeticError:
            number = None
        if number is None or not number.is_finite() or number.copy_abs() > self.most or number % 1:
            raise ValidationError("a whole number expected")
        if number < self.least:
            raise ValidationError("too small a number")
        return int(number)


class ChinaTime(fields.Field["Millis | None"]):
    """``yyyy-MM-dd'T'HH:mm:ss`` without a zone, which is China's; rubbish, ``null`` and 1970 are "not told"."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own
        super().__init__(**{"load_default": None, "allow_none": True, **kwargs})

    def _deserialize(self, value: object, *_: object, **__: object) -> Millis | None:
        try:
            time = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            time = None
        if time is None:
            return None
        zoned = time if time.tzinfo else time.replace(tzinfo=CHINA)
        at = int(zoned.timestamp() * 1000)
        return Millis(at) if 0 < at < _LATEST else None


class Epoch(fields.Field["Millis | None"]):
    """Seconds or milliseconds since 1970, as a number or text; what cannot be a time is "not told"."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own
        super().__init__(**{"load_default": None, "allow_none": True, **kwargs})

    def _deserialize(self, value: object, *_: object, **__: object) -> Millis | None:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return None
        try:
            told = Decimal(value)
            number = int(told) if 0 < told < _LATEST else 0
        except ArithmeticError:
            return None
        if not number:
            return None
        return Millis(number if number > _MILLISECONDS else number * 1000)


class Json(fields.Field[Any]):
    """A list or an object that may stand as JSON text, as in Meituan's pushes; empty text and ``null`` are none."""

    def __init__(self, kind: type[list[Any]] | type[dict[str, Any]], **kwargs: Any) -> None:  # noqa: ANN401 - the same
        super().__init__(**{"load_default": kind, **kwargs})
        self.kind = kind

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - marshmallow's own
        """Nothing at all is an empty one."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.kind()
        return super().deserialize(value, *args, **kwargs)

    def _deserialize(self, value: object, *_: object, **__: object) -> object:
        try:
            found = read(value) if isinstance(value, str) else value
        except Unreadable:
            raise ValidationError("not JSON") from None
        if found is None:
            return self.kind()
        if not isinstance(found, self.kind):
            raise ValidationError("a list expected" if self.kind is list else "an object expected")
        return found


def iso(at: Millis | None) -> str | None:
    """A time as ISO 8601 in UTC, to the millisecond only where it has any.

    >>> iso(Millis(1556077338934)), iso(Millis(1556077338000)), iso(None)
    ('2019-04-24T03:42:18.934Z', '2019-04-24T03:42:18Z', None)
    """
    if at is None:
        return None
    time = datetime.fromtimestamp(at / 1000, UTC)
    precision = "milliseconds" if at % 1000 else "seconds"
    return time.isoformat(timespec=precision).replace("+00:00", "Z")


def load(schema: Schema, data: object, what: str) -> dict[str, Any]:
    """What a schema reads.

    Raises:
        Refused: with the path of each field that cannot be read, never its value.
    """
    if not isinstance(data, Mapping):
        raise Refused(f"{what}: an object expected")
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        _refuse(what, error)
    except RecursionError:
        raise Refused(f"{what}: nested too deep") from None
    return loaded


def _refuse(what: str, error: ValidationError) -> NoReturn:
    raise Refused(f"{what}: " + "; ".join(_paths(error.messages, ""))) from None


def _paths(messages: object, path: str) -> list[str]:
    if isinstance(messages, Mapping):
        return [
            each for key, inner in messages.items() for each in _paths(inner, f"{path}.{key}" if path else str(key))
        ]
    words = messages if isinstance(messages, list) else [messages]
    return [f"{path}: {' '.join(str(word) for word in words)}"]
