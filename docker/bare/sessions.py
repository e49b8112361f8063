"""What a test run has of its own: a Redis, databases, Odoo servers. Any number of runs can go on beside each other.

PostgreSQL and the templates are shared; everything else lies in `.cache/test-<process>/` and is gone when the run ends.
What a killed run left behind is ended and removed by the next.
"""

import atexit
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import chromium, odoo, postgres, processes, product, redis, stack, templates
from .places import CACHE, MAIN, Home, alone, private, write_secret
from .report import step

_numbers = itertools.count(1)
_begun: list[Home] = []


@dataclass(frozen=True, kw_only=True)
class RunningOdoo:
    """An Odoo server on a database of its own.

    Attributes:
        server: Database, port, address.
        home: Its folder, with configuration and log.
        login: Of the connector's user, or of the administrator while the addon has no group for it.
        password: The API key that goes with it.
        hook_secret: What the addon signs its calls with.
    """

    server: odoo.Server
    home: Home
    login: str
    password: str
    hook_secret: str

    @property
    def url(self) -> str:
        """The address of its pages."""
        return self.server.url

    def settings(self) -> dict[str, str]:
        """What the connector and a browser need to know, under the names of the settings."""
        return {
            "ODOO_URL": self.url,
            "ODOO_DB": self.server.database,
            "ODOO_LOGIN": self.login,
            "ODOO_PASSWORD": self.password,
            "ODOO_ADMIN_LOGIN": "admin",
            "ODOO_ADMIN_PASSWORD": "admin",
            "ODOO_HOOK_SECRET": self.hook_secret,
        }

    def start(self) -> None:
        """Start it, if it does not run, and wait until it answers."""
        processes.start(odoo.process(self.server, self.home), self.home)

    def stop(self) -> None:
        """End it; the database stays."""
        processes.stop(odoo.NAME, self.home)

    def log(self) -> str:
        """What it has logged so far."""
        return (self.home.logs / "odoo.log").read_text()


@dataclass(frozen=True, kw_only=True)
class OdooDatabase:
    """A database of Odoo's on which one-off commands run; no server has it open.

    Attributes:
        name: On the server of `postgres`.
        home: Where configuration and log are.
        options: Further options of every command.
    """

    name: str
    home: Home
    options: tuple[str, ...] = ()

    def addon(self, verb: str) -> None:
        """Install (`-i`) or upgrade (`-u`) the addon; an error in Odoo's log is one here."""
        arguments = ("-d", self.name, verb, "waimai_bridge", "--stop-after-init")
        odoo.run(f"addon into {self.name}", self.home, *arguments, *self.options)

    def ask(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        """What a script in `odoo shell` left in `result`; what it wrote is committed."""
        file = self.home.run / "result.json"
        end = "import json, os\nenv.cr.commit()\njson.dump(result, open(os.environ['RESULT'], 'w'))\n"
        odoo.shell("script", self.home, self.name, f"{script}\n{end}", {"RESULT": str(file)}, *self.options)
        return json.loads(file.read_text())

    def sql(self, statement: str) -> list[list[str]]:
        """Rows as text."""
        return postgres.sql(statement, self.name)


@dataclass(frozen=True, kw_only=True)
class RunningRedis:
    """A Redis server that nobody else uses."""

    url: str
    home: Home

    def start(self) -> None:
        """Start it anew, empty, at the same address."""
        redis.start_at(urlsplit(self.url).port or 0, self.home)

    def stop(self) -> None:
        """End it; what it held is gone."""
        processes.stop(redis.NAME, self.home)


def home() -> Home:
    """The folder of this run, with PostgreSQL running for it; the first call prepares everything."""
    if not _begun:
        purge()
        own = Home(name=f"test-{os.getpid()}")
        owner = {"pid": os.getpid(), "started": processes.kernel_start(os.getpid())}
        write_secret(own.run / "owner", json.dumps(owner))
        stack.setup([part for part in stack.PARTS if part != "python"])  # that one is in use
        postgres.up(own)
        _begun.append(own)
        atexit.register(end)
    return _begun[0]


def end() -> None:
    """End and remove everything of this run."""
    while _begun:
        _remove(_begun.pop())


def purge() -> None:
    """End and remove what killed runs left."""
    with alone("purge"):
        for note in CACHE.glob("test-*/owner"):
            owner = json.loads(note.read_text())
            if processes.kernel_start(owner["pid"]) != owner["started"]:
                _remove(Home(name=note.parent.name))


@contextmanager
def fresh_redis() -> Iterator[RunningRedis]:
    """A Redis server that nobody else uses."""
    place = Home(name=f"{home().name}/redis-{next(_numbers)}")
    try:
        yield RunningRedis(url=redis.up(place), home=place)
    finally:
        processes.stop(redis.NAME, place)


@contextmanager
def fresh_database(server: str = "") -> Iterator[str]:
    """An empty database.

    Args:
        server: The address of a database on another server, whose user may create databases.

    Yields:
        Its address.
    """
    name = f"{_prefix(home())}{next(_numbers)}"
    postgres.sql(f'CREATE DATABASE "{name}"', server=server or postgres.url("postgres"))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl() if server else postgres.url(name)
    finally:
        postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)', server=server or postgres.url("postgres"))


@contextmanager
def fresh_odoo(*, connector_url: str = "", hook_secret: str = "", cron_threads: int = 0) -> Iterator[RunningOdoo]:
    """An Odoo server on a fresh copy of the template with the addon as it stands now.

    Args:
        connector_url: Where the addon posts its commands.
        hook_secret: What it signs them with; a new one by default.
        cron_threads: Scheduled actions at a time; none by default.
    """
    run = home()
    number = next(_numbers)
    templates.build()
    server = odoo.Server(database=f"{_prefix(run)}{number}", port=processes.free_port(), cron_threads=cron_threads)
    templates.copy(server.database)
    secret = hook_secret or stack.fresh_secrets()["ODOO_HOOK_SECRET"]
    bot = templates.bot(server.database) or {"login": "admin", "password": "admin"}
    running = RunningOdoo(server=server, home=Home(name=f"{run.name}/odoo-{number}"), hook_secret=secret, **bot)
    templates.set_parameters(server.database, templates.parameters(server, connector_url, running.hook_secret))
    try:
        running.start()
        yield running
    finally:
        running.stop()
        templates.remove(server.database)


@contextmanager
def odoo_database(*, addon: bool = True) -> Iterator[OdooDatabase]:
    """A fresh database with Odoo's own apps, and with our addon as it stands now or without it."""
    run = home()
    number = next(_numbers)
    if addon:
        templates.build()
    name = f"{_prefix(run)}{number}"
    templates.copy(name, templates.TEMPLATE if addon else templates.BASE)
    try:
        yield OdooDatabase(name=name, home=Home(name=f"{run.name}/commands-{number}"))
    finally:
        templates.remove(name)


def addon_tests(tags: str = "/waimai_bridge", app: str = "") -> str:
    """Run the addon's own tests by Odoo's own runner, on a fresh copy of the template.

    Args:
        tags: Which of them, as Odoo's `--test-tags` has it.
        app: One of Odoo's apps that is installed beside the addon for them.

    Returns:
        What Odoo logged.
    """
    run = home()
    templates.build()
    database, place = f"{_prefix(run)}{next(_numbers)}", Home(name=f"{run.name}/addon")
    templates.copy(database)
    options = ["-d", database, "-u", "waimai_bridge", "--test-tags", tags, "--stop-after-init"]
    options += ["-i", app] if app else []
    argv = [*odoo.command(), "-c", str(odoo.configuration(place)), *options]
    try:
        with step("odoo: the addon's own tests"):
            env = {**os.environ, "LC_ALL": "C.UTF-8", **odoo.environment()}
            done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env, cwd=place.run)
        return done.stdout + done.stderr
    finally:
        templates.remove(database)


@contextmanager
def fresh_product(**more: str) -> Iterator[dict[str, str]]:
    """The whole product with services of its own: simulator, web, worker, sweep.

    Args:
        more: Further settings, or other values for ours.

    Yields:
        Its settings, as in `env` of `make up`.
    """
    ports = {name: processes.free_port() for name in ("WEB_PORT", "SIMULATOR_PORT")}
    settings = {**stack.fresh_secrets(), **stack.urls(ports)}
    settings |= {"CHROMIUM": chromium.program(), **stack.simulated(settings, {})}
    place = Home(name=f"{home().name}/product-{next(_numbers)}")
    secret = settings["ODOO_HOOK_SECRET"]
    with (
        fresh_database() as database_url,
        fresh_redis() as server,
        fresh_odoo(connector_url=settings["WEB_URL"], hook_secret=secret, cron_threads=1) as erp,
    ):
        settings |= {"DATABASE_URL": database_url, "REDIS_URL": server.url, **erp.settings(), **more}
        try:
            product.up(settings, place)
            yield settings
        finally:
            product.down(place)


def _prefix(run: Home) -> str:
    return run.name.replace("-", "_") + "_"


def _remove(run: Home) -> None:
    for file in run.run.rglob("*.pid"):
        processes.stop(file.stem, Home(name=str(file.parent.relative_to(CACHE))))
    postgres.up(run)
    kept = MAIN.logs / "tests"  # the logs of the last run that ended are worth a look when it failed
    shutil.rmtree(kept, ignore_errors=True)
    for log in run.run.rglob("logs/*.log"):
        private(kept)
        log.replace(kept / f"{log.parents[1].name}-{log.name}")
    for (name,) in postgres.sql(
        "SELECT datname FROM pg_database WHERE starts_with(datname, :'start')", start=_prefix(run)
    ):
        templates.remove(name)
    postgres.down(run)
    shutil.rmtree(run.run, ignore_errors=True)
