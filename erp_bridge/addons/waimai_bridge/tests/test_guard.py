from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestGuard(WaimaiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "sales_team.group_sale_manager,account.group_account_invoice,account.group_account_manager"
        cls.seller = new_test_user(cls.env, "seller", groups=groups)

    def sale(self, **more):
        order = self.write(self.document([("牛肉饭", "B-1", 2, 2600)], [("box", 100)], **more))
        return order.sale_order_id.with_user(self.seller).with_context(waimai_mirror=True)

    def plain(self, **values):
        line = {"product_id": self.cola.id, "product_uom_qty": 1, "price_unit": 3.0}
        partner = self.env["res.partner"].create({"name": "散客"})
        return self.env["sale.order"].create({"partner_id": partner.id, "order_line": [Command.create(line)], **values})

    def refused(self, *changes):
        for number, change in enumerate(changes):
            with self.subTest(number), self.assertRaises(UserError) as caught:
                change()
            self.assertIn("platform order instead", str(caught.exception), number)

    def test_a_platforms_sale_is_not_changed_by_hand(self):
        sale = self.sale()
        dish = sale.order_line.filtered(lambda line: line.waimai_key == "item:1")
        before = sale.order_line.read()
        extra = {"product_id": self.cola.id, "product_uom_qty": 1, "price_unit": 3.0}
        note = {"display_type": "line_note", "name": "少辣", "order_id": sale.id}
        elsewhere = self.env["stock.warehouse"].create({"name": "别处", "code": "XX"})
        mass = self.env["sale.mass.cancel.orders"].with_user(self.seller).create({"sale_order_ids": sale.ids})
        self.refused(
            sale.action_cancel,
            sale.sudo().action_cancel,
            mass.action_mass_cancel,
            lambda: sale.write({"state": "draft"}),
            lambda: sale.write({"waimai_order_id": False}),
            lambda: sale.write({"warehouse_id": elsewhere.id}),
            lambda: sale.write({"order_line": [Command.create(extra)]}),
            lambda: sale.write({"order_line": [Command.update(dish.id, {"price_unit": 0.01})]}),
            lambda: sale.order_line.create({**extra, "order_id": sale.id}),
            lambda: sale.order_line.create({**extra, "is_downpayment": True, "order_id": sale.id}),
            lambda: sale.order_line.create({**note, "waimai_key": "item:9"}),
            lambda: self.plain().order_line.write({"order_id": sale.id}),
            lambda: dish.write({"order_id": self.plain().id}),
            lambda: dish.write({"waimai_key": "item:9"}),
            lambda: dish.write({"is_downpayment": True}),
            lambda: dish.write({"product_id": self.cola.id}),
            lambda: dish.write({"product_uom_qty": 1}),
            lambda: dish.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id}),
            *(
                lambda name=name, value=value: dish.write({name: value})
                for name, value in (("price_unit", 0.01), ("discount", 50), ("tax_ids", False), ("price_total", 1))
            ),
            lambda: self.plain(waimai_order_id=sale.sudo().waimai_order_id.id),
            lambda: self.plain().write({"waimai_order_id": sale.sudo().waimai_order_id.id}),
        )
        self.assertEqual(sale.order_line.read(), before)
        self.assertEqual((sale.state, sale.amount_total), ("sale", 53.0))

    def test_a_cancelled_one_stays_cancelled_and_whole(self):
        sale = self.sale(sale="cancelled", state="refunded")
        self.assertEqual(sale.state, "sale" if sale.amount_total == 0 else "cancel")
        self.refused(sale.action_draft, sale.unlink, sale.order_line.unlink)
        self.assertTrue(sale.exists())

    def test_what_else_odoo_does_with_a_sale_goes_on(self):
        sale = self.sale(sale="done", state="completed", consumed=True)
        tag = self.env["crm.tag"].create({"name": "外卖"})
        sale.write({"note": "备注", "tag_ids": [Command.link(tag.id)], "client_order_ref": "X"})
        sale.message_post(body="看过")
        sale.action_lock()
        sale.action_unlock()
        sale.order_line[:1].qty_delivered = 1
        sale.order_line[:1].qty_delivered = 2
        note = sale.order_line.create({"display_type": "line_note", "name": "少辣", "order_id": sale.id})
        note.unlink()
        wizard = self.env["sale.advance.payment.inv"].with_user(self.seller)
        context = {"active_model": "sale.order", "active_ids": sale.ids}
        wizard = wizard.with_context(**context).create({"advance_payment_method": "fixed", "fixed_amount": 10})
        wizard.create_invoices()
        sale.invoice_ids.action_post()
        sale._create_invoices(final=True).action_post()
        self.assertEqual(sale.invoice_status, "invoiced")
        self.assertEqual((sale.amount_total, round(sum(sale.invoice_ids.mapped("amount_total")), 2)), (53.0, 53.0))

    def test_plain_sales_are_as_ever(self):
        sale = self.plain().with_user(self.seller)
        sale.action_confirm()
        sale.order_line.write({"price_unit": 4.0, "product_uom_qty": 2})
        sale.action_cancel()
        sale.action_draft()
        sale.order_line.unlink()
        sale.action_cancel()
        sale.unlink()
        self.assertFalse(sale.exists())

    def test_a_dish_sold_on_a_platform_can_get_another_unit(self):
        document = self.document([("美式咖啡", "C-1", 2, 1200)])
        order = self.write(document)
        dozen = self.env.ref("uom.product_uom_dozen")
        self.coffee.product_tmpl_id.with_context(waimai_mirror=False).uom_id = dozen
        self.assertEqual(order.sale_order_id.order_line.product_uom_id, dozen)
        self.assertEqual(order.sale_order_id.amount_total, 24.0)

    def test_gone_with_its_order_a_sale_is_free(self):
        order = self.write(self.document([("牛肉饭", "B-1", 1, 2600)]))
        sale = order.sale_order_id
        order.sudo().unlink()
        sale.action_cancel()
        sale.unlink()
        self.assertFalse(sale.exists())
