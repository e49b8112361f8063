"""Odoo databases that are made once and then copied, which takes a second instead of a minute.

Two of them: `waimai_base` has Odoo's own apps, the Chinese chart of accounts and language; `waimai_template` is its
copy with our addon, the bot user, and every asset bundle built. A database's comment holds the key of what it was made
from and is written last, so an interrupted one is never taken for a finished one.
"""

import json
import os
import shutil
from pathlib import Path

from . import odoo, postgres, shell_scripts
from .places import ADDON, BARE, CACHE, ODOO_DATA, Home, alone, digest, private, write_secret
from .report import step

BASE = "waimai_base"
TEMPLATE = "waimai_template"
APPS = "sale_management,sale_stock,sale_mrp,l10n_cn"
COUNTRY = "CN"  # given at creation, so that the company's books are in CNY
NOT_CODE = {"__pycache__"}
HOME = Home(name="templates")
INSTALLED = "SELECT 1 FROM ir_module_module WHERE name = 'waimai_bridge' AND state = 'installed'"
SET_PARAMETER = """
    INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date, write_date)
    VALUES (:'key', :'value', 1, 1, now(), now())
    ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, write_date = now()
"""
READ_COMMENT = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = :'name'"


def build() -> str:
    """Make the template with the addon as it stands now, unless it is there.

    Returns:
        Its key: it changes with the addon, with Odoo and with what is installed.
    """
    with alone("templates"):
        key = addon_key()
        if comment(TEMPLATE) != key:
            _build_base()
            remove(TEMPLATE)
            _copy(BASE, TEMPLATE)
            upgrade(TEMPLATE, HOME)
            finish(TEMPLATE, key)
    return key


def copy(target: str, source: str = TEMPLATE) -> None:
    """Make a database as a copy of a template, with its files and its bot."""
    with alone("templates"), step(f"odoo: new database {target}"):
        if source == BASE:
            _build_base()
        remove(target)
        _copy(source, target)
        if _bot_file(source).exists():
            write_secret(_bot_file(target), _bot_file(source).read_text())
        finish(target, comment(source))


def upgrade(database: str, home: Home) -> None:
    """Install the addon into a database, or bring it up to its present code; then see to the bot and the bundles."""
    if (ADDON / "__manifest__.py").exists():
        verb = "-u" if postgres.sql(INSTALLED, database) else "-i"
        odoo.run(f"addon into {database}", home, "-d", database, verb, "waimai_bridge", "--stop-after-init")
    result = {"RESULT": str(_bot_file(database))}
    odoo.shell(f"bot and asset bundles of {database}", home, database, shell_scripts.BOT, result)


def finish(database: str, key: str) -> None:
    """Note what a database was made from."""
    postgres.sql(f"COMMENT ON DATABASE \"{database}\" IS :'key'", key=key)


def bot(database: str) -> dict[str, str]:
    """Login and API key of the connector's user in a database; empty while the addon has no group for it."""
    path = _bot_file(database)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def parameters(server: odoo.Server, connector_url: str, hook_secret: str) -> dict[str, str]:
    """The system parameters of a database that a server and a connector of ours share."""
    own = {"waimai_bridge.connector_url": connector_url, "waimai_bridge.hook_secret": hook_secret}
    return own | {"web.base.url": server.url, "web.base.url.freeze": "True"}


def set_parameters(database: str, values: dict[str, str]) -> None:
    """Write system parameters of a database that no server has open."""
    for key, value in values.items():
        postgres.sql(SET_PARAMETER, database, key=key, value=value)


def remove(database: str) -> None:
    """Drop a database with its files and its bot's key."""
    postgres.drop(database)
    shutil.rmtree(_filestore(database), ignore_errors=True)
    _bot_file(database).unlink(missing_ok=True)


def comment(database: str) -> str:
    """The key of what a database was made from; empty if there is none."""
    rows = postgres.sql(READ_COMMENT, name=database)
    return rows[0][0] if rows else ""


def base_key() -> str:
    """Changes with Odoo's packages and with what is installed into the base."""
    return digest(odoo.version(), (BARE / "odoo.lock").read_bytes(), APPS, COUNTRY, shell_scripts.BASE)


def addon_key() -> str:
    """Changes with every file of the addon, and with the base."""
    files = [path for path in sorted(ADDON.rglob("*")) if path.is_file() and not NOT_CODE & set(path.parts)]
    contents = [part for path in files for part in (str(path.relative_to(ADDON)), path.read_bytes())]
    return digest(base_key(), shell_scripts.BOT, *contents)


def _build_base() -> None:
    if comment(BASE) == base_key():
        return
    remove(BASE)
    odoo.run("new database", HOME, "db", "init", "--force", BASE, "--country", COUNTRY)
    languages = ("--load-language", shell_scripts.LANGUAGE)
    odoo.run("apps", HOME, "-d", BASE, "-i", APPS, *languages, "--stop-after-init")
    odoo.shell("asset bundles", HOME, BASE, shell_scripts.BASE, {})
    finish(BASE, base_key())


def _copy(source: str, target: str) -> None:
    postgres.create(target, "odoo", source)
    if _filestore(source).exists():
        # Odoo never writes into a file of its store, it only adds and removes them: links are enough.
        shutil.copytree(_filestore(source), _filestore(target), copy_function=os.link)


def _filestore(database: str) -> Path:
    return ODOO_DATA / "filestore" / database


def _bot_file(database: str) -> Path:
    return private(CACHE / "templates") / f"bot-{database}.json"
