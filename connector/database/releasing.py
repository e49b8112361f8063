"""What operators change: parked orders and events are tried again, facts are set aside and put back."""

from sqlalchemy import Connection, Engine, and_, select, update

from connector.database.errors import translated
from connector.database.tables import FACTS, INBOX, ORDERS, OUTBOX
from connector.domain.errors import Refused
from connector.domain.order import Millis, OrderRef, StoreRef


def release(engine: Engine, what: OrderRef | int, now: Millis, *, aside: str = "", why: str = "") -> StoreRef | None:
    """Let a parked order, or a parked event by its number, be tried again from the beginning.

    The order of an event is let go with it if it waits for that event alone.

    Args:
        engine: of the database.
        what: the order, or the number of the event.
        now: when it is due.
        aside: the key of a fact to be taken out of the order's reading at once with that; it stays stored.
        why: who does so, and for what reason (``order-life.md`` section 5).

    Returns:
        The lane to ring; ``None`` if nothing of that name is parked: then nothing is changed.

    Raises:
        Refused: the order has no such fact; nothing is changed.
        Unavailable: the database is away.
    """
    mine = INBOX.c.id == what if isinstance(what, int) else INBOX.c.order_ref == what
    again = (
        update(INBOX).where(mine, INBOX.c.state == "parked").values(state="pending", attempts=0, due_at=0, reason="")
    )
    with translated(), engine.begin() as connection:
        row = connection.execute(again.returning(INBOX.c.lane, INBOX.c.order_ref)).first()
        lane = row.lane if row else None
        if isinstance(what, int):
            if row and _parked_by_event(connection, row.order_ref):
                _release_order(connection, row.order_ref, now)
        else:
            lane = _release_order(connection, what, now) or lane
            if lane and aside:
                _set_aside(connection, what, aside, why)
    return StoreRef(lane) if lane else None


def put_back(engine: Engine, order: OrderRef, key: str) -> StoreRef:
    """Put a fact that was set aside back into the reading of its order, which is replayed, parked or not.

    Returns:
        The lane to ring.

    Raises:
        Refused: no such fact is set aside; nothing is changed.
        Unavailable: the database is away.
    """
    again = update(ORDERS).where(ORDERS.c.ref == order).values(again=True).returning(ORDERS.c.store)
    with translated(), engine.begin() as connection:
        lane = connection.execute(again).scalar()
        _set_aside(connection, order, key, None)
    return StoreRef(str(lane))


def _set_aside(connection: Connection, order: OrderRef, key: str, words: str | None) -> None:
    """Take a fact out of the reading of an order, or with no words back into it."""
    fact = and_(FACTS.c.order_ref == order, FACTS.c.key == key)
    found = fact if words else and_(fact, FACTS.c.set_aside.is_not(None))
    if not connection.execute(update(FACTS).where(found).values(set_aside=words)).rowcount:
        raise Refused(
            f"the order has no such fact {'to set' if words else 'set'} aside, see `waimai trace` 无此事件: {key}"
        )


def release_refused(engine: Engine, store: StoreRef, now: Millis) -> None:
    """Let orders of a shop be tried again whose documents the ERP has refused, perhaps as those of an unknown shop.

    Raises:
        Unavailable: the database is away.
    """
    refused = select(ORDERS.c.ref).where(ORDERS.c.store == store, ORDERS.c.parked_by == "erp").order_by(ORDERS.c.ref)
    with translated(), engine.begin() as connection:
        for ref in connection.execute(refused).scalars().all():
            _release_order(connection, OrderRef(ref), now)


def _parked_by_event(connection: Connection, ref: OrderRef | None) -> bool:
    """Whether an order is parked for an event, and none of its events is parked any more."""
    others = select(INBOX.c.id).where(INBOX.c.order_ref == ref, INBOX.c.state == "parked").exists()
    mine = select(ORDERS.c.ref).where(ORDERS.c.ref == ref, ORDERS.c.parked_by == "fact", ~others)
    return connection.execute(mine).first() is not None


def _release_order(connection: Connection, ref: OrderRef, now: Millis) -> str | None:
    effects = update(OUTBOX).where(OUTBOX.c.order_ref == ref, OUTBOX.c.state == "parked")
    taken = connection.execute(
        effects.values(state="pending", attempts=0, due_at=now, reason="").returning(OUTBOX.c.lane)
    )
    lane = taken.scalars().first()
    order = update(ORDERS).where(ORDERS.c.ref == ref, ORDERS.c.parked.is_not(None))
    values = {"parked": None, "parked_by": None, "again": True}
    return connection.execute(order.values(values).returning(ORDERS.c.store)).scalar() or lane
