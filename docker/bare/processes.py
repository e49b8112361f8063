"""Programs in the background: started once, found again by pid file, ended only if they are still the ones we started.

A pid file holds the pid and the time the kernel started it, so a pid that was given to somebody else's program since is
never signalled.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .places import Home, write_secret
from .report import Trouble, step

STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
LOG_LINES = 5
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Process:
    """A program that runs in the background.

    Attributes:
        name: Of its pid file and its log.
        argv: The command.
        env: Added to the environment.
        ready: Says whether it serves; `http_ok(url)` or `port_open(port)`, or anything without arguments.
        ready_seconds: How long it may take.
        user: A user and group number to become, for what refuses to run as root.
        stop_signal: What ends it gently.
        cwd: Where it runs.
    """

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    ready_seconds: float = 60.0
    user: tuple[int, int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    cwd: Path | None = None


def start(process: Process, home: Home) -> bool:
    """Start a program unless it runs, and wait until it serves.

    Returns:
        Whether it had to be started.

    Raises:
        Trouble: It ended, or does not serve in time; the last lines of its log are in the message.
    """
    pid = running(process.name, home)
    started = pid is None
    child = _spawn(process, home) if started else None
    with step(f"{process.name}: start"):
        deadline = time.monotonic() + process.ready_seconds
        while not process.ready():
            gone = child.poll() is not None if child else running(process.name, home) is None
            if gone or time.monotonic() > deadline:
                if child and gone:
                    _pid_file(process.name, home).unlink(missing_ok=True)
                raise Trouble(
                    f"{process.name} {'ended' if gone else 'does not answer'}: {_log_tail(process.name, home)}"
                )
            time.sleep(POLL_SECONDS)
    return started


def running(name: str, home: Home) -> int | None:
    """The pid of a program that we started and that still runs."""
    try:
        noted = json.loads(_pid_file(name, home).read_text())
    except (OSError, ValueError):
        return None
    if noted["started"] != _kernel_start(noted["pid"]):
        return None
    return int(noted["pid"])


def stop(name: str, home: Home, stop_signal: signal.Signals = signal.SIGTERM) -> bool:
    """End a program that we started, with all that it started itself.

    Returns:
        Whether it was running.
    """
    pid = running(name, home)
    if pid is not None:
        begun = _kernel_start(pid)
        with step(f"{name}: stop"):
            os.kill(pid, stop_signal)
            _wait_gone(pid, begun, STOP_SECONDS)
            if _kernel_start(pid) == begun:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)  # it leads a session of its own, so the group is its own
                _wait_gone(pid, begun, STOP_SECONDS)
    _pid_file(name, home).unlink(missing_ok=True)
    return pid is not None


def names(home: Home) -> list[str]:
    """The programs that have a pid file, running or not."""
    return sorted(path.stem for path in home.run.glob("*.pid"))


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def claim_port(variable: str, port: int, name: str, home: Home) -> None:
    """See to it that a fixed port is ours to use.

    Raises:
        Trouble: Somebody else listens there; names the variable that moves ours.
    """
    if running(name, home) is None and port_open(port):
        raise Trouble(f"port {port} is taken by another program: set {variable} to a free port, or end that program")


def port_open(port: int) -> bool:
    """Whether somebody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def http_ok(url: str) -> bool:
    """Whether an address answers 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (OSError, ValueError):
        return False


def _spawn(process: Process, home: Home) -> subprocess.Popen[bytes]:
    identity = {}
    if process.user:
        identity = {"user": process.user[0], "group": process.user[1], "extra_groups": []}
    log = _log_file(process.name, home)
    with log.open("ab") as output:
        output.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} start\n".encode())
        output.flush()
        child = subprocess.Popen(
            list(process.argv),
            env={**os.environ, "LC_ALL": "C.UTF-8", **process.env},
            cwd=process.cwd or home.run,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )
    write_secret(_pid_file(process.name, home), json.dumps({"pid": child.pid, "started": _kernel_start(child.pid)}))
    return child


def _kernel_start(pid: int) -> int | None:
    """The start of a process in clock ticks since boot; None if it is gone or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _wait_gone(pid: int, begun: int | None, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _kernel_start(pid) == begun and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _pid_file(name: str, home: Home) -> Path:
    return home.run / f"{name}.pid"


def _log_file(name: str, home: Home) -> Path:
    return home.logs / f"{name}.log"


def _log_tail(name: str, home: Home) -> str:
    lines = _log_file(name, home).read_text(errors="replace").splitlines()[-LOG_LINES:]
    return f"{' / '.join(lines)} (all of it: {_log_file(name, home)})"
