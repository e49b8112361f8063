"""The ERP's shops as last seen, and the platforms' access tokens; each call is a transaction of its own."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from connector.database.errors import translated
from connector.domain.order import Millis, StoreRef
from connector.ports import Store
from connector.vault import Vault

_PUT: Final = text("""
INSERT INTO stores (ref, body, seen_at) VALUES (:ref, CAST(:body AS jsonb), :now)
ON CONFLICT (ref) DO UPDATE SET body = excluded.body, seen_at = excluded.seen_at
""")
#: Those that were not named by an answer, and those of an answer that take orders again.
_ABSENT: Final = text("""
UPDATE stores SET body = body || '{"active": false}' WHERE ref <> ALL(:named) AND (body ->> 'active')::boolean
""")
_BACK: Final = text("SELECT ref FROM stores WHERE ref = ANY(:open) AND NOT (body ->> 'active')::boolean")
_GET: Final = text("SELECT body FROM stores WHERE ref = :ref")
_ALL: Final = text("SELECT body FROM stores ORDER BY ref")
_PUT_TOKEN: Final = text("""
INSERT INTO tokens (app, token, expires_at) VALUES (:app, :token, :expires_at)
ON CONFLICT (app) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at
""")
_GET_TOKEN: Final = text("SELECT token, expires_at FROM tokens WHERE app = :app")
_FORGET: Final = text("DELETE FROM tokens WHERE app = :app AND token = :token")
_FIELDS: Final = frozenset(field.name for field in fields(Store))


class Stores:
    """The shops."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, stores: Iterable[Store], now: Millis) -> set[StoreRef]:
        """Keep what the ERP says: all its shops, or none, since an empty answer is no answer.

        A shop that it does not name any more takes no new orders, as if it were archived: what is under way there goes
        on. One whose settings could not be read stays as it was last seen.

        Returns:
            The shops that take orders again.
        """
        named = tuple(stores)
        rows = [{"ref": one.ref, "body": json.dumps(asdict(one)), "now": now} for one in named if one.readable]
        if not named:
            return set()
        with translated(), self._engine.begin() as connection:
            opened = {"open": [one.ref for one in named if one.readable and one.active]}
            back = {StoreRef(ref) for ref in connection.execute(_BACK, opened).scalars()}
            connection.execute(_ABSENT, {"named": [one.ref for one in named]})
            if rows:
                connection.execute(_PUT, rows)
        return back

    def get(self, ref: StoreRef) -> Store | None:
        """A shop, or ``None`` if the ERP has not named it yet."""
        with translated(), self._engine.connect() as connection:
            return find(connection, ref)

    def all(self) -> tuple[Store, ...]:
        """Every shop that the ERP has ever named; those that it names no more are not active."""
        with translated(), self._engine.connect() as connection:
            return tuple(_store(body) for body in connection.execute(_ALL).scalars())


class Shelf:
    """Access tokens, sealed, shared by all processes (the port :class:`connector.ports.TokenShelf`)."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._stores = Stores(engine)

    def token(self, app: str) -> tuple[str, Millis] | None:
        """An app's token and when it ends."""
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_GET_TOKEN, {"app": app}).first()
        return None if row is None else (self._vault.open(row.token).decode(), Millis(row.expires_at))

    def keep_token(self, app: str, token: str, ends: Millis) -> None:
        """Put a new token in the place of the old one."""
        values = {"app": app, "token": self._vault.seal(token.encode()), "expires_at": ends}
        with translated(), self._engine.begin() as connection:
            connection.execute(_PUT_TOKEN, values)

    def drop_token(self, app: str, token: str) -> None:
        """Forget a token that the platform no longer takes, unless a newer one already lies there."""
        with translated(), self._engine.begin() as connection:
            row = connection.execute(_GET_TOKEN, {"app": app}).first()
            if row is not None and self._vault.open(row.token).decode() == token:
                connection.execute(_FORGET, {"app": app, "token": row.token})

    def app_of(self, store: StoreRef) -> str:
        """The platform's id of the application that a shop belongs to; empty if the ERP does not say."""
        known = self._stores.get(store)
        return known.app_ref if known else ""


def find(connection: Connection, ref: StoreRef) -> Store | None:
    """A shop, or ``None`` if the ERP has not named it yet."""
    body = connection.execute(_GET, {"ref": ref}).scalar()
    return None if body is None else _store(body)


def _store(body: dict[str, Any]) -> Store:
    """A row of another version may have members that this one does not know."""
    return Store(**{name: value for name, value in body.items() if name in _FIELDS})
