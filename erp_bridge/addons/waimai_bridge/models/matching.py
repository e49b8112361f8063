from odoo import api, models
from odoo.fields import Domain

from .const import ALIVE, PROBLEMS
from .recipes import recipes, with_extras
from .words import half


class WaimaiOrderItem(models.Model):
    """Which product a platform item is, and what it uses: decided once, at import or when somebody maps it."""

    _inherit = "waimai.order.item"

    def _resolve(self):
        """Match and plan the items of newly imported orders."""
        fresh = self.filtered(lambda item: not item.matched)
        off = fresh.filtered(lambda item: not item.store_id.match_products)
        # Orders only: no products, no materials, no warnings, also later.
        off.write({"matched": True, "problem": False})
        wanted = fresh - off
        if wanted:
            products, doubles = wanted._match()
            wanted._set_products(products, doubles)

    def _match(self):
        """Find the products: rule by code, product's code, product's barcode, rule by the platform's number.

        Returns ({item: product, perhaps empty}, set of items whose code stands on several products).
        """
        result, doubles = {}, set()
        for store, items in self.grouped("store_id").items():
            found, double = store._find_products(items)
            result.update({item: product for item, (product, _way) in found.items()})
            doubles |= double
        return result, doubles

    def _numbers(self):
        """The platform's ids that a rule may name, the most precise first."""
        return [number for number in (self.platform_sku, self.platform_item) if number]

    def _set_products(self, products, doubles=()):
        """Write product, recipe and problem; items of the same dish together."""
        groups, extras = {}, self._extras(products)
        for item in self:
            group = (item.store_id.company_id, products[item], item in doubles, extras[item])
            groups.setdefault(group, []).append(item.id)
        by_company = {}
        for company, product, _double, extra in groups:
            found = product.browse([number for number, _pieces in extra])
            by_company[company] = by_company.get(company, product.browse()) | product | found
        known = {company: recipes(found, company) for company, found in by_company.items()}
        for (company, product, double, extra), ids in groups.items():
            recipe, problem = known[company].get(product, ({}, "unmapped"))
            if product:
                recipe, problem = with_extras(recipe, problem, extra, known[company])
            self.browse(ids).write(
                {
                    "product_id": product.id,
                    "recipe": {str(material): quantity for material, quantity in recipe.items()},
                    "returnable": product.waimai_returnable,
                    "problem": problem or ("double" if double else False),
                    "matched": True,
                }
            )

    @api.model
    def _assign(self, products):
        """Somebody mapped these items ({item: product}): materials follow, also of dishes already cooked."""
        items = self.browse([item.id for item in products])
        items._set_products(products)
        orders = items.order_id.filtered(lambda order: order.sale_state in ALIVE)
        orders._settle_materials()
        for store, changed in items.order_id.grouped("store_id").items():
            store._changed(changed.ids)


class WaimaiStore(models.Model):
    _inherit = "waimai.store"

    def _find_products(self, items):
        """Find the products of dishes, be they items of orders or of the menu.

        In this order: rule by code, product's code, product's barcode, rule by the platform's number. Returns
        ({item: (product, perhaps empty; the way it was found)}, set of items whose code stands on several products).
        With `active_test` off in the context, archived products count as well.
        """
        by_rule, by_number = self._rules(items)
        by_code, by_barcode, ambiguous = self._coded_products(items)
        found, doubles = {}, set()
        for item in items:
            ways = [
                ("rule", by_rule.get(item.sku_code)),
                ("code", by_code.get(item.sku_code)),
                ("barcode", by_barcode.get(item.barcode) or by_barcode.get(item.sku_code)),
                *(("number", by_number.get(number)) for number in item._numbers()),
            ]
            way, product = next(((way, product) for way, product in ways if product), (False, None))
            found[item] = product or self.env["product.product"], way
            if item.sku_code in ambiguous and item.sku_code not in by_rule:
                doubles.add(item)
        return found, doubles

    def _rules(self, items):
        """({code: product}, {platform number: product}) for these items; the store's own rules win."""
        numbers = [number for item in items for number in item._numbers()]
        archived = not self.env.context.get("active_test", True)
        rules = self.env["waimai.product.map"].search(
            [
                ("store_id", "in", [False, self.id]),
                "|",
                ("sku_code", "in", [code for code in items.mapped("sku_code") if code]),
                ("platform_item", "in", numbers),
            ]
        )
        common, own = rules.filtered(lambda rule: not rule.store_id), rules.filtered("store_id")
        by_code, by_number = {}, {}
        for rule in common + own:
            product = rule.product_id
            if (product.active or archived) and product.company_id in (self.company_id, self.env["res.company"]):
                if rule.sku_code:
                    by_code[rule.sku_code] = product
                if rule.platform_item:
                    by_number[rule.platform_item] = product
        return by_code, by_number

    def _coded_products(self, items):
        """({default_code: product}, {barcode: product}, codes that stand on several products)."""
        codes = {code for code in items.mapped("sku_code") if code}
        barcodes = codes | {code for code in items.mapped("barcode") if code}
        if not barcodes:
            return {}, {}, set()
        products = self.env["product.product"].search_fetch(
            [
                ("company_id", "in", [False, self.company_id.id]),
                "|",
                ("default_code", "in", list(codes)),
                ("barcode", "in", list(barcodes)),
            ],
            ["default_code", "barcode", "company_id", "uom_id", "type", "is_storable"],
            order="id",
        )
        by_code, by_barcode, ambiguous = {}, {}, set()
        # The company's own products win over shared ones; among equals the oldest.
        for product in sorted(products, key=lambda product: (not product.company_id, product.id)):
            if product.default_code:
                if product.default_code in by_code and product.company_id == by_code[product.default_code].company_id:
                    ambiguous.add(product.default_code)
                by_code.setdefault(product.default_code, product)
            if product.barcode:
                by_barcode.setdefault(product.barcode, product)
        return by_code, by_barcode, ambiguous

    def _catalog_items(self):
        """[{"sku_code", "product", "recipe"}] of every code that this store's items can carry."""
        rules = self.env["waimai.product.map"].search([("store_id", "in", [False, self.id]), ("sku_code", "!=", False)])
        products = self.env["product.product"].search(
            [
                ("company_id", "in", [False, self.company_id.id]),
                ("sale_ok", "=", True),
                "|",
                ("default_code", "!=", False),
                ("barcode", "!=", False),
            ],
            order="id desc",
        )
        by_code = {product.barcode: product for product in products if product.barcode}
        by_code.update({product.default_code: product for product in products if product.default_code})
        for rule in sorted(rules, key=lambda rule: bool(rule.store_id)):
            by_code[rule.sku_code] = rule.product_id
        everything = self.env["product.product"].union(*by_code.values())
        found = recipes(everything, self.company_id)
        words = {"no_recipe": "none", "empty_recipe": "empty", "service": "empty"}
        return [
            {"sku_code": code, "product": product.display_name, "recipe": words.get(found[product][1], "ok")}
            for code, product in sorted(by_code.items())
        ]


class WaimaiOrder(models.Model):
    _inherit = "waimai.order"

    @api.depends("document_warning", "item_ids.problem", "item_ids.name")
    @api.depends_context("lang")
    def _compute_warning(self):
        """The platform's warning and what we miss ourselves."""
        labels = dict(self.env["waimai.order.item"]._fields["problem"]._description_selection(self.env))
        order_of = [name for name, _label in PROBLEMS]
        for order in self:
            lines = [half(order.document_warning, self.env.lang)] if order.document_warning else []
            troubled = order.item_ids.filtered("problem").sorted(lambda item: (order_of.index(item.problem), item.line))
            for problem, items in troubled.grouped("problem").items():
                names = "、".join(dict.fromkeys(items.mapped("name")))
                lines.append(f"{labels[problem]}: {names}")
            order.warning = "\n".join(lines) or False

    def _search_warning(self, operator, value):
        """Orders with or without a warning; of its words, those of the platform and the names of the dishes."""
        if operator == "in" and set(value) == {False}:
            return Domain("document_warning", "=", False) & Domain("item_ids", "not any", [("problem", "!=", False)])
        if operator not in ("ilike", "like"):
            return NotImplemented
        named = [("problem", "!=", False), ("name", operator, value)]
        return Domain("document_warning", operator, value) | Domain("item_ids", "any", named)
