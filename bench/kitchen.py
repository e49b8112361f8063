"""A restaurant chain in Odoo, made over RPC as its administrator would: materials, dishes with recipes, stores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.order import split_ref
from erp_bridge.odoo.session import Address, Session


@dataclass(frozen=True, kw_only=True)
class DishToCook:
    """A dish as the ERP needs it: its code, its price in fen, grams of each material."""

    code: str
    name: str
    price: int
    recipe: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class StoreToOpen:
    """A shop on a platform as the ERP needs it: ``<platform>:<shop>``, its name, the platform's application."""

    ref: str
    name: str
    app: str = ""


class Kitchen:
    """The ERP's side of the demo world; everything is found again by its code, so that a second set-up adds nothing."""

    def __init__(self, address: Address) -> None:
        self.session = Session(address)

    def search(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """Records as dictionaries, many2one as ids."""
        return list(self.session.call(model, "search_read", domain, list(fields), 0, None, "id"))

    def set_up(
        self,
        materials: Mapping[str, str],
        dishes: Iterable[DishToCook],
        stores: Iterable[StoreToOpen],
        **settings: object,
    ) -> None:
        """Make what is missing: materials (code to name), dishes, and stores with their settings."""
        made = self._materials(materials)
        known = self._codes("product.template")
        for dish in dishes:
            if dish.code not in known:
                self._dish(dish, made)
        for store in stores:
            self._store(store, settings)

    def _store(self, store: StoreToOpen, settings: Mapping[str, object]) -> None:
        """Make a store; shops of one name on several platforms are one kitchen and share its warehouse."""
        platform, number = split_ref(store.ref)
        if self.search("waimai.store", [("platform", "=", platform), ("platform_ref", "=", number)], "id"):
            return
        values = {
            "name": store.name,
            "platform": platform,
            "platform_ref": number,
            "app_ref": store.app,
            "price_mode": "discounted",
            **settings,
        }
        same = self.search("waimai.store", [("name", "=", store.name)], "warehouse_id")
        if same:
            values["warehouse_id"] = same[0]["warehouse_id"][0]
        self.session.call("waimai.store", "create", [values])

    def _codes(self, model: str) -> dict[str, int]:
        return {
            row["default_code"]: row["id"]
            for row in self.search(model, [("default_code", "!=", False)], "default_code")
        }

    def _ref(self, name: str) -> int:
        module, _, label = name.partition(".")
        (row,) = self.search("ir.model.data", [("module", "=", module), ("name", "=", label)], "res_id")
        return int(row["res_id"])

    def _materials(self, materials: Mapping[str, str]) -> dict[str, int]:
        known, gram = self._codes("product.product"), self._ref("uom.product_uom_gram")
        new = [
            {"name": name, "default_code": code, "type": "consu", "is_storable": True, "uom_id": gram}
            for code, name in materials.items()
            if code not in known
        ]
        if new:
            self.session.call("product.product", "create", new)
        return self._codes("product.product")

    def _dish(self, dish: DishToCook, materials: Mapping[str, int]) -> None:
        (template,) = self.session.call(
            "product.template",
            "create",
            [{"name": dish.name, "default_code": dish.code, "type": "consu", "list_price": dish.price / 100}],
        )
        lines = [(0, 0, {"product_id": materials[code], "product_qty": grams}) for code, grams in dish.recipe.items()]
        self.session.call(
            "mrp.bom", "create", [{"product_tmpl_id": template, "type": "phantom", "bom_line_ids": lines}]
        )
