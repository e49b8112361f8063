"""Brings a whole stack up, tells its addresses, takes it down.

The addresses and secrets of a running stack stand in `env` of its home (`.cache/run/env`), one `NAME=value` per line as
a shell reads it, under the names of the product's own settings. Services that the caller's environment names are used
instead of ours.
"""

import base64
import json
import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from . import apt, chromium, odoo, postgres, processes, product, redis, templates, venvs
from .places import MAIN, Home, alone, write_secret
from .report import Trouble, say

ODOO_SETTINGS = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_PASSWORD")
ODOO_DATABASE = "waimai"
OWN_DATABASE = "waimai_bridge"
DEFAULT_PORTS = {"WEB_PORT": 8000, "ODOO_PORT": 8069, "SIMULATOR_PORT": 8010}
PARTS: dict[str, Callable[[], None]] = {
    "python": venvs.create_app,
    "odoo": odoo.setup,
    "odoo-python": venvs.create_odoo,
    "redis": redis.setup,
    "chromium": chromium.setup,
}
FOR_TEMPLATES = ("odoo", "odoo-python")


def setup(parts: Sequence[str] = tuple(PARTS)) -> None:
    """Fetch and unpack what is missing, several things at a time."""
    for done in _begin(parts):
        done.result()


def prepare(home: Home) -> None:
    """Set everything up, with PostgreSQL running and the databases to copy made, as much at a time as possible."""
    setup(FOR_TEMPLATES)
    beside = _begin([name for name in PARTS if name not in FOR_TEMPLATES])  # the templates leave a core to them
    postgres.up(home)
    templates.build()
    for done in beside:
        done.result()


def up(environ: Mapping[str, str]) -> dict[str, str]:
    """Bring the stack up; what runs already is left running, and services that the environment names are used.

    Returns:
        The settings that are written to its `env`.
    """
    with alone("up"):
        external = external_odoo(environ)
        ports = _ports(environ, own_odoo=not external)
        if external:
            setup()
        else:
            prepare(MAIN)
        settings = kept_secrets(environ) | _databases(environ, own_odoo=not external)
        settings |= {"CHROMIUM": chromium.program()} | urls(ports)
        settings |= {name: environ[name] for name in product.DEFAULTS if name in environ}
        settings |= simulated(settings, environ)
        settings |= external or _odoo(ports["ODOO_PORT"], settings)
        write_secret(
            MAIN.run / "env", "".join(f"{key}={shlex.quote(value)}\n" for key, value in sorted(settings.items()))
        )
        product.up(settings, MAIN)
        return settings


def down() -> list[str]:
    """End what `up` started.

    Returns:
        The names of what was running.
    """
    with alone("up"):
        ended = product.down(MAIN)  # first: it has connections to everything else
        ended += [name for name in processes.names(MAIN) if processes.stop(name, MAIN)]
        if postgres.down(MAIN):
            ended.append(postgres.NAME)
        return ended


def status() -> list[tuple[str, str]]:
    """Each program of the stack with its state."""
    found = [(name, processes.running(name, MAIN)) for name in processes.names(MAIN)]
    found.append((postgres.NAME, processes.running(postgres.NAME, postgres.HOME)))
    return [(name, f"running, process {pid}" if pid else "not running") for name, pid in found]


def kept_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Secrets that stay the same from start to start; the caller's own win."""
    path = MAIN.run / "secrets.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    secret = {name: kept.get(name, value) for name, value in fresh_secrets().items()}
    write_secret(path, json.dumps(secret))
    return {name: environ.get(name) or value for name, value in secret.items()}


def fresh_secrets() -> dict[str, str]:
    """New secrets, and an application at each platform that exists on the simulated ones alone."""
    app = {"app_id": "20001", "key": secrets.token_hex(5), "secret": secrets.token_hex(20)}
    meituan = {"app_id": "900001", "secret": secrets.token_hex(16)}
    return {
        "ODOO_HOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "ELEME_APPS": json.dumps([app]),
        "MEITUAN_APPS": json.dumps([meituan]),
    }


def simulated(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the simulated platforms, but for a platform at which the caller has applications of his own."""
    found = {}
    if not environ.get("ELEME_APPS"):
        found["ELEME_API_URL"] = settings["SIMULATOR_URL"]
    if not environ.get("MEITUAN_APPS"):
        found |= {"MEITUAN_API_URL": f"{settings['SIMULATOR_URL']}/meituan", "PUBLIC_URL": settings["WEB_URL"]}
    return found


def urls(ports: Mapping[str, int]) -> dict[str, str]:
    """The settings that say where the product listens."""
    names = {"WEB_PORT": "WEB_URL", "SIMULATOR_PORT": "SIMULATOR_URL"}
    addresses = {names[port]: f"http://{processes.LOOPBACK}:{ports[port]}" for port in names}
    return addresses | {port: str(ports[port]) for port in names}


def _begin(parts: Sequence[str]) -> list[Future[None]]:
    apt.use_proxy_of_apt()
    pool = ThreadPoolExecutor()
    begun = [pool.submit(PARTS[name]) for name in parts]
    pool.shutdown(wait=False)
    return begun


def port_of(name: str, environ: Mapping[str, str]) -> int:
    """The port that a variable asks for, or the usual one.

    Raises:
        Trouble: It is not a port number.
    """
    value = environ.get(name) or str(DEFAULT_PORTS[name])
    if not value.isdigit() or not 0 < int(value) < 1 << 16:
        raise Trouble(f"{name}={value} is not a port number")
    return int(value)


def external_odoo(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of an Odoo that the caller has; empty if it is to be ours.

    Raises:
        Trouble: Some of them are missing.
    """
    if not environ.get("ODOO_URL"):
        return {}
    missing = [name for name in ODOO_SETTINGS if not environ.get(name)]
    if missing:
        raise Trouble(f"ODOO_URL is set, so {', '.join(missing)} must be set too")
    return {name: environ[name] for name in ODOO_SETTINGS}


def _ports(environ: Mapping[str, str], *, own_odoo: bool) -> dict[str, int]:
    ports = {name: port_of(name, environ) for name in DEFAULT_PORTS}
    if len(set(ports.values())) < len(ports):
        raise Trouble(f"{', '.join(ports)} must differ")
    if own_odoo:
        processes.claim_port("ODOO_PORT", ports["ODOO_PORT"], odoo.NAME, MAIN)
    product.claim_ports(ports, MAIN)
    return ports


def _databases(environ: Mapping[str, str], *, own_odoo: bool) -> dict[str, str]:
    database_url, redis_url = environ.get("DATABASE_URL"), environ.get("REDIS_URL")
    if own_odoo or not database_url:
        postgres.up(MAIN)
    if not database_url:
        if not postgres.exists(OWN_DATABASE):
            postgres.create(OWN_DATABASE, "waimai")
        database_url = postgres.url(OWN_DATABASE)
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url or redis.up(MAIN)}


def _odoo(port: int, settings: Mapping[str, str]) -> dict[str, str]:
    server = odoo.Server(database=ODOO_DATABASE, port=port)
    key = templates.build()
    shared = templates.parameters(server, settings["WEB_URL"], settings["ODOO_HOOK_SECRET"])
    _serve(server, key, {**shared, "waimai_bridge.simulator_url": settings["SIMULATOR_URL"]})
    admin = {"ODOO_ADMIN_LOGIN": "admin", "ODOO_ADMIN_PASSWORD": "admin"}
    bot = templates.bot(server.database) or {"login": "admin", "password": "admin"}
    return admin | dict(zip(ODOO_SETTINGS, (server.url, server.database, bot["login"], bot["password"]), strict=True))


def _serve(server: odoo.Server, key: str, parameters: dict[str, str]) -> None:
    """See to a running server on a database with the present addon."""
    note = MAIN.run / "odoo.json"
    state = json.dumps([key, server.port, parameters])
    present = postgres.exists(server.database)
    if present and note.exists() and note.read_text() == state and processes.running(odoo.NAME, MAIN):
        processes.start(odoo.process(server, MAIN), MAIN)  # waits until it answers
        return
    processes.stop(odoo.NAME, MAIN)
    if not present:
        templates.copy(server.database, templates.TEMPLATE)
    elif templates.comment(server.database) != key:
        say(f"  the addon has changed: database {server.database} is upgraded, its data stay")
        templates.upgrade(server.database, MAIN)
        templates.finish(server.database, key)
    templates.set_parameters(server.database, parameters)
    processes.start(odoo.process(server, MAIN), MAIN)
    write_secret(note, state)
