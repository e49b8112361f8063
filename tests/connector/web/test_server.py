"""``waimai serve`` as it is run: granian, two processes, a real database; Redis and Odoo are away."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connector.database.tables import INBOX
from tests.connector.web.conftest import APP, SECRET, signed

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0
HOOK = "/hooks/eleme"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(database_url: str) -> dict[str, str]:
    nowhere = f"127.0.0.1:{free_port()}"
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://{nowhere}/0",
        "ODOO_URL": f"http://{nowhere}",
        "ODOO_DB": "none",
        "ODOO_LOGIN": "bot",
        "ODOO_PASSWORD": "invented",
        "ODOO_HOOK_SECRET": "whsec_aW52ZW50ZWQ=",
        "ELEME_APPS": json.dumps([{"app_id": APP, "key": "k", "secret": SECRET}]),
    }


class Server:
    """The command in a process of its own; everything it writes is kept."""

    def __init__(self, folder: Path, env: dict[str, str]):
        self.port = free_port()
        self.log = folder / "log"
        env = {**env, "TMPDIR": str(folder)}  # a server that is killed leaves the files of its figures behind
        command = [sys.executable, "-m", "connector.cli", "serve", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)

    def ask(self, method: str, path: str, body=None, *, chunked: bool = False) -> tuple[int, bytes]:
        """One request on a connection of its own, so that it may reach either process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, encode_chunked=chunked)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait(self):
        turn = threading.Event()
        for _ in range(int(PATIENCE * 20)):
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                turn.wait(0.05)
        pytest.fail(self.log.read_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory, session_engine, database_url):
    one = Server(tmp_path_factory.mktemp("serve"), environment(database_url))
    try:
        one.wait()
        yield one
    finally:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait(PATIENCE)


def chunks(body: bytes):
    """A body whose length nobody is told."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


def count(engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(INBOX))


def test_a_push_is_stored_while_redis_is_away(server, engine):
    assert server.ask("POST", HOOK, signed()) == (200, b'{"message":"ok"}')
    assert count(engine) == 1


def test_a_body_without_a_length_is_read_whole(server, engine):
    body = signed(extra="x" * 100_000)
    assert server.ask("POST", HOOK, chunks(body), chunked=True) == (200, b'{"message":"ok"}')
    assert count(engine) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_300_kib_is_refused_and_the_server_lives_on(server, engine, chunked):
    body = signed(extra="x" * 300 * 1024)
    assert server.ask("POST", HOOK, chunks(body) if chunked else body, chunked=chunked) == (413, b'{"message":"error"}')
    assert server.ask("GET", HOOK)[0] == 200
    assert count(engine) == 0


def test_many_at_once_are_all_stored_once_and_repeats_get_the_same_answer(server, engine):
    bodies = [signed(message=json.dumps({"orderId": str(number)})) for number in range(150)] * 2
    with ThreadPoolExecutor(24) as pool:
        answers = set(pool.map(lambda body: server.ask("POST", HOOK, body), bodies))
    assert answers == {(200, b'{"message":"ok"}')}
    assert count(engine) == 150


def test_the_figures_of_both_processes_are_added_up(server, engine):
    def checks() -> float:
        page = server.ask("GET", "/metrics")[1].decode()
        lines = [line for line in page.splitlines() if line.startswith("waimai_received_total") and '"check"' in line]
        return sum(float(line.split()[-1]) for line in lines)

    before = checks()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: server.ask("GET", HOOK), range(40)))
    assert {checks() for _ in range(12)} == {before + 40}


def test_readyz_names_what_is_away(server):
    status, body = server.ask("GET", "/readyz")
    assert status == 503
    assert json.loads(body) == {
        "status": "unavailable",
        "database": "ok",
        "redis": "unavailable",
        "odoo": "unavailable",
    }


def test_a_termination_ends_the_server_in_peace_and_its_log_is_json(tmp_path, session_engine, database_url):
    one = Server(tmp_path, environment(database_url))
    one.wait()
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(PATIENCE) == 0
    events = [json.loads(line)["event"] for line in one.log.read_text().splitlines()]
    assert any("Listening at" in event for event in events)


def test_a_missing_setting_ends_the_start_with_its_name(tmp_path, database_url):
    env = environment(database_url)
    del env["ODOO_PASSWORD"]
    one = Server(tmp_path, env)
    assert one.process.wait(PATIENCE) == 2
    assert "ODOO_PASSWORD" in one.log.read_text()


def test_what_was_answered_before_the_server_was_killed_is_stored(tmp_path, engine, database_url):
    one = Server(tmp_path, environment(database_url))
    one.wait()
    answered, enough = [], threading.Event()

    def sender(name: int):
        for number in range(10_000):
            order = f"{name}{number:05}"
            try:
                status, _ = one.ask("POST", HOOK, signed(message=json.dumps({"orderId": order})))
            except (OSError, http.client.HTTPException):
                return
            if status == 200:
                answered.append(f"eleme:{order}")
            if len(answered) >= 200:
                enough.set()

    with ThreadPoolExecutor(12) as pool:
        for name in range(1, 13):
            pool.submit(sender, name)
        assert enough.wait(PATIENCE)
        os.killpg(one.process.pid, signal.SIGKILL)
    one.process.wait(PATIENCE)
    with engine.connect() as connection:
        stored = set(connection.execute(select(INBOX.c.order_ref)).scalars())
    assert set(answered) <= stored
