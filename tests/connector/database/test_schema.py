import threading

import psycopg
import pytest
import sqlalchemy.exc
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url

from connector.database.engine import build_engine, migrate, ping
from connector.database.errors import translation
from connector.database.tables import METADATA
from connector.domain.errors import Refused, Unavailable


def test_the_migrations_lead_to_the_tables_that_the_code_uses(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_partial_indexes_are_those_of_the_tables(engine):
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%%WHERE%%'"
        ).all()
    declared = {index.name for table in METADATA.sorted_tables for index in table.indexes}
    partial = {name for name, _ in rows}
    assert partial == declared - {"ix_outbox_order", "ix_orders_day"}


def test_several_processes_may_migrate_at_once(database_url):
    failures = []

    def run():
        try:
            migrate(database_url)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_that_is_away_is_unavailable(unused_tcp_port):
    engine = build_engine(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none")
    with pytest.raises(Unavailable):
        ping(engine)
    with pytest.raises(Unavailable):
        migrate(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none")


def test_a_database_that_answers_is_fine(engine):
    ping(engine)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"password": "secret-word"}, "the login or its password is refused"),
        ({"database": "no_such_database"}, "the server has no such database"),
        ({"port": 1}, "no server answers"),
        ({"host": "/nowhere/at/all", "port": None}, "no server answers"),
    ],
)
def test_why_no_connection_is_made_is_told_in_words(database_url, part, words):
    url = make_url(database_url).set(**part)
    if "host" in part:
        url = url.set(host=None, query={"host": part["host"]})
    engine = build_engine(url.render_as_string(hide_password=False))
    with pytest.raises(Unavailable, match=words) as failure:
        ping(engine)
    engine.dispose()
    assert "secret-word" not in str(failure.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('致命错误:  用户 "waimai" Password 认证失败', "用户名或密码被拒绝"),
        ('致命错误:  数据库 "waimai" 不存在', "数据库不存在"),
        ("connection failed: 拒绝连接", "无应答"),
        ("server does not support SSL, but SSL was required", "OperationalError"),
    ],
)
def test_a_server_that_speaks_chinese_is_understood_as_well(text, words):
    assert words in str(translation(psycopg.OperationalError(text)))


def _tree(base):
    return [base, *(found for child in base.__subclasses__() for found in _tree(child))]


LATER = {"OperationalError", "InterfaceError", "InternalError"}


@pytest.mark.parametrize("kind", _tree(psycopg.Error), ids=lambda kind: kind.__name__)
def test_every_failure_of_the_driver_is_translated(kind):
    later = any(parent.__name__ in LATER for parent in kind.__mro__)
    assert isinstance(translation(kind()), Unavailable if later else Refused)


@pytest.mark.parametrize("kind", _tree(sqlalchemy.exc.DBAPIError), ids=lambda kind: kind.__name__)
def test_every_wrapped_failure_is_translated(kind):
    ours = translation(kind("SELECT 1", None, psycopg.Error("the row says 13800000000")))
    assert isinstance(ours, Unavailable if kind.__name__ in LATER else Refused)
    assert "138" not in str(ours)


@pytest.mark.parametrize("kind", _tree(sqlalchemy.exc.SQLAlchemyError), ids=lambda kind: kind.__name__)
def test_no_failure_of_the_toolkit_is_without_a_row(kind):
    assert isinstance(translation(kind.__new__(kind)), (Unavailable, Refused))
