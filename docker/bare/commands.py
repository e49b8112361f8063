"""`python3 docker/bare COMMAND`: what the Makefile calls."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import demo, postgres, sessions, stack, templates
from .places import CACHE, MAIN, ROOT, VENV
from .report import Trouble, say, step

LINT = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy",),
    ("lint-imports",),
)

# The tests that run in processes of their own beside all others, by the names of their logs.
BESIDE = {
    "flows": ("tests/flows", "tests/disorder"),
    "screens": ("tests/browser", "tests/contracts"),
    "addon": ("tests/odoo",),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; trouble is one line and exit code 1."""
    chosen = _parser().parse_args(arguments)
    os.umask(0o022)
    signal.signal(signal.SIGTERM, _interrupt)  # so that what must be ended at the end is
    try:
        return int(chosen.run(chosen) or 0)
    except Trouble as trouble:
        say(f"trouble: {trouble}")
        return _leave(1)
    except KeyboardInterrupt:
        say("interrupted; what runs is ended by `make down`")
        return _leave(130)


def _leave(code: int) -> int:
    """End at once: other downloads may still be going on in threads, and the next run goes on with them."""
    sys.stdout.flush()
    os._exit(code)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 docker/bare", description="The whole stack on a bare machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    setup = commands.add_parser("setup", help="fetch and unpack everything")
    setup.add_argument("parts", nargs="*", choices=[*stack.PARTS, []], help="only these parts", metavar="PART")
    setup.set_defaults(run=_setup)
    commands.add_parser("up", help="bring the stack up in the background").set_defaults(run=_up)
    commands.add_parser("down", help="end what `up` started").set_defaults(run=_down)
    commands.add_parser("status", help="what runs, and where").set_defaults(run=_status)
    commands.add_parser("demo", help="a lunch rush, and who knows what of it").set_defaults(run=lambda _: demo.run())
    bench = commands.add_parser("bench", help="the benchmarks")
    bench.add_argument("arguments", nargs=argparse.REMAINDER)
    bench.set_defaults(run=_bench)
    test = commands.add_parser("test", help="lint, then pytest against a stack of its own")
    test.add_argument("pytest", nargs=argparse.REMAINDER, help="arguments for pytest")
    test.set_defaults(run=_test)
    commands.add_parser("lint", help="linters and types").set_defaults(run=lambda _: _lint())
    commands.add_parser("lock", help="write the locks of Python packages anew").set_defaults(run=lambda _: _lock())
    commands.add_parser("clean", help="end everything and remove what was set up").set_defaults(run=_clean)
    return parser


def _setup(chosen: argparse.Namespace) -> None:
    if chosen.parts:
        stack.setup(chosen.parts)
    else:
        _prepare()


def _prepare() -> None:
    stack.prepare(templates.HOME)
    postgres.down(templates.HOME)


def _up(_: argparse.Namespace) -> None:
    settings = stack.up(os.environ)
    say(f"Odoo       {settings['ODOO_URL']}  (database {settings['ODOO_DB']})")
    say(f"web        {settings['WEB_URL']}/readyz")
    say(f"simulator  {settings['SIMULATOR_URL']}")
    say(f"all of it  {(MAIN.run / 'env').relative_to(ROOT)}; logs in {MAIN.logs.relative_to(ROOT)}")


def _down(_: argparse.Namespace) -> None:
    ended = stack.down()
    say(f"ended: {', '.join(ended)}" if ended else "nothing was running")


def _status(_: argparse.Namespace) -> None:
    for name, state in stack.status():
        say(f"{name:12} {state}")


def _test(chosen: argparse.Namespace) -> int:
    stack.setup(["python"])
    _lint()
    _prepare()
    try:
        return _pytest(chosen.pytest)
    finally:
        sessions.purge()


def _pytest(arguments: Sequence[str]) -> int:
    """Run the tests; all of them in runs beside each other, as each waits for its own Odoo much of the time."""
    command = [str(VENV / "bin" / "python"), "-m", "pytest"]
    if arguments:
        return subprocess.run([*command, *arguments], cwd=ROOT, check=False).returncode
    ignored = [f"--ignore={path}" for paths in BESIDE.values() for path in paths]
    beside = {name: _beside(name, [*command, *paths]) for name, paths in BESIDE.items()}
    try:
        codes = [subprocess.run([*command, *ignored], cwd=ROOT, check=False).returncode]
        for name, run in beside.items():
            with step(f"tests: {name}"):
                codes.append(run.wait())
    finally:
        for run in beside.values():
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
                run.wait()
    for name in beside:
        say(_log(name).read_text(encoding="utf-8", errors="replace"))
    return next(filter(None, codes), 0)


def _beside(name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
    say(f"tests: {', '.join(BESIDE[name])} run beside the others, into {_log(name).relative_to(ROOT)}")
    with _log(name).open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)


def _log(name: str) -> Path:
    return MAIN.logs / f"tests-{name}.log"


def _bench(chosen: argparse.Namespace) -> int:
    _prepare()
    command = [str(VENV / "bin" / "python"), "-m", "bench.erp", *chosen.arguments]
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    finally:
        sessions.purge()


def _lint() -> None:
    for tool, *arguments in LINT:
        with step(tool):
            done = subprocess.run(
                [str(VENV / "bin" / tool), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
            )
        if done.returncode:
            say(done.stdout + done.stderr)
            raise Trouble(f"{' '.join([tool, *arguments])} found the above")
    say("lint: clean")


def _lock() -> None:
    uv = [str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--universal"]
    uv += ["--no-emit-index-url", "--python-version", "3.11", "--upgrade"]
    for source, lock in (("odoo.in", "odoo.lock"), ("tools.in", "tools.lock")):
        subprocess.run([*uv, source, "-o", lock], cwd=ROOT / "docker/bare", check=True, stdout=subprocess.DEVNULL)
    command = [*uv, "--group", "test", "pyproject.toml", "-o", "requirements.lock"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _clean(_: argparse.Namespace) -> None:
    sessions.purge()
    stack.down()
    postgres.clean()
    shutil.rmtree(CACHE, ignore_errors=True)
