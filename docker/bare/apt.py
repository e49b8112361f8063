"""Debian packages, fetched as the machine's own apt would and unpacked into private folders.

The mirror is the one the machine is set up with; no host is named here. Two ways lead to a package:

* `of_this_machine`: what apt would install now, relatives included. The digests are those of apt's own lists, whose
  signature `apt-get update` has checked.
* `of_suite`: packages of another suite of the same mirror (Odoo 19 is in `sid`). Its `InRelease` is verified with
  `gpgv` against Debian's key ring, the package index against it, and the packages against the index. The date up to
  which the release file is valid is not looked at: a frozen mirror is a good one.
"""

import lzma
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from .fetch import File, fetch_all, read
from .places import DOWNLOADS
from .report import Trouble, say, step

KEYRINGS = Path("/usr/share/keyrings")
TARGETS = "$(REPO_URI)\t$(ORIGIN)\t$(LABEL)\t$(COMPONENT)\t$(CODENAME)"
URI_LINE = re.compile(r"^'(?P<url>[^']+)' (?P<name>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$")
NEVER_UNPACKED = {"libc6", "libc-bin", "libc-l10n"}  # another C library beside the system's loader crashes


def mirror(targets: str | None = None) -> str:
    """The address of the Debian archive that this machine's apt uses, with a slash at its end.

    Args:
        targets: What `apt-get indextargets` prints, for tests.

    Raises:
        Trouble: There is none: not Debian, or no `apt-get update` yet.
    """
    rows = [line.split("\t") for line in (_targets() if targets is None else targets).splitlines()]
    for uri, origin, label, component, codename in rows:
        if (origin, label, component) == ("Debian", "Debian", "main") and not codename.endswith("-backports"):
            return uri.rstrip("/") + "/"
    found = sorted({f"{uri} ({label or 'no label'})" for uri, _, label, _, _ in rows})
    raise Trouble(f"apt has no source of Debian's own archive (label Debian, component main), only {', '.join(found)}")


def of_this_machine(what: str, names: Sequence[str], root: Path, *, relatives: bool = True) -> list[str]:
    """Unpack packages of the machine's own release: with all they need that the machine lacks, or only themselves.

    Returns:
        The names of the packages' files; with relatives, empty if the machine has them all.
    """
    _targets()
    verb = ["--no-install-recommends", "install"] if relatives else ["download"]
    with tempfile.TemporaryDirectory() as empty:
        command = ["apt-get", "-qq", "-y", "--print-uris", "-o", "Debug::NoLocking=1"]
        command += ["-o", "Acquire::ForceHash=SHA256", "-o", f"Dir::Cache::archives={empty}", *verb, *names]
        files = [file for file in parse_uris(_run(*command)) if file.name.split("_")[0] not in NEVER_UNPACKED]
    unpack(what, fetch_all(what, files, DOWNLOADS), root)
    return [file.name for file in files]


def parse_uris(text: str) -> list[File]:
    """Read what `apt-get --print-uris` prints.

    Raises:
        Trouble: A line without a SHA-256, which could not be verified.
    """
    found = []
    for line in filter(None, text.splitlines()):
        match = URI_LINE.match(line)
        if not match:
            raise Trouble(f"apt-get printed a package without SHA-256: {line}")
        found.append(File(url=match["url"], name=match["name"], sha256=match["sha256"], size=int(match["size"])))
    return found


def of_suite(what: str, suite: str, names: Sequence[str], root: Path, without: Sequence[str] = ()) -> list[str]:
    """Unpack packages of architecture `all` from another suite, without some paths; relatives are not followed.

    Returns:
        The names of the packages' files, which tell the versions.
    """
    archive = mirror()
    with step(f"{what}: index of {suite}"):
        release = signed_release(read(f"{archive}dists/{suite}/InRelease"))
        part = "main/binary-all/Packages.xz"
        sha256, size = digest_in_release(release, part)
    index = File(
        url=f"{archive}dists/{suite}/{part}", name=f"{suite}-{sha256[:12]}-Packages.xz", sha256=sha256, size=size
    )
    packages = lzma.decompress(fetch_all(f"{what}: index", [index], DOWNLOADS)[0].read_bytes()).decode()
    files = [file_of(paragraph, archive) for paragraph in paragraphs(packages, names)]
    unpack(what, fetch_all(what, files, DOWNLOADS), root, without)
    return [file.name for file in files]


def signed_release(inrelease: bytes) -> str:
    """The text of a release file after its signature was checked.

    Raises:
        Trouble: No good signature by a key of Debian's.
    """
    keyrings = [path for path in KEYRINGS.glob("debian-archive-*.gpg") if "removed" not in path.name]
    if not shutil.which("gpgv") or not keyrings:
        say("  note: no gpgv or no Debian key ring here, so the signature of the package index was not checked")
        return inrelease.decode()
    with tempfile.TemporaryDirectory() as folder:
        signed, text = Path(folder, "InRelease"), Path(folder, "Release")
        signed.write_bytes(inrelease)
        command = ["gpgv", "--status-fd", "1", "--output", str(text)]
        for keyring in keyrings:
            command += ["--keyring", str(keyring)]
        status = subprocess.run([*command, str(signed)], capture_output=True, text=True, check=False).stdout
        # One good signature is enough, as for apt: the archive signs with the keys of two releases at once.
        if "[GNUPG:] BADSIG" in status or "[GNUPG:] VALIDSIG" not in status:
            raise Trouble("the signature of the mirror's InRelease is not Debian's: the index was not used")
        return text.read_text()


def digest_in_release(release: str, part: str) -> tuple[str, int]:
    """Find SHA-256 and length of an index in the text of a release file."""
    match = re.search(rf"^ ([0-9a-f]{{64}}) +(\d+) {re.escape(part)}$", release, re.MULTILINE)
    if not match:
        raise Trouble(f"the mirror's release file has no SHA-256 of {part}")
    return match[1], int(match[2])


def paragraphs(packages: str, names: Iterable[str]) -> list[dict[str, str]]:
    """Find packages in the text of a `Packages` file.

    Raises:
        Trouble: One of them is missing.
    """
    found = []
    for name in names:
        match = re.search(rf"^Package: {re.escape(name)}$.*?(?:\n\n|\Z)", packages, re.MULTILINE | re.DOTALL)
        if not match:
            raise Trouble(f"the mirror's index has no package {name}")
        lines = [line.partition(": ") for line in match[0].splitlines() if not line.startswith(" ")]
        found.append({key: value for key, _, value in lines})
    return found


def file_of(paragraph: dict[str, str], archive: str) -> File:
    """The download that a paragraph of a `Packages` file describes."""
    path = paragraph["Filename"]
    return File(url=archive + path, name=Path(path).name, sha256=paragraph["SHA256"], size=int(paragraph["Size"]))


def unpack(what: str, debs: Sequence[Path], root: Path, without: Sequence[str] = ()) -> None:
    """Unpack packages into one folder without running anything of theirs; needs no rights.

    Args:
        what: Words for the terminal.
        debs: The packages.
        root: Where to.
        without: Patterns of paths to leave out.
    """
    root.mkdir(parents=True, exist_ok=True)
    excluded = [f"--exclude={pattern}" for pattern in without]
    with step(f"{what}: unpack") as progress:
        for number, deb in enumerate(debs, 1):
            progress.note = f"{number}/{len(debs)}"
            with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as packed:
                command = ["tar", "-x", "--no-same-owner", "--wildcards", *excluded, "-C", str(root)]
                _run(*command, stdin=packed.stdout)
            if packed.returncode:
                raise Trouble(f"{deb.name} cannot be unpacked: remove {deb} and run the command again")


def use_proxy_of_apt() -> None:
    """Let downloads go the way apt's go: a machine may reach its mirror only by the proxy in apt's configuration."""
    if not shutil.which("apt-config"):
        raise Trouble("this is not a Debian machine (no apt-get): use the containers in docker/ instead")
    proxies = dict(urllib.request.getproxies())
    for scheme in ("http", "https"):
        match = re.search(r'"([^"]+)"', _run("apt-config", "dump", f"Acquire::{scheme}::Proxy"))
        if match and match[1] != "DIRECT":
            proxies[scheme] = match[1]
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler(proxies)))


def _targets() -> str:
    """The package indexes that apt has, one a line."""
    found = _run("apt-get", "indextargets", "--format", TARGETS, "Created-By: Packages")
    if not found:
        raise Trouble("apt's package lists are empty: run `apt-get update` once as root")
    return found


def _run(*command: str, stdin: IO[bytes] | None = None) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, stdin=stdin)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise Trouble(f"`{command[0]}` failed: {last[0]}")
    return done.stdout
