"""The supervisor as it is run: a process of its own, with signals and a child that misbehaves."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0

RUN = """
import os, sys
from connector.commands.supervisor import Supervisor
command = [sys.executable, sys.argv[1]]
sys.exit(Supervisor(command, dict(os.environ), grace=float(sys.argv[2]), pauses=(0.01, 0.02)).run())
"""
#: A child that notes its start, then lives until SIGTERM and notes how often that came.
PATIENT = """
import os, signal, sys, time
def note(word):
    with open(os.environ["NOTES"], "a") as notes: notes.write(f"{word} {os.getpid()}\\n")
def end(*_):
    note("told")
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
signal.signal(signal.SIGTERM, end)
note("started")
while True: signal.pause()
"""
CRASHING = PATIENT.replace(
    "while True:", "if open(os.environ['NOTES']).read().count('started') < 3: os._exit(9)\nwhile True:"
)
DEAF = PATIENT.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")


class Supervised:
    """A supervisor with one child program, and what the child noted."""

    def __init__(self, folder: Path, child: str, grace: float):
        self.notes = folder / "notes"
        self.notes.touch()
        (folder / "child.py").write_text(child)
        command = [sys.executable, "-c", RUN, str(folder / "child.py"), str(grace)]
        environment = {**os.environ, "NOTES": str(self.notes), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def noted(self, word: str) -> list[int]:
        """The pids of the children that noted this word."""
        return [int(line.split()[1]) for line in self.notes.read_text().splitlines() if line.startswith(word)]

    def wait_for(self, word: str, times: int):
        turn = threading.Event()
        for _ in range(int(PATIENCE * 100)):
            if len(self.noted(word)) >= times:
                return
            assert self.process.poll() is None, self.process.stderr.read()
            turn.wait(0.01)
        pytest.fail(f"{word} was noted {len(self.noted(word))} times")

    def ended(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def supervised(tmp_path):
    started: list[Supervised] = []

    def start(child: str, *, grace: float = PATIENCE) -> Supervised:
        started.append(Supervised(tmp_path, child, grace))
        return started[-1]

    yield start
    for one in started:
        for pid in one.noted("started"):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        one.process.kill()
        one.process.wait()
        one.process.stderr.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_child_that_ends_by_itself_is_started_again(supervised):
    one = supervised(CRASHING)
    one.wait_for("started", 3)
    one.process.send_signal(signal.SIGTERM)
    assert one.ended() == 0
    assert len(one.noted("started")) == 3


def test_a_child_that_is_killed_is_started_again(supervised):
    one = supervised(PATIENT)
    one.wait_for("started", 1)
    os.kill(one.noted("started")[0], signal.SIGKILL)
    one.wait_for("started", 2)
    one.process.send_signal(signal.SIGTERM)
    assert one.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_once_and_the_end_waited_for(supervised, number):
    one = supervised(PATIENT)
    one.wait_for("started", 1)
    one.process.send_signal(number)
    one.wait_for("told", 1)
    one.process.send_signal(number)
    assert one.ended() == 0
    assert len(one.noted("told")) == 1
    assert not alive(one.noted("started")[0])


def test_a_child_that_does_not_end_is_killed(supervised):
    one = supervised(DEAF, grace=0.2)
    one.wait_for("started", 1)
    one.process.send_signal(signal.SIGTERM)
    assert one.ended() == 1
    assert not alive(one.noted("started")[0])
