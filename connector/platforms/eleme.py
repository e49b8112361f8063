"""Ele.me (饿了么) as a platform: its pushes, the calls that staff's decisions become, and orders read back."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Final, Literal, Self

import httpx

from connector.domain.errors import BadSignature, Refused, Unavailable, Unreadable
from connector.domain.gaps import Known, Listed
from connector.domain.menu import MenuItem
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.domain.traits import Traits
from connector.platforms.eleme_api import ElemeApi, Outcome
from connector.platforms.eleme_lists import listed, missed, not_reached, order_of, push, young
from connector.platforms.eleme_products import PRODUCT_CALLS, read_menu
from connector.platforms.http import STATUS, client
from connector.platforms.limits import patient
from connector.platforms.rows import rows_of, summed_up
from connector.platforms.signing import verify_eleme_push
from connector.ports import (
    Alert,
    Answer,
    Clock,
    Command,
    Envelope,
    Heard,
    Hook,
    RawEvent,
    Reply,
    SystemClock,
    TokenShelf,
)
from connector.ports import Outcome as Received
from connector.settings import ElemeApp, Settings
from mappings.eleme import read_pulled, read_push
from mappings.eleme_shop import read_shop_news
from mappings.wire import Digits, plain, read_exact, storable, write

_NO_APP: Final = "饿了么未配置应用 · no application of Ele.me is set up"
#: Key of a pulled order's body; a push has none of that name.
PULLED_AT: Final = "pulled_at"

#: Cancel reasons that the platform knows (OInvalidateType, ``eleme.md`` 2.6).
REASONS: Final = {
    "others": "其他",
    "fakeOrder": "用户信息错误",
    "contactUserFailed": "联系不上用户",
    "foodSoldOut": "商品已售完",
    "restaurantClosed": "商家已打烊",
    "distanceTooFar": "超出配送范围",
    "restaurantTooBusy": "商家现在太忙",
    "forceRejectOrder": "用户申请取消",
    "deliveryFault": "配送出现问题",
    "notSatisfiedDeliveryRequirement": "不满足起送要求",
}


def _cancel(order: str, args: Mapping[str, object]) -> dict[str, object]:
    code = str(args.get("reason_code") or "others")
    known = code if code in REASONS else "others"
    return {"orderId": order, "type": known, "remark": str(args.get("reason") or REASONS[known])}


def _reply(_order: str, args: Mapping[str, object]) -> dict[str, object]:
    number, text = str(args.get("reminder") or ""), str(args.get("text") or "")
    if not number.isdecimal():
        raise Refused("催单已失效 · the reminder is not known any more")
    return {"remindId": int(number), "type": "custom", "content": text[:30]}


#: What each action of the ERP is called there (``eleme.md`` 5.1).
CALLS: Final[dict[str, tuple[str, Callable[[str, Mapping[str, object]], dict[str, object]]]]] = {
    "accept": ("eleme.order.confirmOrderLite", lambda order, _: {"orderId": order}),
    "reject": ("eleme.order.cancelOrderLite", _cancel),
    "cancel": ("eleme.order.cancelOrderLite", _cancel),
    "agree_refund": ("eleme.order.agreeRefundLite", lambda order, _: {"orderId": order}),
    "reject_refund": (
        "eleme.order.disagreeRefundLite",
        lambda order, args: {"orderId": order, "reason": str(args.get("reason") or "商家不同意")},
    ),
    "ready": ("eleme.order.setOrderPrepared", lambda order, _: {"orderId": order}),
    "answer_reminder": ("eleme.order.replyReminder", _reply),
}


#: The buttons of ``order-life.md`` section 8; ``refundPart`` is not documented well enough to be offered.
TRAITS: Final = Traits(
    actions={
        "accept": "both",
        "start": "fact",
        "ready": "both",
        "dispatch": "fact",
        "reject": "platform",
        "cancel": "platform",
        "agree_refund": "platform",
        "reject_refund": "platform",
        "answer_reminder": "platform",
    },
    returns=1,
    accept_seconds=300,  # not told by the platform's pages: what its app shows
    prices_apart=True,
)


class Eleme:
    """Ele.me, with the merchant's own applications.

    Args:
        apps: the applications; a push must be signed by the one that it names.
        url: base address of the open platform.
        shelf: where access tokens lie.
    """

    name = "eleme"
    traits = TRAITS

    def __init__(
        self,
        apps: Sequence[ElemeApp],
        *,
        url: str,
        shelf: TokenShelf,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._apps = {app.app_id: app for app in apps}
        self._shelf = shelf
        self._clock = clock or SystemClock()
        http = http or client()
        self._apis = {app.app_id: ElemeApi(app, url=url, client=http, shelf=shelf, clock=self._clock) for app in apps}

    @classmethod
    def from_settings(cls, settings: Settings, shelf: TokenShelf) -> Self:
        """As the settings say."""
        return cls(settings.eleme_apps, url=settings.eleme_api_url, shelf=shelf)

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a push (``eleme.md`` 1.2); GET and an empty body are the reachability check."""
        if hook.method in {"GET", "HEAD"} or not hook.body.strip():
            return None
        members = read_exact(hook.body)
        if not isinstance(members, dict):
            raise Unreadable("an object expected")
        app = self._apps.get(_text(members.get("appId")))
        if app is None:
            raise BadSignature("an application that is not ours")
        verify_eleme_push(members, app.secrets)
        message = members.get("message")
        text = message if isinstance(message, str) else ""
        kind, shop, sent = (_text(members.get(name)) for name in ("type", "shopId", "timestamp"))
        return push(kind=kind, shop=shop, message=text, sent=sent, body=hook.body)

    def heard(self, raw: RawEvent) -> Heard:
        """The facts of a push or of an order that was read back."""
        if raw.body.startswith(f'{{"{PULLED_AT}":'.encode()):
            number, facts = read_pulled(raw.body)
            return Heard(order=OrderRef(f"eleme:{number}"), facts=facts)
        number, fact, note = read_push(raw.body)
        if fact is None:
            return Heard(note=note, alerts=_alerts(raw))
        return Heard(order=OrderRef(f"eleme:{number}"), facts=(fact,), note=note)

    def reply(self, outcome: Received, event_id: int | None) -> Reply:
        """The words matter: anything but these makes the platform send again (``eleme.md`` 1.3)."""
        del event_id  # the platform does not want to know
        status = STATUS[outcome]
        body = {"message": "ok"} if status == 200 else {"message": "error"}  # noqa: PLR2004 - HTTP's OK
        return Reply(status=status, body=write(body).encode())

    def perform(self, command: Command) -> Answer:
        """Make the call that a press means."""
        if command.action in PRODUCT_CALLS:
            return self._change_menu(command)
        called = CALLS.get(command.action)
        if called is None:
            return Answer(taken=False, words=f"饿了么无此操作 · not available at Ele.me: {command.action}")
        action, arguments = called
        try:
            params = arguments(split_ref(command.order or "")[1], command.args)
            outcome = self._api(command.store).call(action, params)
        except Refused as refusal:
            return Answer(taken=False, words=str(refusal))
        if not outcome.code or _done_before(command.action, outcome):
            return Answer(taken=True, words="饿了么已受理 · taken by Ele.me")
        return Answer(taken=False, words=f"{outcome.words} ({outcome.code})")

    def fetch(self, order: OrderRef, store: StoreRef) -> Envelope:
        """Read an order back, with its dishes' activity prices, and its refund if it has one."""
        refusal = Refused(_NO_APP)
        for api in self._asked(store):
            try:
                asked = self._clock.now()
                return self._pulled(api, order_of(api, order), order, store, asked=asked)
            except Refused as refused:
                refusal = refused
        raise refusal

    def missed(self, store: StoreRef, known: Known, since: Millis) -> Iterator[Envelope]:
        """Pushes that were given up, orders that we lack, orders of which the platform knows more than we do."""
        with patient():
            if not split_ref(store)[1]:
                for app_id, api in self._apis.items():
                    yield from not_reached(api, app_id)
                return
            api = self._api(store)
            for order, row, asked in missed(api, store, known, since, self._clock.now):
                found = row if row is not None else known.told(order, partial(order_of, api, order))
                if found is not None and (order in known.states or not young(found, known.now)):
                    yield self._pulled(api, found, order, store, asked=asked)

    def listed(self, store: StoreRef, day: date) -> Iterator[Listed]:
        """The platform's list of a day."""
        with patient():
            yield from listed(self._api(store), store, day)

    def _pulled(
        self,
        api: ElemeApi,
        found: Any,  # noqa: ANN401 - somebody else's JSON
        order: OrderRef,
        store: StoreRef,
        *,
        asked: Millis,
    ) -> Envelope:
        """An order as it was read, with its refund if it has one; its shop is its own, also where we do not know it.

        It is dated by when it was ``asked`` for: what happens while the answer is on its way it does not tell.
        """
        refund = None
        if isinstance(found, Mapping) and found.get("refundStatus") not in {None, "", "noRefund"}:
            answer = api.call("eleme.order.getRefundOrder", {"orderId": split_ref(order)[1]})
            refund = answer.result  # nothing if it is refused: what the order says of itself counts all the same
        if not split_ref(store)[1] and isinstance(found, Mapping):
            store = StoreRef(f"eleme:{storable(str(found.get('shopId') or ''))}")
        prices = plain(_prices(api, order))
        body = write({PULLED_AT: asked, "order": plain(found), "refund": plain(refund), "prices": prices}).encode()
        digest = hashlib.sha256(body).hexdigest()
        return Envelope(source=self.name, lane=store, digest=digest, body=body, order=order)

    def menu(self, store: StoreRef) -> tuple[MenuItem, ...]:
        """What the shop sells."""
        return read_menu(self._api(store), split_ref(store)[1])

    def _change_menu(self, command: Command) -> Answer:
        try:
            outcomes = list(PRODUCT_CALLS[command.action](self._api(command.store), rows_of(command)))
        except Refused as refusal:
            return Answer(taken=False, words=str(refusal))
        refusals = [f"{outcome.words} ({outcome.code})" for outcome in outcomes if outcome.code]
        return summed_up("饿了么", len(outcomes) - len(refusals), refusals)

    def _api(self, store: StoreRef) -> ElemeApi:
        app = next(iter(self._asked(store)), None)
        if app is None:
            raise Refused(_NO_APP)
        return app

    def _asked(self, store: StoreRef) -> Sequence[ElemeApi]:
        """The applications that may know the shop: its own; all if it is not told, else the first."""
        own = self._apis.get(self._shelf.app_of(store))
        return (own,) if own else tuple(self._apis.values())[: 1 if split_ref(store)[1] else None]


def _alerts(raw: RawEvent) -> tuple[Alert, ...]:
    """What people must see of a push that is about the shop."""
    news = read_shop_news(raw.body)
    if news is None:
        return ()
    subject = f"{news.kind}:{raw.lane}"
    key, since = (subject, news.at) if news.so is not None else (f"{subject}:{news.at}", None)
    state: Literal["open", "closed"] = "closed" if news.so is False else "open"
    return (Alert(key=key, kind=news.kind, store=raw.lane, order=None, text=news.text, state=state, since=since),)


def _prices(api: ElemeApi, order: OrderRef) -> Any:  # noqa: ANN401 - somebody else's JSON
    """Activity prices of its dishes; an order counts without them."""
    with suppress(Unavailable):
        return api.call("eleme.order.getCommodities", {"orderId": split_ref(order)[1]}).result
    return None


def _text(value: object) -> str:
    return storable(str(value)) if isinstance(value, str | Digits) else ""


def _done_before(action: str, outcome: Outcome) -> bool:
    """Accepting twice is an error that means success (``eleme.md`` 4.4)."""
    return action == "accept" and "订单已确认" in outcome.words
