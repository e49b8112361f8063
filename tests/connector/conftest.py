"""A real PostgreSQL and a real Redis: a fresh database per session, emptied before each test that asks for it."""

import uuid

import psycopg
import pytest

from connector.database.engine import build_engine, migrate
from connector.database.journal import Journal
from connector.database.tables import METADATA
from connector.vault import Vault
from tests import servers


@pytest.fixture(scope="session")
def database_url():
    admin, name = servers.postgres_url(), f"test_{uuid.uuid4().hex}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = f"{admin.rsplit('/', 1)[0]}/{name}"
    migrate(url)
    yield url
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
    return servers.free_port()
