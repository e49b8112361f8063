"""Which lane an event belongs to whose platform did not tell the shop: its order's.

Such an event waits in the platform's lane without a shop (``meituan:``) until its order is known; the order is asked
for there (a *find*), since the answer tells the shop. It is moved as soon as the order appears, wherever it does.
"""

from connector.database.journal import Transaction
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.ports import Alert, Envelope

_SEEKS = "未注明门店，正在查找 · its shop is not told and is looked for"


def nameless(lane: StoreRef) -> bool:
    """Whether a lane is its platform's lane without a shop.

    >>> nameless(StoreRef("meituan:")), nameless(StoreRef("meituan:MT-2001"))
    (True, False)
    """
    return not split_ref(lane)[1]


def seek(tx: Transaction, lane: StoreRef, row: int, order: OrderRef, now: Millis) -> StoreRef | None:
    """Move an event to the lane of its order; ``None`` if that is not known: then it waits, and is asked for."""
    home = tx.orders.home(order)
    if home is None:
        tx.inbox.hold(row, _SEEKS, order)
        tx.outbox.put_fetch(f"find:{order}", order, lane, now, now)
        return None
    tx.inbox.move(row, *home)
    return home[1]


def led_home(tx: Transaction, lane: StoreRef, order: OrderRef) -> StoreRef | None:
    """Move all that waits for an order in a lane without a shop, if the order has become known; its lane then."""
    home = tx.orders.home(order)
    if home is not None:
        tx.inbox.lead(lane, {order: home[0]}, home[1])
    return None if home is None else home[1]


def bring(tx: Transaction, lane: StoreRef, order: OrderRef, found: Envelope) -> StoreRef:
    """Move all that waits for an order to the lane that its platform has answered."""
    tx.inbox.lead(lane, {order: found.order or order}, found.lane)
    return found.lane


def give_up(tx: Transaction, lane: StoreRef, order: OrderRef, reason: str, now: Millis) -> None:
    """Let people look at what waits for an order that cannot be found; it is still moved once the order appears."""
    words = f"找不到订单所属门店：{reason} · the shop of its order cannot be found: {reason}"
    tx.inbox.park_lost(lane, order, words)
    alert = Alert(key=f"parked:lost:{order}", kind="parked", store=lane, order=order, text=words)
    tx.outbox.put_news(lane, alert, now)
