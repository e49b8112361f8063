"""What a platform takes from us and how it behaves, as far as the rules depend on it (``order-life.md`` section 8).

Each adapter says it of itself (:attr:`connector.ports.Platform.traits`), so that a new platform changes no rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

#: What a press does: a call to the platform, a fact of our own kitchen, or both.
Effect = Literal["platform", "fact", "both"]

#: Presses on a shop and its menu, and on no order. Done twice they do no more than once.
SHOP_ACTIONS: Final = frozenset({"pull_menu", "push_code", "off_sale", "on_sale"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """One platform.

    ``actions`` are the buttons that it has, in the order in which they are shown, and what each does. ``side`` are
    those whose call is a mere courtesy: the platform's refusal is a warning. ``returns`` is how many refund requests
    after completion its rules know; more are taken, with a warning. ``accept_seconds`` is how long after payment it
    cancels an order that nobody accepted, 0 if it does not say. ``prices_apart``: what a dish cost in a promotion is
    told only when the order is read back.
    """

    actions: Mapping[str, Effect]
    side: frozenset[str] = frozenset({"ready", "dispatch"})
    returns: int = 1
    accept_seconds: int = 0
    prices_apart: bool = False
