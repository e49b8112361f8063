"""The whole simulated platform in memory: shops, orders, the agenda of what happens by itself, and its lock.

Every change goes through `place` and `act`, under one lock; each makes the push messages of the platform page.
What is due later (the platform's own deadlines, steps of a scenario) waits on the agenda until `tick()`.
"""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from . import receipt
from .acts import ACTS, Actor, check
from .bodies import removed_body, slim_refund
from .cases import ASKED_TO_CANCEL, answer_overdue
from .envelope import Push
from .errors import ACCESS_DENIED, ORDER_UNKNOWN, VALIDATION_FAILED, PlatformError
from .moves import CANCELLED, Message, Moment, void
from .order import Case, Order, Person, Role, Status
from .push import Pusher
from .switches import Board
from .tokens import Tokens
from .units import SECOND, compact, day, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .config import App, Shop, SimulatorConfig
    from .content import Content
    from .play import Played

EFFECTIVE = 10
EFFECTIVE_SLIM = 217
AUTHORISATION_REMOVED = 100
REFUND_REQUESTS = (20, 30)
SURNAMES = "赵钱孙李周吴郑王"
FIRST_REMINDER = 679000000
PLACES = 8


@dataclass(order=True)
class _Task:
    at: int
    place: int
    run: Callable[[int], None] = field(compare=False)


class World:
    """One simulated platform with its applications and shops."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.board = Board(app.app_id for app in config.accounts)
        self.pusher = Pusher(config, self.board)
        self.tokens = Tokens(config)
        self.shops: dict[int, tuple[App, Shop]] = {
            shop.id: (app, shop) for app in config.accounts for shop in app.shops
        }
        self.orders: dict[str, Order] = {}
        self.by_shop: dict[int, list[Order]] = {shop_id: [] for shop_id in self.shops}
        self.removed: set[int] = set()
        self.plays: list[Played] = []
        # Ids carry the start, so that a restarted simulator never repeats an order that others remember.
        self._epoch = seconds(config.clock())
        self._numbers: dict[str, int] = {"reminder": FIRST_REMINDER}
        self._agenda: list[_Task] = []
        self._place = 0

    def now(self) -> int:
        """Business time in milliseconds."""
        return self.config.clock()

    def _next(self, name: str) -> int:
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    # --- shops ---------------------------------------------------------------------------------------------

    def shop(self, shop_id: int) -> tuple[App, Shop]:
        """The application and the shop; an unknown shop is `ACCESS_DENIED`, as a foreign one is."""
        if shop_id not in self.shops:
            raise PlatformError(ACCESS_DENIED, "无权限访问该店铺")
        return self.shops[shop_id]

    def remove_authorisation(self, shop_id: int, at: int | None = None) -> None:
        """The merchant takes the authorisation away: 100 is the last push, calls for the shop fail from now on."""
        with self.lock:
            app, shop = self.shop(shop_id)
            moment = self.now() if at is None else at
            body = removed_body(app, shop, moment)
            self._push(app, shop, "", Message(kind=AUTHORISATION_REMOVED, body=body), moment)
            self.removed.add(shop_id)

    def restore_authorisation(self, shop_id: int) -> None:
        """The merchant authorises the application again."""
        with self.lock:
            self.shop(shop_id)
            self.removed.discard(shop_id)

    # --- orders --------------------------------------------------------------------------------------------

    def reserve(self) -> str:
        """An order id of 19 digits for an order that is placed later."""
        with self.lock:
            return f"3{self._epoch:010d}{self._next('order'):0{PLACES}d}"

    def place(
        self,
        shop_id: int,
        content: Content,
        *,
        kind: str = "",
        at: int | None = None,
        order_id: str | None = None,
    ) -> Order:
        """A customer pays for `content`: pushes 10, or 217 if the switches say so."""
        with self.lock:
            app, shop = self.shop(shop_id)
            moment = self.now() if at is None else at
            identity = order_id or self.reserve()
            order = Order(
                id=identity,
                app=app,
                shop=shop,
                kind=kind,
                content=content,
                person=self._person(identity),
                day_sn=self._next(f"{shop_id} {day(moment)}"),
                placed_at=moment,
            )
            self.orders[identity] = order
            self.by_shop[shop_id].append(order)
            self._tell_new(order)
            self.later(moment + self.config.accept_seconds * SECOND, lambda due: self._not_accepted(order, due))
            return order

    def draws(self, purpose: str, number: object) -> Random:
        """Chance for one thing: by its own number, so that a run can be repeated whatever the threads do."""
        return Random(f"{self.config.seed}:{purpose}:{number}")  # noqa: S311 - invented people, no secret

    def _person(self, order_id: str) -> Person:
        rng = self.draws("person", order_id[-PLACES:])
        number = rng.randint(1, 99999)
        return Person(
            name=f"{rng.choice(SURNAMES)}**",
            phone=f"138000{number:05d},{rng.randint(100, 9999)}",
            address=f"上海市测试区测试路{rng.randint(1, 999)}号测试大厦{rng.randint(1, 30)}01",
            number=190000000 + number,
        )

    def _tell_new(self, order: Order) -> None:
        switches = self.board.of(order.app.app_id)
        rng = self.draws("new", order.id[-PLACES:])
        slim, downgraded = rng.random() < switches.slim, rng.random() < switches.downgraded
        order.downgraded_reads = switches.downgraded_reads if downgraded else 0
        if slim:
            message = Message(kind=EFFECTIVE_SLIM, body=receipt.slim(order))
        else:
            body = receipt.downgraded(order) if downgraded else receipt.whole(order)
            message = Message(kind=EFFECTIVE, body=body)
        self._tell(order, [message], order.placed_at)

    def order(self, order_id: str) -> Order:
        """The order of this id."""
        if order_id not in self.orders:
            raise PlatformError(ORDER_UNKNOWN, "订单不存在")
        return self.orders[order_id]

    def read(self, order: Order) -> dict[str, object]:
        """OOrder as a read gives it; a downgraded order heals after so many reads."""
        if order.downgraded_reads:
            order.downgraded_reads -= 1
            return receipt.downgraded(order)
        return receipt.whole(order)

    def act(
        self,
        order_id: str,
        name: str,
        args: Mapping[str, object] | None = None,
        *,
        role: Role | None = None,
        at: int | None = None,
    ) -> Order:
        """Somebody does `name` of the table in `acts.py`; raises `PlatformError` if it cannot be done."""
        if name not in ACTS:
            raise PlatformError(VALIDATION_FAILED, f"没有这个操作 {name}")
        act = ACTS[name]
        with self.lock:
            order = self.order(order_id)
            check(act, order)
            moment = Moment(
                at=max(self.now() if at is None else at, order.last_at),
                role=role or act.actor.value,
                args=args or {},
                free_cancel=self.config.free_cancel_seconds,
                number=self._next("reminder") if act.actor is Actor.CUSTOMER else 0,
            )
            self._tell(order, act.run(order, moment), moment.at)
            return order

    # --- pushes --------------------------------------------------------------------------------------------

    def _tell(self, order: Order, messages: list[Message], at: int) -> None:
        for message in messages:
            order.history.append((at, message.kind))
            self._push(order.app, order.shop, order.id, message, at)
            if message.kind == ASKED_TO_CANCEL and order.case:
                self._watch(order, order.case, at)

    def _push(self, app: App, shop: Shop, order_id: str, message: Message, at: int) -> None:
        number = self._next("push")
        if shop.id in self.removed:
            return
        body = dict(message.body)
        slim = self.draws("slim", number).random() < self.board.of(app.app_id).slim_refunds
        if message.kind in REFUND_REQUESTS and slim:
            body = slim_refund(body)
        self.pusher.send(
            Push(
                number=number,
                request_id=f"2{self._epoch:010d}{number:07d}",
                app=app,
                shop_id=shop.id,
                order_id=order_id,
                kind=message.kind,
                message=compact(body),
                at=at,
            )
        )

    # --- what happens by itself ----------------------------------------------------------------------------

    def later(self, at: int, run: Callable[[int], None]) -> None:
        """Puts `run(at)` on the agenda."""
        with self.lock:
            self._place += 1
            heapq.heappush(self._agenda, _Task(at, self._place, run))

    def tick(self) -> int:
        """Does everything on the agenda that is due, in the order of its moments; gives the number of tasks."""
        count = 0
        with self.lock:
            while self._agenda and self._agenda[0].at <= self.now():
                task = heapq.heappop(self._agenda)
                task.run(task.at)
                count += 1
        return count

    def _not_accepted(self, order: Order, due: int) -> None:
        """Not accepted in time: the platform cancels, 14 with role 2 (page 6, inferred)."""
        if order.status is Status.UNPROCESSED:
            self._tell(order, void(order, CANCELLED, self._by_itself(due)), due)

    def _watch(self, order: Order, case: Case, asked_at: int) -> None:
        due = asked_at + self.config.answer_seconds * SECOND

        def overdue(at: int) -> None:
            moment = max(at, order.last_at)
            self._tell(order, answer_overdue(order, case, moment), moment)

        self.later(due, overdue)

    @staticmethod
    def _by_itself(at: int) -> Moment:
        return Moment(at=at, role=Role.SYSTEM, args={}, free_cancel=0, number=0)
