"""What the database's failures mean to us: the one table, and the ``with`` that applies it.

Only the class of a failure is told on: texts of the database quote the row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import sqlalchemy.exc

from connector.domain.errors import BridgeError, Refused, Unavailable

#: The first row that fits counts. SQLAlchemy wraps psycopg's classes; the one raw insert meets them bare.
TRANSLATIONS: Final[tuple[tuple[type[Exception], type[BridgeError]], ...]] = (
    (sqlalchemy.exc.OperationalError, Unavailable),  # gone, full, a deadlock, shutting down
    (sqlalchemy.exc.InterfaceError, Unavailable),  # a connection that is closed
    (sqlalchemy.exc.InternalError, Unavailable),  # read-only stand-by, a session ended for idling
    (sqlalchemy.exc.DBAPIError, Refused),  # data that no column takes, a schema that is not ours
    (sqlalchemy.exc.TimeoutError, Unavailable),  # every connection of the pool is busy
    (sqlalchemy.exc.DisconnectionError, Unavailable),
    (sqlalchemy.exc.PendingRollbackError, Unavailable),  # the connection broke in an earlier statement
    (sqlalchemy.exc.ResourceClosedError, Unavailable),  # the same
    (sqlalchemy.exc.SQLAlchemyError, Refused),  # our own mistake
    (psycopg.OperationalError, Unavailable),
    (psycopg.InterfaceError, Unavailable),
    (psycopg.InternalError, Unavailable),
    (psycopg.Error, Refused),
)

_FOREIGN: Final = tuple(foreign for foreign, _ in TRANSLATIONS)


def translation(error: Exception) -> BridgeError:
    """Our word for a foreign failure; a broken ``COMMIT`` may have taken effect, so ``Unavailable`` is ``unknown``."""
    ours = next(ours for foreign, ours in TRANSLATIONS if isinstance(error, foreign))
    cause = getattr(error, "orig", None) or error
    text = f"database: {type(cause).__name__}"
    return Unavailable(text, unknown=True) if ours is Unavailable else ours(text)


@contextmanager
def translated() -> Iterator[None]:
    """Let no failure of the database out but as ``Unavailable`` or ``Refused``."""
    try:
        yield
    except _FOREIGN as error:
        raise translation(error) from error
