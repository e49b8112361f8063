"""What finding gaps needs: names and days of orders, when a shop was last pulled, conditions that last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and tables; orders that are there are replayed once, which fills theirs."""
    op.add_column("orders", sa.Column("view_ref", sa.Text))
    op.add_column("orders", sa.Column("placed_at", sa.BigInteger))
    op.add_column("orders", sa.Column("day_seq", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("orders", sa.Column("pulled_at", sa.BigInteger))
    op.create_index("ix_orders_view", "orders", ["view_ref"], postgresql_where=sa.text("view_ref IS NOT NULL"))
    op.create_index("ix_orders_day", "orders", ["store", sa.text("coalesce(placed_at, heard_at)")])
    over = "state NOT IN ('completed', 'partially_refunded', 'refunded', 'cancelled')"
    op.create_index("ix_orders_open", "orders", ["store"], postgresql_where=sa.text(over))
    op.create_table(
        "pulls",
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("pulled_at", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("full_at", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("found", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("lane", name="pk_pulls"),
    )
    op.create_table(
        "conditions",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_conditions"),
    )
    op.execute("UPDATE orders SET again = true WHERE document IS NOT NULL")
