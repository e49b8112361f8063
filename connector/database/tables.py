"""The tables (PostgreSQL): inbox, orders, facts, outbox, lanes, stores, tokens, pulls, conditions.

Times are milliseconds since 1970 in UTC by the connector's clock, but for leases, which go by the database's own.
``bytea`` columns have passed through the vault: nothing else here holds personal data or secrets.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA: Final = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)

#: Everything that happened outside, once each. State: ``pending``, ``held`` (its shop is not known yet), ``parked`` (a
#: person must look), ``done``. ``attempts`` are counted before a row is applied: one that kills its process ends, too.
INBOX: Final = Table(
    "inbox",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("order_ref", Text),
    Column("received_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", BigInteger, nullable=False, server_default=text("0")),
    Column("done_at", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "digest"),
)
_PENDING = "state = 'pending'"
Index("ix_inbox_pending", INBOX.c.lane, INBOX.c.id, postgresql_where=text(_PENDING))
Index("ix_inbox_waiting_order", INBOX.c.order_ref, postgresql_where=text(_PENDING))
_ASIDE = "state IN ('held', 'parked')"
Index("ix_inbox_aside", INBOX.c.state, INBOX.c.lane, postgresql_where=text(_ASIDE))

#: One row per order. ``sold``: a replay has imported it. ``document``: the last one that was handed to the outbox.
#: ``parked`` is the reason why documents and commands wait, ``parked_by`` what set it: ``fact`` (an event that cannot
#: be applied), ``replay`` (it stands still), ``erp`` (its document was refused), ``fetch`` (unknown to its platform);
#: ``alert`` is the key of the alert that says so. ``due_at`` is when the window's row rings, ``rung`` that it has;
#: ``again`` asks for a replay without news; ``wants`` says what is being fetched: ``content``, ``refund``, ``whole``.
#: ``view_ref`` is the order's other name, where the platform gives it two (Meituan's ``wm_order_id_view``);
#: ``placed_at`` and ``day_seq`` are its content's, ``pulled_at`` when it was last read back to fill gaps.
ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("sold", Boolean, nullable=False, server_default=text("false")),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("document", LargeBinary),
    Column("state", Text, nullable=False, server_default="new"),
    Column("parked", Text),
    Column("parked_by", Text),
    Column("alert", Text),
    Column("accepted_heard_at", BigInteger),
    Column("due_at", BigInteger),
    Column("rung", Boolean, nullable=False, server_default=text("false")),
    Column("again", Boolean, nullable=False, server_default=text("false")),
    Column("wants", Text),
    Column("view_ref", Text),
    Column("placed_at", BigInteger),
    Column("day_seq", Integer, nullable=False, server_default=text("0")),
    Column("pulled_at", BigInteger),
)
_BELL = "(due_at IS NOT NULL AND NOT rung) OR again"
Index("ix_orders_bell", ORDERS.c.store, postgresql_where=text(_BELL))
Index("ix_orders_parked", ORDERS.c.store, postgresql_where=text("parked IS NOT NULL"))
Index("ix_orders_view", ORDERS.c.view_ref, postgresql_where=text("view_ref IS NOT NULL"))
_UNDER_WAY = "state NOT IN ('completed', 'partially_refunded', 'refunded', 'cancelled')"
Index("ix_orders_open", ORDERS.c.store, postgresql_where=text(_UNDER_WAY))
Index("ix_orders_day", ORDERS.c.store, text("coalesce(placed_at, heard_at)"))

#: What orders consist of, each event once; ``set_aside`` says who took a fact out of the reading, and why.
FACTS: Final = Table(
    "facts",
    METADATA,
    Column("order_ref", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("inbox_id", BigInteger),
    Column("set_aside", Text),
)

#: Everything that is to happen outside. Kind: ``document`` (one row per order, the newest wins), ``command``,
#: ``fetch``, ``news``. State: ``pending``, ``sending`` (a call was begun), ``unknown`` (it was, and nobody knows how it
#: ended, but the order has been read back since), ``parked``, ``done``.
OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("lane", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("order_ref", Text),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("key"),
)
_OPEN = "state IN ('pending', 'sending', 'unknown')"
Index("ix_outbox_open", OUTBOX.c.lane, OUTBOX.c.kind, OUTBOX.c.due_at, postgresql_where=text(_OPEN))
Index("ix_outbox_order", OUTBOX.c.order_ref)

#: Who works on a lane: a lease by the database's clock, and a token that grows with every holder.
LANES: Final = Table(
    "lanes",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    Column("until", DateTime(timezone=True), nullable=False),
)

#: The ERP's shops as last seen.
STORES: Final = Table(
    "stores",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

#: Access tokens of platforms, shared by all processes.
TOKENS: Final = Table(
    "tokens",
    METADATA,
    Column("app", Text, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

#: When the platform was last asked what of a shop we have missed, when it last answered all of it, when for whole days,
#: how many orders and messages were found so, and why it failed last.
PULLS: Final = Table(
    "pulls",
    METADATA,
    Column("lane", Text, primary_key=True),
    Column("pulled_at", BigInteger, nullable=False, server_default=text("0")),
    Column("full_at", BigInteger, nullable=False, server_default=text("0")),
    Column("found", BigInteger, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("told_at", BigInteger, nullable=False, server_default=text("0")),
)

#: What lasts until its opposite comes, as last heard: a shop that is closed. ``key`` is the alert that says so.
CONDITIONS: Final = Table(
    "conditions",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("key", Text, nullable=False),
)
