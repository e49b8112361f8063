"""Downloads: verified by SHA-256, kept, resumed, repeated, several at a time."""

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from .report import Step, Trouble, step

ATTEMPTS = 4
PARALLEL = 6
TIMEOUT_SECONDS = 60
BLOCK = 1 << 18
MEGABYTE = 1_000_000


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


class Tally:
    """Adds up what has come and writes it into the step's note."""

    def __init__(self, progress: Step, total: float) -> None:
        self.progress, self.total, self.bytes = progress, total, 0

    def add(self, count: int) -> None:
        """Count bytes that have come (or take back those that came in vain)."""
        self.bytes += count
        self.progress.note = f"{self.bytes / MEGABYTE:.0f}/{self.total:.0f} MB"


def read(url: str) -> bytes:
    """Fetch a small document whole.

    Raises:
        Trouble: It cannot be had.
    """
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read())
        except (OSError, HTTPException) as error:
            failure = error
            if not _worth_repeating(error):
                break
        time.sleep(2**attempt / 4)
    raise Trouble(f"cannot fetch {url}: {failure}")


def _fetch(file: File, folder: Path, tally: Tally) -> Path:
    finished, partial = folder / file.name, folder / (file.name + ".part")
    if finished.exists() and _sha256(finished) == file.sha256:
        tally.add(file.size)
        return finished
    failure: Exception | None = None
    for attempt in range(ATTEMPTS):
        before = tally.bytes
        try:
            _append(file, partial, tally)
        except (OSError, HTTPException) as error:
            failure = error
            if not _worth_repeating(error):
                break
            tally.add(before - tally.bytes if PARALLEL == 1 else 0)
        else:
            if _sha256(partial) == file.sha256:
                partial.replace(finished)
                return finished
            failure = ValueError("its SHA-256 is not the one in the signed index")
            partial.unlink()
        time.sleep(2**attempt / 4)
    raise Trouble(f"cannot fetch {file.url}: {failure} (run the command again to go on from here)")


def _append(file: File, partial: Path, tally: Tally) -> None:
    here = partial.stat().st_size if partial.exists() else 0
    if here >= file.size:
        partial.unlink()
        here = 0
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={here}-"} if here else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        resumed = here and getattr(answer, "status", None) == 206  # noqa: PLR2004 - Partial Content
        tally.add(here if resumed else 0)
        with partial.open("ab" if resumed else "wb") as output:
            while block := answer.read(BLOCK):
                output.write(block)
                tally.add(len(block))


def _worth_repeating(error: Exception) -> bool:
    """A client error is the same the next time; all else may pass."""
    return not (isinstance(error, urllib.error.HTTPError) and error.code < 500 and error.code not in {408, 429})  # noqa: PLR2004


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
