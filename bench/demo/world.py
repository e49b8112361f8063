"""Where everything of a running stack is, from the settings that ``make up`` wrote."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Self

import httpx

from bench.kitchen import DishToCook, Kitchen, StoreToOpen
from connector.database.engine import Engine, build_engine
from connector.database.inspect import open_work
from connector.domain.order import split_ref
from connector.simulator.catalogue import DISHES, MATERIALS
from erp_bridge.odoo.session import Address

#: The rush is played in the first shops of each simulated platform.
STORES: Final = 3

#: The demo's cancellation window in seconds: a minute would be too long to wait for.
WINDOW: Final = 5

#: The platforms as people call them.
PLATFORMS: Final = {"eleme": "饿了么", "meituan": "美团"}

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class World:
    """The simulator, the ERP as its administrator sees it, and the addresses for people.

    ``stores`` are the shops of the rush by their reference, ``<platform>:<shop>``, the platforms one after the other.
    """

    simulator: httpx.Client
    kitchen: Kitchen
    web: str
    odoo: str
    engine: Engine
    stores: Mapping[str, StoreToOpen]

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
        return cls(
            simulator=simulator,
            kitchen=Kitchen(address),
            web=settings["WEB_URL"],
            odoo=settings["ODOO_URL"],
            engine=build_engine(settings["DATABASE_URL"]),
            stores={store.ref: store for store in shops_of(simulator)},
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
        self.kitchen.set_up(MATERIALS, dishes, self.stores.values(), cancel_window=WINDOW)

    def shops(self, platform: str) -> list[str | int]:
        """The numbers of a platform's shops as the simulator knows them."""
        numbers = [split_ref(ref)[1] for ref in self.stores if split_ref(ref)[0] == platform]
        return [int(number) if platform == "eleme" else number for number in numbers]

    def title(self, ref: str) -> str:
        """A store as people call it."""
        return f"{PLATFORMS[split_ref(ref)[0]]} {self.stores[ref].name}"

    def waiting(self) -> int:
        """Rows of our database that something will still be done about."""
        return open_work(self.engine)


def shops_of(simulator: httpx.Client) -> list[StoreToOpen]:
    """The first shops of each platform as the simulator tells them."""
    told = simulator.get("/sim/shops").raise_for_status().json()
    return [
        StoreToOpen(ref=f"{platform}:{shop['id']}", name=shop["name"], app=str(shop["appId"]))
        for platform, shops in groupby(told, key=lambda shop: str(shop["platform"]))
        for shop in list(shops)[:STORES]
    ]


@contextmanager
def as_found(simulator: httpx.Client) -> Iterator[None]:
    """Put the platforms' switches back at the end, however it comes: those that were changed meanwhile."""
    found = _switches(simulator)
    try:
        yield
    finally:
        for app, now in _switches(simulator).items():
            if now != found[app]:
                faults = {**dict.fromkeys(now["faults"]), **found[app]["faults"]}  # those that are new go by name
                body = {**found[app], "app_id": int(app), "faults": faults}
                simulator.post("/sim/switches", json=body).raise_for_status()


def _switches(simulator: httpx.Client) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = simulator.get("/sim/switches").raise_for_status().json()
    return told


def wait_for(what: str, done: Callable[[], bool], *, seconds: int = 120, say: Say) -> None:
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
