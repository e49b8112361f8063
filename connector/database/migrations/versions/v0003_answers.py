"""When a platform last answered all that it was asked about a shop, which a look that failed is not."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; shops that are there are looked at in full once."""
    op.add_column("pulls", sa.Column("told_at", sa.BigInteger, nullable=False, server_default=sa.text("0")))
