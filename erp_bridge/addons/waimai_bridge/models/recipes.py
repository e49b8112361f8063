"""Recipes: what one piece of a product uses, exactly.

Odoo's own `explode` rounds every line up to the unit's digits, which is wrong for a thousandth of a kilo. Here
nothing is rounded; the caller rounds once, per order and material.
"""


def recipes(products, company):
    """What one piece of each product uses.

    Returns {product: ({material id: quantity in the material's unit}, problem or False)}. A storable product
    without a kit is its own material; a service needs none, and one that has a kit is a problem: Odoo takes no service
    apart.
    """
    finder = products.env["mrp.bom"].with_company(company)
    boms = _all_boms(finder, products, company)
    return {product: _of_one(product, boms) for product in products}


def _all_boms(finder, products, company):
    """The kit of every product and, level by level, of their components: one query a level."""
    boms = {}
    level = products
    while level:
        found = finder._bom_find(level, company_id=company.id, bom_type="phantom")
        for product in level:
            boms[product] = found[product] or _kit_of_service(product, company)
        components = finder.browse([boms[product].id for product in level if boms[product]]).bom_line_ids.product_id
        level = components.filtered(lambda product: product not in boms)
    return boms


def _kit_of_service(product, company):
    """The kit that somebody gave to a service: found by nothing of Odoo's, used by nothing."""
    kits = product.product_tmpl_id.bom_ids if product.type == "service" else product.bom_ids.browse()
    return kits.filtered(
        lambda bom: (
            bom.active
            and bom.type == "phantom"
            and bom.bom_line_ids
            and bom.company_id in (company, company.browse())
            and bom.product_id in (product, product.browse())
        )
    )[:1]


def _of_one(product, boms):
    if product.type == "service":
        return {}, ("service" if boms[product] else False)
    if not boms[product]:
        return ({product.id: 1.0}, _lots(product)) if product.is_storable else ({}, "no_recipe")
    recipe = {}
    _add(recipe, product, 1.0, boms)
    if _has_idle_kit(product, boms):
        return recipe, "service"
    materials = product.browse(recipe)
    return recipe, (_lots(materials) if recipe else "empty_recipe")


def _has_idle_kit(product, boms):
    """Whether a service among the components has a kit."""
    parts = boms[product].bom_line_ids.filtered(lambda line: not line._skip_bom_line(product)).product_id
    return any(boms[part] if part.type == "service" else _has_idle_kit(part, boms) for part in parts)


def _add(recipe, product, pieces, boms):
    """Add what `pieces` (in the product's unit) of a product use; kits inside kits are taken apart."""
    bom = boms[product]
    portions = product.uom_id._compute_quantity(pieces, bom.product_uom_id, round=False) / bom.product_qty
    for line in bom.bom_line_ids:
        if line._skip_bom_line(product) or line.product_id.type == "service":
            continue
        material = line.product_id
        quantity = line.product_uom_id._compute_quantity(portions * line.product_qty, material.uom_id, round=False)
        if boms.get(material):
            _add(recipe, material, quantity, boms)
        elif quantity:
            recipe[material.id] = recipe.get(material.id, 0.0) + quantity


def _lots(materials):
    """Materials tracked by lot cannot be posted without one: they stay planned, with a warning."""
    return "lot" if any(material.tracking != "none" for material in materials) else False


def with_extras(recipe, problem, extras, known):
    """(recipe, problem) of a dish with the options that were chosen.

    `extras` is ((product id, pieces), ...), `known` {product: (recipe, problem)} has all of them. An option that
    uses nothing is a problem as much as a dish that does.
    """
    added = dict(recipe)
    by_id = {product.id: found for product, found in known.items()}
    for number, pieces in extras:
        parts, trouble = by_id[number]
        problem = problem or trouble
        for material, quantity in parts.items():
            added[material] = added.get(material, 0.0) + quantity * pieces
    return added, problem
