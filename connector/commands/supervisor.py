"""Keeps one child process running.

Dramatiq's main process ends as soon as one of its workers has died, so something must start it again.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from connector import logs

#: What tells a process to end.
ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_HEARD: Final = ENDING | {signal.SIGCHLD}
_LONG_LIFE: Final = 10.0
_log = logs.get(__name__)


class Supervisor:
    """Starts a program again whenever it ends by itself, and ends it when it is told to end.

    Signals are blocked and waited for, so none can arrive at a wrong moment.

    Args:
        command: the program and its arguments.
        environment: all of its environment.
        grace: seconds that the program has for its end before it is killed.
        pauses: the first and the longest pause in seconds before a new start; they grow while it keeps ending soon.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        grace: float = 13.0,
        pauses: tuple[float, float] = (0.2, 10.0),
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._grace = grace
        self._shortest, self._longest = pauses
        self._mask: set[signal.Signals | int] = set()

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP; 0 if the program then ended in time, else 1."""
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            return self._keep()
        finally:
            while signal.sigtimedwait(_HEARD, 0):
                pass  # told twice: what is still waiting would end this process without its exit code
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _keep(self) -> int:
        pause = self._shortest
        while True:
            begun = time.monotonic()
            child = self._start()
            number = _told(child)
            if number is not None:
                return self._end(child, number)
            pause = self._shortest if time.monotonic() - begun > _LONG_LIFE else pause
            _log.warning("starts_again", code=child.returncode, pause=pause)
            if signal.sigtimedwait(ENDING, pause) is not None:
                return 0
            pause = min(self._longest, pause * 2)

    def _start(self) -> "subprocess.Popen[bytes]":
        def unblock() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

        # S603: our own command. PLW1509: this process has one thread, and a child must not inherit the blocked signals.
        return subprocess.Popen(self._command, env=self._environment, preexec_fn=unblock)  # noqa: S603, PLW1509

    def _end(self, child: "subprocess.Popen[bytes]", number: int) -> int:
        """Pass the signal on, once: a second one makes Dramatiq drop what its threads are at.

        A terminal gives Ctrl-C to the child as well, since both are in its foreground.
        """
        if number != signal.SIGINT or not sys.stdin.isatty():
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=self._grace)
        except subprocess.TimeoutExpired:
            _log.error("killed", after_seconds=self._grace)
            child.kill()
            child.wait()
            return 1
        return 0


def _told(child: "subprocess.Popen[bytes]") -> int | None:
    """The signal that tells us to end; ``None`` as soon as the child has ended by itself."""
    while child.poll() is None:
        heard = signal.sigtimedwait(_HEARD, 1.0)
        if heard is not None and heard.si_signo in ENDING:
            return heard.si_signo
    return None
