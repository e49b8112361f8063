"""``waimai doctor`` and ``/readyz`` with every service there: PostgreSQL, Redis, a real Odoo, and an open platform."""

import json
import socket
import threading

import pytest

from connector import settings
from connector.cli import main
from connector.services import build
from connector.web.plugin import create_app


@pytest.fixture
def environment(monkeypatch, engine, database_url, redis_server, odoo):
    """A complete environment; the platform is a port that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as platform:
        values = {
            **odoo.settings(),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_server.url,
            "ELEME_APPS": json.dumps([{"app_id": 1, "key": "k", "secret": "s"}]),
            "ELEME_API_URL": f"http://127.0.0.1:{platform.getsockname()[1]}",
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield monkeypatch


def test_doctor_finds_all_well_but_what_is_not_set_up_in_odoo(environment, capsys):
    main(["doctor"])
    lines = [line for line in capsys.readouterr().out.splitlines() if "store" not in line]
    assert len(lines) == 7
    assert all(line.startswith("✓") for line in lines), lines


def test_doctor_tells_a_wrong_password_at_odoo(environment, capsys):
    environment.setenv("ODOO_PASSWORD", "wrong-word")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "✗ odoo: Odoo: the login is refused" in out
    assert "wrong-word" not in out


def test_readyz_is_ok_when_everything_is_there(environment):
    services = build(settings.load())
    client = create_app(services).test_client()
    turn = threading.Event()
    for _ in range(60):  # a busy machine may be too slow at first, and that is what it says then
        answer = client.get("/readyz")
        if answer.status_code == 200:
            break
        turn.wait(1.1)
    services.close()
    assert answer.get_json() == {"status": "ok", "database": "ok", "redis": "ok", "odoo": "ok"}
