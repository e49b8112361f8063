from odoo.tests import tagged
from odoo.tools import convert_file

from .common import WaimaiCase


@tagged("post_install", "-at_install")
class TestDemo(WaimaiCase):
    def test_the_demo_data_load_and_an_order_uses_their_recipes(self):
        for _again in range(2):
            convert_file(self.env, "waimai_bridge", "demo/demo.xml", {}, "init", noupdate=True)
        store = self.env.ref("waimai_bridge.demo_store_eleme")
        self.assertEqual((store.mapped_count, store.unmapped_count), (3, 1))
        self.assertEqual(self.env.ref("waimai_bridge.demo_store_meituan").mapped_count, 2, "one of them by its rule")
        order = self.write(self.document([("牛肉盖饭", "DEMO-101", 2, 2600)], store_ref=store.store_ref, consumed=True))
        self.assertEqual(order.sale_order_id.company_id, self.env.ref("waimai_bridge.demo_company"))
        rice, beef = (self.env.ref(f"waimai_bridge.demo_{name}") for name in ("rice", "beef"))
        self.assertEqual(self.rows(order), {rice: 0.3, beef: 0.16})
