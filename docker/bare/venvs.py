"""Python environments, built from locks with hashes. Each is stamped with its locks, so an unchanged one costs nothing.

`uv` does the work, being ten times as fast; where it cannot reach the index, pip does. uv does not read pip's
configuration, so the index and the certificates that pip is set up with are handed on.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .places import BARE, ODOO_VENV, ROOT, VENV, alone, digest
from .report import Trouble, say, step

TOOLS = BARE / "tools.lock"


def create_app() -> None:
    """Build `.cache/venv`: the project itself, editable, with everything that runs and tests it."""
    locks = (ROOT / "requirements.lock", TOOLS)
    project = (ROOT / "pyproject.toml").read_text()
    with alone("venv"):
        if _is_current(VENV, _stamp(locks, project)):
            return
        with step("python: environment of the project"):
            bootstrap()
            _install(VENV, locks)
            editable = ["install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
            _run([str(VENV / "bin" / "pip"), "--quiet", *editable])
        _write_stamp(VENV, _stamp(locks, project))


def create_odoo() -> None:
    """Build `.cache/odoo-venv`: what Odoo needs, and PostgreSQL's binaries."""
    locks = (BARE / "odoo.lock",)
    with alone("odoo-venv"):
        if _is_current(ODOO_VENV, _stamp(locks, "")):
            return
        with step("python: environment of Odoo"):
            bootstrap()
            _new(ODOO_VENV, "--without-pip")  # the project's pip works on it
            _install(ODOO_VENV, locks)
        _write_stamp(ODOO_VENV, _stamp(locks, ""))


def bootstrap() -> None:
    """Bring pip and, from its lock, uv into the project's environment."""
    with alone("tools"):
        _new(VENV)
        if not (VENV / "bin" / "uv").exists():
            _run([str(VENV / "bin" / "pip"), "--quiet", "install", "--require-hashes", "-r", str(TOOLS)])


def uv_environment(pip_config: str, environ: dict[str, str]) -> dict[str, str]:
    """The environment for uv that says what pip's configuration says.

    Args:
        pip_config: What `pip config list` prints.
        environ: The process's own environment; its UV_ variables win.
    """
    lines = (line.partition("=") for line in pip_config.splitlines())
    settings = {key.split(".")[-1]: value.strip().strip("'\"") for key, _, value in lines}
    result = dict(environ)
    for pip_name, uv_name in (("index-url", "UV_INDEX_URL"), ("cert", "SSL_CERT_FILE")):
        value = environ.get("PIP_" + pip_name.upper().replace("-", "_")) or settings.get(pip_name)
        if value:
            result.setdefault(uv_name, value)
    return result


def _new(venv: Path, *options: str) -> None:
    if not (venv / "bin" / "python").exists():  # never finished, or made by a Python that is gone
        shutil.rmtree(venv, ignore_errors=True)
    if (venv / "bin" / ("python" if options else "pip")).exists():
        return
    if not importlib.util.find_spec("ensurepip"):
        raise Trouble("Python's venv module lacks ensurepip: run `apt-get install python3-venv` as root")
    _run([sys.executable, "-m", "venv", *options, str(venv)])


def _install(venv: Path, locks: Sequence[Path]) -> None:
    pip = [
        str(VENV / "bin" / "pip"),
        "--quiet",
        "--disable-pip-version-check",
        "--python",
        str(venv / "bin" / "python"),
    ]
    config = subprocess.run([*pip[:1], "config", "list"], capture_output=True, text=True, check=False).stdout
    files = [str(lock) for lock in locks]
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes"]
    command += ["--python", str(venv / "bin" / "python"), *files]
    try:
        _run(command, uv_environment(config, dict(os.environ)))
    except Trouble as trouble:
        say(f"  note: uv could not do it ({trouble}), so pip does")
        requirements = [part for file in files for part in ("-r", file)]
        _run([*pip, "install", "--require-hashes", *requirements])


def _stamp(locks: Sequence[Path], more: str) -> str:
    return digest(sys.version, *[lock.read_bytes() for lock in locks], more)


def _is_current(venv: Path, stamp: str) -> bool:
    path = venv / "waimai.stamp"
    return (venv / "bin" / "python").exists() and path.exists() and path.read_text() == stamp


def _write_stamp(venv: Path, stamp: str) -> None:
    (venv / "waimai.stamp").write_text(stamp)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError as error:
        raise Trouble(f"cannot start {command[0]}: {error.strerror}") from error
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Trouble(f"`{Path(command[0]).name} {command[1]}` failed: {' / '.join(words[-3:])}")
