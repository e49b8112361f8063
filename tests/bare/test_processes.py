"""Programs in the background are started once, told apart from others, and ended for good."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from bare import places, processes
from bare.places import Home
from bare.processes import Process
from bare.report import Trouble

SERVE = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "CACHE", tmp_path)
    place = Home(name="stack")
    yield place
    for name in processes.names(place):
        processes.stop(name, place)


def server(port: int, **env: str) -> Process:
    argv = [sys.executable, "-c", SERVE, str(port)]
    return Process(name="server", argv=argv, env=env, ready=lambda: processes.port_open(port))


def test_a_program_is_started_once_and_ended(home):
    port = processes.free_port()
    assert processes.start(server(port), home)
    pid = processes.running("server", home)
    assert not processes.start(server(port), home)
    assert processes.running("server", home) == pid
    assert processes.stop("server", home)
    assert not processes.port_open(port)
    assert not processes.stop("server", home)


def test_a_program_with_another_environment_is_started_anew(home):
    port = processes.free_port()
    processes.start(server(port), home)
    pid = processes.running("server", home)
    assert processes.start(server(port, COLOUR="red"), home)
    assert processes.running("server", home) not in {None, pid}


def test_a_program_that_was_gone_at_once_does_not_run(home):
    (home.run / "server.pid").write_text(json.dumps({"pid": 2**22 + 1, "started": None, "signal": 15}))
    assert processes.running("server", home) is None


def test_the_pid_of_somebody_elses_program_is_not_ours(home):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        note = {"pid": stranger.pid, "started": 1, "signal": 15}
        (home.run / "server.pid").write_text(json.dumps(note))
        assert processes.running("server", home) is None
        assert not processes.stop("server", home)
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_a_program_that_ends_is_told_with_its_last_words(home):
    process = Process(name="server", argv=[sys.executable, "-c", "raise SystemExit('no luck')"], ready=lambda: False)
    with pytest.raises(Trouble, match=r"server ended: .*no luck.*server\.log"):
        processes.start(process, home)


def test_a_program_that_never_serves_is_told(home):
    process = Process(name="server", argv=["sleep", "600"], ready=lambda: False, ready_seconds=0)
    with pytest.raises(Trouble, match="does not answer"):
        processes.start(process, home)


def test_an_answer_of_somebody_else_is_not_taken_for_ours(home):
    with socket.create_server((processes.LOOPBACK, 0)) as other, pytest.raises(Trouble, match="server ended"):
        processes.start(settled(server(other.getsockname()[1])), home)


def settled(process: Process) -> Process:
    """The same, asked only after the program has had the time to fail."""
    asked: list[bool] = []

    def ready() -> bool:
        asked.append(True)
        return len(asked) > 20 and process.ready()

    return Process(name=process.name, argv=process.argv, ready=ready)


def test_a_program_that_does_not_listen_to_signals_is_killed(home, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('deaf', 'w'); time.sleep(600)"
    process = Process(name="server", argv=[sys.executable, "-c", deaf], ready=(home.run / "deaf").exists)
    processes.start(process, home)
    assert processes.stop("server", home)


def test_what_a_killed_program_left_running_is_ended_before_its_port_is_claimed(home):
    port = processes.free_port()
    begun = f"subprocess.Popen([sys.executable, '-c', {SERVE!r}, '{port}'])"
    child = f"import subprocess, sys, time; {begun}; time.sleep(600)"
    argv = [sys.executable, "-c", child]
    processes.start(Process(name="server", argv=argv, ready=lambda: processes.port_open(port)), home)
    pid = processes.running("server", home)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert processes.port_open(port)
    processes.claim_port("WEB_PORT", port, "server", home)
    assert not processes.port_open(port)


def test_a_taken_port_names_the_variable_that_moves_ours(home):
    with socket.create_server((processes.LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=rf"port {port} is taken.*WEB_PORT"):
            processes.claim_port("WEB_PORT", port, "web", home)


def test_a_port_that_we_hold_ourselves_is_not_taken(home):
    port = processes.free_port()
    processes.start(server(port), home)
    processes.claim_port("WEB_PORT", port, "server", home)


def test_pid_files_and_logs_are_for_the_owner_alone(home):
    processes.start(server(processes.free_port()), home)
    assert (home.run / "server.pid").stat().st_mode & 0o077 == 0
    assert home.logs.stat().st_mode & 0o077 == 0


def test_a_secret_replaces_an_older_one_without_a_trace(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old and longer")
    places.write_secret(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_digest_tells_where_its_parts_end():
    assert places.digest("ab", "c") != places.digest("a", "bc")
    assert places.digest("ab", b"c") == places.digest(b"ab", "c")
