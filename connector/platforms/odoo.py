"""The ERP as a source: presses of staff, signed by the Standard Webhooks rules (``contract.md`` section 2)."""

import base64
import binascii
from typing import Final

from standardwebhooks import Webhook, WebhookVerificationError

from connector.domain.errors import BadSignature, Refused, Unreadable
from connector.ports import Envelope, Heard, Hook, Outcome, RawEvent, Reply
from mappings.odoo import read_command
from mappings.wire import write

#: What the library raises on a request that does not prove itself; rubbish in a header makes it raise all of these.
NOT_PROVED: Final = (WebhookVerificationError, ValueError, binascii.Error, UnicodeError, RecursionError, TypeError)

_ERRORS: Final[dict[Outcome, tuple[int, str]]] = {
    "bad_signature": (401, "bad signature"),
    "unreadable": (400, "not a command"),
    "too_large": (413, "too large"),
    "unavailable": (503, "try again later"),
}


class OdooHook:
    """The door of the addon's buttons.

    Args:
        key: the decoded bytes of ``ODOO_HOOK_SECRET``.
    """

    name = "odoo"

    def __init__(self, key: bytes) -> None:
        self._webhook = Webhook(base64.b64encode(key).decode())

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a press; its ``webhook-id`` makes a repeat the same event."""
        if hook.method in {"GET", "HEAD"}:
            return None
        headers = {name.lower(): value for name, value in hook.headers.items()}
        try:
            self._webhook.verify(hook.body, headers, json_parse=False)
        except NOT_PROVED:
            raise BadSignature("the signature of the press does not fit") from None
        try:
            pressed = read_command(hook.body)
        except Refused as refusal:
            raise Unreadable(str(refusal)) from None
        if headers.get("webhook-id") != f"cmd-{pressed.command_id}":
            raise Unreadable("command: command_id: not the one of webhook-id")
        return Envelope.of_press(pressed, hook.body)

    def heard(self, raw: RawEvent) -> Heard:
        """The press."""
        pressed = read_command(raw.body)
        if pressed.store != raw.lane:
            raise Refused("command: store_ref: another store's")
        return Heard(order=pressed.order, press=pressed)

    def reply(self, outcome: Outcome, event_id: int | None) -> Reply:
        """202 with our event's number, the same for a repeat."""
        if outcome in _ERRORS:
            status, words = _ERRORS[outcome]
            return Reply(status=status, body=write({"status": "error", "error": words}).encode())
        return Reply(status=202, body=write({"status": "accepted", "id": event_id}).encode())
