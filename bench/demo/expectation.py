"""What each scenario of the lunch rush should use, said by people and not computed by the product.

The platform tells the money; it knows nothing of kitchens. So the grams that ought to be used are written down here
per scenario, and the demo's table compares them with our record and with Odoo's stock moves.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from connector.simulator.catalogue import grams

#: Everything was cooked; nothing was; all but one piece of the second line, which went back before the kitchen began.
ALL, NOTHING, ONE_LESS = "all", "nothing", "one piece of the second line less"

USES: Final = {
    "delivered": ALL,
    "cooking": NOTHING,
    "picked_up": ALL,
    "window_cancel": NOTHING,
    "window_cancel_rider": NOTHING,
    "rejected_by_shop": NOTHING,
    "cancelled_before": NOTHING,
    "refund_before_cooking": NOTHING,
    "refund_after_cooking": ALL,
    "cancel_rejected": ALL,
    "refund_part": ALL,
    "refund_full": ALL,
    "refund_rejected": ALL,
    "part_by_shop": ONE_LESS,
    "reminder": ALL,
    "delivery_trouble": ALL,
    "pressed: refund before cooking": NOTHING,
    "pressed: refund after cooking": ALL,
    "pressed: refund rejected": ALL,
    "pressed: order rejected": NOTHING,
}


def expected_grams(orders: Iterable[Mapping[str, Any]], scenarios: Mapping[str, str]) -> Counter[tuple[int, str]]:
    """Grams by shop and material code.

    Args:
        orders: rows of the simulator's ``/sim/orders``.
        scenarios: the scenario of each order number.
    """
    used: Counter[tuple[int, str]] = Counter()
    for order in orders:
        uses = USES[scenarios[order["orderId"]]]
        for material, amount in grams(_cooked(order["items"], uses)).items():
            used[order["shop"], material] += amount
    return used


def _cooked(items: Iterable[Mapping[str, Any]], uses: str) -> list[tuple[str, int]]:
    if uses == NOTHING:
        return []
    back = {2: 1} if uses == ONE_LESS else {}
    return [(item["code"], item["quantity"] - back.get(item["line"], 0)) for item in items]
