"""What Ele.me pushes of a shop and not of an order (``eleme.md`` 2.1 and 2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from marshmallow import fields

from connector.domain.errors import Refused, Unreadable
from connector.domain.order import Millis
from mappings.fields import ChinaTime, Epoch, Lenient, Text, load
from mappings.wire import read

_STATUS, _UNAUTHORISED = "91", "100"
#: Words of ``OBusyLevel`` (``eleme.md`` 2.6) by whether the shop takes orders.
_BUSY: Final = {
    "busyLevelFree": False,
    "busyLevelClosed": True,
    "busyLevelNetworkUnstable": True,
    "busyLevelHoliday": True,
}
_OPEN: Final = {"1": False, "true": False, "0": True, "false": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopNews:
    """Something that a person must see; ``so`` is whether it is so or is over, ``None`` if the push does not tell."""

    kind: Literal["shop", "authorisation"]
    at: Millis
    text: str
    so: bool | None


class ShopPushSchema(Lenient):
    """The envelope."""

    type = Text()
    message = Text()
    timestamp = Epoch()


class ShopSchema(Lenient):
    """The body of 100, and what 91 would tell in the words of the shop's own page: its body is not documented."""

    relieveOAuthTime = ChinaTime()
    isOpen = fields.Raw(load_default=None, allow_none=True)
    busyLevel = fields.Raw(load_default=None, allow_none=True)


_PUSH, _SHOP = ShopPushSchema(), ShopSchema()


def read_shop_news(body: bytes) -> ShopNews | None:
    """What a push about a shop means for people; ``None`` if nobody must act."""
    try:
        push = load(_PUSH, read(body), "push")
        told = read(push["message"]) if push["type"] in {_STATUS, _UNAUTHORISED} else None
        shop = load(_SHOP, told if isinstance(told, Mapping) else {}, "message")
    except (Unreadable, Refused):
        return None
    sent = push["timestamp"] or Millis(0)
    if push["type"] == _UNAUTHORISED:
        words = "店铺授权已解除，将收不到订单 · the shop has taken its authorisation away: no orders will come"
        return ShopNews(kind="authorisation", at=shop["relieveOAuthTime"] or sent, text=words, so=True)
    if push["type"] != _STATUS:
        return None
    shut = _BUSY.get(str(shop["busyLevel"]), _OPEN.get(str(shop["isOpen"]).lower()))
    words = {
        True: "店铺已停止营业 · the shop was closed on the platform",
        False: "店铺已恢复营业 · the shop was opened on the platform",
        None: "店铺营业状态变化，请在平台查看 · the shop was opened or closed: look at the platform",
    }[shut]
    return ShopNews(kind="shop", at=sent, text=words, so=shut)
