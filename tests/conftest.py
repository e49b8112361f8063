"""Fixtures of the real services; see `tests/stack.py`."""

from collections.abc import Iterator

import pytest

from tests import stack as services


@pytest.fixture(scope="session", autouse=True)
def _services_end_with_the_run() -> Iterator[None]:
    yield
    services.end()


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database for one module of tests."""
    with services.fresh_postgres_database() as url:
        yield url


@pytest.fixture(scope="module")
def redis_server() -> Iterator[services.RunningRedis]:
    """A Redis server for one module of tests."""
    with services.fresh_redis() as redis:
        yield redis


@pytest.fixture(scope="session")
def odoo() -> services.RunningOdoo:
    """One Odoo with the addon for the whole run."""
    return services.shared_odoo()
