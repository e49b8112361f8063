"""The services that tests are given are real and their own."""

import os
import subprocess

import psycopg
import pytest
import redis
from bare import postgres, sessions

from tests import stack as services


def test_a_fresh_database_is_empty_and_gone_afterwards():
    with services.fresh_postgres_database() as url, psycopg.connect(url) as connection:
        name, user = connection.execute("SELECT current_database(), current_user").fetchone()
        assert user == "waimai"
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    with services.fresh_postgres_database() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone() == (0,)


def test_a_redis_can_go_and_come_back_at_the_same_address():
    with services.fresh_redis() as server:
        client = redis.Redis.from_url(server.url)
        client.set("key", "value")
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.get("key") is None
        client.close()


@pytest.mark.parametrize("value", ["plain", "it's", "back\\slash", "two\nlines", ":'value' \"x\" 外卖"])
def test_a_value_reaches_postgresql_as_it_is(value):
    sessions.home()
    same = "SELECT :'value' = convert_from(decode(:'hex', 'hex'), 'UTF8')"
    assert postgres.sql(same, value=value, hex=value.encode().hex()) == [["t"]]


def test_each_redis_is_another():
    with services.fresh_redis() as one, services.fresh_redis() as other:
        assert one.url != other.url


def test_chromium_starts():
    command = [services.chromium_program(), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.startswith("Chromium ")
