"""Redis: the machine's own if it has one, else Debian's unpacked privately. One server per stack, nothing on disk."""

import os
import shutil
import subprocess
from pathlib import Path

from . import apt
from .places import REDIS_ROOT, Home, alone, write_secret
from .processes import LOOPBACK, Process, free_port, port_open, running, start
from .report import Trouble

NAME = "redis"


def setup() -> None:
    """See to it that there is a Redis server."""
    with alone("redis"):
        if shutil.which("redis-server") or (REDIS_ROOT / "complete").exists():
            return
        shutil.rmtree(REDIS_ROOT, ignore_errors=True)
        names = apt.of_this_machine("redis", ["redis-server"], REDIS_ROOT)
        (REDIS_ROOT / "complete").write_text("\n".join(names))


def up(home: Home) -> str:
    """Start the server of a stack.

    Returns:
        Its address.
    """
    note = home.run / "redis.port"
    if running(NAME, home) is None:
        write_secret(note, str(free_port()))
    return start_at(int(note.read_text()), home)


def start_at(port: int, home: Home) -> str:
    """Start the server of a stack at a port that is known already.

    Returns:
        Its address.
    """
    command = [_program(), "--port", str(port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no"]
    command += ["--dir", str(home.run), "--maxmemory-policy", "noeviction", "--protected-mode", "yes"]
    start(Process(name=NAME, argv=command, env=_environment(), ready=lambda: port_open(port)), home)
    return f"redis://{LOOPBACK}:{port}/0"


def libraries(root: Path) -> str:
    """Every folder of a private root that holds a shared library, for `LD_LIBRARY_PATH`."""
    folders = sorted({str(path.parent) for path in root.rglob("*.so*")})
    return os.pathsep.join(folders)


def _program() -> str:
    program = shutil.which("redis-server") or str(REDIS_ROOT / "usr/bin/redis-server")
    found = subprocess.run(
        [program, "--version"], check=False, capture_output=True, env={**os.environ, **_environment()}
    )
    if found.returncode:
        raise Trouble(f"{program} does not start: {found.stderr.decode().strip()}")
    return program


def _environment() -> dict[str, str]:
    return {} if shutil.which("redis-server") else {"LD_LIBRARY_PATH": libraries(REDIS_ROOT)}
