"""Who may call what: every public method of ours asks first."""

from odoo.exceptions import AccessError

BOT = "waimai_bridge.group_bot"
DESK = "waimai_bridge.group_desk"
MANAGER = "waimai_bridge.group_manager"


def _is(env, *groups):
    return env.su or any(env.user.has_group(group) for group in groups)


def check_bot(env):
    """Only the connector's user (or Odoo itself) goes on; its call is a sign of life."""
    if not _is(env, BOT):
        raise AccessError(env._("Only the waimai connector may do this."))
    env["waimai.pulse"]._beat()


def check_staff(env):
    """Only shop staff and managers press buttons."""
    if not _is(env, DESK, MANAGER):
        raise AccessError(env._("Only shop staff may do this."))


def check_manager(env):
    """Only managers map products and change recipes of an order."""
    if not _is(env, MANAGER):
        raise AccessError(env._("Only a waimai manager may do this."))


def chosen_product(items, vals):
    """The product that these values of a write give dishes: only a manager may choose it, and nothing else of them."""
    check_manager(items.env)
    items.check_access("write")
    if set(vals) != {"product_id"}:
        raise AccessError(items.env._("Only the product of a dish can be changed."))
    return items.sudo().env["product.product"].browse(vals["product_id"] or [])
