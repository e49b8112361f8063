"""A push as a signed form, in the forms that were seen and in forms that must be refused (platform page 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, cast

from connector.simulator.push import Push, Wire
from connector.simulator.units import compact, seconds

from .kinds import KINDS, ORDER_KINDS, UNKNOWN
from .signing import form, sign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from connector.simulator.config import MeituanApp
    from connector.simulator.switches import Switches

    from .switches import MeituanSwitches

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
TAKEN = {"data": "ok"}
FORMS = ("wrong_signature", "changed_message", "extra_key", "other_scheme")
# What an order push says differently; drawn once, since a re-push has the same business parameters.
CONTENTS = ("empty_json", "empty_detail", "trailing_object")
SCHEMES = {"http": "https", "https": "http"}
# `detail` stands apart: without it the order has no lines.
JSON_FIELDS = ("extras", "poi_receive_detail", "poi_receive_detail_yuan", "backup_recipient_phone", "incmp_modules")


def text(value: object) -> str:
    """A value as a push has it: everything is text, JSON too.

    >>> text(26.0), text(True), text([1, "测"]), text(None)
    ('26.0', 'true', '[1,"测"]', '')
    """
    if isinstance(value, str):
        return value
    return "" if value is None else compact(value)


@dataclass(frozen=True, kw_only=True)
class MeituanPush(Push):
    """`fields` are the values of the message; `url` is the address as registered, `sent_at` goes into `timestamp`.

    `contents` are those of the forms of the content that it takes.
    """

    app: MeituanApp
    url: str
    fields: Mapping[str, object]
    sent_at: int
    contents: frozenset[str] = frozenset()

    def wire(self, switches: Switches, rng: Random, now: int) -> Wire:
        """A form, or a query where the switches say GET."""
        del now
        own = cast("MeituanSwitches", switches)
        forms = frozenset([name for name in FORMS if rng.random() < getattr(own, name)])
        kind = str(self.kind)
        times = own.encodings.get(kind, KINDS.get(kind, 1))
        method = own.methods.get(kind, "POST")
        sent = form(self.signed(forms).items(), times)
        told = {f"encoded {times}"} | forms | self.contents
        if method == "GET":
            return Wire(url=f"{self.url}?{sent}", method="GET", forms=tuple(sorted(told | {"GET"})))
        return Wire(url=self.url, body=sent.encode(), content_type=FORM, forms=tuple(sorted(told)))

    def signed(self, forms: frozenset[str] = frozenset()) -> dict[str, str]:
        """All parameters, plain; the signature is right unless a form says otherwise."""
        params = {name: text(value) for name, value in self._fields().items()}
        params |= {"app_id": str(self.app_id), "timestamp": str(seconds(self.sent_at))}
        if "extra_key" in forms:
            params["newFeatureFlag"] = ""
        scheme, mark, rest = self.url.partition("://")
        url = f"{SCHEMES[scheme]}{mark}{rest}" if "other_scheme" in forms else self.url
        secret = f"{self.app.secret}x" if "wrong_signature" in forms else self.app.secret
        params["sig"] = sign(url, params, secret)
        if "changed_message" in forms:
            params["order_id"] = f"{params.get('order_id', '')}1"
        return params

    def _fields(self) -> dict[str, object]:
        fields = dict(self.fields)
        if self.kind not in ORDER_KINDS:
            return fields
        extras = fields["extras"]
        if "trailing_object" in self.contents and isinstance(extras, list):
            fields["extras"] = [*extras, {}]
        if "empty_json" in self.contents:
            fields |= {name: "" for name in JSON_FIELDS if name in fields}
        if "empty_detail" in self.contents:
            fields["detail"] = ""
        return fields

    def again(self, attempt: int, switches: Switches, now: int) -> Self:
        """The same, with a fresh timestamp if the switch says so."""
        del attempt
        return replace(self, sent_at=now) if cast("MeituanSwitches", switches).new_timestamp else self

    def strange(self) -> Self:
        """订单信息修改消息, which exists but is not described: it comes to the address without a kind."""
        fields = {"order_id": self.order_id, "app_poi_code": self.shop_id}
        return replace(self, kind=UNKNOWN, url=self.url.rpartition("/")[0], fields=fields)

    @property
    def taken(self) -> object:
        """What the platform wants to hear (page 3.1)."""
        return TAKEN
