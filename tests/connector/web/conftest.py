"""The door as senders see it: the real application, sources and database; the ERP and the bell are doubles."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from sqlalchemy import text

from connector.bell import SilentBell
from connector.database.journal import Journal
from connector.platforms.eleme import Eleme
from connector.platforms.meituan import Meituan
from connector.platforms.odoo import OdooHook
from connector.ports import SystemClock
from connector.services import Services
from connector.settings import ElemeApp, MeituanApp
from connector.vault import Vault
from connector.web.plugin import create_app
from erp_bridge.memory import MemoryErp

APP = 10000001
SHOP = 155000001
SECRET = "3f1c0a9e5b7d24686c8e0f1a2b3c4d5e6f708192"
MEITUAN_APP = "900001"
MEITUAN_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PUBLIC_URL = "https://erp.invalid"
HOOK_KEY = b"an invented key of 32 bytes ....."
MESSAGE = json.dumps({"orderId": "3040000000000000398", "state": "valid", "shopId": SHOP, "updateTime": 1, "role": 3})


@pytest.fixture
def services(engine):
    """Everything wired, with an empty inbox."""
    return wired(engine)


def wired(engine, *, journal=None) -> Services:
    app = ElemeApp(app_id=str(APP), key="invented-key", secrets=(SECRET, "an older secret"))
    eleme = Eleme([app], url="http://127.0.0.1:9", shelf=None)
    other = MeituanApp(app_id=MEITUAN_APP, secrets=(MEITUAN_SECRET, "an older secret"))
    meituan = Meituan([other], url="http://127.0.0.1:9", public_urls=[PUBLIC_URL], shelf=None)
    return Services(
        journal=journal if journal is not None else Journal(engine, Vault()),
        bell=SilentBell(),
        erp=MemoryErp(),
        clock=SystemClock(),
        sources={"eleme": eleme, "meituan": meituan, "odoo": OdooHook(HOOK_KEY)},
        platforms={"eleme": eleme, "meituan": meituan},
    )


@pytest.fixture
def client(services):
    return create_app(services).test_client()


@pytest.fixture
def inbox(engine):
    """The rows of the inbox as dictionaries, oldest first."""

    def rows() -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text("SELECT * FROM inbox ORDER BY id")).mappings()]

    return rows


def push(**changes: object) -> dict[str, object]:
    """The canonical push, one thing changed; ``...`` takes a member away."""
    members: dict[str, object] = {
        "requestId": "200014300000000890",
        "type": 12,
        "appId": APP,
        "message": MESSAGE,
        "shopId": SHOP,
        "timestamp": 1700000066767,
        "userId": 513210000000003493,
    }
    members.update(changes)
    return {key: value for key, value in members.items() if value is not ...}


def signature(members: dict[str, object], secret: str = SECRET) -> str:
    """Ele.me's signature, written down a second time so that the product's is not checked with itself."""
    pairs = [f"{key}={value if isinstance(value, str) else compact(value)}" for key, value in members.items()]
    return hashlib.md5(("".join(sorted(pairs)) + secret).encode()).hexdigest().upper()


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def signed(**changes: object) -> bytes:
    members = push(**changes)
    return json.dumps({**members, "signature": signature(members)}).encode()


def press(**changes: object) -> dict[str, object]:
    """The canonical press of a button in the ERP."""
    return {
        "type": "command",
        "command_id": 41,
        "store_ref": f"eleme:{SHOP}",
        "order_ref": "eleme:3040000000000000398",
        "action": "accept",
        "args": {},
        "user_id": 2,
        "pressed_at": "2026-01-02T03:04:05Z",
        **changes,
    }


def webhook(body: bytes, *, number: int = 41, at: int, key: bytes = HOOK_KEY) -> dict[str, str]:
    """Standard Webhooks headers over a body; ``at`` in seconds."""
    name = f"cmd-{number}"
    mac = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }
