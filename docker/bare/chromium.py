"""Chromium with Chinese glyphs: the machine's own if it has one, else Debian's unpacked privately."""

import shutil
import subprocess
from pathlib import Path

from . import apt
from .places import CHROMIUM_ROOT, alone
from .redis import libraries
from .report import Trouble, step

LAUNCHER = CHROMIUM_ROOT / "chromium"
PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-dejavu-core")


def setup() -> None:
    """See to it that there is a Chromium that can write Chinese."""
    with alone("chromium"):
        if LAUNCHER.exists():
            return
        shutil.rmtree(CHROMIUM_ROOT, ignore_errors=True)
        apt.of_this_machine("chromium", PACKAGES, CHROMIUM_ROOT)
        fonts = CHROMIUM_ROOT / "data" / "fonts"
        fonts.parent.mkdir()
        fonts.symlink_to("../usr/share/fonts")
        fresh = LAUNCHER.with_name("chromium.new")
        fresh.write_text(launcher(CHROMIUM_ROOT, shutil.which("chromium")))
        fresh.chmod(0o755)
        _try(fresh)
        fresh.rename(LAUNCHER)


def program() -> str:
    """The path of a program that starts Chromium."""
    return str(LAUNCHER)


def _try(launcher: Path) -> None:
    with step("chromium: try"):
        done = subprocess.run([str(launcher), "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"chromium does not start: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")


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
