"""A menu as the connector reports it."""

from .common import WaimaiCase


class MenuCase(WaimaiCase):
    def row(self, number, code="", name="牛肉饭", **more):
        return {
            "platform_item": f"15300{number}",
            "platform_sku": f"77{number}",
            "sku_code": code,
            "barcode": "",
            "name": name,
            "spec": "",
            "category": "盖饭",
            "price": 2600,
            "on_sale": True,
            "stock": None,
            **more,
        }

    def pull(self, *rows, store=None):
        """Press the button and let the connector answer with these rows; returns the store's menu by its number."""
        store = store or self.store
        [number] = store.action_pull_menu()
        self.report(number, menu=list(rows))
        return self.menu(store)

    def report(self, number, state="done", **more):
        self.assertEqual(
            self.env["waimai.command"].report([{"command_id": number, "state": state, "result": "好", **more}]),
            [number],
        )
        self.env.invalidate_all()

    def menu(self, store=None):
        items = (store or self.store).with_context(active_test=False).menu_item_ids
        return {item.platform_item.removeprefix("15300"): item for item in items}
