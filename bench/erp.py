"""Orders into Odoo: one ``sync`` call per batch against the loop that one writes first with odoorpc.

Both end in confirmed orders of three dishes with three materials each, consumed and exact to the fen. They run
interleaved on one Odoo, so the ratio carries over to other machines; the absolute figures do not.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.kitchen import DishToCook, Kitchen, StoreToOpen
from connector.domain.documents import Document, DocumentItem
from connector.domain.money import Money
from connector.domain.order import Customer, Item, Millis, OrderRef, Rider, StoreRef
from erp_bridge.odoo.adapter import OdooErp
from erp_bridge.odoo.session import Address
from tests.stack import fresh_odoo_database

MATERIALS = {f"BM{number}": f"原料{number}" for number in range(9)}
DISHES = [
    DishToCook(
        code=f"BD{number}",
        name=f"菜品{number}",
        price=1000 + 100 * number,
        recipe={f"BM{3 * number + part}": 50 + part for part in range(3)},
    )
    for number in range(3)
]
PAID = Money(sum(dish.price for dish in DISHES))
SHOP = "910001"

_numbers = itertools.count(7_000_000_000_000_000_001)


def document(number: int) -> Document:
    """An order of the three dishes, sold and consumed."""
    now = Millis(time.time_ns() // 1_000_000)
    items = tuple(
        DocumentItem(
            item=Item(
                line=line,
                name=dish.name,
                quantity=1,
                price=Money(dish.price),
                total=Money(dish.price),
                sku_code=dish.code,
            ),
            used=1,
        )
        for line, dish in enumerate(DISHES, 1)
    )
    return Document(
        key=OrderRef(f"eleme:{number}"),
        store=StoreRef(f"eleme:{SHOP}"),
        version=now,
        state="preparing",
        order_state="preparing",
        waimai_state=12,
        rider_state=0,
        sale="confirmed",
        consumed_at=now,
        placed_at=now,
        promised_at=None,
        accepted_at=now,
        completed_at=None,
        day_seq=number % 1000,
        view_ref="",
        remark="",
        customer=Customer(),
        rider=Rider(),
        items=items,
        fees=(),
        refunds=(),
        paid=PAID,
        original=PAID,
        income=PAID,
        commission=Money(0),
        refunded=Money(0),
        warning="",
        timeline=(),
        offer=(),
    )


def batched(erp: OdooErp, size: int, orders: int) -> None:
    """Our way."""
    for _ in range(orders // size):
        results = erp.write([document(next(_numbers)) for _ in range(size)])
        if {result.status for result in results} != {"written"}:
            raise SystemExit(f"not written: {results[0]}")


def naive(kitchen: Kitchen, partner: int, orders: int) -> None:
    """The loop that one writes first: look the products up, create, confirm, read the delivery, validate it."""
    call = kitchen.session.call
    for _ in range(orders):
        lines = []
        for dish in DISHES:
            (product,) = call("product.product", "search", [("default_code", "=", dish.code)])
            lines.append((0, 0, {"product_id": product, "product_uom_qty": 1, "price_unit": dish.price / 100}))
        (order,) = call("sale.order", "create", [{"partner_id": partner, "order_line": lines}])
        call("sale.order", "action_confirm", [order])
        (row,) = call("sale.order", "read", [order], ["picking_ids", "amount_total"])
        for picking in row["picking_ids"]:
            call("stock.picking", "write", [picking], {"move_ids": _done(kitchen, picking)})
            call("stock.picking", "button_validate", [picking])


def _done(kitchen: Kitchen, picking: int) -> list[Any]:
    moves = kitchen.search("stock.move", [("picking_id", "=", picking)], "product_uom_qty")
    return [(1, move["id"], {"quantity": move["product_uom_qty"], "picked": True}) for move in moves]


def rate(run: Callable[[int], None], orders: int) -> float:
    """Orders a second."""
    begun = time.perf_counter()
    run(orders)
    return orders / (time.perf_counter() - begun)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    console = Console()
    with fresh_odoo_database() as odoo:
        admin = Address(url=odoo.url, database=odoo.server.database, login="admin", password="admin", timeout=300)
        kitchen = Kitchen(admin)
        kitchen.set_up(MATERIALS, DISHES, [StoreToOpen(ref=f"eleme:{SHOP}", name="测速店")])
        (partner,) = kitchen.session.call("res.partner", "create", [{"name": "平台"}])
        erp = OdooErp(
            Address(url=odoo.url, database=odoo.server.database, login=odoo.login, password=odoo.password, timeout=300)
        )
        runs: dict[str, tuple[Callable[[int], None], int]] = {
            "naive odoorpc loop": (lambda n: naive(kitchen, partner, n), 10),
            "sync, batches of 10": (lambda n: batched(erp, 10, n), 100),
            "sync, batches of 50": (lambda n: batched(erp, 50, n), 200),
        }
        batched(erp, 10, 10)
        naive(kitchen, partner, 2)
        measured: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(arguments.rounds):
            for name, (run, orders) in runs.items():
                measured[name].append(rate(run, orders))
                console.print(f"round {number + 1}: {name}: {measured[name][-1]:.1f} orders/s")
    table = Table(title="orders into Odoo, confirmed and consumed (median of interleaved rounds)")
    for heading in ("path", "orders/s", "× naive"):
        table.add_column(heading, justify="left" if heading == "path" else "right")
    base = statistics.median(measured["naive odoorpc loop"])
    for name, rates in measured.items():
        ratios = [one / other for one, other in zip(rates, measured["naive odoorpc loop"], strict=True)]
        table.add_row(name, f"{statistics.median(rates):.1f}", f"{statistics.median(ratios):.1f}")
    console.print(table)
    console.print(f"naive: {base:.2f} orders/s on this machine; only the ratios carry over")


if __name__ == "__main__":
    main()
