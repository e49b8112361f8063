"""How each scenario of the rush should end and what it should use, said by people and not computed by the product.

The platform tells the money; it knows nothing of kitchens or of our states. So both are written down here per
scenario, and the demo's table compares them with our record and with Odoo.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from connector.simulator.catalogue import grams

#: Everything was cooked; nothing was; all but one piece of the second line, which went back before the kitchen began.
ALL, NOTHING, ONE_LESS = "all", "nothing", "one piece of the second line less"

#: What is used and the state in the end, by scenario.
ENDS: Final[dict[str, tuple[str, str]]] = {
    # finished, or under way
    "delivered": (ALL, "completed"),
    "cooking": (NOTHING, "paid"),
    "collected": (ALL, "delivering"),
    "picked_up": (ALL, "completed"),
    "reminder": (ALL, "completed"),
    "delivery_trouble": (ALL, "completed"),
    "rider_changes": (ALL, "completed"),
    "self_delivered": (ALL, "completed"),
    # never a sale
    "window_cancel": (NOTHING, "cancelled"),
    "window_cancel_rider": (NOTHING, "cancelled"),
    "rejected_by_shop": (NOTHING, "cancelled"),
    "cancelled_before": (NOTHING, "cancelled"),
    "not_accepted": (NOTHING, "cancelled"),
    # all the money went back
    "shop_cancels": (NOTHING, "refunded"),
    "forced_invalid": (NOTHING, "refunded"),
    "riders_refuse": (NOTHING, "refunded"),
    "refund_before_cooking": (NOTHING, "refunded"),
    "refund_after_cooking": (ALL, "refunded"),
    "cancel_unanswered": (NOTHING, "refunded"),
    "cancel_unanswered_told_twice": (NOTHING, "refunded"),
    "cancel_upheld": (NOTHING, "refunded"),
    "cancel_asked_twice": (NOTHING, "refunded"),
    "asked_then_done_agreed": (ALL, "refunded"),
    "refund_full": (ALL, "refunded"),
    "refund_upheld": (ALL, "refunded"),
    "refund_part_then_rest": (ALL, "refunded"),
    "shop_refunds": (ALL, "refunded"),
    # asked for, and not given
    "cancel_rejected": (ALL, "completed"),
    "cancel_withdrawn": (ALL, "completed"),
    "cancel_dismissed": (ALL, "completed"),
    "appeal_withdrawn": (ALL, "completed"),
    "asked_then_done": (ALL, "completed"),
    "refund_rejected": (ALL, "completed"),
    "refund_withdrawn": (ALL, "completed"),
    "refund_dismissed": (ALL, "completed"),
    # a part of the money went back
    "part_by_shop": (ONE_LESS, "partially_refunded"),
    "part_cancel": (ONE_LESS, "partially_refunded"),
    "part_asked_then_done_agreed": (ALL, "partially_refunded"),
    "part_then_asked_then_done": (ONE_LESS, "partially_refunded"),
    "refund_part": (ALL, "partially_refunded"),
    "refund_twice": (ALL, "partially_refunded"),
    "refund_part_then_withdrawn": (ALL, "partially_refunded"),
    "refund_part_then_rejected": (ALL, "partially_refunded"),
    # by the presses of our own staff
    "pressed: refund before cooking": (NOTHING, "refunded"),
    "pressed: refund after cooking": (ALL, "refunded"),
    "pressed: refund rejected": (ALL, "completed"),
    "pressed: request withdrawn": (ALL, "completed"),
    "pressed: order rejected": (NOTHING, "cancelled"),
    "pressed: order cancelled": (NOTHING, "refunded"),
    "pressed: reminder answered": (ALL, "completed"),
    "pressed: delivered by the shop": (ALL, "completed"),
    "pressed: part given back": (ONE_LESS, "partially_refunded"),
    "pressed: part asked for": (ALL, "partially_refunded"),
}


def expected_grams(orders: Iterable[Mapping[str, Any]], scenarios: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """Grams by store and material code.

    Args:
        orders: rows of the simulator's ``/sim/orders``.
        scenarios: the scenario of each order number.
    """
    used: Counter[tuple[str, str]] = Counter()
    for order in orders:
        uses, _ = ENDS[scenarios[order["orderId"]]]
        for material, amount in grams(_cooked(order["items"], uses)).items():
            used[store_of(order), material] += amount
    return used


def store_of(order: Mapping[str, Any]) -> str:
    """The store of a row of the simulator's, as we name it."""
    return f"{order['platform']}:{order['shop']}"


def _cooked(items: Iterable[Mapping[str, Any]], uses: str) -> list[tuple[str, int]]:
    if uses == NOTHING:
        return []
    back = {2: 1} if uses == ONE_LESS else {}
    return [(item["code"], item["quantity"] - back.get(item["line"], 0)) for item in items]
