"""Brings a whole stack up, tells its addresses, takes it down.

The addresses and secrets of a running stack stand in `env` of its home (`.cache/run/env`), one `NAME=value` per line, under the names
of the product's own settings. Services that the caller's environment names are used instead of ours.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import apt, chromium, odoo, postgres, processes, product, redis, templates, venvs
from .places import MAIN, Home, alone, write_secret
from .report import Trouble, say

ODOO_SETTINGS = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_PASSWORD")
DEFAULT_PORTS = {"WEB_PORT": 8000, "ODOO_PORT": 8069, "SIMULATOR_PORT": 8010}
PARTS: dict[str, Callable[[], None]] = {
    "python": venvs.create_app,
    "odoo": odoo.setup,
    "odoo-python": venvs.create_odoo,
    "redis": redis.setup,
    "chromium": chromium.setup,
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted of a stack.

    Attributes:
        home: Its folder.
        database: Odoo's database.
        fresh: Whether that database starts anew from the template.
        addon: Whether our addon is in it.
        app: Whether the product's own processes run.
        cron_threads: Odoo's scheduled actions at a time.
        environ: The caller's environment.
    """

    home: Home
    database: str
    fresh: bool = False
    addon: bool = True
    app: bool = True
    cron_threads: int = 1
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


def setup(parts: list[str] | None = None) -> None:
    """Fetch and unpack everything that is missing, several things at a time."""
    apt.use_proxy_of_apt()
    chosen = [PARTS[name] for name in parts or PARTS]
    with ThreadPoolExecutor(len(chosen)) as pool:
        for done in [pool.submit(part) for part in chosen]:
            done.result()


def up(wish: Wish) -> dict[str, str]:
    """Bring a stack up; what runs already is left running.

    Returns:
        The settings that are written to its `env`.
    """
    with alone(f"up-{wish.home.name}"):
        ports = _ports(wish)
        external_odoo = _external_odoo(wish.environ)
        setup()
        settings = _kept_secrets(wish) | _databases(wish, own_odoo=not external_odoo)
        settings |= {"CHROMIUM": chromium.program()} | _urls(ports)
        settings |= external_odoo or _odoo(wish, ports["ODOO_PORT"], settings)
        write_secret(wish.home.run / "env", "".join(f"{key}={value}\n" for key, value in sorted(settings.items())))
        if wish.app:
            for process in product.processes(settings):
                processes.start(process, wish.home)
        return settings


def down(home: Home) -> list[str]:
    """End what the stack started.

    Returns:
        The names of what was running.
    """
    with alone(f"up-{home.name}"):
        # The product first: it has connections to everything else.
        order = sorted(processes.names(home), key=lambda name: (name in {odoo.NAME, redis.NAME}, name))
        ended = [name for name in order if processes.stop(name, home)]
        if postgres.down():
            ended.append(postgres.NAME)
        return ended


def read_env(home: Home) -> dict[str, str]:
    """The settings of a stack that was brought up.

    Raises:
        Trouble: It was not.
    """
    path = home.run / "env"
    if not path.exists():
        raise Trouble("no stack was brought up here: run `make up`")
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def status(home: Home) -> list[tuple[str, str]]:
    """Each program of a stack with its state."""
    found = [(name, processes.running(name, home)) for name in processes.names(home)]
    found.append((postgres.NAME, processes.running(postgres.NAME, postgres.HOME)))
    return [(name, f"running, process {pid}" if pid else "not running") for name, pid in found]


def _ports(wish: Wish) -> dict[str, int]:
    note = wish.home.run / "ports.json"
    if wish.home == MAIN:
        ports = {name: _port(name, wish.environ) for name in DEFAULT_PORTS}
        if len(set(ports.values())) < len(ports):
            raise Trouble(f"{', '.join(ports)} must differ")
        own = _external_odoo(wish.environ) == {}
        if own:
            processes.claim_port("ODOO_PORT", ports["ODOO_PORT"], odoo.NAME, wish.home)
        if wish.app:
            product.claim_ports(ports, wish.home)
    elif note.exists() and processes.running(odoo.NAME, wish.home):
        ports = dict(json.loads(note.read_text()))
    else:
        ports = {name: processes.free_port() for name in DEFAULT_PORTS}
    write_secret(note, json.dumps(ports))
    return ports


def _port(name: str, environ: Mapping[str, str]) -> int:
    value = environ.get(name) or str(DEFAULT_PORTS[name])
    if not value.isdigit() or not 0 < int(value) < 1 << 16:
        raise Trouble(f"{name}={value} is not a port number")
    return int(value)


def _external_odoo(environ: Mapping[str, str]) -> dict[str, str]:
    if not environ.get("ODOO_URL"):
        return {}
    missing = [name for name in ODOO_SETTINGS if not environ.get(name)]
    if missing:
        raise Trouble(f"ODOO_URL is set, so {', '.join(missing)} must be set too")
    return {name: environ[name] for name in ODOO_SETTINGS}


def _kept_secrets(wish: Wish) -> dict[str, str]:
    """Secrets that stay the same from start to start; the caller's own win."""
    path = wish.home.run / "secrets.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    fresh = {
        "ODOO_HOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "SESSION_SECRET": secrets.token_urlsafe(32),
        "CONSOLE_PASSWORD": secrets.token_urlsafe(12),
    }
    write_secret(path, json.dumps(fresh | kept))
    return {name: wish.environ.get(name) or value for name, value in (fresh | kept).items()}


def _databases(wish: Wish, *, own_odoo: bool) -> dict[str, str]:
    database_url, redis_url = wish.environ.get("DATABASE_URL"), wish.environ.get("REDIS_URL")
    if own_odoo or not database_url:
        postgres.up()
    if not database_url:
        name = f"{wish.database}_bridge"
        if not postgres.exists(name):
            postgres.create(name, "waimai")
        database_url = postgres.url(name)
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url or redis.up(wish.home)}


def _urls(ports: Mapping[str, int]) -> dict[str, str]:
    names = {"WEB_PORT": "WEB_URL", "SIMULATOR_PORT": "SIMULATOR_URL"}
    return {names[port]: f"http://{processes.LOOPBACK}:{ports[port]}" for port in names}


def _odoo(wish: Wish, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    server = odoo.Server(database=wish.database, port=port, cron_threads=wish.cron_threads)
    key = templates.build() if wish.addon else ""
    parameters = {
        "waimai_bridge.connector_url": settings["WEB_URL"],
        "waimai_bridge.hook_secret": settings["ODOO_HOOK_SECRET"],
        "web.base.url": server.url,
    }
    _serve(wish, server, key, parameters)
    admin = {"ODOO_ADMIN_LOGIN": "admin", "ODOO_ADMIN_PASSWORD": "admin"}
    bot = templates.bot(wish.database) or {"login": "admin", "password": "admin"}
    return admin | dict(zip(ODOO_SETTINGS, (server.url, server.database, bot["login"], bot["password"]), strict=True))


def _serve(wish: Wish, server: odoo.Server, key: str, parameters: dict[str, str]) -> None:
    """See to a running server on a database with the present addon."""
    note = wish.home.run / "odoo.json"
    state = json.dumps([key, server.port, server.cron_threads, parameters])
    present = postgres.exists(wish.database) and not wish.fresh
    if present and note.exists() and note.read_text() == state and processes.running(odoo.NAME, wish.home):
        processes.start(odoo.process(server, wish.home), wish.home)  # waits until it answers
        return
    processes.stop(odoo.NAME, wish.home)
    if not present:
        templates.copy(wish.database, templates.TEMPLATE if wish.addon else templates.BASE)
    elif wish.addon and templates.comment(wish.database) != key:
        say(f"  the addon has changed: database {wish.database} is upgraded, its data stay")
        templates.upgrade(wish.database, wish.home)
        templates.finish(wish.database, key)
    templates.set_parameters(wish.database, parameters)
    processes.start(odoo.process(server, wish.home), wish.home)
    write_secret(note, state)
