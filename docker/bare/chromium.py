"""Chromium with Chinese glyphs: the machine's own if it has one, else Debian's unpacked privately."""

import shutil
import subprocess
from pathlib import Path

from . import apt
from .places import CHROMIUM_ROOT, ROOT, alone
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
        fresh.write_text(_launcher())
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


def _launcher() -> str:
    own = CHROMIUM_ROOT / "usr/lib/chromium/chromium"
    binary = own if own.exists() else shutil.which("chromium")
    lines = ["#!/bin/sh", f"# Starts Chromium of {CHROMIUM_ROOT.relative_to(ROOT)}."]
    if own.exists():
        lines += [f'export LD_LIBRARY_PATH="{libraries(CHROMIUM_ROOT)}"']
    lines += [f'export XDG_DATA_HOME="{CHROMIUM_ROOT / "data"}"', f'exec "{binary}" "$@"']
    return "\n".join(lines) + "\n"
