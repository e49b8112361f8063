"""The values that settings have: each parser takes text, and says what is wrong without showing it."""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeVar
from urllib.parse import parse_qsl, urlsplit

_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the mark of a Standard Webhooks secret, not one
_QUEUES_MOST: Final = 64
_RATE_MOST: Final = 1000
_DIGITS_MOST: Final = 19
_PORTS: Final = range(1, 1 << 16)
#: What SQLAlchemy takes apart: user and password up to an @, host, port, database, options.
_DATABASE: Final = re.compile(
    r"(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]+)?(?::(?P<port>[0-9]{1,5}))?(?:/[^?]*)?(?:\?.*)?"
)
_REDIS_PATH: Final = re.compile(r"/?[0-9]*")
_SOCKET_PATH: Final = re.compile(r"/[^@]+")
_WHOLE_OPTIONS: Final = ("db", "max_connections", "health_check_interval", "protocol", "socket_read_size")
_REDIS_OPTIONS: Final = {
    **dict.fromkeys(_WHOLE_OPTIONS, re.compile(r"[0-9]+")),
    **dict.fromkeys(("socket_timeout", "socket_connect_timeout", "timeout"), re.compile(r"[0-9]+(\.[0-9]+)?")),
}
_ADDRESS: Final = (
    " cannot be taken apart as an address: is the port a number, are @ : / ? # % in the password percent-encoded"
    " (地址格式有误：端口应为数字，密码中的特殊字符须百分号编码)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ElemeApp:
    """An application at Ele.me; all secrets are accepted on pushes, the first one signs calls."""

    app_id: str
    key: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeituanApp:
    """An application at Meituan, with the addresses registered there besides ``PUBLIC_URL``.

    ``calls_per_second`` is for each path: the platform names no figure (``meituan.md`` 7.2).
    """

    app_id: str
    secrets: tuple[str, ...] = field(repr=False)
    callback_urls: tuple[str, ...] = ()
    calls_per_second: int = 10


class Wrong(Exception):  # noqa: N818 - caught by the reader of the settings alone
    """Why a value is no good; begins with a space or with the place inside the value, and never holds the value."""


def _bad(why: str) -> NoReturn:
    raise Wrong(why) from None


def database(text: str) -> str:
    """PostgreSQL, through psycopg 3."""
    scheme, mark, rest = text.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not mark or not rest:
        _bad(" must begin with postgresql:// (应以 postgresql:// 开头)")
    found = _DATABASE.fullmatch(rest)
    if found is None or int(found["port"] or 1) not in _PORTS:
        _bad(_ADDRESS)
    return f"postgresql+psycopg://{rest}"


def redis(text: str) -> str:
    """Redis, for the bell."""
    scheme, mark, rest = text.partition("://")
    if scheme not in {"redis", "rediss", "unix"} or not mark or not rest:
        _bad(
            " must begin with redis://, rediss:// or unix://: one Redis is all that is supported so far,"
            " neither RabbitMQ (amqp://) nor Sentinel (应以此开头；目前仅支持单个 Redis，暂不支持 RabbitMQ 与 Sentinel)"
        )
    try:
        parts = urlsplit(text)
        port = parts.port if scheme != "unix" else None
    except ValueError:
        _bad(_ADDRESS)
    # A password that was cut at one of its characters leaves no host, or something odd behind it.
    paths = _SOCKET_PATH if scheme == "unix" else _REDIS_PATH
    whole = (scheme == "unix" or parts.hostname) and paths.fullmatch(parts.path) and not parts.fragment
    options = all(
        _REDIS_OPTIONS[name].fullmatch(value) for name, value in parse_qsl(parts.query) if name in _REDIS_OPTIONS
    )
    return text if whole and options and port != 0 else _bad(_ADDRESS)


def web_address(text: str) -> str:
    """An http(s) address, without a slash at its end."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        _bad(" must be an http(s) address (应为 http(s) 地址)")
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        _bad(" must be an http(s) address (应为 http(s) 地址)")
    return text.rstrip("/")


def web_addresses(text: str) -> tuple[str, ...]:
    """Several of them, with commas between."""
    return tuple(web_address(part.strip()) for part in text.split(",") if part.strip())


def hook_key(text: str) -> bytes:
    """The key of a Standard Webhooks secret."""
    if not text.startswith(_SECRET_PREFIX):
        _bad(" must begin with whsec_ (应以 whsec_ 开头)")
    try:
        key = base64.b64decode(text.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        _bad(" must be whsec_ + base64 (应为 whsec_ 加 base64)")
    return key or _bad(" has an empty key (密钥为空)")


def seconds(text: str) -> int:
    """Up to a day."""
    return _whole(text, 0, 24 * 3600)


def queues(text: str) -> int:
    """How many queues the stores are spread over."""
    return _whole(text, 1, _QUEUES_MOST)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(most)) + 3) or not least <= int(text) <= most:
        _bad(f" must be a whole number from {least} to {most} (应为 {least} 到 {most} 的整数)")
    return int(text)


def eleme_apps(text: str) -> tuple[ElemeApp, ...]:
    """``ELEME_APPS``."""
    apps = tuple(
        ElemeApp(app_id=_identifier(app, place), key=_member(app, place, "key"), secrets=_secrets(app, place))
        for place, app in _objects(text)
    )
    return _distinct(apps)


def meituan_apps(text: str) -> tuple[MeituanApp, ...]:
    """``MEITUAN_APPS``."""
    apps = tuple(
        MeituanApp(
            app_id=_identifier(app, place),
            secrets=_secrets(app, place),
            callback_urls=_callbacks(app, place),
            calls_per_second=_rate(app, place),
        )
        for place, app in _objects(text)
    )
    return _distinct(apps)


_App = TypeVar("_App", ElemeApp, MeituanApp)


def _distinct(apps: tuple[_App, ...]) -> tuple[_App, ...]:
    if len({app.app_id for app in apps}) < len(apps):
        _bad(" names the same app_id twice (app_id 重复)")
    return apps or _bad(" is an empty list (列表为空)")


def _objects(text: str) -> list[tuple[str, dict[str, object]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        _bad(" is not JSON (不是 JSON)")
    if not isinstance(found, list) or not all(isinstance(app, dict) for app in found):
        _bad(" must be a list of objects (应为对象列表)")
    return [(f"[{number}]", app) for number, app in enumerate(found)]


def _identifier(app: dict[str, object], place: str) -> str:
    """Both platforms' are numbers; calls and the simulator send them as such."""
    value = app.get("app_id")
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _member(app, place, "app_id")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MOST):
        _bad(f"{place}.app_id must be digits only (应为纯数字)")
    return text


def _member(app: dict[str, object], place: str, name: str) -> str:
    value = app.get(name)
    if not isinstance(value, str) or not value.strip():
        _bad(f"{place}.{name} is missing or empty (缺少)")
    return value.strip()


def _secrets(app: dict[str, object], place: str) -> tuple[str, ...]:
    value = app.get("secret")
    if isinstance(value, list) and value:
        return tuple(_member({"secret": secret}, place, "secret") for secret in value)
    return (_member(app, place, "secret"),)


def _callbacks(app: dict[str, object], place: str) -> tuple[str, ...]:
    value = app.get("callback_urls", [])
    if not isinstance(value, list) or not all(isinstance(url, str) for url in value):
        _bad(f"{place}.callback_urls must be a list of addresses (应为地址列表)")
    for number, url in enumerate(value):
        try:
            web_address(url.strip())
        except Wrong as wrong:
            _bad(f"{place}.callback_urls[{number}]{wrong}")
    return tuple(url.strip() for url in value)  # as registered, a slash at the end included


def _rate(app: dict[str, object], place: str) -> int:
    value = app.get("calls_per_second", 10)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _RATE_MOST:
        _bad(f"{place}.calls_per_second must be a whole number from 1 to {_RATE_MOST} (应为 1 到 {_RATE_MOST} 的整数)")
    return value
