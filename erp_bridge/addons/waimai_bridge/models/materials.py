from odoo import fields, models
from odoo.tools import float_is_zero, float_round

from .const import ALIVE
from .days import day_of


class WaimaiOrder(models.Model):
    """Materials: what an order should have used less what it has used, posted in one move per store and material."""

    _inherit = "waimai.order"

    def _settle_materials(self):
        """Bring the planned and the posted rows to what the orders want, in either direction."""
        rows = self.env["waimai.consumption"].search([("order_id", "in", self.ids)]).grouped("order_id")
        nothing = self.env["waimai.consumption"]
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        creations, posts, gone = [], nothing, nothing
        for order in self:
            here = rows.get(order, nothing)
            wanted_plan, wanted_posts = order._missing(here, digits)
            planned = here.filtered(lambda row: not row.move_id)
            for product, quantity, post in [
                *((p, q, False) for p, q in wanted_plan),
                *((p, q, True) for p, q in wanted_posts),
            ]:
                row = planned.filtered(lambda row, product=product: row.product_id.id == product)[:1]
                planned -= row
                if not row:
                    creations.append((order, product, quantity, post))
                    continue
                if row.quantity != quantity:
                    row.quantity = quantity
                posts |= row if post else nothing
            gone |= planned
        gone.unlink()
        created = nothing.create(
            [
                {"order_id": order.id, "store_id": order.store_id.id, "product_id": product, "quantity": quantity}
                for order, product, quantity, _post in creations
            ]
        )
        posts |= nothing.browse([row.id for row, creation in zip(created, creations, strict=True) if creation[3]])
        posts._post()

    def _missing(self, rows, digits):
        """([(material, quantity) to be planned], [(material, quantity) to be posted now, negative: taken back])."""
        used = self._used(digits)
        posted = {}
        for row in rows.filtered("move_id"):
            posted[row.product_id.id] = posted.get(row.product_id.id, 0.0) + row.quantity
        if not self.consumed:
            plan, post = used, {material: -quantity for material, quantity in posted.items()}
        else:
            materials = self.env["product.product"].browse({*used, *posted})
            rest = {m.id: used.get(m.id, 0.0) - posted.get(m.id, 0.0) for m in materials}
            # Tracked by lot: nobody has said which lot, so they stay planned (the order carries the warning).
            tracked = set(materials.filtered(lambda material: material.tracking != "none").ids)
            plan = {material: quantity for material, quantity in rest.items() if material in tracked}
            post = {material: quantity for material, quantity in rest.items() if material not in tracked}
        return tuple(
            [(m, float_round(q, precision_digits=digits)) for m, q in part.items() if not float_is_zero(q, digits)]
            for part in (plan, post)
        )

    def _used(self, digits):
        """{material id: quantity} by the recipes frozen at import; rounded once per order and material."""
        used = {}
        if self.sale_state not in ALIVE:
            return used
        returned = self._returned()
        for item in self.item_ids:
            pieces = item.used
            if item.returnable:
                whole = self.sale_state == "reversed"
                pieces = 0.0 if whole else max(min(pieces, item.quantity - returned.get(item.line, 0.0)), 0.0)
            for material, quantity in (item.recipe or {}).items():
                used[int(material)] = used.get(int(material), 0.0) + quantity * pieces
        return {material: float_round(quantity, precision_digits=digits) for material, quantity in used.items()}

    def _returned(self):
        """{line: pieces} that granted refunds name; of returnable products these go back to stock."""
        pieces = {}
        for refund in self.refund_ids.filtered(lambda refund: refund.status == "granted"):
            for part in refund.lines or []:
                pieces[part["line"]] = pieces.get(part["line"], 0.0) + part["quantity"]
        return pieces


class WaimaiConsumption(models.Model):
    _inherit = "waimai.consumption"

    def _post(self):
        """Move what these planned rows say: one done stock move per store, day, material and direction."""
        batches = {}
        for row in self:
            batches.setdefault(row._batch(), []).append(row.id)
        for company, group in _by_company(batches).items():
            values = [self._move_values(batch, self.browse(batches[batch])) for batch in group]
            moves = self.env["stock.move"].with_company(company).create(values)
            moves._action_done()
            for batch, move in zip(group, moves, strict=True):
                rows = self.browse(batches[batch])
                rows.move_id = move
                move._waimai_date(rows)

    def _batch(self):
        """(store, warehouse, material, day, whether it is taken back, the move that is taken back or none).

        The warehouse is the one that the order came in with: a store's later one touches no old order.
        """
        moment = self.order_id.consumed_at or fields.Datetime.now()
        origin = self.env["stock.move"]
        if self.quantity < 0:
            moment = fields.Datetime.now()
            origin = self._taken_back()
        warehouse = origin.warehouse_id or self.order_id.sale_order_id.warehouse_id
        return self.store_id, warehouse, self.product_id, day_of(moment), self.quantity < 0, origin

    def _taken_back(self):
        """The move that a row which takes back undoes: of the place where most of the order's material still is."""
        posted = self.order_id.consumption_ids.filtered(lambda row: row.move_id and row.product_id == self.product_id)
        used = posted.filtered(lambda row: row.quantity > 0)
        left = {}
        for row in posted:
            place = row.move_id.location_id if row.quantity > 0 else row.move_id.location_dest_id
            left[place] = left.get(place, 0.0) + row.quantity
        return max(used.move_id, key=lambda move: left[move.location_id], default=used.move_id)

    def _move_values(self, batch, rows):
        store, warehouse, product, day, back, origin = batch
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        quantity = abs(float_round(sum(rows.mapped("quantity")), precision_digits=digits))
        source, target = warehouse.lot_stock_id, store.consumption_location_id
        if back:
            source, target = origin.location_dest_id or target, origin.location_id or source
        name = f"WM/{store.name}/{day}"
        common = {
            "product_id": product.id,
            "company_id": store.company_id.id,
            "location_id": source.id,
            "location_dest_id": target.id,
        }
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": quantity,
            "warehouse_id": warehouse.id,
            "origin": name,
            "waimai_batch": name,
            "origin_returned_move_id": origin.id,
            # Assigned with lines of its own: no procurement, no push, no reservation, no merging.
            "state": "assigned",
            "picked": True,
            "procure_method": "make_to_stock",
            "move_line_ids": [
                fields.Command.create(
                    {**common, "product_uom_id": product.uom_id.id, "quantity": quantity, "picked": True}
                )
            ],
        }


def _by_company(batches):
    companies = {}
    for batch in batches:
        companies.setdefault(batch[0].company_id, []).append(batch)
    return companies
