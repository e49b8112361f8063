"""The commands that need no service: ``waimai simulate`` as it is run, and ``waimai states``."""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from connector.cli import main
from connector.domain.diagram import states_md

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def simulate():
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> str:
        port = free_port()
        apps = json.dumps([{"app_id": 10000001, "key": "invented-key", "secret": ["newest", "older"]}])
        meituan = json.dumps([{"app_id": "900001", "secret": "invented", "callback_urls": []}])
        env = {**os.environ, "PYTHONPATH": str(ROOT), "ELEME_APPS": apps, "MEITUAN_APPS": meituan}
        env["ODOO_URL"] = "http://127.0.0.1:8069"
        command = [sys.executable, "-m", "connector.cli", "simulate", "--port", str(port), *arguments]
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL))
        turn = threading.Event()
        for _ in range(int(PATIENCE * 20)):
            assert started[-1].poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            turn.wait(0.05)
        raise TimeoutError(port)

    yield start
    for process in started:
        process.terminate()
        process.wait(PATIENCE)


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def test_the_simulated_platform_has_the_applications_of_the_environment_and_the_shops_of_the_command_line(simulate):
    page = read(simulate("--shop", "155000001=好味道", "--shop", "155000002") + "/")
    assert "好味道" in page
    assert "http://127.0.0.1:8069/odoo/waimai" in page
    assert "155000002" in page


def test_the_applications_can_stand_in_a_file(simulate, tmp_path):
    app = {"app_id": 7, "key": "k", "secret": "s", "shops": [{"id": 8, "name": "文件里的店"}]}
    (tmp_path / "apps.json").write_text(json.dumps([app]), encoding="utf-8")
    assert "文件里的店" in read(simulate("--apps", str(tmp_path / "apps.json")) + "/")


def test_both_platforms_are_simulated_by_one_process(simulate):
    shops = json.loads(read(simulate("--shop", "155000001=好味道", "--meituan-shop", "MT-2001=好味道") + "/sim/shops"))
    assert [(shop["id"], shop["platform"], shop["appId"]) for shop in shops] == [
        (155000001, "eleme", 10000001),
        ("MT-2001", "meituan", 900001),
    ]


def test_a_file_can_have_applications_of_both(simulate, tmp_path):
    meituan = {"app_id": 9, "secret": "s", "shops": [{"id": "MT-1", "name": "另一家"}]}
    (tmp_path / "apps.json").write_text(json.dumps({"meituan": [meituan]}), encoding="utf-8")
    (shop,) = json.loads(read(simulate("--apps", str(tmp_path / "apps.json")) + "/sim/shops"))
    assert (shop["id"], shop["platform"]) == ("MT-1", "meituan")


def test_a_shop_at_meituan_needs_an_application_there(monkeypatch, capsys):
    monkeypatch.setenv("ELEME_APPS", json.dumps([{"app_id": 1, "key": "k", "secret": "s"}]))
    monkeypatch.delenv("MEITUAN_APPS", raising=False)
    assert main(["simulate", "--meituan-shop", "MT-1=店"]) == 2
    assert "MEITUAN_APPS" in capsys.readouterr().err


def test_states_writes_the_page_of_states(tmp_path):
    assert main(["states", str(tmp_path / "STATES.md")]) == 0
    assert (tmp_path / "STATES.md").read_text(encoding="utf-8") == states_md()


@pytest.mark.parametrize("shop", ["x=Shop", "=Shop", ""])
def test_simulate_refuses_a_shop_without_a_number(monkeypatch, capsys, shop):
    monkeypatch.setenv("ELEME_APPS", json.dumps([{"app_id": 1, "key": "k", "secret": "s"}]))
    assert main(["simulate", "--shop", shop]) == 2
    assert "NUMBER=NAME" in capsys.readouterr().err


@pytest.mark.parametrize("written", ["[1]", "{", '[{"app_id": 1}]', '{"a": 1}'])
def test_simulate_refuses_a_file_that_is_no_list_of_applications(tmp_path, capsys, written):
    (tmp_path / "apps.json").write_text(written)
    assert main(["simulate", "--apps", str(tmp_path / "apps.json")]) == 2
    assert "apps.json" in capsys.readouterr().err
