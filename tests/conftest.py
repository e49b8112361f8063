"""Fixtures of the real services; see `tests/stack.py`."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from bench.demo.world import World, as_found
from tests import stack as services
from tests.flows.play import Play
from tests.flows.system import ORIGINAL_STORES, QUICK_STORES, running_system

pytest.register_assert_rewrite("tests.contracts.platform")
# How long an example takes tells of the machine, not of what is tested.
settings.register_profile("waimai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waimai")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A test that was skipped has proved nothing: the run fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    """The running product, one for the whole run: tests use orders of their own."""
    with running_system(tmp_path_factory.mktemp("logs")) as system:
        yield system


@pytest.fixture(scope="session")
def world(system):
    """The chain in Odoo and on the platform."""
    made = World.of({**system.env, "ODOO_URL": system.odoo.url})
    made.set_up()
    made.kitchen.set_up({}, [], QUICK_STORES, cancel_window=0)
    made.kitchen.set_up({}, [], ORIGINAL_STORES, cancel_window=0, price_mode="original")
    yield made
    made.close()


@pytest.fixture
def shop(system, world):
    """The quick shop of Ele.me, played by a test; whatever the test broke is whole again afterwards."""
    yield from _played(system, world, "eleme")


@pytest.fixture
def meituan(system, world):
    """That of Meituan."""
    yield from _played(system, world, "meituan")


@pytest.fixture(params=["eleme", "meituan"])
def anywhere(request, system, world):
    """Those of both platforms, one after the other."""
    yield from _played(system, world, request.param)


def _played(system, world, platform):
    with as_found(world.simulator):
        yield Play(system, world, platform)
        system.proxy.away, system.proxy.failing = False, 0
