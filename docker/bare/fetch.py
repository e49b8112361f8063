"""Downloads: verified by SHA-256, kept, resumed, repeated, several at a time."""

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar

from .report import Step, Trouble, step

ATTEMPTS = 4
PARALLEL = 6
TIMEOUT_SECONDS = 60
BLOCK = 1 << 18
MEGABYTE = 1_000_000
PAUSE_SECONDS = 0.5
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class File:
    """Something to download.

    Attributes:
        url: Where from; `http`, `https` or `file`.
        name: The file's name in the folder of downloads.
        sha256: Its digest, 64 hex digits.
        size: Its length in bytes.
    """

    url: str
    name: str
    sha256: str
    size: int


def fetch_all(what: str, files: Sequence[File], folder: Path) -> list[Path]:
    """Download files side by side; those that are here and right are not asked for again.

    Raises:
        Trouble: A file cannot be had, or is not what its digest says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(file.size for file in files) / MEGABYTE
    with step(f"{what}: download") as progress, ThreadPoolExecutor(PARALLEL) as pool:
        tally = Tally(progress, total)
        return list(pool.map(lambda file: _fetch(file, folder, tally), files))


class WrongDigest(Exception):  # noqa: N818 - says what it is
    """The file that came is not the one that was meant."""


class Tally:
    """Adds up what has come of several files and writes it into the step's note."""

    def __init__(self, progress: Step, total: float) -> None:
        self.progress, self.total, self.bytes = progress, total, dict[str, int]()

    def here(self, name: str, count: int) -> None:
        """Note how many bytes of a file are here."""
        self.bytes[name] = count
        self.progress.note = f"{sum(list(self.bytes.values())) / MEGABYTE:.0f}/{self.total:.0f} MB"


def read(url: str) -> bytes:
    """Fetch a small document whole.

    Raises:
        Trouble: It cannot be had.
    """

    def once() -> bytes:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read())

    return _patiently(url, once)


def _fetch(file: File, folder: Path, tally: Tally) -> Path:
    finished, partial = folder / file.name, folder / (file.name + ".part")
    if not finished.exists() or _sha256(finished) != file.sha256:
        _patiently(file.url, lambda: _complete(file, partial, tally))
        partial.replace(finished)
    tally.here(file.name, file.size)
    return finished


def _patiently(url: str, once: Callable[[], Result]) -> Result:
    """Try a download a few times, with growing pauses."""
    failure = ""
    for attempt in range(ATTEMPTS):
        try:
            return once()
        except (OSError, HTTPException, WrongDigest) as error:
            failure = str(error)
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            if not _worth_repeating(error):
                break
        time.sleep(PAUSE_SECONDS * 2**attempt)
    raise Trouble(f"cannot fetch {url}: {failure} (the same command goes on from here)")


def _complete(file: File, partial: Path, tally: Tally) -> None:
    """Bring the rest of a file; what is wrong at the end is thrown away."""
    here = partial.stat().st_size if partial.exists() else 0
    if here < file.size:
        request = urllib.request.Request(file.url, headers={"Range": f"bytes={here}-"} if here else {})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            resumed = here > 0 and getattr(answer, "status", None) == HTTPStatus.PARTIAL_CONTENT
            with partial.open("ab" if resumed else "wb") as output:
                while block := answer.read(BLOCK):
                    output.write(block)
                    tally.here(file.name, output.tell())
    if partial.stat().st_size < file.size:
        raise OSError("the connection ended early")
    if _sha256(partial) != file.sha256:
        partial.unlink()
        raise WrongDigest("its SHA-256 is not the one in the signed index")


def _worth_repeating(error: Exception) -> bool:
    """A client error is the same the next time; all else may pass."""
    if not isinstance(error, urllib.error.HTTPError):
        return True
    passing = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    return error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in passing


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
