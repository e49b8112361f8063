"""A push as bytes, in the forms that were seen and in forms that must be refused (platform page 1.1 and 8)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, cast

from connector.simulator.push import Push, Wire
from connector.simulator.units import compact

from .signing import sign_push

if TYPE_CHECKING:
    from random import Random

    from connector.simulator.config import App
    from connector.simulator.switches import Switches

    from .switches import ElemeSwitches

FORMS = (
    "wrong_signature",
    "changed_message",
    "type_as_text",
    "user_id_as_text",
    "extra_key",
    "escaped",
    "pretty",
)
UNKNOWN_TYPE = 999
TAKEN = {"message": "ok"}


@dataclass(frozen=True, kw_only=True)
class ElemePush(Push):
    """`message` is the text of what is said, `url` the application's one address."""

    app: App
    url: str
    message: str

    def wire(self, switches: Switches, rng: Random, now: int) -> Wire:
        """The signed envelope as JSON; the moment of sending is no part of it."""
        del now
        forms = draw(cast("ElemeSwitches", switches), rng)
        return Wire(url=self.url, body=written(signed(self, forms), forms), forms=tuple(sorted(forms)))

    def again(self, attempt: int, switches: Switches, now: int) -> Self:
        """The same, or with an id of its own if the switch says so."""
        del now
        if not cast("ElemeSwitches", switches).new_request_id:
            return self
        return replace(self, request_id=f"{self.request_id}{attempt}")

    def strange(self) -> Self:
        """Of a type that is in no table."""
        return replace(self, kind=UNKNOWN_TYPE, request_id=f"{self.request_id}9")

    @property
    def taken(self) -> object:
        """What the platform wants to hear (page 1.3)."""
        return TAKEN


def draw(switches: ElemeSwitches, rng: Random) -> frozenset[str]:
    """The forms that this delivery takes; every switch is drawn, so that a run can be repeated."""
    return frozenset([name for name in FORMS if rng.random() < getattr(switches, name)])


def envelope(push: ElemePush) -> dict[str, object]:
    """The members of a push without the signature."""
    return {
        "requestId": push.request_id,
        "type": push.kind,
        "appId": push.app_id,
        "message": push.message,
        "shopId": push.shop_id,
        "timestamp": push.at,
        "userId": push.app.user_id,
    }


def signed(push: ElemePush, forms: frozenset[str] = frozenset()) -> dict[str, object]:
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


def as_list_entry(push: ElemePush) -> dict[str, object]:
    """A row of `getNonReachedOMessages`: no signature (page 5.5)."""
    return {
        "requestId": push.request_id,
        "type": push.kind,
        "message": push.message,
        "shopId": push.shop_id,
        "userId": push.app.user_id,
        "timestamp": push.at,
        "orderId": push.order_id,
    }


def as_text(push: ElemePush) -> str:
    """A row of `getNonReachedMessages`: the push envelope as text (inferred)."""
    return compact(signed(push))
