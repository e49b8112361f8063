"""A real PostgreSQL and a real Redis: a database per session, emptied before each test that asks for it."""

import logging
import socket

import pytest

from connector.database.engine import build_engine, migrate
from connector.database.journal import Journal
from connector.database.tables import METADATA
from connector.vault import Vault
from tests.doubles import World
from tests.stack import fresh_postgres_database


@pytest.fixture(autouse=True)
def _logging_is_put_back():
    """Commands configure it for their process, which here goes on."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def database_url():
    with fresh_postgres_database() as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def session_engine(database_url):
    engine = build_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(session_engine):
    names = ", ".join(table.name for table in METADATA.sorted_tables)
    with session_engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
    return session_engine


@pytest.fixture
def journal(engine):
    return Journal(engine, Vault())


@pytest.fixture
def unused_tcp_port():
    """A port of the loopback at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def world(journal):
    """A bridge with one shop of an invented platform over a real database."""
    made = World(journal)
    made.open_shop()
    return made
