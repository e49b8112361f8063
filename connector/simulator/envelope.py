"""A push as bytes, in the forms that were seen and in forms that must be refused (platform page 1.1 and 8)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .signing import sign_push
from .units import compact

if TYPE_CHECKING:
    from random import Random

    from .config import App
    from .switches import Switches

FORMS = (
    "wrong_signature",
    "changed_message",
    "type_as_text",
    "user_id_as_text",
    "extra_key",
    "escaped",
    "pretty",
)


@dataclass(frozen=True, kw_only=True)
class Push:
    """A message to be delivered: `message` is its text, `at` the moment of the event, `number` its place."""

    number: int
    request_id: str
    app: App
    shop_id: int
    order_id: str
    kind: int
    message: str
    at: int


def draw(switches: Switches, rng: Random) -> frozenset[str]:
    """The forms that this delivery takes; every switch is drawn, so that a run can be repeated."""
    return frozenset([name for name in FORMS if rng.random() < getattr(switches, name)])


def envelope(push: Push) -> dict[str, object]:
    """The members of a push without the signature."""
    return {
        "requestId": push.request_id,
        "type": push.kind,
        "appId": push.app.app_id,
        "message": push.message,
        "shopId": push.shop_id,
        "timestamp": push.at,
        "userId": push.app.user_id,
    }


def signed(push: Push, forms: frozenset[str] = frozenset()) -> dict[str, object]:
    """The whole envelope; the signature is right unless a form says otherwise."""
    members = envelope(push)
    if "type_as_text" in forms:
        members["type"] = str(push.kind)
    if "user_id_as_text" in forms:
        members["userId"] = str(push.app.user_id)
    if "extra_key" in forms:
        members["order_id"] = push.order_id
    secret = push.app.secret if "wrong_signature" not in forms else f"{push.app.secret}x"
    members["signature"] = sign_push(members, secret)
    if "changed_message" in forms:
        members["message"] = f"{push.message} "
    return members


def written(members: dict[str, object], forms: frozenset[str] = frozenset()) -> bytes:
    """The envelope as JSON: compact, escaped down to ASCII and slashes, or with blanks and line breaks."""
    escaped, indent = "escaped" in forms, 2 if "pretty" in forms else None
    if not (escaped or indent):
        return compact(members).encode()
    text = json.dumps(members, ensure_ascii=escaped, indent=indent)
    return (text.replace("/", "\\/") if escaped else text).encode()
