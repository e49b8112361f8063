"""An order as Meituan keeps it: status, refunds by id, riders, reminders (platform page 5 and 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from connector.simulator.order import AnyOrder

from .shares import refundable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.simulator.config import MeituanApp, MeituanShop

    from .switches import MeituanSwitches


class Status(IntEnum):
    """`status`; 1 is not paid yet and unknown here, 3 and 6 are of old applications."""

    PAID = 2
    CONFIRMED = 4
    FINISHED = 8
    CANCELLED = 9


class Op(IntEnum):
    """`deal_op_type` and `apply_op_user_type`: who did it."""

    CUSTOMER = 1
    SHOP = 2
    DESK = 3
    BD = 4
    SYSTEM = 5
    OPEN_PLATFORM = 6


class Result(IntEnum):
    """`res_type`."""

    WAITING = 0
    SHOP_REJECTED = 1
    SHOP_AGREED = 2
    DESK_REJECTED = 3
    DESK_AGREED = 4
    RAN_OUT = 5
    AT_ONCE = 6
    WITHDRAWN = 7
    APPEAL_WITHDRAWN = 8


GRANTED = frozenset({Result.SHOP_AGREED, Result.DESK_AGREED, Result.RAN_OUT, Result.AT_ONCE})
REFUSED = frozenset({Result.SHOP_REJECTED, Result.DESK_REJECTED})


class Phase(IntEnum):
    """What the last refund is, for the table of acts."""

    NONE = 0
    ASKED = 1
    REFUSED = 2
    APPEALED = 3


WORDS = {
    Status.PAID: "paid",
    Status.CONFIRMED: "confirmed",
    Status.FINISHED: "completed",
    Status.CANCELLED: "cancelled",
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """`quantity` of line `line` (from 1) in a part refund; `amount` fen for all of them, boxes included."""

    line: int
    quantity: int
    amount: int


@dataclass(kw_only=True)
class Refund:
    """A refund; without `parts` it is about everything left. `after`: asked for when the order was completed."""

    number: str
    amount: int
    reason: str
    asked_at: int
    asked_by: Op
    after: bool
    changed_at: int
    parts: tuple[Part, ...] = ()
    result: Result = Result.WAITING
    answer: str = ""
    appeal: bool = False
    money_status: int = 0

    @property
    def scope(self) -> str:
        """Full or part."""
        return "part" if self.parts else "full"


@dataclass(frozen=True, kw_only=True)
class Ride:
    """News of the delivery; `own` when the shop brings it."""

    status: int
    name: str
    phone: str
    at: int
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Why and by whom the order was cancelled."""

    code: int
    reason: str
    by: Op
    at: int


@dataclass(kw_only=True)
class Order(AnyOrder):
    """One order; `original_prices` is its application's price mode when it was placed, `rules` its switches.

    `spu_codes`: the merchant's codes of products by the number of the dish, as they were when it was placed.
    """

    platform = "meituan"
    app: MeituanApp
    shop: MeituanShop
    view_id: str
    rules: MeituanSwitches
    own_delivery: bool
    original_prices: bool
    spu_codes: Mapping[int, str]
    status: Status = Status.PAID
    received: bool = False
    ended: Ended | None = None
    changed_at: int = 0
    refunds: list[Refund] = field(default_factory=list)
    rides: list[Ride] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The status in words, `refunding` while a request waits."""
        return "refunding" if self.open_refund else WORDS[self.status]

    @property
    def refund(self) -> Refund | None:
        """The last one."""
        return self.refunds[-1] if self.refunds else None

    @property
    def open_refund(self) -> Refund | None:
        """The one that waits for the shop or for the service desk."""
        return self.refund if self.refund and self.refund.result is Result.WAITING else None

    @property
    def phase(self) -> Phase:
        """What the last refund is."""
        last = self.refund
        if last is None or (last.result is not Result.WAITING and last.result not in REFUSED):
            return Phase.NONE
        if last.result is Result.WAITING:
            return Phase.APPEALED if last.appeal else Phase.ASKED
        return Phase.REFUSED

    @property
    def refund_word(self) -> str:
        """The last refund in words."""
        if self.refund is None:
            return "none"
        return self.refund.result.name.lower()

    @property
    def voided(self) -> bool:
        """Whether the status is 9."""
        return self.status is Status.CANCELLED

    @property
    def granted(self) -> list[Refund]:
        """Those whose money goes back."""
        return [refund for refund in self.refunds if refund.result in GRANTED]

    @property
    def refunded(self) -> int:
        """All of it once the order is cancelled, else what was granted."""
        if self.voided:
            return self.content.paid
        return sum(refund.amount for refund in self.granted)

    @property
    def income(self) -> int:
        """`wmPoiReceiveCent`: goods, boxes, bag less the shop's share and commission; delivery if it brings it."""
        content = self.content
        delivery = 0 if self.own_delivery else content.deliver_fee
        return content.original - delivery - content.shop_part - content.commission

    @property
    def ride_code(self) -> int | None:
        """`logistics_status` of the last delivery push."""
        return self.rides[-1].status if self.rides else None

    def given_back(self, line: int) -> int:
        """How many of a line (from 1) went back in part refunds."""
        return sum(part.quantity for refund in self.granted for part in refund.parts if part.line == line)

    def worth(self, line: int, quantity: int) -> int:
        """Fen for so many more of a line, after all shares of the reductions; what is left over comes with the last."""
        share, gone = refundable(self.content)[line - 1], self.given_back(line)
        whole = self.content.lines[line - 1].quantity
        return share * (gone + quantity) // whole - share * gone // whole

    def refund_rows(self) -> list[dict[str, object]]:
        """Every refund, in the order of the requests."""
        return [
            {
                "key": refund.number,
                "scope": refund.scope,
                "family": "return" if refund.after else "cancel",
                "status": refund.result.name.lower(),
                "appeal": refund.appeal,
                "amount": refund.amount,
                "reason": refund.reason,
                "asked": refund.asked_at,
                "items": [{"line": part.line, "quantity": part.quantity} for part in refund.parts],
            }
            for refund in self.refunds
        ]
