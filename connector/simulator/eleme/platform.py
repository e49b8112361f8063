"""Ele.me as a whole: its orders, its pushes, and what it does by itself (platform page 2 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from connector.simulator.acting import Message
from connector.simulator.errors import ACCESS_DENIED, ORDER_UNKNOWN, PlatformError
from connector.simulator.platform import Platform
from connector.simulator.units import compact

from . import receipt
from .acts import ACTS, READY, ROLES, check
from .bodies import removed_body, slim_refund
from .cases import ASKED_TO_CANCEL, answer_overdue
from .envelope import TAKEN, ElemePush
from .moves import CANCELLED, void
from .order import Case, Order, Role, Status
from .scenarios import SCENARIOS
from .switches import ElemeSwitches
from .tokens import Tokens

if TYPE_CHECKING:
    from connector.simulator.acting import Act
    from connector.simulator.config import AnyApp, AnyShop, App, Shop
    from connector.simulator.content import Content
    from connector.simulator.kernel import Kernel

EFFECTIVE = 10
EFFECTIVE_SLIM = 217
AUTHORISATION_REMOVED = 100
REFUND_REQUESTS = (20, 30)
PLACES = 8


class Eleme(Platform[Order]):
    """Simulated Ele.me with its applications and shops."""

    name = "eleme"
    acts = ACTS
    scenarios = SCENARIOS
    roles = ROLES
    conditions = READY

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel, kernel.config.accounts, ElemeSwitches)
        self.tokens = Tokens(kernel.config)
        self.removed: set[int | str] = set()

    def switches(self, app: AnyApp) -> ElemeSwitches:
        """Those of an application."""
        return cast("ElemeSwitches", self.board.of(app.app_id))

    # --- shops ---------------------------------------------------------------------------------------------

    def shop(self, shop_id: int | str) -> tuple[App, Shop]:
        """The application and the shop; an unknown shop is `ACCESS_DENIED`, as a foreign one is."""
        if shop_id not in self.shops:
            raise PlatformError(ACCESS_DENIED, "无权限访问该店铺")
        return cast("tuple[App, Shop]", self.shops[shop_id])

    def remove_authorisation(self, shop_id: int, at: int | None = None) -> None:
        """The merchant takes the authorisation away: 100 is the last push, calls for the shop fail from now on."""
        with self.lock:
            app, shop = self.shop(shop_id)
            moment = self.now() if at is None else at
            body = removed_body(app, shop, moment)
            self.send(app, shop, "", Message(kind=AUTHORISATION_REMOVED, body=body), moment)
            self.removed.add(shop_id)

    def restore_authorisation(self, shop_id: int) -> None:
        """The merchant authorises the application again."""
        with self.lock:
            self.shop(shop_id)
            self.removed.discard(shop_id)

    def check(self) -> dict[str, dict[str, bool]]:
        """Each application has one address."""
        return {str(app.app_id): self.pusher.check(self._address(app), TAKEN) for app in self.config.accounts}

    # --- orders --------------------------------------------------------------------------------------------

    def reserve(self) -> str:
        """An order id of 19 digits."""
        with self.lock:
            return f"3{self.kernel.epoch:010d}{self.kernel.next('order'):0{PLACES}d}"

    def make(self, ref: int | str, content: Content, kind: str, at: int, order_id: str) -> Order:
        """An order that is paid and not yet processed."""
        app, shop = self.shop(ref)
        return Order(
            id=order_id,
            app=app,
            shop=shop,
            kind=kind,
            content=content,
            person=self.kernel.person(order_id),
            day_sn=self.day_number(ref, at),
            placed_at=at,
        )

    def tell_new(self, order: Order) -> None:
        """Pushes 10, or 217 if the switches say so."""
        switches = self.switches(order.app)
        rng = self.kernel.draws("new", order.id[-PLACES:])
        slim, downgraded = rng.random() < switches.slim, rng.random() < switches.downgraded
        order.downgraded_reads = switches.downgraded_reads if downgraded else 0
        kind = EFFECTIVE_SLIM if slim else EFFECTIVE
        form = receipt.slim if slim else receipt.downgraded if downgraded else receipt.whole
        self.tell(order, [Message(kind=kind, body=form(order), holds="overtaken")], order.placed_at)
        self.after(order.placed_at, self.config.accept_seconds, lambda due: self._not_accepted(order, due))

    def read(self, order: Order) -> dict[str, object]:
        """OOrder as a read gives it; a downgraded order heals after so many reads."""
        if order.downgraded_reads:
            order.downgraded_reads -= 1
            return receipt.downgraded(order)
        return receipt.whole(order)

    def refuse(self, act: Act, order: Order) -> None:
        """By the table."""
        check(act, order)

    def unknown(self) -> PlatformError:
        """`BIZ_ORDER_NOT_FOUND`."""
        return PlatformError(ORDER_UNKNOWN, "订单不存在")

    # --- pushes --------------------------------------------------------------------------------------------

    def push(self, app: AnyApp, shop: AnyShop, order_id: str, message: Message, at: int) -> ElemePush | None:
        """A signed envelope about the order; none for a shop without authorisation."""
        number = self.kernel.next("push")
        if shop.id in self.removed:
            return None
        body = dict(message.body)
        slim = self.kernel.draws("slim", number).random() < self.switches(app).slim_refunds
        if message.kind in REFUND_REQUESTS and slim:
            body = slim_refund(body)
        return ElemePush(
            number=number,
            request_id=f"2{self.kernel.epoch:010d}{number:07d}",
            app_id=app.app_id,
            app=cast("App", app),
            url=self._address(app),
            shop_id=shop.id,
            order_id=order_id,
            kind=message.kind,
            message=compact(body),
            at=at,
            retry_seconds=(self.config.push_retry_seconds,) * (self.config.push_deliveries - 1),
            holds=message.holds,
            thread=order_id,
        )

    def not_reached(self, app: App) -> list[ElemePush]:
        """What did not arrive, oldest first; reading takes it off the list unless a switch keeps it."""
        kept = self.switches(app).not_reached_kept
        return cast("list[ElemePush]", self.pusher.not_reached(app.app_id, kept=kept))

    def _address(self, app: AnyApp) -> str:
        return app.push_url or self.config.push_url

    # --- what happens by itself ----------------------------------------------------------------------------

    def told(self, order: Order, messages: list[Message], at: int) -> None:
        """A request to cancel runs out."""
        for message in messages:
            if message.kind == ASKED_TO_CANCEL and order.case:
                self._watch(order, order.case, at)

    def _not_accepted(self, order: Order, due: int) -> None:
        """Not accepted in time: the platform cancels, 14 with role 2 (page 6, inferred)."""
        if order.status is Status.UNPROCESSED:
            self.tell(order, void(order, CANCELLED, self.moment(order, due, Role.SYSTEM, {}, 0)), due)

    def _watch(self, order: Order, case: Case, asked_at: int) -> None:
        def overdue(at: int) -> None:
            moment = max(at, order.last_at)
            self.tell(order, answer_overdue(order, case, moment), moment)

        self.after(asked_at, self.config.answer_seconds, overdue)
