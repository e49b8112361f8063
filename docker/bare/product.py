"""The product's own processes: one row each. `make up` starts them in this order and waits for each."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .places import ROOT, VENV, Home, digest
from .processes import Process, check, claim_port, http_ok, start, stop
from .report import Trouble, step

WAIMAI = VENV / "bin" / "waimai"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A process of the product.

    Attributes:
        name: Of its pid file and log.
        command: The arguments of `waimai`; `{NAME}` stands for a setting.
        ready: The address that answers 200 when it serves, settings as above; without one it is ready once it runs.
        port: The variable that moves its port, if it listens.
    """

    name: str
    command: Sequence[str]
    ready: str = ""
    port: str = ""


# The shops of the simulated platforms: the same three at each.
NAMES = ("小满面馆（人民路店）", "小满面馆（江滨店）", "小满面馆（大学城店）")
SHOPS = tuple(f"15500000{number}={name}" for number, name in enumerate(NAMES, 1))
MEITUAN_SHOPS = tuple(f"MT-200{number}={name}" for number, name in enumerate(NAMES, 1))
# What a row may name although the stack does not set it: how long customers of the simulated platform cancel unasked.
DEFAULTS = {"FREE_CANCEL_SECONDS": "60"}
FIRST = ("migrate",)  # commands that end, run before the processes
ROWS = (
    Row(
        name="simulator",
        command=(
            "simulate",
            *("--port", "{SIMULATOR_PORT}"),
            *("--push-url", "{WEB_URL}/hooks/eleme"),
            *("--meituan-push-url", "{WEB_URL}/hooks/meituan"),
            *("--free-cancel", "{FREE_CANCEL_SECONDS}"),
            *(part for shop in SHOPS for part in ("--shop", shop)),
            *(part for shop in MEITUAN_SHOPS for part in ("--meituan-shop", shop)),
        ),
        ready="{SIMULATOR_URL}/sim/pushes",
        port="SIMULATOR_PORT",
    ),
    Row(name="worker", command=("work",)),
    Row(name="sweep", command=("sweep",)),
    Row(name="web", command=("serve", "--port", "{WEB_PORT}"), ready="{WEB_URL}/readyz", port="WEB_PORT"),
)
PACKAGES = ("connector", "actors", "mappings", "erp_bridge")


def up(settings: Mapping[str, str], home: Home) -> None:
    """Start the product with the settings of a stack; what runs already with the same code and settings is left alone.

    Raises:
        Trouble: A command failed or a process does not get ready.
    """
    for name in FIRST:
        _run_first(name, settings)
    for row in ROWS:
        start(process(row, settings), home)
    for row in ROWS:  # those without an address may have ended meanwhile
        check(row.name, home)


def down(home: Home) -> list[str]:
    """End the product.

    Returns:
        The names of what was running.
    """
    return [row.name for row in reversed(ROWS) if stop(row.name, home)]


def process(row: Row, settings: Mapping[str, str]) -> Process:
    """A row with the settings of a stack."""
    values = {**DEFAULTS, **settings}
    address = row.ready.format_map(values)
    return Process(
        name=row.name,
        argv=[str(WAIMAI), *(part.format_map(values) for part in row.command)],
        env={**settings, "WAIMAI_SOURCE": _source()},  # so that `make up` starts it anew when the code has changed
        ready=lambda: not address or http_ok(address),
        cwd=ROOT,
    )


def claim_ports(ports: Mapping[str, int], home: Home) -> None:
    """See to it that the ports of the product are free or ours."""
    for row in ROWS:
        if row.port:
            claim_port(row.port, ports[row.port], row.name, home)


def _run_first(name: str, settings: Mapping[str, str]) -> None:
    with step(f"waimai {name}"):
        env = {**os.environ, **settings}
        done = subprocess.run([str(WAIMAI), name], capture_output=True, text=True, check=False, env=env, cwd=ROOT)
    if done.returncode:
        raise Trouble(f"`waimai {name}` failed: {' / '.join(done.stderr.strip().splitlines()[-3:])}")


def _source() -> str:
    """Changes with the product's code."""
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return digest(*(path.read_bytes() for path in files if "addons" not in path.parts))
