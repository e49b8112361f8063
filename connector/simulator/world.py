"""The whole simulated world in memory: both platforms over one kernel, and who asks is told by the id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .eleme.platform import Eleme
from .errors import ORDER_UNKNOWN, VALIDATION_FAILED, PlatformError
from .kernel import Kernel
from .meituan.platform import Meituan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .config import AnyApp, AnyShop, SimulatorConfig
    from .content import Content
    from .order import AnyOrder
    from .platform import Platform
    from .play import Played


class World(Kernel):
    """Both platforms; an order and a shop belong to one of them, found by their ids."""

    def __init__(self, config: SimulatorConfig) -> None:
        super().__init__(config)
        self.eleme, self.meituan = Eleme(self), Meituan(self)
        self.platforms: dict[str, Platform[Any]] = {one.name: one for one in (self.eleme, self.meituan)}
        self.plays: list[Played] = []

    @property
    def shops(self) -> Mapping[int | str, tuple[AnyApp, AnyShop]]:
        """Every shop with its application, Ele.me's first."""
        return {ref: pair for one in self.platforms.values() for ref, pair in one.shops.items()}

    @property
    def orders(self) -> Mapping[str, AnyOrder]:
        """Every order by its id."""
        return {key: order for one in self.platforms.values() for key, order in one.orders.items()}

    @property
    def by_shop(self) -> Mapping[int | str, list[AnyOrder]]:
        """The orders of every shop."""
        return {ref: list(orders) for one in self.platforms.values() for ref, orders in one.by_shop.items()}

    def platform(self, name: str) -> Platform[Any]:
        """The platform of this name."""
        if name not in self.platforms:
            raise PlatformError(VALIDATION_FAILED, f"没有这个平台 {name}")
        return self.platforms[name]

    def shop_platform(self, ref: int | str) -> Platform[Any]:
        """The platform of a shop."""
        return next((one for one in self.platforms.values() if ref in one.shops), self.eleme)

    def order_platform(self, order_id: str) -> Platform[Any]:
        """The platform of an order."""
        found = next((one for one in self.platforms.values() if order_id in one.orders), None)
        if found is None:
            raise PlatformError(ORDER_UNKNOWN, "订单不存在")
        return found

    def order(self, order_id: str) -> AnyOrder:
        """The order of this id."""
        found: AnyOrder = self.order_platform(order_id).order(order_id)
        return found

    def place(self, ref: int | str, content: Content, *, kind: str = "", at: int | None = None) -> AnyOrder:
        """A customer of the shop's platform pays for `content`."""
        placed: AnyOrder = self.shop_platform(ref).place(ref, content, kind=kind, at=at)
        return placed

    def act(
        self, order_id: str, name: str, args: Mapping[str, object] | None = None, *, at: int | None = None
    ) -> AnyOrder:
        """Somebody does something to an order."""
        moved: AnyOrder = self.order_platform(order_id).act(order_id, name, args, at=at)
        return moved
