"""What worker processes run: the product's own actors, sweep and door, beside an ERP and a platform that outlive them.

The functions are run in processes that were forked from one that has loaded this module, so that they start at once.
"""

import importlib
import os
import threading
from multiprocessing.managers import BaseManager

import dramatiq

from connector import faults, services, settings
from connector.bell import RedisBell, build_broker
from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.ports import SystemClock
from connector.sweep import sweep as run_sweep
from connector.vault import Vault
from tests.domain.build import fact
from tests.doubles import Platform, Presses, event

KEY = b"only on the loopback"


class Bridge(BaseManager):
    """How worker processes reach the doubles."""


class Near:
    """The platform seen from a worker: reading a stored event is our own business, calls are not."""

    name = "eleme"

    def __init__(self, far):
        self._far, self._reader = far, Platform()
        self.perform, self.fetch = far.perform, far.fetch
        self.traits = self._reader.traits
        self.missed = self._reader.missed

    def heard(self, raw):
        self._far.enter(raw.lane)
        try:
            if b"poison" in raw.body:
                raise RuntimeError("a bug")
            return self._reader.heard(raw)
        finally:
            self._far.leave(raw.lane)


def build(given):
    """In the place of the product's wiring."""
    Bridge.register("erp")
    Bridge.register("platform", exposed=("perform", "fetch", "enter", "leave"))
    bridge = Bridge(address=("127.0.0.1", int(os.environ["OUTSIDE_PORT"])), authkey=KEY)
    bridge.connect()
    platform = Near(bridge.platform())
    return services.Services(
        journal=Journal(build_engine(given.database_url), Vault()),
        bell=RedisBell(build_broker(given.broker_url), given.queues),
        erp=bridge.erp(),
        clock=SystemClock(),
        sources={"eleme": platform, "odoo": Presses()},
        platforms={"eleme": platform},
    )


def declare(environment):
    """The product's actors, as its command loads them."""
    _begin(environment)
    services.build = build
    broker = importlib.import_module("actors.broker").BROKER
    importlib.import_module("actors.drain")
    return broker


def work(environment, threads):
    """A worker, until it is killed."""
    worker = dramatiq.Worker(declare(environment), worker_timeout=50, worker_threads=threads)
    worker.start()
    threading.Event().wait()


def sweep(environment):
    """The sweep, until it is killed."""
    _begin(environment)
    run_sweep(build(settings.load()), threading.Event())


def knock(environment):
    """The door takes one event."""
    _begin(environment)
    ours = build(settings.load())
    ours.journal.take([event("eleme:100", fact(10, 0))], ours.clock.now())


def _begin(environment):
    os.environ.update(environment)
    faults._FAULT = faults.Fault(environment["WAIMAI_FAULT"])  # it was loaded before the fork
