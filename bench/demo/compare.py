"""The three-way table: per store what the platform knows, what we know, what Odoo knows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from bench.demo.expectation import expected_grams
from bench.demo.rush import Rush
from bench.demo.world import WINDOW, World
from connector.database.inspect import documents
from connector.domain.money import Money, to_yuan
from connector.simulator.catalogue import MATERIALS
from connector.vault import Vault

#: Figures of a store, in the order in which they are shown; all but the counts are fen.
FIGURES: Final = {
    "orders": "订单 orders",
    "sold": "成为销售 sold",
    "paid": "实付 paid by customers",
    "refunded": "退款 refunded",
    "net": "净额 net revenue",
}
COUNTS: Final = frozenset({"orders", "sold"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure as three parties know it."""

    store: str
    figure: str
    values: tuple[int, int, int]
    money: bool = False

    @property
    def agrees(self) -> bool:
        """All three say the same."""
        return len(set(self.values)) == 1


def rows(world: World, rush: Rush, before: Counter[tuple[int, str]]) -> list[Row]:
    """Every figure of every store.

    Args:
        world: the running stack.
        rush: what was played.
        before: what :func:`moved` said before it was.
    """
    truth = world.simulator.get("/sim/orders", params={"window": WINDOW}).raise_for_status().json()
    played = [order for order in truth["orders"] if order["orderId"] in rush.scenarios]
    known, odoo = _known(world, rush), _odoo(world, rush)
    platform = _figures((order["shop"], order["sold"], order["paid"], order["refunded"]) for order in played)
    found = [
        Row(
            store=name,
            figure=label,
            values=(platform[shop, figure], known[shop, figure], odoo[shop, figure]),
            money=figure not in COUNTS,
        )
        for shop, name in world.shops.items()
        for figure, label in FIGURES.items()
    ]
    return [*found, *_materials(world, rush, played, before)]


def _figures(orders: Any) -> Counter[tuple[int, str]]:  # noqa: ANN401 - an iterable of (shop, sold, paid, refunded)
    sums: Counter[tuple[int, str]] = Counter()
    for shop, sold, paid, refunded in orders:
        sums[shop, "orders"] += 1
        if sold:
            sums[shop, "sold"] += 1
            sums[shop, "paid"] += paid
            sums[shop, "refunded"] += refunded
            sums[shop, "net"] += paid - refunded
    return sums


def _known(world: World, rush: Rush) -> Counter[tuple[int, str]]:
    """What the bridge's own database says."""
    return _figures(
        (_number(document.store), document.sale is not None, document.paid, document.refunded)
        for document in documents(world.engine, Vault())
        if document.key.partition(":")[2] in rush.scenarios
    )


def _odoo(world: World, rush: Rush) -> Counter[tuple[int, str]]:
    """What Odoo's own sales orders say: the total is what is left after refunds, a cancelled one left nothing."""
    stores = _stores(world)
    orders = world.kitchen.search(
        "waimai.order",
        [("platform_ref", "in", list(rush.scenarios))],
        *("store_id", "sale_order_id", "paid_amount", "refunded_amount"),
    )
    wanted = [row["sale_order_id"][0] for row in orders if row["sale_order_id"]]
    sales = {
        row["id"]: row for row in world.kitchen.search("sale.order", [("id", "in", wanted)], "state", "amount_total")
    }
    sums = _figures(
        (
            stores[row["store_id"][0]],
            bool(row["sale_order_id"]),
            fen(row["paid_amount"]),
            fen(row["refunded_amount"]),
        )
        for row in orders
    )
    for shop in stores.values():
        sums[shop, "net"] = 0
    for row in orders:
        if row["sale_order_id"]:
            sale = sales[row["sale_order_id"][0]]
            left = 0 if sale["state"] == "cancel" else fen(sale["amount_total"])
            sums[stores[row["store_id"][0]], "net"] += left
    return sums


def _materials(
    world: World, rush: Rush, played: list[Mapping[str, Any]], before: Counter[tuple[int, str]]
) -> list[Row]:
    """Grams of each material: the scenarios' expectation, our record per order, Odoo's moves out of the stock."""
    expected = expected_grams(played, rush.scenarios)
    recorded, out = _recorded(world, rush), moved(world)
    out.subtract(before)
    return [
        Row(
            store=name,
            figure=f"{MATERIALS[code]} g",
            values=(expected[shop, code], recorded[shop, code], out[shop, code]),
        )
        for shop, name in world.shops.items()
        for code in MATERIALS
        if expected[shop, code] or recorded[shop, code] or out[shop, code]
    ]


def _stores(world: World) -> dict[int, int]:
    """The shop number of each store in Odoo."""
    return {row["id"]: int(row["platform_ref"]) for row in world.kitchen.search("waimai.store", [], "platform_ref")}


def _codes(world: World) -> dict[int, str]:
    found = world.kitchen.search("product.product", [("default_code", "in", list(MATERIALS))], "default_code")
    return {row["id"]: row["default_code"] for row in found}


def _recorded(world: World, rush: Rush) -> Counter[tuple[int, str]]:
    codes, sums = _codes(world), Counter[tuple[int, str]]()
    stores = _stores(world)
    orders = {
        row["id"]: stores[row["store_id"][0]]
        for row in world.kitchen.search("waimai.order", [("platform_ref", "in", list(rush.scenarios))], "store_id")
    }
    lines = world.kitchen.search(
        "waimai.consumption",
        [("order_id", "in", list(orders)), ("move_id", "!=", False)],
        *("order_id", "product_id", "quantity"),
    )
    for line in lines:
        sums[orders[line["order_id"][0]], codes[line["product_id"][0]]] += round(line["quantity"])
    return sums


def moved(world: World) -> Counter[tuple[int, str]]:
    """Grams by shop and material in the stores' consumption locations, by Odoo's own quantities."""
    codes, sums = _codes(world), Counter[tuple[int, str]]()
    for store in world.kitchen.search("waimai.store", [], "platform_ref", "consumption_location_id"):
        place = store["consumption_location_id"][0]
        quants = world.kitchen.search("stock.quant", [("location_id", "=", place)], "product_id", "quantity")
        for quant in quants:
            code = codes.get(quant["product_id"][0])
            if code:
                sums[int(store["platform_ref"]), code] += round(quant["quantity"])
    return sums


def fen(yuan: float) -> int:
    """Odoo's yuan in fen."""
    return round(yuan * 100)


def _number(store: str) -> int:
    return int(store.partition(":")[2])


def table(found: list[Row]) -> Table:
    """The rows as people read them."""
    drawn = Table(title="三方对账 · what three parties know")
    for heading in ("店铺 store", "项目 figure"):
        drawn.add_column(heading)
    for heading in ("平台/剧本 platform", "本系统 bridge", "Odoo"):
        drawn.add_column(heading, justify="right")
    drawn.add_column("")
    last = ""
    for row in found:
        if last and row.store != last:
            drawn.add_section()
        shown = [to_yuan(Money(value)) if row.money else str(value) for value in row.values]
        drawn.add_row(
            "" if row.store == last else row.store, row.figure, *shown, "[green]✓" if row.agrees else "[red]✗"
        )
        last = row.store
    return drawn
