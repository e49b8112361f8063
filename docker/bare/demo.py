"""`make demo`: the stack, the lunch rush, and then either the addresses until Ctrl-C or the end."""

import os
import signal
import subprocess
import sys

from . import stack
from .places import ROOT, VENV
from .report import say

# The demo's customers may cancel for as long as its shops' windows are open.
WINDOW_SECONDS = "5"


def run() -> int:
    """Play the rush.

    Returns:
        0 if every figure agrees.
    """
    environ = {"FREE_CANCEL_SECONDS": WINDOW_SECONDS, **os.environ}
    settings = stack.up(environ)
    command = [str(VENV / "bin" / "python"), "-m", "bench.demo"]
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=False).returncode
    if not _stays(os.environ.get("ONCE", "")):
        stack.down()
        return code
    say("everything stays up until Ctrl-C 按 Ctrl-C 结束")
    try:
        signal.pause()
    except KeyboardInterrupt:
        stack.down()
    return code


def _stays(once: str) -> bool:
    return once != "1" and sys.stdin.isatty() and sys.stdout.isatty()
