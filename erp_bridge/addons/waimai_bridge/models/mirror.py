from odoo import api, fields, models

from .numbers import same

ITEM_FIELDS = (
    "line",
    "basket",
    "name",
    "spec",
    "sku_code",
    "barcode",
    "platform_item",
    "platform_sku",
    "quantity",
    "used",
    "price",
    "total",
    "user_price",
    "shop_price",
    "box_amount",
    "shop_share",
    "platform_share",
    "discounted",
    "options",
)
REFUND_FIELDS = ("key", "family", "scope", "status", "amount", "reason", "appeal", "requested_at", "lines")
# A dish on a line is the same one while these stay; then its product and recipe stay as well.
IDENTITY = ("name", "sku_code")


class WaimaiOrder(models.Model):
    """Writes what documents say into waimai.order, its items and refunds. No sale, no materials yet."""

    _inherit = "waimai.order"

    @api.model
    def _mirror(self, documents, rows, stores):
        """Create or change the orders of these documents (as `document.read` gives them); returns them in order."""
        fresh = [document for document in documents if document["key"] not in rows]
        created = self.create([self._creation(document, stores[document["store_ref"]]) for document in fresh])
        if created:
            self.env["waimai.alert"]._find_orders(created)
        orders = {document["key"]: order for document, order in zip(fresh, created, strict=True)}
        for document in documents:
            if order := rows.get(document["key"]):
                order._take(document)
                orders[document["key"]] = order
        return self.browse([orders[document["key"]].id for document in documents])

    @api.model
    def _creation(self, document, store):
        return {
            **document["order"],
            "platform": document["platform"],
            "platform_ref": document["platform_ref"],
            "store_id": store.id,
            "item_ids": [fields.Command.create(_only(item, ITEM_FIELDS)) for item in document["items"]],
            "refund_ids": [fields.Command.create(_only(refund, REFUND_FIELDS)) for refund in document["refunds"]],
        }

    def _take(self, document):
        """Replace what the order says by what the document says."""
        values = {name: value for name, value in document["order"].items() if not _same(self[name], value)}
        if values:
            self.write(values)
        self._take_items([_only(item, ITEM_FIELDS) for item in document["items"]])
        self._take_refunds([_only(refund, REFUND_FIELDS) for refund in document["refunds"]])

    def _take_items(self, wanted):
        here = {item.line: item for item in self.item_ids}
        gone = self.item_ids.browse()
        creations = []
        for values in wanted:
            item = here.pop(values["line"], None)
            if item and _is_dish(item, values):
                changed = {name: value for name, value in values.items() if not _same(item[name], value)}
                if changed:
                    item.write(changed)
                continue
            gone |= item or gone
            creations.append({**values, "order_id": self.id})
        gone = gone.union(*here.values())
        gone.unlink()
        self.item_ids.create(creations)

    def _take_refunds(self, wanted):
        """Keys may be renumbered between versions, so the list is replaced as a whole where it differs."""
        here = self.refund_ids.sorted("id")
        if len(here) == len(wanted) and all(
            _same(refund[name], values[name])
            for refund, values in zip(here, wanted, strict=True)
            for name in REFUND_FIELDS
        ):
            return
        here.unlink()
        self.refund_ids.create([{**values, "order_id": self.id} for values in wanted])


def _is_dish(item, values):
    """Whether a line still stands for the same dish; the platform's id was once told as one with its SKU's."""
    number = item.platform_item
    same_number = number == values["platform_item"] or (number and number == values["platform_sku"])
    return same_number and all(item[name] == values[name] for name in IDENTITY)


def _only(values, names):
    return {name: values[name] for name in names}


def _same(stored, wanted):
    if isinstance(wanted, float):
        return same(stored or 0.0, wanted)
    return (stored or False) == (wanted or False)
