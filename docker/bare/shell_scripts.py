"""What is run in `odoo shell` while the templates are made. `env` is Odoo's, as its administrator."""

LANGUAGE = "zh_CN"
TIME_ZONE = "Asia/Shanghai"
BOT_LOGIN = "waimai-bot"

# Bundles of scripts and styles that a browser would have to wait for.
_BUNDLES = """
def bundles(wanted):
    scripts, styles = env["ir.qweb"]._get_bundles_to_pregenarate()
    for name in sorted(filter(wanted, scripts)):
        env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
    for name in sorted(filter(wanted, styles)):
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()
"""

# The bundles of the back office have the addon in them, so the base does without them; those of tests nobody asks for.
BASE = f"""{_BUNDLES}
env.ref("base.user_admin").write({{"tz": "{TIME_ZONE}", "lang": "{LANGUAGE}", "tour_enabled": False}})
bundles(lambda name: "test" not in name and "assets_web" not in name)
env.cr.commit()
"""

# The connector's user has our group and no other. Its key has no end, which only the set-up may give; one that works is
# kept, because processes that run have it.
BOT = f"""{_BUNDLES}
import json, os
path = os.environ["RESULT"]
group = env.ref("waimai_bridge.group_bot", raise_if_not_found=False)
result = {{}}
if group:
    Users = env["res.users"].with_context(no_reset_password=True)
    values = {{"group_ids": [(6, 0, group.ids)], "tz": "{TIME_ZONE}"}}
    bot = Users.search([("login", "=", "{BOT_LOGIN}")])
    if bot:
        bot.write(values)
    else:
        bot = Users.create({{"login": "{BOT_LOGIN}", "name": "{BOT_LOGIN}", **values}})
    Keys = env["res.users.apikeys"]
    key = json.load(open(path)).get("password") if os.path.exists(path) else None
    if not key or Keys._check_credentials(scope="rpc", key=key) != bot.id:
        Keys.sudo().search([("user_id", "=", bot.id)]).unlink()
        key = Keys.with_user(bot).sudo()._generate("rpc", "waimai connector", None)
    result = {{"login": bot.login, "password": key}}
bundles(lambda name: "test" not in name)
env.cr.commit()
with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    json.dump(result, file)
"""
