"""What a customer bought, in exact fen, with the platform's own arithmetic (platform page 3.2 to 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalogue import Dish

NORMAL = "normal"
DISCOUNT = "discount"  # 赠品, a gift
PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Line:
    """`quantity` of a dish at its list price; `user_price` is the activity price of one, if there is one."""

    dish: Dish
    quantity: int = 1
    user_price: int | None = None

    @property
    def total(self) -> int:
        """List price times quantity; activities are not in it."""
        return self.dish.price * self.quantity


@dataclass(frozen=True, kw_only=True)
class Basket:
    """One `group` of the wire."""

    name: str
    lines: tuple[Line, ...]
    kind: str = NORMAL


@dataclass(frozen=True, kw_only=True)
class Activity:
    """A reduction: both shares as positive fen; `category` is the platform's number for its sort."""

    number: int
    name: str
    category: int
    shop: int = 0
    eleme: int = 0

    @property
    def amount(self) -> int:
        """The whole reduction, positive."""
        return self.shop + self.eleme


@dataclass(frozen=True, kw_only=True)
class Content:
    """The order as the customer sees it; reductions are kept positive and turned on the wire.

    `rate` is the commission in percent, `subsidy` the delivery share carried by the merchant, `book_seconds`
    how long after payment a pre-order is wished for, `bag` the fee for a bag (Meituan alone).
    """

    baskets: tuple[Basket, ...]
    boxes: int = 0
    box_price: int = 0
    deliver_fee: int = 0
    bag: int = 0
    activities: tuple[Activity, ...] = ()
    red_packet: int = 0
    rate: int = 17
    subsidy: int = 0
    remark: str = ""
    book_seconds: int = 0
    pick_up: bool = False
    invoice: str = ""
    taxpayer: str = ""
    vip: bool = False

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("an order has at least one line")
        if self.paid < 1:
            raise ValueError("a customer pays at least one fen")

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of all baskets, in the order in which refunds count them (from 1)."""
        return tuple(line for basket in self.baskets for line in basket.lines)

    @property
    def package_fee(self) -> int:
        """Box fee; the same money as the `extra` group."""
        return self.boxes * self.box_price

    @property
    def original(self) -> int:
        """Before all reductions: every item, boxes, bag and delivery included."""
        return sum(line.total for line in self.lines) + self.package_fee + self.bag + self.deliver_fee

    @property
    def shop_part(self) -> int:
        """The merchant's share of the activities, positive."""
        return sum(activity.shop for activity in self.activities)

    @property
    def eleme_part(self) -> int:
        """The platform's share of the activities, positive."""
        return sum(activity.eleme for activity in self.activities)

    @property
    def paid(self) -> int:
        """`totalPrice`: what the customer paid."""
        return self.original - self.shop_part - self.eleme_part - self.red_packet

    @property
    def commission(self) -> int:
        """`serviceFee`, positive: the rate on what the shop took, never less than nothing."""
        base = max(self.original - self.deliver_fee - self.shop_part, 0)
        return (base * self.rate + PERCENT // 2) // PERCENT

    @property
    def income(self) -> int:
        """What the shop gets; the red packet does not reduce it."""
        return self.original - self.deliver_fee - self.shop_part - self.commission - self.subsidy

    def share(self, amount: int) -> int:
        """What of a list amount the customer really paid: reductions allotted in proportion, cut to fen."""
        return amount * self.paid // self.original
