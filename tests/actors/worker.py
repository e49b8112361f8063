"""The product's own actors, in a process whose ERP and platform are the test's: ``python -m dramatiq`` loads this."""

import importlib
import os

from connector import services
from connector.bell import RedisBell, build_broker
from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.ports import SystemClock
from connector.vault import Vault
from tests.actors.outside import KEY, Bridge
from tests.doubles import Platform, Presses


class Near:
    """The platform seen from a worker: reading a stored event is our own business, calls are not."""

    name = "eleme"

    def __init__(self, far, reader):
        self.perform, self.fetch, self.heard = far.perform, far.fetch, reader.heard


def build(settings):
    """In the place of the product's wiring."""
    Bridge.register("erp")
    Bridge.register("platform", exposed=("perform", "fetch"))
    bridge = Bridge(address=("127.0.0.1", int(os.environ["OUTSIDE_PORT"])), authkey=KEY)
    bridge.connect()
    platform = Near(bridge.platform(), Platform())
    return services.Services(
        journal=Journal(build_engine(settings.database_url), Vault()),
        bell=RedisBell(build_broker(settings.broker_url), settings.queues),
        erp=bridge.erp(),
        clock=SystemClock(),
        sources={"eleme": platform, "odoo": Presses()},
        platforms={"eleme": platform},
    )


services.build = build
importlib.import_module("actors.broker")
importlib.import_module("actors.drain")
