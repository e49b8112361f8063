"""What a simulated platform is: shops, orders, a table of acts, and pushes of what happens (no wire format here)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from .acting import Actor, Moment
from .errors import VALIDATION_FAILED, PlatformError
from .menu import Menu
from .order import AnyOrder
from .units import SECOND, day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from enum import IntEnum

    from .acting import Act, Message
    from .config import AnyApp, AnyShop
    from .content import Content
    from .kernel import Kernel
    from .push import Push
    from .scenario import Scenario
    from .switches import Switches

Order = TypeVar("Order", bound=AnyOrder)


class Platform(ABC, Generic[Order]):
    """One platform of a world; every change goes through `place` and `act`, under the kernel's lock."""

    name: ClassVar[str]
    acts: ClassVar[Mapping[str, Act]]
    scenarios: ClassVar[Mapping[str, Scenario]]
    roles: ClassVar[Mapping[Actor, IntEnum]]
    # What acts check beyond the table, by name, so that no button is shown that would be refused.
    conditions: ClassVar[Mapping[str, Callable[[Any], bool]]]

    def __init__(self, kernel: Kernel, apps: Sequence[AnyApp], switches: Callable[[], Switches]) -> None:
        self.kernel = kernel
        self.config, self.board, self.pusher = kernel.config, kernel.board, kernel.pusher
        self.lock = kernel.lock
        self.apps = apps
        self.shops: dict[int | str, tuple[AnyApp, AnyShop]] = {
            shop.id: (app, shop) for app in apps for shop in app.shops
        }
        self.orders: dict[str, Order] = {}
        self.by_shop: dict[int | str, list[Order]] = {ref: [] for ref in self.shops}
        self.menus = {ref: Menu(branch) for branch, ref in enumerate(self.shops)}
        self.usual = switches()
        for app in apps:
            self.board.add(self.name, app.app_id, switches())

    # --- what a platform says for itself -------------------------------------------------------------------

    @abstractmethod
    def shop(self, ref: Any) -> tuple[AnyApp, AnyShop]:  # noqa: ANN401 - a number here, a text there
        """The application and the shop; raises the platform's refusal if there is no such shop."""

    @abstractmethod
    def reserve(self) -> str:
        """An order id for an order that is placed later."""

    @abstractmethod
    def make(self, ref: int | str, content: Content, kind: str, at: int, order_id: str) -> Order:
        """A new order, not yet told to anybody."""

    @abstractmethod
    def tell_new(self, order: Order) -> None:
        """The push of a new order, and what the platform does by itself if nobody accepts it."""

    @abstractmethod
    def refuse(self, act: Act, order: Order) -> None:
        """Raises the platform's refusal if the order is not in a state for this act."""

    @abstractmethod
    def push(self, app: AnyApp, shop: AnyShop, order_id: str, message: Message, at: int) -> Push | None:
        """The push of a message; none for a shop that gets none."""

    @abstractmethod
    def unknown(self) -> PlatformError:
        """What it says of an order that it does not have."""

    @abstractmethod
    def check(self) -> dict[str, dict[str, bool]]:
        """The reachability check of the console, by application."""

    # --- orders --------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Business time in milliseconds."""
        return self.kernel.now()

    def order(self, order_id: str) -> Order:
        """The order of this id."""
        if order_id not in self.orders:
            raise self.unknown()
        return self.orders[order_id]

    def place(
        self,
        ref: int | str,
        content: Content,
        *,
        kind: str = "",
        at: int | None = None,
        order_id: str | None = None,
    ) -> Order:
        """A customer pays for `content`."""
        with self.lock:
            self.shop(ref)
            moment = self.now() if at is None else at
            order = self.make(ref, self.menus[ref].sold(content), kind, moment, order_id or self.reserve())
            self.orders[order.id] = order
            self.by_shop[ref].append(order)
            self.tell_new(order)
            return order

    def day_number(self, ref: int | str, at: int) -> int:
        """The next running number of the shop's day."""
        return self.kernel.next(f"{ref} {day(at)}")

    def moment(self, order: Order, at: int | None, role: IntEnum, args: Mapping[str, object], number: int) -> Moment:
        """When and by whom something happens to an order: never before what happened last."""
        return Moment(
            at=max(self.now() if at is None else at, order.last_at),
            role=role,
            args=args,
            free_cancel=self.config.free_cancel_seconds,
            number=number,
        )

    def act(
        self,
        order_id: str,
        name: str,
        args: Mapping[str, object] | None = None,
        *,
        role: IntEnum | None = None,
        at: int | None = None,
    ) -> Order:
        """Somebody does `name` of the table of acts; raises `PlatformError` if it cannot be done."""
        if name not in self.acts:
            raise PlatformError(VALIDATION_FAILED, f"没有这个操作 {name}")
        act = self.acts[name]
        with self.lock:
            order = self.order(order_id)
            self.refuse(act, order)
            number = self.number(act)
            moment = self.moment(order, at, role or self.roles[act.actor], args or {}, number)
            self.tell(order, act.run(order, moment), moment.at)
            return order

    def number(self, act: Act) -> int:
        """A fresh id for what a customer asks."""
        return self.kernel.next(f"{self.name} asked", 679000001) if act.actor is Actor.CUSTOMER else 0

    def offered(self, order: Order) -> list[Act]:
        """The acts that are possible now, as buttons of the page."""
        return [act for act in self.acts.values() if self._allowed(act, order)]

    def _allowed(self, act: Act, order: Order) -> bool:
        try:
            self.refuse(act, order)
        except PlatformError:
            return False
        return act.name not in self.conditions or self.conditions[act.name](order)

    # --- pushes --------------------------------------------------------------------------------------------

    def tell(self, order: Order, messages: list[Message], at: int) -> None:
        """Writes what happened into the order's history and pushes it."""
        for message in messages:
            order.history.append((at, message.word))
            self.send(order.app, order.shop, order.id, message, at)
        self.told(order, messages, at)

    def told(self, order: Order, messages: list[Message], at: int) -> None:
        """What the platform watches from now on."""

    def send(self, app: AnyApp, shop: AnyShop, order_id: str, message: Message, at: int) -> None:
        """Hands a message over to be pushed."""
        push = self.push(app, shop, order_id, message, at)
        if push is not None:
            self.pusher.send(push)

    def after(self, at: int, seconds: int, run: Callable[[int], None]) -> None:
        """Puts something on the agenda, `seconds` after `at`."""
        self.kernel.later(at + seconds * SECOND, run)
