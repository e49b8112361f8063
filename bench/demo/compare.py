"""The three-way table: per store what the platform knows, what we know, what Odoo knows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from bench.demo.expectation import ENDS, expected_grams, store_of
from bench.demo.rush import Rush
from bench.demo.world import WINDOW, World
from connector.database.inspect import documents
from connector.domain.money import Money, to_yuan
from connector.domain.order import split_ref
from connector.simulator.catalogue import MATERIALS
from connector.vault import Vault

#: Figures of a store, in the order in which they are shown; all but the counts are fen.
FIGURES: Final = {
    "orders": "订单 orders",
    "states": "终态相符 states as expected",
    "sold": "成为销售 sold",
    "paid": "实付 paid by customers",
    "refunded": "退款 refunded",
    "net": "净额 net revenue",
}
COUNTS: Final = frozenset({"orders", "states", "sold"})


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


def rows(world: World, rush: Rush, before: Counter[tuple[str, str]]) -> list[Row]:
    """Every figure of every store.

    Args:
        world: the running stack.
        rush: what was played.
        before: what :func:`moved` said before it was.
    """
    truth = world.simulator.get("/sim/orders", params={"window": WINDOW}).raise_for_status().json()
    played = [order for order in truth["orders"] if order["orderId"] in rush.scenarios]
    bridge, odoo = _bridge(world, rush), _odoo(world, rush)
    expected = {order["orderId"]: ENDS[rush.scenarios[order["orderId"]]][1] for order in played}
    figures = (
        _figures((store_of(order), order["sold"], order["paid"], order["refunded"]) for order in played),
        _figures((one.store, one.sold, one.paid, one.refunded) for one in bridge.values()),
        _figures((one.store, one.sold, one.paid, one.refunded) for one in odoo.values()),
    )
    _net_of_sales(world, odoo, figures[2])
    for order in played:
        ends = [expected[order["orderId"]]]
        ends += [side[order["orderId"]].state if order["orderId"] in side else "" for side in (bridge, odoo)]
        for figure, state in zip(figures, ends, strict=True):
            figure[store_of(order), "states"] += state == ends[0]
    found = [
        Row(
            store=world.title(store),
            figure=label,
            values=(figures[0][store, figure], figures[1][store, figure], figures[2][store, figure]),
            money=figure not in COUNTS,
        )
        for store in world.stores
        for figure, label in FIGURES.items()
    ]
    return [*found, *_materials(world, rush, played, before)]


def unexpected(world: World, rush: Rush) -> list[str]:
    """The orders that did not end as their scenario should, in words."""
    bridge, odoo = _bridge(world, rush), _odoo(world, rush)
    found = []
    for order, name in rush.scenarios.items():
        states = [ENDS[name][1], *(side[order].state if order in side else "—" for side in (bridge, odoo))]
        if len(set(states)) > 1:
            found.append(f"{order} {name}: {' / '.join(states)}")
    return found


def _figures(orders: Iterable[tuple[str, bool, int, int]]) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for store, sold, paid, refunded in orders:
        sums[store, "orders"] += 1
        if sold:
            sums[store, "sold"] += 1
            sums[store, "paid"] += paid
            sums[store, "refunded"] += refunded
            sums[store, "net"] += paid - refunded
    return sums


@dataclass(frozen=True, kw_only=True)
class Known:
    """What one side knows of an order; ``sale`` is Odoo's sales order, 0 without one."""

    store: str
    state: str
    sold: bool
    paid: int
    refunded: int
    sale: int = 0


def _bridge(world: World, rush: Rush) -> dict[str, Known]:
    """What the bridge's own database says, by the platform's number."""
    return {
        split_ref(document.key)[1]: Known(
            store=document.store,
            state=document.state,
            sold=document.sale is not None,
            paid=document.paid,
            refunded=document.refunded,
        )
        for document in documents(world.engine, Vault())
        if split_ref(document.key)[1] in rush.scenarios
    }


def _odoo(world: World, rush: Rush) -> dict[str, Known]:
    """What Odoo's waimai orders say, likewise."""
    stores = _stores(world)
    orders = world.kitchen.search(
        "waimai.order",
        [("platform_ref", "in", list(rush.scenarios))],
        *("platform_ref", "store_id", "state", "sale_order_id", "paid_amount", "refunded_amount"),
    )
    return {
        row["platform_ref"]: Known(
            store=stores[row["store_id"][0]],
            state=row["state"],
            sold=bool(row["sale_order_id"]),
            paid=fen(row["paid_amount"]),
            refunded=fen(row["refunded_amount"]),
            sale=row["sale_order_id"][0] if row["sale_order_id"] else 0,
        )
        for row in orders
    }


def _net_of_sales(world: World, odoo: Mapping[str, Known], sums: Counter[tuple[str, str]]) -> None:
    """Net revenue by Odoo's own sales orders: the total is what is left after refunds, a cancelled one left nothing."""
    wanted = [one.sale for one in odoo.values() if one.sale]
    sales = {
        row["id"]: row for row in world.kitchen.search("sale.order", [("id", "in", wanted)], "state", "amount_total")
    }
    for store in world.stores:
        sums[store, "net"] = 0
    for one in odoo.values():
        if one.sale:
            sale = sales[one.sale]
            sums[one.store, "net"] += 0 if sale["state"] == "cancel" else fen(sale["amount_total"])


def _materials(
    world: World, rush: Rush, played: list[Mapping[str, Any]], before: Counter[tuple[str, str]]
) -> list[Row]:
    """Grams of each material: the scenarios' expectation, our record per order, Odoo's moves out of the stock."""
    expected = expected_grams(played, rush.scenarios)
    recorded, out = _recorded(world, rush), moved(world)
    out.subtract(before)
    return [
        Row(
            store=world.title(store),
            figure=f"{MATERIALS[code]} g",
            values=(expected[store, code], recorded[store, code], out[store, code]),
        )
        for store in world.stores
        for code in MATERIALS
        if expected[store, code] or recorded[store, code] or out[store, code]
    ]


def _stores(world: World) -> dict[int, str]:
    """The reference of each store in Odoo."""
    return {row["id"]: row["store_ref"] for row in world.kitchen.search("waimai.store", [], "store_ref")}


def _codes(world: World) -> dict[int, str]:
    found = world.kitchen.search("product.product", [("default_code", "in", list(MATERIALS))], "default_code")
    return {row["id"]: row["default_code"] for row in found}


def _recorded(world: World, rush: Rush) -> Counter[tuple[str, str]]:
    codes, sums = _codes(world), Counter[tuple[str, str]]()
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


def moved(world: World) -> Counter[tuple[str, str]]:
    """Grams by store and material in the stores' consumption locations, by Odoo's own quantities."""
    codes, sums = _codes(world), Counter[tuple[str, str]]()
    for store in world.kitchen.search("waimai.store", [], "store_ref", "consumption_location_id"):
        place = store["consumption_location_id"][0]
        quants = world.kitchen.search("stock.quant", [("location_id", "=", place)], "product_id", "quantity")
        for quant in quants:
            code = codes.get(quant["product_id"][0])
            if code:
                sums[store["store_ref"], code] += round(quant["quantity"])
    return sums


def fen(yuan: float) -> int:
    """Odoo's yuan in fen."""
    return round(yuan * 100)


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
