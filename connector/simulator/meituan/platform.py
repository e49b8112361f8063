"""Meituan as a whole: its orders, its pushes, and what it does by itself (platform page 3 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from connector.simulator.acting import Actor, Message
from connector.simulator.errors import PlatformError
from connector.simulator.platform import Platform
from connector.simulator.units import compact, seconds

from . import kinds, receipt
from .acts import ACTS, READY, ROLES, check
from .bodies import settlement_message
from .envelope import CONTENTS, TAKEN, MeituanPush
from .errors import NO_ORDER, NO_SHOP
from .moves import NOT_IN_TIME, order_message, void
from .order import Op, Order, Result, Status
from .refunds import run_out
from .scenarios import SCENARIOS
from .switches import MeituanSwitches

if TYPE_CHECKING:
    from connector.simulator.acting import Act
    from connector.simulator.config import AnyApp, AnyShop, MeituanApp, MeituanShop
    from connector.simulator.content import Content
    from connector.simulator.kernel import Kernel

    from .order import Refund

OPENED, CLOSED = 121, 120
BOUND, UNBOUND = 1, 2
# Digits of an order id that tell when the simulator started, so that they are 17 or 19 long.
SHORT, LONG = 8, 10
FIRST_ASKED = 100_000_000_001


class Meituan(Platform[Order]):
    """Simulated Meituan with its applications and shops."""

    name = "meituan"
    acts = ACTS
    scenarios = SCENARIOS
    roles = ROLES
    conditions = READY

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel, kernel.config.meituan_accounts, MeituanSwitches)
        self.closed: set[str] = set()
        self.controlled: set[str] = set()
        self.unbound: set[str] = set()
        self.downgraded_at: int | None = None

    def switches(self, app: AnyApp) -> MeituanSwitches:
        """Those of an application."""
        return cast("MeituanSwitches", self.board.of(app.app_id))

    # --- shops ---------------------------------------------------------------------------------------------

    def shop(self, ref: int | str) -> tuple[MeituanApp, MeituanShop]:
        """The application and the shop of an `app_poi_code`."""
        if ref not in self.shops:
            raise PlatformError(NO_SHOP, "不存在此门店")
        return cast("tuple[MeituanApp, MeituanShop]", self.shops[ref])

    def open_shop(self, ref: str, *, opens: bool, by: str = "BUSINESS") -> None:
        """门店状态: the shop opens or closes; what the platform has closed itself stays `controlled`."""
        with self.lock:
            app, shop = self.shop(ref)
            (self.closed.discard if opens else self.closed.add)(ref)
            if by != "BUSINESS":
                (self.controlled.discard if opens else self.controlled.add)(ref)
            fields = {
                "app_poi_code": ref,
                "poi_status": OPENED if opens else CLOSED,
                "reason": "商家操作" if by == "BUSINESS" else "平台操作",
                "operate_time": seconds(self.now()),
                "operate_user": by,
            }
            self.send(app, shop, "", Message(kind=kinds.SHOP_STATUS, body=fields), self.now())

    def bind_shop(self, ref: str, *, bound: bool) -> None:
        """门店绑定和解绑; calls for an unbound shop are refused."""
        with self.lock:
            app, shop = self.shop(ref)
            (self.unbound.discard if bound else self.unbound.add)(ref)
            fields = {
                "op_type": BOUND if bound else UNBOUND,
                "poi_info": compact({"appPoiCode": ref, "poiName": shop.name}),
                "op_time": seconds(self.now()),
                "op_source": 1,
            }
            self.send(app, shop, "", Message(kind=kinds.SHOP_BINDING, body=fields), self.now())

    def downgrade_privacy(self) -> None:
        """隐私号降级: every application is told to fetch the real numbers."""
        with self.lock:
            self.downgraded_at = self.now()
            for app in self.config.meituan_accounts:
                for shop in app.shops[:1]:
                    self.send(app, shop, "", Message(kind=kinds.PRIVACY_DOWNGRADE, body={}), self.now())

    def check(self) -> dict[str, dict[str, bool]]:
        """Every address of every kind; a way counts if all of them answered."""
        found = {}
        for app in self.config.meituan_accounts:
            seen = [self.pusher.check(self._address(app, kind), TAKEN) for kind in kinds.KINDS]
            found[str(app.app_id)] = {way: all(one[way] for one in seen) for way in ("get", "empty_post")}
        return found

    # --- orders --------------------------------------------------------------------------------------------

    def reserve(self) -> str:
        """An order id: 19 digits, 17 if every application is switched to short ones."""
        with self.lock:
            number = self.kernel.next("meituan order")
            short = [self.switches(app).short_ids for app in self.config.meituan_accounts]
            places = SHORT if short and all(short) else LONG
            return f"2{self.kernel.epoch % 10**places:0{places}d}{number:08d}"

    def make(self, ref: int | str, content: Content, kind: str, at: int, order_id: str) -> Order:
        """An order that is paid and not yet confirmed."""
        app, shop = self.shop(ref)
        rules = self.switches(app)
        return Order(
            id=order_id,
            view_id=f"{shop.number}{order_id[-10:]}" if rules.view_differs else order_id,
            app=app,
            shop=shop,
            rules=rules,
            kind=kind,
            content=content,
            person=self.kernel.person(order_id),
            day_sn=self.day_number(ref, at),
            placed_at=at,
            changed_at=at,
            own_delivery=shop.self_delivery,
            original_prices=rules.original_prices,
            spu_codes={number: entry.spu for number, entry in self.menus[ref].entries.items()},
        )

    def tell_new(self, order: Order) -> None:
        """Pushes the paid order; nobody confirms it in time, then it is cancelled."""
        drawn = self.kernel.draws("new", order.id[-8:]).random() < order.rules.downgraded
        order.downgraded_reads = order.rules.downgraded_reads if drawn else 0
        message = order_message(order, kinds.PAID, Status.PAID, order.placed_at)
        if drawn:
            body = receipt.degraded(order, status=Status.PAID)
            message = Message(kind=message.kind, body=body, holds=message.holds, thread=message.thread)
        self.tell(order, [message], order.placed_at)
        wait = self.config.meituan_accept_seconds
        self.after(order.placed_at, wait, lambda due: self._not_confirmed(order, due))

    def read(self, order: Order) -> dict[str, object]:
        """The order object as a read gives it; a degraded one heals after so many reads."""
        if order.downgraded_reads:
            order.downgraded_reads -= 1
            return receipt.degraded(order)
        return receipt.whole(order)

    def refuse(self, act: Act, order: Order) -> None:
        """By the table."""
        check(act, order)

    def number(self, act: Act) -> int:
        """A fresh id for a request of the customer's, and for a refund that the shop makes by itself."""
        asks = act.actor is Actor.CUSTOMER or act.name == "part_refund"
        return self.kernel.next("meituan asked", FIRST_ASKED + self.kernel.epoch % 10**8 * 1000) if asks else 0

    def unknown(self) -> PlatformError:
        """806."""
        return PlatformError(NO_ORDER, "不存在此订单")

    # --- pushes --------------------------------------------------------------------------------------------

    def push(self, app: AnyApp, shop: AnyShop, order_id: str, message: Message, at: int) -> MeituanPush:
        """A signed form to the address of its kind."""
        number = self.kernel.next("meituan push")
        rng, switches = self.kernel.draws("contents", number), self.switches(app)
        drawn = [name for name in CONTENTS if rng.random() < getattr(switches, name)]
        return MeituanPush(
            number=number,
            request_id=f"m{number}",
            app_id=app.app_id,
            app=cast("MeituanApp", app),
            url=self._address(app, str(message.kind)),
            shop_id=shop.id,
            order_id=order_id,
            kind=message.kind,
            fields=message.body,
            at=at,
            sent_at=at,
            retry_seconds=self.config.meituan_retry_seconds,
            holds=message.holds,
            thread=message.thread or order_id,
            note=message.note,
            contents=frozenset(drawn) if message.kind in kinds.ORDER_KINDS else frozenset(),
        )

    def _address(self, app: AnyApp, kind: str) -> str:
        return f"{app.push_url or self.config.meituan_push_url}/{kind}"

    # --- what happens by itself ----------------------------------------------------------------------------

    def told(self, order: Order, messages: list[Message], at: int) -> None:
        """An application runs out, a completed order is settled."""
        for message in messages:
            refund = order.open_refund
            if message.kind in (kinds.REFUND, kinds.PARTIAL_REFUND) and refund and not refund.appeal:
                self._watch(order, refund, at)
            if message.kind == kinds.COMPLETED:
                self.after(at, self.config.meituan_settle_seconds, lambda due: self._settle(order, due))

    def _not_confirmed(self, order: Order, due: int) -> None:
        if order.status is Status.PAID:
            self.tell(order, void(order, NOT_IN_TIME, "商家未在规定时间内接单", Op.SYSTEM, due), due)

    def _settle(self, order: Order, due: int) -> None:
        if not order.voided:
            self.tell(order, [settlement_message(order)], max(due, order.last_at))

    def _watch(self, order: Order, refund: Refund, asked_at: int) -> None:
        def overdue(at: int) -> None:
            if refund.result is Result.WAITING:
                moment = self.moment(order, max(at, order.last_at), Op.SYSTEM, {}, 0)
                self.tell(order, run_out(order, refund, moment), moment.at)

        self.after(asked_at, self.config.meituan_answer_seconds, overdue)
