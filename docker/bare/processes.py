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

from .places import ROOT, Home, digest, write_secret
from .report import Trouble, step

STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
_children: dict[int, subprocess.Popen[bytes]] = {}  # of this process: who starts a program must take note of its end
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

    def wanted(self) -> int:
        """A number that changes with the command and its environment."""
        return int(digest(json.dumps([list(self.argv), sorted(self.env.items())])), 16)


def start(process: Process, home: Home) -> bool:
    """Start a program unless it runs, anew if it runs otherwise than it is wanted now, and wait until it serves.

    Returns:
        Whether it had to be started.

    Raises:
        Trouble: It ended, or does not serve in time; the last lines of its log are in the message.
    """
    noted = _noted(process.name, home)
    if noted and noted.get("wanted", process.wanted()) != process.wanted():
        stop(process.name, home)
    _bury(process.name, home)
    child = _spawn(process, home) if running(process.name, home) is None else None
    with step(f"{process.name}: start"):
        deadline = time.monotonic() + process.ready_seconds
        while True:
            ready = process.ready()
            gone = child.poll() is not None if child else running(process.name, home) is None
            if ready and not gone:  # another program may answer on the port of one that is gone
                return child is not None
            if gone or time.monotonic() > deadline:
                how = "ended" if gone else "does not answer"
                raise Trouble(f"{process.name} {how}: {_log_tail(process.name, home)}")
            time.sleep(POLL_SECONDS)


def running(name: str, home: Home) -> int | None:
    """The pid of a program that we started and that still runs."""
    noted = _noted(name, home)
    started = noted["started"] if noted else None  # none if it was gone before it could be looked at
    return noted["pid"] if noted and started is not None and started == kernel_start(noted["pid"]) else None


def check(name: str, home: Home) -> None:
    """See to it that a program which was started still runs.

    Raises:
        Trouble: It does not; the last lines of its log are in the message.
    """
    if running(name, home) is None:
        raise Trouble(f"{name} ended: {_log_tail(name, home)}")


def stop(name: str, home: Home) -> bool:
    """End a program that we started, with all that it started itself.

    Returns:
        Whether it was running.
    """
    noted, pid = _noted(name, home), running(name, home)
    if noted and pid:
        with step(f"{name}: stop"):
            os.kill(pid, noted["signal"])
            _wait_gone(noted, STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # what is left of it; it leads a session, so the group is its own
            _wait_gone(noted, STOP_SECONDS)
            if child := _children.pop(pid, None):
                child.wait()
    _bury(name, home)
    _pid_file(name, home).unlink(missing_ok=True)
    return pid is not None


def kernel_start(pid: int) -> int | None:
    """The start of a process in clock ticks since boot; None if it is gone or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


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
    _bury(name, home)
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
    user, group = process.user or (None, None)
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
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    _children[child.pid] = child
    noted = {"pid": child.pid, "started": kernel_start(child.pid), "signal": int(process.stop_signal)}
    noted["wanted"] = process.wanted()
    write_secret(_pid_file(process.name, home), json.dumps(noted))
    return child


def _noted(name: str, home: Home) -> dict[str, int] | None:
    try:
        return dict(json.loads(_pid_file(name, home).read_text()))
    except (OSError, ValueError):
        return None


def _bury(name: str, home: Home) -> None:
    """End what a program of ours that was killed has left running: it would hold the port, and do the work twice."""
    noted = _noted(name, home)
    if noted is None or kernel_start(noted["pid"]) is not None:
        return  # it runs, or the number was given to somebody else's program
    left = _session(noted["pid"], (ROOT, home.run))
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid, started in left.items():
        _wait_gone({"pid": pid, "started": started}, STOP_SECONDS)


def _session(leader: int, folders: Sequence[Path]) -> dict[int, int]:
    """The processes of a session that work in folders of ours, so that nobody else's are among them: pid to start."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            if session != leader or (started := kernel_start(int(entry.name))) is None:
                continue
            place = (entry / "cwd").readlink()
            if any(place.is_relative_to(folder.resolve()) for folder in folders):
                found[int(entry.name)] = started
    return found


def _wait_gone(noted: Mapping[str, int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while kernel_start(noted["pid"]) == noted["started"] and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _pid_file(name: str, home: Home) -> Path:
    return home.run / f"{name}.pid"


def _log_file(name: str, home: Home) -> Path:
    return home.logs / f"{name}.log"


def _log_tail(name: str, home: Home) -> str:
    lines = _log_file(name, home).read_text(errors="replace").splitlines()[-LOG_LINES:]
    return f"{' / '.join(lines)} (all of it: {_log_file(name, home)})"
