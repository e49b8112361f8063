"""The engine, the schema and the ping."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from connector.database.errors import translated

#: A frozen worker gives its locks back after this, before its lease (10 s) is over.
_IDLE_IN_TRANSACTION_MS: Final = 8_000
_STATEMENT_MS: Final = 30_000
_CONNECT_SECONDS: Final = 3
_POOL_SECONDS: Final = 3
_MIGRATION_LOCK: Final = 0x5761_696D_6169  # "Waimai"


def build_engine(url: str, *, pool_size: int = 8) -> Engine:
    """Connections to a database; nothing is connected yet. Built once per process, after any fork."""
    options = f"-c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_MS} -c statement_timeout={_STATEMENT_MS}"
    return create_engine(
        _driver(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_POOL_SECONDS,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "waimai-bridge",
            "options": options,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
    )


def migrate(url: str) -> None:
    """Bring the schema up to date; several may try at once, one does it.

    Raises:
        Unavailable: the database cannot be reached.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(_driver(url), poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_SECONDS})
    with translated(), engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def ping(engine: Engine) -> None:
    """Ask the database for a sign of life.

    Raises:
        Unavailable: it gives none.
    """
    with translated(), engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _driver(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"postgresql+psycopg{mark}{rest}" if scheme in {"postgresql", "postgres"} else url
