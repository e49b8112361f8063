"""The first tables; what they are for stands in :mod:`connector.database.tables`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    _inbox()
    _orders()
    _facts()
    _outbox()
    _small_tables()


def _text(name: str, default: str | None = None, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null, server_default=default)


def _number(name: str, default: str | None = None, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=null, server_default=sa.text(default) if default else None)


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))


def _sealed(name: str, *, null: bool = False) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, nullable=null)


def _attempts() -> "sa.Column[int]":
    return sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0"))


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _inbox() -> None:
    op.create_table(
        "inbox",
        _id(),
        _text("source"),
        _text("digest"),
        _text("lane"),
        _text("order_ref", null=True),
        _number("received_at"),
        _sealed("body"),
        _text("state", "pending"),
        _attempts(),
        _number("due_at", "0"),
        _number("done_at", null=True),
        _text("reason", ""),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("source", "digest", name="uq_inbox_source_digest"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index("ix_inbox_pending", "inbox", ["lane", "id"], postgresql_where=pending)
    op.create_index("ix_inbox_waiting_order", "inbox", ["order_ref"], postgresql_where=pending)
    aside = sa.text("state IN ('held', 'parked')")
    op.create_index("ix_inbox_aside", "inbox", ["state", "lane"], postgresql_where=aside)


def _orders() -> None:
    op.create_table(
        "orders",
        _text("ref"),
        _text("store"),
        sa.Column("terms", postgresql.JSONB, nullable=False),
        _number("heard_at"),
        _flag("sold"),
        _number("version", "0"),
        _sealed("document", null=True),
        _text("state", "new"),
        _text("parked", null=True),
        _text("parked_by", null=True),
        _text("alert", null=True),
        _number("accepted_heard_at", null=True),
        _number("due_at", null=True),
        _flag("rung"),
        _flag("again"),
        _text("wants", null=True),
        sa.PrimaryKeyConstraint("ref", name="pk_orders"),
    )
    bell = sa.text("(due_at IS NOT NULL AND NOT rung) OR again")
    op.create_index("ix_orders_bell", "orders", ["store"], postgresql_where=bell)
    op.create_index("ix_orders_parked", "orders", ["store"], postgresql_where=sa.text("parked IS NOT NULL"))


def _facts() -> None:
    op.create_table(
        "facts",
        _text("order_ref"),
        _text("key"),
        _number("at"),
        _sealed("body"),
        _number("inbox_id", null=True),
        _text("set_aside", null=True),
        sa.PrimaryKeyConstraint("order_ref", "key", name="pk_facts"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        _text("lane"),
        _text("kind"),
        _text("key"),
        _text("order_ref", null=True),
        _number("version", "0"),
        _sealed("body"),
        _text("state", "pending"),
        _attempts(),
        _number("due_at"),
        _number("expires_at", null=True),
        _number("created_at"),
        _number("done_at", null=True),
        _text("reason", ""),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    is_open = sa.text("state IN ('pending', 'sending', 'unknown')")
    op.create_index("ix_outbox_open", "outbox", ["lane", "kind", "due_at"], postgresql_where=is_open)
    op.create_index("ix_outbox_order", "outbox", ["order_ref"])


def _small_tables() -> None:
    op.create_table(
        "lanes",
        _text("name"),
        _text("step"),
        _number("token", "0"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "step", name="pk_lanes"),
    )
    op.create_table(
        "stores",
        _text("ref"),
        sa.Column("body", postgresql.JSONB, nullable=False),
        _number("seen_at"),
        sa.PrimaryKeyConstraint("ref", name="pk_stores"),
    )
    op.create_table(
        "tokens",
        _text("app"),
        _sealed("token"),
        _number("expires_at"),
        sa.PrimaryKeyConstraint("app", name="pk_tokens"),
    )
