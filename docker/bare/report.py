"""What the person at the terminal reads: one line per step, a moving line while a step lasts, one line per trouble."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_SECONDS = 2.0  # a step shorter than this leaves no line
PLAIN_LINE_SECONDS = 10.0  # how often a step that lasts is mentioned where lines cannot be overwritten
REDRAW_SECONDS = 0.5


class Trouble(Exception):  # noqa: N818 - the word that is printed
    """Something that a person has to do; the message is one line that says what."""


class Step:
    """A piece of work in progress.

    Attributes:
        name: Words for the terminal.
        note: How far it is, e.g. `12/117 MB`; may be written at any time.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.note = ""
        self.begun = time.monotonic()
        self.mentioned = self.begun

    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.begun

    def line(self) -> str:
        """One line about where it stands."""
        return " ".join(filter(None, [f"{self.name} …", self.note, f"{self.seconds():.0f} s"]))


_lock = threading.RLock()
_active: list[Step] = []
_ticker: list[threading.Thread] = []


def say(text: str = "") -> None:
    """Print one line, above the moving line if there is one."""
    with _lock:
        _clear()
        print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Show a piece of work while it lasts and how long it took; a short one leaves no line."""
    current = Step(name)
    with _lock:
        _active.append(current)
        if not _ticker:
            _ticker.append(threading.Thread(target=_tick, daemon=True))
            _ticker[0].start()
    try:
        yield current
    except BaseException:
        with _lock:
            _active.remove(current)
            _clear()
        raise
    with _lock:
        _active.remove(current)
        if current.seconds() >= QUIET_SECONDS:
            say("  " + " ".join(filter(None, [name, current.note, f"({current.seconds():.0f} s)"])))


def _clear() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)


def _tick() -> None:
    while True:
        time.sleep(REDRAW_SECONDS)
        with _lock:
            lasting = [each for each in _active if each.seconds() >= QUIET_SECONDS]
            if sys.stdout.isatty():
                _clear()
                print("  " + " | ".join(each.line() for each in lasting) if lasting else "", end="", flush=True)
            else:
                _mention(lasting)


def _mention(lasting: list[Step]) -> None:
    for each in lasting:
        first = each.mentioned == each.begun
        if first or time.monotonic() - each.mentioned >= PLAIN_LINE_SECONDS:
            each.mentioned = time.monotonic()
            print("  " + each.line(), flush=True)
