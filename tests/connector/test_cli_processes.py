"""``waimai work`` and ``waimai sweep`` as they are run, with a real database and Redis; Odoo is away."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from connector.database.tables import INBOX

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def environment(database_url: str, redis_url: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ODOO_URL": f"http://127.0.0.1:{port}",
        "ODOO_DB": "none",
        "ODOO_LOGIN": "bot",
        "ODOO_PASSWORD": "invented",
        "ODOO_HOOK_SECRET": "whsec_aW52ZW50ZWQ=",
        "ELEME_APPS": json.dumps([{"app_id": 10000001, "key": "k", "secret": "s"}]),
    }


@pytest.fixture
def start(tmp_path, database_url, redis_server, unused_tcp_port):
    """Start a command; all that it started has ended when the test has."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        env = environment(database_url, redis_server.url, unused_tcp_port)
        command = [sys.executable, "-m", "connector.cli", *arguments]
        with (tmp_path / arguments[0]).open("wb") as log:
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield begin
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        finally:
            process.wait(PATIENCE)


def until(condition: Callable[[], object], process: subprocess.Popen[bytes], log: Path):
    turn = threading.Event()
    for _ in range(int(PATIENCE * 20)):
        if condition():
            return
        assert process.poll() is None, log.read_text()
        turn.wait(0.05)
    pytest.fail(log.read_text())


def add_event(engine, digest: str) -> Callable[[], bool]:
    """Put an event of a shop that nobody knows into the inbox; whether a worker has found that out."""
    row = {
        "source": "eleme",
        "digest": digest,
        "lane": "eleme:155000001",
        "order_ref": "eleme:3040000000000000398",
        "received_at": int(time.time() * 1000) - 5_000,
        "body": b"\x00{}",
    }
    with engine.begin() as connection:
        number = connection.execute(insert(INBOX).returning(INBOX.c.id), [row]).scalar()

    def seen() -> bool:
        with engine.connect() as connection:
            return connection.execute(select(INBOX.c.state).where(INBOX.c.id == number)).scalar() != "pending"

    return seen


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_waits_is_rung_by_the_sweep_and_worked_off_and_again_after_the_workers_were_killed(
    start, engine, tmp_path
):
    sweep, work = start("sweep"), start("work", "-p", "1", "-t", "2")
    until(add_event(engine, "one"), work, tmp_path / "work")
    (dramatiq,) = children(work.pid)
    for victim in [*children(dramatiq), dramatiq]:
        os.kill(victim, signal.SIGKILL)
    until(add_event(engine, "two"), work, tmp_path / "work")
    assert children(work.pid) != [dramatiq]
    for process in (sweep, work):
        process.send_signal(signal.SIGTERM)
    assert [sweep.wait(PATIENCE), work.wait(PATIENCE)] == [0, 0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sweep_ends_in_peace_even_while_odoo_is_away(start, engine, tmp_path, number):
    log = tmp_path / "sweep"
    sweep = start("sweep")
    until(lambda: "sweep_failed" in log.read_text(), sweep, log)
    sweep.send_signal(number)
    assert sweep.wait(PATIENCE) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["event"] for line in lines} == {"sweep_failed"}


def test_serve_refuses_an_address_where_another_program_listens(start, tmp_path):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as our own server does
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert start("serve", "--port", str(port)).wait(PATIENCE) == 1
    assert f"127.0.0.1:{port} cannot be listened at" in (tmp_path / "serve").read_text()
