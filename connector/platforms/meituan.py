"""Meituan (美团外卖) as a platform: its pushes, the calls that staff's decisions become, and orders read back."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, Self

import httpx

from connector.domain.errors import Refused
from connector.domain.gaps import Known, Listed
from connector.domain.menu import MenuItem
from connector.domain.order import Millis, OrderRef, StoreRef, split_ref
from connector.domain.traits import Traits
from connector.platforms.http import STATUS, client
from connector.platforms.limits import patient
from connector.platforms.meituan_api import MeituanApi
from connector.platforms.meituan_calls import CALLS, fulfilled
from connector.platforms.meituan_door import Door
from connector.platforms.meituan_lists import listed, missed
from connector.platforms.meituan_products import PRODUCT_CALLS, read_menu
from connector.platforms.rows import rows_of, summed_up
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
from connector.settings import MeituanApp, Settings
from mappings.meituan import Said, read_event
from mappings.meituan_kinds import KINDS
from mappings.meituan_pulled import PULLED_AT, lacks_delivery
from mappings.wire import plain, storable, write

_NO_APP: Final = "美团未配置应用 · no application of Meituan is set up"

#: The buttons of ``order-life.md`` section 8. No push tells that a reminder was answered, so the press does.
TRAITS: Final = Traits(
    actions={
        "accept": "both",
        "start": "fact",
        "ready": "both",
        "dispatch": "both",
        "reject": "platform",
        "cancel": "platform",
        "agree_refund": "platform",
        "reject_refund": "platform",
        "part_refund": "platform",
        "answer_reminder": "both",
    },
    returns=2,
    accept_seconds=300,  # not told by the platform's pages: what its app shows
)


class Meituan:
    """Meituan, with the merchant's own applications.

    Args:
        apps: the applications; a push must be signed by the one that it names.
        url: base address of the open platform.
        public_urls: bases of our own addresses as they are registered there.
        shelf: which application a shop belongs to.
    """

    name = "meituan"
    traits = TRAITS
    kinds = KINDS

    def __init__(
        self,
        apps: Sequence[MeituanApp],
        *,
        url: str,
        public_urls: Sequence[str],
        shelf: TokenShelf,
        http: httpx.Client | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._door = Door(apps, public_urls)
        self._shelf = shelf
        self._clock = clock or SystemClock()
        http = http or client()
        self._apis = {app.app_id: MeituanApi(app, url=url, client=http, clock=self._clock) for app in apps}

    @classmethod
    def from_settings(cls, settings: Settings, shelf: TokenShelf) -> Self:
        """As the settings say."""
        return cls(settings.meituan_apps, url=settings.meituan_api_url, public_urls=settings.public_urls, shelf=shelf)

    def envelope(self, hook: Hook) -> Envelope | None:
        """Verify a push (``meituan.md`` 2); a request without parameters is the connection test."""
        return self._door.envelope(hook)

    def heard(self, raw: RawEvent) -> Heard:
        """The facts of a push or of an order that was read back, and what people must see at once."""
        said = read_event(raw.body)
        order = OrderRef(f"meituan:{said.order}") if said.order else None
        return Heard(order=order, facts=said.facts, note=said.note, alerts=_alerts(said, raw.lane, order))

    def reply(self, outcome: Received, event_id: int | None) -> Reply:
        """The words matter: anything but these makes the platform send again (``meituan.md`` 3.1)."""
        del event_id  # the platform does not want to know
        status = STATUS[outcome]
        body = {"data": "ok"} if status == 200 else {"data": "ng"}  # noqa: PLR2004 - HTTP's OK
        return Reply(status=status, body=write(body).encode())

    def perform(self, command: Command) -> Answer:
        """Make the call that a press means."""
        try:
            if command.action in PRODUCT_CALLS:
                return self._change_menu(command)
            return self._call(command)
        except Refused as refusal:
            return Answer(taken=False, words=str(refusal))

    def fetch(self, order: OrderRef, store: StoreRef) -> Envelope:
        """Read an order back, and its refunds; the lane is its shop's, also where ``store`` does not name one."""
        number, asked, refusal = split_ref(order)[1], self._clock.now(), Refused(_NO_APP)
        for api in self._asked(store):
            outcome = api.get("order/getOrderDetail", order_id=number, is_mt_logistics="1")
            if outcome.code or not isinstance(outcome.result, Mapping):
                refusal = Refused(f"{outcome.words} ({outcome.code})")
                continue
            found = outcome.result
            body = write({PULLED_AT: asked, **plain(self._told(api, number, found))}).encode()
            shop = split_ref(store)[1] or storable(str(found.get("app_poi_code") or ""))
            told = storable(str(found.get("order_id") or number))
            return Envelope(
                source=self.name,
                lane=StoreRef(f"meituan:{shop}"),
                digest=hashlib.sha256(body).hexdigest(),
                body=body,
                order=OrderRef(f"meituan:{told}"),
            )
        raise refusal

    def missed(self, store: StoreRef, known: Known, since: Millis) -> Iterator[Envelope]:
        """Orders whose running numbers we lack, and what has become of those that are under way."""
        with patient():
            if split_ref(store)[1]:
                yield from missed(self._api(store), store, known, since, lambda order: self.fetch(order, store))

    def listed(self, store: StoreRef, day: date) -> Iterator[Listed]:
        """The orders of a day by their running numbers."""
        with patient():
            yield from listed(self._api(store), store, day, self._clock.now())

    def menu(self, store: StoreRef) -> tuple[MenuItem, ...]:
        """What the shop sells."""
        return read_menu(self._api(store), split_ref(store)[1])

    def _call(self, command: Command) -> Answer:
        called = CALLS.get(command.action)
        if called is None:
            return Answer(taken=False, words=f"美团无此操作 · not available at Meituan: {command.action}")
        api, number = self._api(command.store), split_ref(command.order or "")[1]
        outcome = called(api, number, command)
        if not outcome.code or fulfilled(api, command.action, number, outcome):
            return Answer(taken=True, words="美团已受理 · taken by Meituan")
        return Answer(taken=False, words=f"{outcome.words} ({outcome.code})")

    def _change_menu(self, command: Command) -> Answer:
        api, shop = self._api(command.store), split_ref(command.store)[1]
        outcomes = list(PRODUCT_CALLS[command.action](api, shop, rows_of(command)))
        refusals = [f"{one.words} ({one.code})" if one.code else one.words for one in outcomes if one.code or one.words]
        return summed_up("美团", len(outcomes) - len(refusals), refusals)

    @staticmethod
    def _told(api: MeituanApi, number: str, order: Mapping[str, Any]) -> dict[str, Any]:
        """An order with its refunds and its delivery, where they are told; both may lag behind the pushes."""
        view = str(order.get("wm_order_id_view") or number)
        refunds = api.get("ecommerce/order/getOrderRefundDetail", wm_order_id_view=view)
        known = not refunds.code and isinstance(refunds.result, list)
        told = {"order": order, "refunds": refunds.result if known else None}
        if lacks_delivery(order):
            delivery = api.get("order/logistics/status", order_id=number)
            told["delivery"] = delivery.result if not delivery.code else None
        return told

    def _api(self, store: StoreRef) -> MeituanApi:
        api = next(iter(self._asked(store)), None)
        if api is None:
            raise Refused(_NO_APP)
        return api

    def _asked(self, store: StoreRef) -> Sequence[MeituanApi]:
        """The applications that may know the shop: its own, or all if nobody says which that is."""
        own = self._apis.get(self._shelf.app_of(store))
        return (own,) if own else tuple(self._apis.values())


def _alerts(said: Said, lane: StoreRef, order: OrderRef | None) -> tuple[Alert, ...]:
    if said.alert is None:
        return ()
    kind, key, text = said.alert
    since, so = said.lasts or (None, True)
    name = f"{kind}:{order or lane}:{key}".removesuffix(":")
    state: Literal["open", "closed"] = "open" if so else "closed"
    return (Alert(key=name, kind=kind, store=lane, order=order, text=text, state=state, since=since),)
