from odoo.addons.waimai_bridge.hooks import KEPT, post_init_hook, pre_init_hook, uninstall_hook
from odoo.tests import tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestHooks(WaimaiCase):
    def test_quantities_have_four_digits(self):
        precision = self.env["decimal.precision"].search([("name", "=", "Product Unit")])
        precision.digits = 2
        post_init_hook(self.env)
        self.assertEqual(precision.digits, 4)
        precision.digits = 6
        post_init_hook(self.env)
        self.assertEqual(precision.digits, 6, "never lowered: that would round what is there")

    def test_uninstall_closes_the_door_and_keeps_the_books(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)], consumed=True))
        sale, moves = order.sale_order_id, order.consumption_ids.move_id
        bot = self.env.ref("waimai_bridge.user_bot")
        self.env["res.users.apikeys"].with_user(bot).sudo()._generate("rpc", "test", None)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("waimai_bridge.hook_secret", "whsec_eA==")
        kept = [self.env.ref(f"waimai_bridge.{name}") for name in KEPT]
        uninstall_hook(self.env)
        self.assertFalse(bot.active)
        self.assertFalse(self.env["res.users.apikeys"].sudo().search([("user_id", "=", bot.id)]))
        self.assertFalse(parameters.get_param("waimai_bridge.hook_secret"))
        self.assertFalse(self.env["ir.model.data"].search([("module", "=", "waimai_bridge"), ("name", "in", KEPT)]))
        self.assertTrue(all(record.exists() for record in kept))
        self.assertTrue(sale.exists() and moves.exists())
        pre_init_hook(self.env)
        post_init_hook(self.env)
        self.assertEqual([self.env.ref(f"waimai_bridge.{name}") for name in KEPT], kept, "installed again: taken up")
        self.assertTrue(bot.active)
