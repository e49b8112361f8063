"""What install and uninstall do beyond the data files."""

DIGITS = 4  # of quantities: a gram is the thousandth part of the kilo that a material is kept in


def pre_init_hook(env):
    """Take up again what an earlier installation left."""
    _rename(env, ATTIC, "waimai_bridge")


def post_init_hook(env):
    """Four digits for quantities (18 g of beans kept in kg), taxes and accounts for every company in CNY."""
    precision = env.ref("uom.decimal_product_uom", raise_if_not_found=False) or env["decimal.precision"].search(
        [("name", "=", "Product Unit")], limit=1
    )
    precision.digits = max(precision.digits, DIGITS)
    lang = "zh_CN" if env["res.lang"]._get_data(code="zh_CN").active else env.user.lang
    bot = env.ref("waimai_bridge.user_bot")
    bot.write({"active": True, "lang": lang})
    env["res.company"].with_context(lang=lang)._waimai_set_up_all()


def uninstall_hook(env):
    """Take the bot's access away and forget the connector's secret. Sales, moves and products stay."""
    bot = env.ref("waimai_bridge.user_bot", raise_if_not_found=False)
    if bot:
        bot.sudo().active = False
        env["res.users.apikeys"].sudo().search([("user_id", "=", bot.id)]).unlink()
    env["ir.config_parameter"].search([("key", "=like", "waimai_bridge.%")]).unlink()
    _rename(env, "waimai_bridge", ATTIC)


def _rename(env, old, new):
    """Keep our records by moving their names out of the module that is uninstalled, or back into it."""
    names = env["ir.model.data"].sudo().search([("module", "=", old), ("name", "in", KEPT)])
    names.write({"module": new, "noupdate": True})
    names.flush_recordset()  # names are looked up by SQL


# Records of our data files that live on without the addon, because orders and invoices point at them.
ATTIC = "__waimai_bridge__"
KEPT = (
    "user_bot",
    "user_bot_res_partner",
    "partner_eleme",
    "partner_meituan",
    "category_fees",
    *(f"product_{name}" for name in ("box", "delivery", "delivery_platform", "discount_shop", "discount_platform")),
    *(f"product_{name}" for name in ("rounding", "refund", "unknown")),
    *(f"product_{name}_product_template" for name in ("box", "delivery", "delivery_platform", "discount_shop")),
    *(f"product_{name}_product_template" for name in ("discount_platform", "rounding", "refund", "unknown")),
)
