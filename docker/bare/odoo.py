"""Odoo 19 from Debian's package, unpacked privately: its configuration, its server, and its one-off commands."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import apt, postgres
from .places import ADDONS, ODOO_DATA, ODOO_ROOT, ODOO_VENV, Home, alone, private, write_secret
from .processes import LOOPBACK, Process, free_port, http_ok
from .report import Trouble, step

NAME = "odoo"
SUITE = "sid"  # the only suite of Debian that has Odoo 19
# Odoo's package links to these. They come from the machine's own release: Odoo wants Font Awesome 4, `sid` has a later
# one, without the files that are linked to.
RELATIVES = (
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
LIBRARY = ODOO_ROOT / "usr/lib/python3/dist-packages"
# Four fifths of the package are translations; those that do not begin with a z are left out (zh_CN, zh_TW stay).
OTHER_LANGUAGES = ("*/i18n/[!z]*.po", "*/i18n/*.pot")
MISSING_SCRIPT = LIBRARY / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
LOG_HANDLERS = (
    ":INFO",
    "odoo.addons.rpc.controllers.jsonrpc:ERROR",  # warns at every legacy call that it is one
    "odoo.http.rpc.request:WARNING",  # one line per call
    "werkzeug:WARNING",  # one line per request
)
# These come with PostgreSQL's contributed modules, which the wheel lacks; Odoo works without them.
HARMLESS = ("EXTENSION IF NOT EXISTS unaccent", "EXTENSION IF NOT EXISTS pg_trgm")


# The shell goes on after an error and ends with 0; this makes it end with 3.
GUARD = """try:
    exec({script!r})
except BaseException:
    import os, traceback
    traceback.print_exc()
    os._exit(3)
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """What tells one Odoo server from another.

    Attributes:
        database: The only one it serves.
        port: Of pages, calls and live updates alike.
        cron_threads: How many scheduled actions at a time; 0 for none.
    """

    database: str
    port: int
    cron_threads: int = 1

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"


def setup() -> None:
    """Unpack Odoo and the packages that it links to."""
    with alone("odoo-root"):
        if version():
            return
        shutil.rmtree(ODOO_ROOT, ignore_errors=True)
        names = apt.of_suite("odoo", SUITE, ["odoo-19"], ODOO_ROOT, OTHER_LANGUAGES)
        names += apt.of_this_machine("odoo's fonts and scripts", RELATIVES, ODOO_ROOT, relatives=False)
        shutil.rmtree(LIBRARY / "addons", ignore_errors=True)  # second copies of some addons, which nothing reads
        MISSING_SCRIPT.parent.mkdir(exist_ok=True)
        MISSING_SCRIPT.write_text("/* not in Debian's package: background blur in video calls */\n")
        (ODOO_ROOT / "complete").write_text("\n".join(names))


def version() -> str:
    """The packages' file names, which tell the versions; empty if Odoo is not unpacked."""
    note = ODOO_ROOT / "complete"
    return note.read_text() if note.exists() else ""


def process(server: Server, home: Home) -> Process:
    """The server as a program for the background."""
    return Process(
        name=NAME,
        argv=[*command(), "-c", str(configuration(home, server))],
        env=environment(),
        ready=lambda: http_ok(f"{server.url}/web/health?db_server_status=1"),
        ready_seconds=120,
    )


def configuration(home: Home, server: Server | None = None) -> Path:
    """Write the configuration file of a server, or of one-off commands, and return its path."""
    options: dict[str, object] = {
        **postgres.connection(),
        "data_dir": ODOO_DATA,
        "addons_path": f"{LIBRARY / 'odoo' / 'addons'},{ADDONS}",
        "http_interface": LOOPBACK,
        "workers": 0,  # pages and live updates on one port
        "limit_time_real": 600,
        "limit_time_cpu": 300,
        "log_handler": ",".join(LOG_HANDLERS),
        "list_db": False,
        "server_wide_modules": "base,rpc,web",
    }
    if server:
        options |= {"http_port": server.port, "max_cron_threads": server.cron_threads}
        options |= {"db_name": server.database, "dbfilter": f"^{server.database}$"}
    else:
        # The addon's own tests open a port all the same, and it must not be that of `make up`.
        options |= {"http_enable": False, "http_port": free_port(), "max_cron_threads": 0}
    private(ODOO_DATA)
    path = home.run / ("odoo.conf" if server else "odoo-command.conf")
    write_secret(path, "[options]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
    return path


def run(what: str, home: Home, *arguments: str) -> None:
    """Run a one-off command of Odoo, with the configuration after the sub-command.

    Raises:
        Trouble: It failed; the first errors it logged are in the message.
    """
    verbs = list(arguments)
    first = [verbs.pop(0)] if not verbs[0].startswith("-") else []
    _run(what, home, [*command(), *first, "-c", str(configuration(home)), *verbs], "", {})


def shell(what: str, home: Home, database: str, script: str, variables: Mapping[str, str], *options: str) -> None:
    """Run a script in `odoo shell`, with further options of Odoo's; it commits by itself.

    Raises:
        Trouble: It raised.
    """
    wrapped = f"{GUARD.format(script=script)}\n"
    arguments = ["shell", "-c", str(configuration(home)), "-d", database, "--shell-interface", "python", *options]
    _run(what, home, [*command(), *arguments], wrapped, variables)


def command() -> list[str]:
    """How Odoo is started; needs `environment`."""
    return [str(ODOO_VENV / "bin" / "python"), str(ODOO_ROOT / "usr/bin/odoo")]


def with_addons(folder: Path) -> str:
    """The option that takes our addons from another folder."""
    return f"--addons-path={LIBRARY / 'odoo' / 'addons'},{folder}"


def environment() -> dict[str, str]:
    """The variables that Odoo needs to find itself in its private root."""
    return {"PYTHONPATH": str(LIBRARY), "PYTHONWARNINGS": "ignore"}


def _run(what: str, home: Home, argv: list[str], script: str, variables: Mapping[str, str]) -> None:
    log = home.logs / "odoo-commands.log"
    with step(f"odoo: {what}"), log.open("a+") as output:
        begun = output.seek(0, os.SEEK_END)
        variables = {**os.environ, "LC_ALL": "C.UTF-8", **environment(), **variables}
        done = subprocess.run(
            argv,
            input=script,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=variables,
            cwd=home.run,
        )
        output.seek(begun)
        errors = errors_in(output.read())
    if done.returncode or errors:
        words = " / ".join(errors[:3]) or f"exit code {done.returncode}"
        raise Trouble(f"odoo: {what} failed: {words} (all of it: {log})")


def errors_in(log: str) -> list[str]:
    """The lines of a log of Odoo's that mean a failure, and the last line of its last traceback."""
    lines = log.splitlines()
    found = [line for line in lines if (" ERROR " in line or " CRITICAL " in line) and not _is_harmless(line)]
    raised = [line for line in lines if line[:1].isalpha() and ("Error: " in line or line.endswith("Error"))][-1:]
    return found + raised if found or "Traceback (most recent call last)" in log else []


def _is_harmless(line: str) -> bool:
    return any(word in line for word in HARMLESS)
