"""Where everything of a running stack is, from the settings that ``make up`` wrote."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import httpx

from bench.kitchen import DishToCook, Kitchen
from connector.database.engine import Engine, build_engine
from connector.database.inspect import open_work
from connector.simulator.catalogue import DISHES, MATERIALS
from erp_bridge.odoo.session import Address

#: The rush is played in the first shops of the simulated platform.
STORES = 3

#: The demo's cancellation window in seconds: a minute would be too long to wait for.
WINDOW = 5


@dataclass(frozen=True, kw_only=True)
class World:
    """The simulator, the ERP as its administrator sees it, and the addresses for people."""

    simulator: httpx.Client
    kitchen: Kitchen
    web: str
    odoo: str
    engine: Engine
    shops: Mapping[int, str]

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """As the settings of a running stack say."""
        address = Address(
            url=settings["ODOO_URL"],
            database=settings["ODOO_DB"],
            login=settings.get("ODOO_ADMIN_LOGIN", "admin"),
            password=settings.get("ODOO_ADMIN_PASSWORD", "admin"),
        )
        simulator = httpx.Client(base_url=settings["SIMULATOR_URL"], timeout=30)
        shops = simulator.get("/sim/shops").raise_for_status().json()
        return cls(
            simulator=simulator,
            kitchen=Kitchen(address),
            web=settings["WEB_URL"],
            odoo=settings["ODOO_URL"],
            engine=build_engine(settings["DATABASE_URL"]),
            shops={shop["id"]: shop["name"] for shop in shops[:STORES]},
        )

    def close(self) -> None:
        """Let go of connections."""
        self.simulator.close()
        self.engine.dispose()

    def set_up(self) -> None:
        """Make the chain in Odoo: materials, dishes with recipes, a store for each shop."""
        dishes = [
            DishToCook(code=dish.code, name=dish.title, price=dish.price, recipe=dish.recipe)
            for dish in DISHES.values()
            if dish.mapped
        ]
        stores = {str(number): name for number, name in self.shops.items()}
        self.kitchen.set_up(MATERIALS, dishes, stores, cancel_window=WINDOW)

    def waiting(self) -> int:
        """Rows of our database that something will still be done about."""
        return open_work(self.engine)


def wait_for(what: str, done: Callable[[], bool], *, seconds: int = 120, say: Callable[[str], None]) -> None:
    """Wait until something holds, telling every few seconds what for.

    Raises:
        SystemExit: it does not come to hold in time.
    """
    begun = time.monotonic()
    told = begun
    while not done():
        now = time.monotonic()
        if now - begun > seconds:
            raise SystemExit(f"等待超时 · waited {seconds} s in vain: {what}")
        if now - told > 3:
            say(f"  … {what} ({now - begun:.0f} s)")
            told = now
        time.sleep(0.3)
