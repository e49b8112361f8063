from odoo import api, fields, models

from .access import check_manager
from .const import ALIVE
from .setup import BAD, HINT, OK, WAIT, told

BACK = ("cancelled", "refunded")


class WaimaiStore(models.Model):
    _inherit = "waimai.store"

    test_began = fields.Datetime(readonly=True, copy=False, help="Since when the set-up page waits for a test order.")
    test_after = fields.Integer(readonly=True, copy=False, help="The last order before it.")
    test_ref = fields.Char(readonly=True, copy=False, help="The test order's number at the platform, if it is known.")


class WaimaiSetup(models.AbstractModel):
    """The steps about stores, products and the test order."""

    _inherit = "waimai.setup"

    # -- 2: stores

    @api.model
    def complete(self):
        """Make what the stores and their companies still lack, once there is something to make it from.

        A chart of accounts may come after the store. Repeatable; what a person has set stays.
        """
        check_manager(self.env)
        self.env["waimai.store"].search([])._complete()
        return True

    def _stores_step(self, stores):
        checks = []
        if not stores:
            todo = self.env._("Add a store: name, platform and its number there are enough.")
            checks.append(told(BAD, self.env._("There is no store yet."), todo))
        return {"checks": checks, "rows": [{**self._named(store), "checks": self._store(store)} for store in stores]}

    def _named(self, store):
        return {
            "id": store.id,
            "name": store.name,
            "platform": store.platform,
            "platform_name": dict(store._fields["platform"]._description_selection(self.env))[store.platform],
            "number": store.platform_ref,
            "warehouse": store.warehouse_id.sudo().name or "",
        }

    def _store(self, store):
        _ = self.env._
        company, checks = store.company_id.sudo(), []
        if store.platform == "eleme" and not store.platform_ref.isdigit():
            checks.append(told(BAD, _("Ele.me's shop numbers have digits only."), _("Correct the store number.")))
        if not store.warehouse_id:
            checks.append(told(BAD, _("No warehouse."), _("Choose where its materials are taken from.")))
        if not company.waimai_tax_id:
            todo = _(
                "Press “Set up again”; if it finds no 6 % sales tax, choose one, included in the price, under Settings."
            )
            checks.append(told(BAD, _("%s has no tax for platform orders.", company.name), todo))
        if store.platform not in company.waimai_clearing_ids.mapped("platform"):
            todo = _("Install a chart of accounts for the company, then press “Set up again”.")
            checks.append(told(BAD, _("%s has no clearing account for this platform.", company.name), todo))
        if not store.user_ids:
            todo = _("Add shop staff to the store: so far only managers see its orders.")
            checks.append(told(HINT, _("No shop staff."), todo))
        checks.append(self._bound(store))
        return checks

    def _bound(self, store):
        """Whether the platform has proved that it knows this number."""
        _ = self.env._
        if store.menu_pulled_at:
            return told(OK, _("Bound: the platform gave its menu."))
        if self.env["waimai.order"].search_count([("store_id", "=", store.id)], limit=1):
            return told(OK, _("Bound: orders have come from it."))
        if store.menu_state == "refused":
            todo = _("Check the store number, and that the connector's app is authorised for this shop.")
            return told(BAD, _("The platform refused its menu: %s", store.menu_result or ""), todo)
        return told(WAIT, _("Not proved yet."), _("Pull its menu, or place a test order below."))

    # -- 3: products

    def _products_step(self, stores):
        rows = [{**self._named(store), **self._counts(store), "checks": self._menu(store)} for store in stores]
        todo = self.env._("Add a store first.")
        checks = [] if stores else [told(WAIT, self.env._("There is no menu without a store."), todo)]
        return {"checks": checks, "rows": rows}

    def _counts(self, store):
        pulled = store.menu_pulled_at
        return {
            "matching": store.match_products,
            "pulling": store.menu_state in ("open", "sent"),
            "pulled": fields.Datetime.context_timestamp(self, pulled).strftime("%m-%d %H:%M") if pulled else "",
            "counts": [store.menu_count, *(store[f"{name}_count"] for name in ("mapped", "unmapped", "double"))],
        }

    def _menu(self, store):
        _ = self.env._
        if not store.match_products:
            return [told(OK, _("Matching is off: orders only, no products, no materials."))]
        if store.menu_state in ("open", "sent"):
            return [
                told(WAIT, _("The menu is being pulled."), _("The connector asks the platform; this takes moments."))
            ]
        if store.menu_state == "refused":
            return [told(BAD, _("The menu was refused: %s", store.menu_result or ""), _("Press “Pull menu” again."))]
        if not store.menu_pulled_at:
            return [told(WAIT, _("The menu has not been pulled."), _("Press “Pull menu”."))]
        checks = []
        if store.unmapped_count:
            words = _("%s dishes have no product.", store.unmapped_count)
            checks.append(told(BAD, words, _("Open the menu and choose their products.")))
        if store.archived_count:
            words = _("%s dishes are on sale there and archived here.", store.archived_count)
            checks.append(told(BAD, words, _("Take them off sale, or restore the products.")))
        if store.double_count:
            words = _("%s dishes share a code.", store.double_count)
            checks.append(told(HINT, words, _("Give each size and product a code of its own.")))
        # Products are a manager's of Inventory to read; the counting is not.
        lacking = [item for item in store.sudo().menu_item_ids if item.product_id and item.recipe_state != "ok"]
        if lacking:
            names = "、".join(dict.fromkeys(item.name for item in lacking[:5]))
            words = _("%(count)s dishes have no usable recipe: %(names)s", count=len(lacking), names=names)
            checks.append(told(HINT, words, _("Give their products a bill of materials of type Kit.")))
        return checks or [told(OK, _("All %s dishes have their product and recipe.", store.menu_count))]

    # -- 4: a test order

    def _order_step(self, stores):
        _ = self.env._
        store = stores.filtered("test_began")[:1]
        if not store:
            return {
                "checks": [told(WAIT, _("No test order yet."), _("Choose a store and begin."))],
                "store_id": False,
            }
        order = self._test_order(store)
        step = {"store_id": store.id, "order_id": order.id, "sale_id": False, "may_accept": False}
        if not order:
            words = _("Waiting for the order %s to arrive.", store.test_ref or "")
            todo = _(
                "Does it not come within a minute: look at the first two steps, and at the platform's push settings."
            )
            return {**step, "checks": [told(OK, _("The test has begun.")), told(WAIT, words, todo)]}
        label = dict(order._fields["state"]._description_selection(self.env))[order.state]
        checks = [told(OK, _("Order %(name)s has arrived; it is: %(state)s.", name=order.display_name, state=label))]
        sale = order.sudo().sale_order_id
        if sale and order.sale_state in ALIVE:
            words = _(
                "It became the sales order %(name)s of %(total)s.", name=sale.name, total=f"¥{sale.amount_total:.2f}"
            )
            checks.append(told(OK, words))
            if order.warning:
                checks.append(told(HINT, order.warning, _("Open the order.")))
        elif order.state in BACK:
            checks.append(told(BAD, _("It was cancelled before it became a sale."), _("Place another one.")))
        elif order.state == "new":
            checks.append(
                told(WAIT, _("It waits to be accepted."), _("Accept it here, on the desk, or at the platform."))
            )
        else:
            words = _("The customer may still cancel; then it becomes a sale.")
            checks.append(told(WAIT, words, _("This takes as long as the store's cancel window.")))
        return {**step, "sale_id": sale.id, "may_accept": order.state == "new", "checks": checks}

    def _test_order(self, store):
        orders = self.env["waimai.order"]
        if store.test_ref:
            return orders.search([("store_id", "=", store.id), ("platform_ref", "=", store.test_ref)], limit=1)
        return orders.search([("store_id", "=", store.id), ("id", ">", store.test_after)], order="id", limit=1)
