"""Where everything lies. Nothing outside the checkout, but for PostgreSQL's files when root starts it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from .report import step

ROOT = Path(__file__).resolve().parents[2]
BARE = ROOT / "docker" / "bare"
CACHE = ROOT / ".cache"
DOWNLOADS = CACHE / "downloads"
VENV = CACHE / "venv"
ODOO_VENV = CACHE / "odoo-venv"
ODOO_ROOT = CACHE / "odoo-root"
ODOO_DATA = CACHE / "odoo-data"
REDIS_ROOT = CACHE / "redis-root"
CHROMIUM_ROOT = CACHE / "chromium-root"
ADDONS = ROOT / "erp_bridge" / "addons"
ADDON = ADDONS / "waimai_bridge"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folder of one running stack: pid files, `env`, configuration, logs.

    The stack of `make up` and those of test runs differ only in their home, so that all can run at once.
    """

    name: str

    @property
    def run(self) -> Path:
        """Pid files, `env`, configuration; readable by the owner alone."""
        return private(CACHE / self.name)

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return private(CACHE / "logs" if self == MAIN else self.run / "logs")


MAIN = Home(name="run")


def private(folder: Path) -> Path:
    """Make a folder that only its owner can enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, at once or not at all."""
    private(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def digest(*parts: str | bytes) -> str:
    """Sixteen hex digits that change when any part does."""
    hashed = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        hashed.update(len(data).to_bytes(8, "big") + data)
    return hashed.hexdigest()[:16]


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one process of this checkout at a time do something, others wait."""
    with (private(CACHE) / f"{name}.lock").open("w") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            with step(f"another run has {name}: wait"):
                flock(file, LOCK_EX)
        yield
