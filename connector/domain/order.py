"""What an order is made of: its content as the platform shows it, and the facts that it consists of.

Times are milliseconds since 1970 in UTC, money is fen (:mod:`connector.domain.money`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType

from connector.domain.money import ZERO, Money

#: ``<platform>:<shop>``, also the name of the shop's lane.
StoreRef = NewType("StoreRef", str)
#: ``<platform>:<order>``.
OrderRef = NewType("OrderRef", str)
#: Milliseconds since 1970, UTC.
Millis = NewType("Millis", int)

Family = Literal["cancel", "return"]
Scope = Literal["full", "part"]
Status = Literal["requested", "arbitrating", "withdrawn", "rejected", "granted"]
FeeKind = Literal["box", "delivery", "delivery_platform", "discount_shop", "discount_platform", "rounding"]


def split_ref(ref: str) -> tuple[str, str]:
    """A reference's platform and the platform's own number.

    >>> split_ref("eleme:155000001")
    ('eleme', '155000001')
    """
    platform, _, number = ref.partition(":")
    return platform, number


class Kind(StrEnum):
    """What a fact does to an order (``order-life.md`` section 3, column *kind*)."""

    ORDER = "order"
    ACCEPT = "accept"
    VOID = "void"
    FINISH = "finish"
    ASK = "ask"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    GRANT = "grant"
    APPEAL = "appeal"
    PART = "part"
    RIDER = "rider"
    NOTE = "note"
    PRESS = "press"
    PULL = "pull"
    DUE = "due"


#: Kinds that speak of a refund: once all the money is back, they change nothing.
REFUND_KINDS = frozenset({Kind.ASK, Kind.WITHDRAW, Kind.REJECT, Kind.GRANT, Kind.APPEAL, Kind.PART})


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line as the customer saw it; ``line`` counts from 1, prices are list prices.

    ``boxes`` is what of the box fee belongs to the line, where the platform tells: it goes back with its pieces.
    """

    line: int
    name: str
    quantity: int
    price: Money
    total: Money
    basket: str = ""
    sku_code: str = ""
    barcode: str = ""
    platform_item: str = ""
    platform_sku: str = ""
    spec: str = ""
    boxes: Money = ZERO
    user_price: Money = ZERO
    shop_price: Money = ZERO
    discounted: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fee:
    """Money of an order that is no dish: boxes, delivery, discounts by bearer; the sign is the sum's.

    ``delivery`` is what of a discount is off the delivery's price: it goes back with no dish.
    """

    kind: FeeKind
    name: str
    amount: Money
    delivery: Money = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """Personal data: name, phone and address as the platform masks them."""

    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What was bought. Items and fees add up to ``paid`` to the fen, once the price mode is known.

    ``whole`` is false for a downgraded (降级单) or slim order, whose sums are to be fetched again. ``item_fees`` are
    promotions on single dishes, which count only if ``price`` is the price before them: that is not told on the wire
    (``meituan.md`` 4.3), see :mod:`connector.domain.pricing`. ``own_delivery``: the shop's own riders bring it.
    """

    day_seq: int
    placed_at: Millis
    paid: Money
    items: tuple[Item, ...]
    fees: tuple[Fee, ...] = ()
    item_fees: tuple[Fee, ...] = ()
    original: Money = ZERO
    income: Money = ZERO
    commission: Money = ZERO
    promised_at: Millis | None = None
    remark: str = ""
    view_ref: str = ""
    customer: Customer = field(default_factory=Customer)
    own_delivery: bool = False
    whole: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """A line of a refund: which dish (by the platform's ids or name), how many, the money if named."""

    name: str
    quantity: int
    amount: Money = ZERO
    platform_item: str = ""
    platform_sku: str = ""
    spec: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundWords:
    """What one message says of a refund; ``None`` is "not named on the wire"."""

    scope: Scope | None = None
    money: Money | None = None
    goods: tuple[Goods, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The case that a fact speaks of, at a platform that names its cases (Meituan: ``refund_id``).

    ``asked_at`` is the time of the application (``ctime``); the smallest one of a case decides its family. ``sent_at``
    is the time of this message; ``appeal`` that the merchant had already refused (``is_appeal``).
    """

    key: str
    asked_at: Millis
    sent_at: Millis
    appeal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rider:
    """Who delivers."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """A button that staff pressed in the ERP; what it did to the order at that moment is decided once."""

    action: str
    command_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """A button pressed in the ERP (``contract.md`` section 2, ``POST /hooks/odoo``)."""

    command_id: int
    store: StoreRef
    order: OrderRef | None
    action: str
    args: Mapping[str, object]
    user_id: int
    pressed_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a pulled order says of itself; each part changes only what does not hold yet.

    ``refund`` is what it names of the case, ``None`` if the answer does not tell.
    """

    accepted: bool = False
    finished: bool = False
    void: bool = False
    case: Status | None = None
    refund: RefundWords | None = None


#: How the code of a fact follows from other facts, where the platform has none of its own (``meituan.md`` 9).
Basis = Literal["", "case", "cancel", "echo"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that happened to an order, with the platform's time.

    ``key`` is unique within the order and the same for every copy of the event; ``code`` is the Ele.me type code
    (217 counts as 10; 0 for what has none). ``note`` is what a note carries: a reminder's number.

    ``basis`` says what the code depends on: ``case`` is 20-26 before and 30-36 after completion, ``cancel`` a direct
    cancellation (14 before acceptance, else as written, 17 after completion), ``echo`` Meituan's reason 1103
    (:mod:`connector.domain.placing`).
    """

    key: str
    kind: Kind
    at: Millis
    code: int = 0
    pulled: bool = False
    who: str = ""
    content: Content | None = None
    refund: RefundWords | None = None
    rider: Rider | None = None
    press: Press | None = None
    statement: Statement | None = None
    note: str = ""
    claim: Claim | None = None
    basis: Basis = ""

    @property
    def second(self) -> int:
        """Reading goes by whole seconds."""
        return self.at // 1000

    @property
    def accepts(self) -> bool:
        """It tells that the merchant has accepted: a push or a pulled answer."""
        return self.kind is Kind.ACCEPT or bool(self.statement and self.statement.accepted)

    @property
    def finishes(self) -> bool:
        """It tells that the order is finished: a push or a pulled answer."""
        return self.kind is Kind.FINISH or bool(self.statement and self.statement.finished)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """A store's settings as they were when its order was first heard of; later changes touch no old order.

    ``cancel_window`` is in seconds, ``consume_at`` a progress name of :mod:`connector.domain.table`.
    """

    cancel_window: int = 60
    consume_at: str = "preparing"
    price_mode: str = "discounted"
    auto_accept: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One request for money back and what became of it."""

    key: str
    family: Family
    scope: Scope
    status: Status
    amount: Money = ZERO
    goods: tuple[Goods, ...] = ()
    reason: str = ""
    requested_at: Millis = Millis(0)
    granted_at: Millis | None = None

    @property
    def open(self) -> bool:
        """Somebody still has to answer it."""
        return self.status in {"requested", "arbitrating"}
