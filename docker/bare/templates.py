"""Odoo databases that are made once and then copied, which takes a second instead of a minute.

Two of them: `waimai_base` has Odoo's own apps, the Chinese chart of accounts and language; `waimai_template` is its copy with our
addon, the bot user, and every asset bundle built. A database's comment holds the key of what it was made from and is written
last, so an interrupted one is never taken for a finished one.
"""

import json
import os
import shutil
from pathlib import Path

from . import odoo, postgres
from .places import ADDON, BARE, CACHE, ODOO_DATA, Home, alone, digest, private, write_secret
from .report import step

BASE = "waimai_base"
TEMPLATE = "waimai_template"
APPS = ("sale_management", "sale_stock", "sale_mrp", "l10n_cn")
LANGUAGE = "zh_CN"
COUNTRY = "CN"
TIME_ZONE = "Asia/Shanghai"
NOT_CODE = {"__pycache__"}
HOME = Home(name="templates")

# Bundles of scripts and styles that a browser would wait for. Those of tests are never looked at, and those of the back office
# have the addon in them, so that the base need not have them.
BUNDLES_SCRIPT = """
def bundles(wanted):
    scripts, styles = env["ir.qweb"]._get_bundles_to_pregenarate()
    for name in sorted(filter(wanted, scripts)):
        env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
    for name in sorted(filter(wanted, styles)):
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()
"""
BASE_SCRIPT = f"""{BUNDLES_SCRIPT}
env.ref("base.user_admin").write({{"tz": "{TIME_ZONE}", "lang": "{LANGUAGE}"}})
bundles(lambda name: "test" not in name and "assets_web" not in name)
env.cr.commit()
"""
BOT_SCRIPT = f"""{BUNDLES_SCRIPT}
import json, os
group = env.ref("waimai_bridge.group_bot", raise_if_not_found=False)
result = {{}}
if group:
    Users = env["res.users"].with_context(no_reset_password=True)
    bot = Users.search([("login", "=", "waimai-bot")])
    values = {{"group_ids": [(6, 0, [group.id])], "tz": "{TIME_ZONE}"}}
    if bot:
        bot.write(values)
    else:
        bot = Users.create({{"login": "waimai-bot", "name": "waimai-bot", **values}})
    env["res.users.apikeys"].sudo().search([("user_id", "=", bot.id)]).unlink()
    key = env["res.users.apikeys"].with_user(bot).sudo()._generate("rpc", "waimai connector", None)
    result = {{"login": "waimai-bot", "password": key}}
bundles(lambda name: "test" not in name)
env.cr.commit()
with os.fdopen(os.open(os.environ["RESULT"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    json.dump(result, file)
"""


def build() -> str:
    """Make the template with the addon as it stands now, unless it is there.

    Returns:
        Its key: it changes with the addon, with Odoo and with what is installed.
    """
    key = addon_key()
    with alone("templates"):
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
        _build_base()
        remove(target)
        _copy(source, target)
        if _bot_file(source).exists():
            write_secret(_bot_file(target), _bot_file(source).read_text())
        finish(target, comment(source))


def upgrade(database: str, home: Home) -> None:
    """Install the addon into a database, or bring it up to its present code; then see to the bot and the bundles."""
    if (ADDON / "__manifest__.py").exists():
        present = postgres.sql(
            "SELECT 1 FROM ir_module_module WHERE name = 'waimai_bridge' AND state = 'installed'", database
        )
        verb = "-u" if present else "-i"
        odoo.run(f"addon into {database}", home, "-d", database, verb, "waimai_bridge", "--stop-after-init")
    odoo.shell(f"bot and asset bundles of {database}", home, database, BOT_SCRIPT, {"RESULT": str(_bot_file(database))})


def finish(database: str, key: str) -> None:
    """Note what a database was made from; written last, so that an interrupted one is not taken for a finished one."""
    postgres.sql(f'COMMENT ON DATABASE "{database}" IS {postgres.quoted(key)}')


def bot(database: str) -> dict[str, str]:
    """Login and API key of the connector's user in a database; empty while the addon has no group for it."""
    path = _bot_file(database)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def set_parameters(database: str, values: dict[str, str]) -> None:
    """Write system parameters of a database that no server has open."""
    for key, value in values.items():
        postgres.sql(
            "INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date, write_date)"
            f" VALUES ({postgres.quoted(key)}, {postgres.quoted(value)}, 1, 1, now(), now())"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, write_date = now()",
            database,
        )


def remove(database: str) -> None:
    """Drop a database with its files and its bot's key."""
    postgres.drop(database)
    shutil.rmtree(_filestore(database), ignore_errors=True)
    _bot_file(database).unlink(missing_ok=True)


def comment(database: str) -> str:
    """The key of what a database was made from; empty if there is none."""
    rows = postgres.sql(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
        f" WHERE datname = {postgres.quoted(database)}"
    )
    return rows[0][0] if rows else ""


def base_key() -> str:
    """Changes with Odoo's packages and with what is installed into the base."""
    lock = (BARE / "odoo.lock").read_bytes()
    return digest(odoo.version(), lock, *APPS, LANGUAGE, COUNTRY, TIME_ZONE, BASE_SCRIPT)


def addon_key() -> str:
    """Changes with every file of the addon, and with the base."""
    files = [path for path in sorted(ADDON.rglob("*")) if path.is_file() and not NOT_CODE & set(path.parts)]
    contents = [part for path in files for part in (str(path.relative_to(ADDON)), path.read_bytes())]
    return digest(base_key(), BOT_SCRIPT, *contents)


def _build_base() -> None:
    if comment(BASE) == base_key():
        return
    remove(BASE)
    odoo.run("new database", HOME, "db", "init", "--force", BASE, "--country", COUNTRY)
    apps = ",".join(APPS)
    odoo.run("apps", HOME, "-d", BASE, "-i", apps, "--load-language", LANGUAGE, "--stop-after-init")
    odoo.shell("asset bundles", HOME, BASE, BASE_SCRIPT, {})
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
