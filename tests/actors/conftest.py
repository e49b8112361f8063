import pytest

from connector.database.engine import build_engine, migrate
from connector.database.tables import METADATA
from tests.actors.outside import Outside
from tests.stack import fresh_postgres_database


@pytest.fixture(scope="session")
def actors_database():
    with fresh_postgres_database() as url:
        migrate(url)
        yield url


@pytest.fixture
def outside(actors_database, redis_server):
    engine = build_engine(actors_database)
    names = ", ".join(table.name for table in METADATA.sorted_tables)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
    engine.dispose()
    world = Outside(actors_database, redis_server.url)
    world.redis.flushall()
    yield world
    world.close()
