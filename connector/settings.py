"""The settings (``contract.md`` section 3), and the only reader of the environment.

Each name can also be given as ``NAME_FILE``, the path of a file that holds the value. Whatever is missing or wrong
is told at once, in one error that names settings and never shows a value.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

from environs import FileAwareEnv

from connector.domain.errors import Refused

ELEME_PRODUCTION: Final = "https://open-api.shop.ele.me"
MEITUAN_PRODUCTION: Final = "https://waimaiopen.meituan.com"
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the mark of a Standard Webhooks secret, not one
_QUEUES_MOST: Final = 64

_T = TypeVar("_T")


class SettingsError(Refused):
    """The environment does not allow a start; the text names every setting that must be looked at."""

    def __init__(self, missing: Iterable[str], wrong: Iterable[str]) -> None:
        self.missing = tuple(missing)
        self.wrong = tuple(wrong)
        lines = ["waimai-bridge cannot start: settings 无法启动，请检查设置"]
        if self.missing:
            lines.append(f"  missing or empty 缺少: {' '.join(self.missing)}")
        lines += [f"  wrong 有误: {problem}" for problem in self.wrong]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, kw_only=True, slots=True)
class ElemeApp:
    """An application at Ele.me; all secrets are accepted on pushes, the first one signs calls."""

    app_id: str
    key: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeituanApp:
    """An application at Meituan, with the addresses registered there besides ``PUBLIC_URL``."""

    app_id: str
    secrets: tuple[str, ...] = field(repr=False)
    callback_urls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All settings; what is secret, or holds a secret, is left out of ``repr``.

    ``database_url`` is in SQLAlchemy's form for psycopg 3, ``odoo_hook_key`` the decoded key of
    ``ODOO_HOOK_SECRET``, ``cancel_window`` in seconds, addresses end without a slash.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    odoo_url: str
    odoo_db: str
    odoo_login: str
    odoo_password: str = field(repr=False)
    odoo_hook_key: bytes = field(repr=False)
    eleme_apps: tuple[ElemeApp, ...]
    eleme_api_url: str = ELEME_PRODUCTION
    meituan_apps: tuple[MeituanApp, ...] = ()
    meituan_api_url: str = MEITUAN_PRODUCTION
    public_urls: tuple[str, ...] = ()
    cancel_window: int = 60
    queues: int = 4


def load() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: with all missing and all wrong settings.
    """
    reader = _Reader()
    redis_url = reader.required("REDIS_URL", _redis)
    settings = Settings(
        database_url=reader.required("DATABASE_URL", _database),
        redis_url=redis_url,
        broker_url=reader.optional("BROKER_URL", _redis, redis_url),
        odoo_url=reader.required("ODOO_URL", _web_address),
        odoo_db=reader.required("ODOO_DB", str),
        odoo_login=reader.required("ODOO_LOGIN", str),
        odoo_password=reader.required("ODOO_PASSWORD", str),
        odoo_hook_key=reader.required("ODOO_HOOK_SECRET", _hook_key),
        eleme_apps=reader.required("ELEME_APPS", _eleme_apps),
        eleme_api_url=reader.optional("ELEME_API_URL", _web_address, ELEME_PRODUCTION),
        meituan_apps=reader.optional("MEITUAN_APPS", _meituan_apps, ()),
        meituan_api_url=reader.optional("MEITUAN_API_URL", _web_address, MEITUAN_PRODUCTION),
        public_urls=reader.optional("PUBLIC_URL", _web_addresses, ()),
        cancel_window=reader.optional("CANCEL_WINDOW_SECONDS", _seconds, 60),
        queues=reader.optional("QUEUES", _queues, 4),
    )
    reader.check()
    return settings


def load_database_url() -> str:
    """What ``waimai migrate`` needs, and no secret besides.

    Raises:
        SettingsError: it is missing or wrong.
    """
    reader = _Reader()
    url = reader.required("DATABASE_URL", _database)
    reader.check()
    return url


def load_eleme_apps() -> tuple[ElemeApp, ...]:
    """What the simulator needs to sign as the platform would.

    Raises:
        SettingsError: they are missing or wrong.
    """
    reader = _Reader()
    apps = reader.required("ELEME_APPS", _eleme_apps)
    reader.check()
    return apps


class _Wrong(Exception):  # noqa: N818 - private, never leaves this module
    """Why a value is no good; begins with a space or with the place inside the value, and never holds the value."""


class _Reader:
    """Reads one setting after another and collects what is wrong instead of stopping at the first.

    A setting that failed gives ``None``, which nobody reads, since :meth:`check` raises then.
    """

    def __init__(self) -> None:
        self._env = FileAwareEnv(strip_whitespace=True)
        self._missing: list[str] = []
        self._wrong: list[str] = []

    def required(self, name: str, parse: Callable[[str], _T]) -> _T:
        text = self._text(name)
        if text == "":
            self._missing.append(name)
        return self._parsed(name, text, parse) if text else cast("_T", None)

    def optional(self, name: str, parse: Callable[[str], _T], default: _T) -> _T:
        text = self._text(name)
        return self._parsed(name, text, parse) if text else default

    def check(self) -> None:
        if self._missing or self._wrong:
            raise SettingsError(self._missing, self._wrong)

    def _text(self, name: str) -> str | None:
        try:
            return str(self._env.str(name, "")).strip()
        except (ValueError, OSError):  # environs: the file is not there, not readable, not text
            self._wrong.append(f"{name}_FILE cannot be read 文件无法读取")
            return None

    def _parsed(self, name: str, text: str, parse: Callable[[str], _T]) -> _T:
        try:
            return parse(text)
        except _Wrong as wrong:
            self._wrong.append(f"{name}{wrong}")
        return cast("_T", None)


def _bad(why: str) -> NoReturn:
    raise _Wrong(why) from None


def _database(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not mark or not rest:
        _bad(" must begin with postgresql:// (应以 postgresql:// 开头)")
    return f"postgresql+psycopg://{rest}"


def _redis(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    if scheme not in {"redis", "rediss", "unix"} or not mark or not rest:
        _bad(" must begin with redis://, rediss:// or unix:// (应以此开头)")
    return text


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        _bad(" must be an http(s) address (应为 http(s) 地址)")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        _bad(" must be an http(s) address (应为 http(s) 地址)")
    return text.rstrip("/")


def _web_addresses(text: str) -> tuple[str, ...]:
    return tuple(_web_address(part.strip()) for part in text.split(",") if part.strip())


def _hook_key(text: str) -> bytes:
    if not text.startswith(_SECRET_PREFIX):
        _bad(" must begin with whsec_ (应以 whsec_ 开头)")
    try:
        key = base64.b64decode(text.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        _bad(" must be whsec_ + base64 (应为 whsec_ 加 base64)")
    return key or _bad(" has an empty key (密钥为空)")


def _seconds(text: str) -> int:
    return _whole(text, 0, 24 * 3600)


def _queues(text: str) -> int:
    return _whole(text, 1, _QUEUES_MOST)


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(most)) + 3) or not least <= int(text) <= most:
        _bad(f" must be a whole number from {least} to {most} (应为 {least} 到 {most} 的整数)")
    return int(text)


def _eleme_apps(text: str) -> tuple[ElemeApp, ...]:
    apps = tuple(
        ElemeApp(app_id=_identifier(app, place), key=_member(app, place, "key"), secrets=_secrets(app, place))
        for place, app in _objects(text)
    )
    return _distinct(apps)


def _meituan_apps(text: str) -> tuple[MeituanApp, ...]:
    apps = tuple(
        MeituanApp(app_id=_identifier(app, place), secrets=_secrets(app, place), callback_urls=_callbacks(app, place))
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
    value = app.get("app_id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _member(app, place, "app_id")


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
    return tuple(value)
