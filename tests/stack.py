"""Real services for tests: PostgreSQL, Redis, Odoo, Chromium; a missing one is an error, never a skip.

Each run has its own, so several runs and `make up` can go on beside each other.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "docker"))

from bare import chromium, odoo, postgres, sessions  # noqa: E402 - found by the line above
from bare.sessions import OdooDatabase, RunningOdoo, RunningRedis, addon_tests  # noqa: E402 - found by the line above

__all__ = [
    "OdooDatabase",
    "RunningOdoo",
    "RunningRedis",
    "addon_tests",
    "chromium_program",
    "fresh_odoo_database",
    "fresh_postgres_database",
    "fresh_product",
    "fresh_redis",
    "odoo_database",
    "odoo_sql",
    "playwright_driver",
    "shared_odoo",
    "with_addons",
]

_shared = ExitStack()
_odoo: list[RunningOdoo] = []


def odoo_sql(running: RunningOdoo, statement: str, **values: str) -> None:
    """Change a running Odoo's database behind its back, as nobody can through Odoo; values stand as `:'name'`."""
    postgres.sql(statement, running.server.database, **values)


def shared_odoo() -> RunningOdoo:
    """One Odoo for all tests that do not mind each other's records; made at the first call."""
    if not _odoo:
        _odoo.append(_shared.enter_context(fresh_odoo_database()))
    return _odoo[0]


def end() -> None:
    """End what was made for the whole run."""
    _odoo.clear()
    _shared.close()
    sessions.end()


@contextmanager
def fresh_postgres_database() -> Iterator[str]:
    """The address of an empty database, `postgresql://…`, on the server of `DATABASE_URL` if that is set."""
    with sessions.fresh_database(os.environ.get("DATABASE_URL", "")) as url:
        yield url


@contextmanager
def fresh_redis() -> Iterator[RunningRedis]:
    """A Redis server that nobody else uses; it can be stopped and started."""
    with sessions.fresh_redis() as redis:
        yield redis


@contextmanager
def fresh_odoo_database(*, connector_url: str = "", cron_threads: int = 0) -> Iterator[RunningOdoo]:
    """An Odoo server with the addon, on a database of its own; it can be stopped and started.

    Args:
        connector_url: Where the addon posts its commands.
        cron_threads: Scheduled actions at a time; none by default.
    """
    with sessions.fresh_odoo(connector_url=connector_url, cron_threads=cron_threads) as odoo:
        yield odoo


@contextmanager
def fresh_product(**settings: str) -> Iterator[dict[str, str]]:
    """The whole product (simulator, web, worker, sweep) with services of its own.

    Args:
        settings: Further settings, or other values for ours.

    Yields:
        Its settings, as `make up` writes them.
    """
    with sessions.fresh_product(**settings) as all_settings:
        yield all_settings


def playwright_driver() -> str:
    """The path of a program that starts Playwright's driver; a bare machine lacks a library that it needs."""
    sessions.home()
    return str(chromium.DRIVER)


@contextmanager
def odoo_database(*, addon: bool = True) -> Iterator[OdooDatabase]:
    """A database for one-off commands of Odoo's, with our addon as it stands now or without it."""
    with sessions.odoo_database(addon=addon) as database:
        yield database


def with_addons(folder: Path) -> str:
    """The option by which Odoo takes our addons from another folder."""
    return odoo.with_addons(folder)


def chromium_program() -> str:
    """The path of a Chromium that can write Chinese."""
    sessions.home()
    return chromium.program()
