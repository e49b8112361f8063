"""What the database's failures mean to us: the one table, and the ``with`` that applies it.

Only the class of a failure is told on: texts of the database quote the row. Why no connection is made is told in words.
"""

import re
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

#: Why no connection is made, by SQLSTATE and, since libpq keeps that of a failed connection to itself, by the texts of
#: servers and systems that speak English or Chinese. The first row that fits counts.
_REASONS: Final = (
    (
        {"28P01", "28000"},
        re.compile(r"authentication failed|认证失败|验证失败|pg_hba\.conf|role .* does not exist|角色.*不存在"),
        "the login or its password is refused 用户名或密码被拒绝",
    ),
    (
        {"3D000"},
        re.compile(r"database .* does not exist|数据库.*不存在"),
        "the server has no such database 数据库不存在",
    ),
    (
        {"08001", "08006"},
        re.compile(r"refused|拒绝连接|No such file|没有那个文件|timeout|timed out|超时|failed to resolve|unreachable"),
        "no server answers at its address 数据库服务器无应答",
    ),
)

_FOREIGN: Final = tuple(foreign for foreign, _ in TRANSLATIONS)


def translation(error: Exception) -> BridgeError:
    """Our word for a foreign failure; a broken ``COMMIT`` may have taken effect, so ``Unavailable`` is ``unknown``."""
    ours = next(ours for foreign, ours in TRANSLATIONS if isinstance(error, foreign))
    cause = getattr(error, "orig", None) or error
    text = f"database: {_reason(cause) or type(cause).__name__}"
    return Unavailable(text, unknown=True) if ours is Unavailable else ours(text)


def _reason(cause: BaseException) -> str:
    """Why no connection is made; empty if it was, or nobody knows."""
    if not isinstance(cause, psycopg.OperationalError):
        return ""
    state, words = cause.sqlstate, "" if cause.sqlstate else str(cause)
    return next((reason for states, known, reason in _REASONS if state in states or known.search(words)), "")


@contextmanager
def translated() -> Iterator[None]:
    """Let no failure of the database out but as ``Unavailable`` or ``Refused``."""
    try:
        yield
    except _FOREIGN as error:
        raise translation(error) from error
