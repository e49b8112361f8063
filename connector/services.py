"""The frozen Services and their only wiring."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Final

from connector import bell
from connector.bell import Bell, RedisBell, TickingBell
from connector.database import engine
from connector.database.journal import Journal
from connector.domain.errors import Refused
from connector.domain.order import OrderRef, StoreRef, split_ref
from connector.domain.traits import Traits
from connector.gates import Gates
from connector.platforms.odoo import OdooHook
from connector.ports import Clock, Erp, Platform, Source, SystemClock, TokenShelf
from connector.settings import PLATFORMS, Settings
from connector.vault import Vault
from erp_bridge.odoo.adapter import OdooErp
from erp_bridge.odoo.session import Address

#: What a platform may be called, and a shop or an order of it: what the door lets into the columns.
NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
REFERENCE: Final = re.compile(rf"{NAME.pattern}:[^\s\x00-\x1f\x7f]{{1,128}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything that a step needs, handed to it as its first argument.

    ``sources`` are all doors by name (``eleme``, ``odoo``), ``platforms`` those that can be called. ``pings`` ask what
    we depend on for a sign of life: each raises if it gives none. ``gates`` know who has just not answered.
    """

    journal: Journal
    bell: Bell
    erp: Erp
    clock: Clock
    sources: Mapping[str, Source]
    platforms: Mapping[str, Platform]
    default_window: int = 60
    pings: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    gates: Gates = field(default_factory=Gates)

    def traits(self, ref: StoreRef | OrderRef) -> Traits:
        """What the platform of a shop or an order takes from us.

        Raises:
            Refused: no such platform is installed.
        """
        name = split_ref(ref)[0]
        if name not in self.platforms:
            raise Refused(f"no such platform: {name}")
        return self.platforms[name].traits

    def close(self) -> None:
        """Ring what is left and let go of the database, for a process that goes on or ends without them."""
        if isinstance(self.bell, TickingBell):
            self.bell.close()
        self.journal.engine.dispose()


def build(settings: Settings) -> Services:
    """Wire everything for one process, after any fork; nothing is connected before it is used.

    Raises:
        Refused: a registered platform cannot be loaded, or its name cannot be used.
    """
    database = engine.build_engine(settings.database_url)
    journal = Journal(database, Vault())
    broker = bell.build_broker(settings.broker_url)
    erp = OdooErp(
        Address(
            url=settings.odoo_url,
            database=settings.odoo_db,
            login=settings.odoo_login,
            password=settings.odoo_password,
        )
    )
    platforms = load_platforms(settings, journal.shelf)
    return Services(
        journal=journal,
        bell=TickingBell(RedisBell(broker, settings.queues)),
        erp=erp,
        clock=SystemClock(),
        sources={**platforms, OdooHook.name: OdooHook(settings.odoo_hook_key)},
        platforms=platforms,
        default_window=settings.cancel_window,
        pings={
            "database": lambda: engine.ping(database),
            "redis": lambda: bell.ping(broker),
            "odoo": erp.ping,
        },
    )


def load_platforms(settings: Settings, shelf: TokenShelf) -> dict[str, Platform]:
    """Every registered platform by its name.

    Raises:
        Refused: one cannot be loaded, two have one name, or one has a name that no shop could be called by.
    """
    platforms: dict[str, Platform] = {}
    for entry in entry_points(group=PLATFORMS):
        try:
            platform: Platform = entry.load().from_settings(settings, shelf)
        except (ImportError, AttributeError) as error:
            raise Refused(f"the platform {entry.name} cannot be loaded: {error}") from error
        if not NAME.fullmatch(platform.name):
            raise Refused(
                f"a platform's name is up to 32 of a-z 0-9 _ 平台名称只能用小写字母、数字和下划线: {platform.name!r}"
            )
        if platform.name in {*platforms, OdooHook.name}:
            raise Refused(f"two sources have the name {platform.name}")
        platforms[platform.name] = platform
    return platforms
