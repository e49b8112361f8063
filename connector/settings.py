"""The settings (``contract.md`` section 3), and the only reader of the environment.

Each name can also be given as ``NAME_FILE``, the path of a file that holds the value. Whatever is missing or wrong
is told at once, in one error that names settings and never shows a value.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Final, TypeVar, cast

from environs import FileAwareEnv

from connector import values
from connector.domain.errors import Refused
from connector.values import ElemeApp, MeituanApp

__all__ = ["ElemeApp", "MeituanApp", "Settings", "SettingsError", "load"]

#: Where platforms register, the built-in ones like anybody else's: classes with ``from_settings(settings, shelf)``.
PLATFORMS: Final = "waimai_bridge.platforms"
_BUILT_IN: Final = frozenset({"eleme", "meituan"})
ELEME_PRODUCTION: Final = "https://open-api.shop.ele.me"
MEITUAN_PRODUCTION: Final = "https://waimaiopen.meituan.com"

_NO_APPS: Final[tuple[MeituanApp, ...]] = ()
_NO_URLS: Final[tuple[str, ...]] = ()

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
class Settings:
    """All settings; what is secret, or holds a secret, is left out of ``repr``.

    ``database_url`` is in SQLAlchemy's form for psycopg 3, ``odoo_hook_key`` the decoded key of
    ``ODOO_HOOK_SECRET``, ``cancel_window`` in seconds, addresses end without a slash. ``broker_name`` is the setting
    that ``broker_url`` stands in.
    """

    database_url: str = field(repr=False)
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
    broker_name: str = "REDIS_URL"


def load() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: with all missing and all wrong settings.
    """
    reader = _Reader()
    broker_name, broker_url = _broker(reader)
    meituan_apps = reader.optional("MEITUAN_APPS", values.meituan_apps, _NO_APPS)
    public_urls = reader.optional("PUBLIC_URL", values.web_addresses, _NO_URLS)
    reader.complain(_unregistered(meituan_apps, public_urls))
    settings = Settings(
        database_url=reader.required("DATABASE_URL", values.database),
        broker_url=broker_url,
        broker_name=broker_name,
        odoo_url=reader.required("ODOO_URL", values.web_address),
        odoo_db=reader.required("ODOO_DB", str),
        odoo_login=reader.required("ODOO_LOGIN", str),
        odoo_password=reader.required("ODOO_PASSWORD", str),
        odoo_hook_key=reader.required("ODOO_HOOK_SECRET", values.hook_key),
        eleme_apps=_eleme_apps(reader, meituan_apps),
        eleme_api_url=reader.optional("ELEME_API_URL", values.web_address, ELEME_PRODUCTION),
        meituan_apps=meituan_apps,
        meituan_api_url=reader.optional("MEITUAN_API_URL", values.web_address, MEITUAN_PRODUCTION),
        public_urls=public_urls,
        cancel_window=reader.optional("CANCEL_WINDOW_SECONDS", values.seconds, 60),
        queues=reader.optional("QUEUES", values.queues, 4),
    )
    reader.check()
    return settings


def _broker(reader: "_Reader") -> tuple[str, str]:
    """Where the bell rings: who names a broker of its own needs no other Redis."""
    own = reader.optional("BROKER_URL", values.redis, "")
    return ("BROKER_URL", own) if own != "" else ("REDIS_URL", reader.required("REDIS_URL", values.redis))


def _eleme_apps(reader: "_Reader", meituan_apps: tuple[MeituanApp, ...]) -> tuple[ElemeApp, ...]:
    """A merchant who is at Meituan alone, or only at a platform that a package has added, has none."""
    others = {entry.name for entry in entry_points(group=PLATFORMS)} - _BUILT_IN
    if meituan_apps == () and not others:
        return reader.required("ELEME_APPS", values.eleme_apps)
    return reader.optional("ELEME_APPS", values.eleme_apps, ())


def _unregistered(apps: tuple[MeituanApp, ...] | None, public_urls: tuple[str, ...] | None) -> str:
    """Applications whose pushes could not be verified: the address is part of what Meituan signs."""
    lost = [f"[{number}]" for number, app in enumerate(apps or ()) if not app.callback_urls]
    if not lost or public_urls != ():
        return ""
    places = ", ".join(lost)
    return f"MEITUAN_APPS{places} without callback_urls, and no PUBLIC_URL: pushes cannot be verified (缺少回调地址)"


def load_database_url() -> str:
    """What ``waimai migrate`` needs, and no secret besides.

    Raises:
        SettingsError: it is missing or wrong.
    """
    reader = _Reader()
    url = reader.required("DATABASE_URL", values.database)
    reader.check()
    return url


def load_eleme_apps() -> tuple[ElemeApp, ...]:
    """What the simulator needs to sign as the platform would.

    Raises:
        SettingsError: they are missing or wrong.
    """
    reader = _Reader()
    apps = reader.required("ELEME_APPS", values.eleme_apps)
    reader.check()
    return apps


def load_meituan_apps() -> tuple[MeituanApp, ...]:
    """The same for Meituan; none if it is not set up.

    Raises:
        SettingsError: they are wrong.
    """
    reader = _Reader()
    apps = reader.optional("MEITUAN_APPS", values.meituan_apps, _NO_APPS)
    reader.check()
    return apps


def load_odoo_url() -> str:
    """The address of Odoo alone, for a link to it; empty if it is not set.

    Raises:
        SettingsError: it is wrong.
    """
    reader = _Reader()
    url = reader.optional("ODOO_URL", values.web_address, "")
    reader.check()
    return url


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

    def complain(self, problem: str) -> None:
        """Add what only several settings together show; nothing if there is none."""
        self._wrong += [problem] if problem else []

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
        except values.Wrong as wrong:
            self._wrong.append(f"{name}{wrong}")
        return cast("_T", None)
