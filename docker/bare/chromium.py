"""Chromium with Chinese glyphs: the machine's own if it has one, else Debian's unpacked privately."""

import shutil
import subprocess
from pathlib import Path

from . import apt
from .places import CHROMIUM_ROOT, VENV, alone
from .redis import libraries
from .report import Trouble, step

LAUNCHER = CHROMIUM_ROOT / "chromium"
DRIVER = CHROMIUM_ROOT / "node"  # starts the program that Playwright steers browsers with
PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-dejavu-core", "libatomic1")  # the last is for that program


def setup() -> None:
    """See to it that there is a Chromium that can write Chinese."""
    with alone("chromium"):
        if LAUNCHER.exists() and DRIVER.exists():
            return
        shutil.rmtree(CHROMIUM_ROOT, ignore_errors=True)
        apt.of_this_machine("chromium", PACKAGES, CHROMIUM_ROOT)
        fonts = CHROMIUM_ROOT / "data" / "fonts"
        fonts.parent.mkdir()
        fonts.symlink_to("../usr/share/fonts")
        _write(DRIVER, driver(CHROMIUM_ROOT))
        _write(LAUNCHER, launcher(CHROMIUM_ROOT, shutil.which("chromium")))


def program() -> str:
    """The path of a program that starts Chromium."""
    return str(LAUNCHER)


def launcher(root: Path, machines_own: str | None) -> str:
    """The shell script that starts Chromium with the private root's libraries and fonts.

    Args:
        root: Where packages were unpacked; without a Chromium in it, the machine's is started.
        machines_own: The path of that one, if there is one.
    """
    unpacked = root / "usr/lib/chromium/chromium"
    lines = ["#!/bin/sh", f'export XDG_DATA_HOME="{root / "data"}"']
    if (root / "etc/fonts/fonts.conf").exists():  # the machine has none, and without it no font is found
        lines += [f'export FONTCONFIG_PATH="{root / "etc/fonts"}"']
    if unpacked.exists():
        lines += [f'export LD_LIBRARY_PATH="{libraries(root)}"']
    elif not machines_own:
        raise Trouble("apt says that chromium is installed, but there is none on the PATH")
    return "\n".join([*lines, f'exec "{unpacked if unpacked.exists() else machines_own}" "$@"', ""])


def driver(root: Path) -> str:
    """The shell script that starts Playwright's own Node.js with the private root's libraries.

    It is found when it is started: the environment it lies in may be made anew.
    """
    lines = ["#!/bin/sh"]
    if folders := libraries(root):
        lines += [f'export LD_LIBRARY_PATH="{folders}"']
    node = f'"{VENV}"/lib/python3*/site-packages/playwright/driver/node'
    return "\n".join([*lines, f'exec {node} "$@"', ""])


def _write(path: Path, script: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(script)
    fresh.chmod(0o755)
    if path == LAUNCHER:
        _try(fresh)
    fresh.rename(path)


def _try(program: Path) -> None:
    with step("chromium: try"):
        done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"chromium does not start: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
