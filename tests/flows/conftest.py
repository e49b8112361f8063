"""One running product for all flows: they use orders of their own."""

import pytest

from bench.demo.world import World
from tests.flows.play import Play
from tests.flows.system import QUICK, running_system


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    with running_system(tmp_path_factory.mktemp("logs")) as system:
        yield system


@pytest.fixture(scope="session")
def world(system):
    """The chain in Odoo and on the platform."""
    made = World.of({**system.env, "ODOO_URL": system.odoo.url})
    made.set_up()
    made.kitchen.set_up({}, [], {str(QUICK): "快店"}, cancel_window=0)
    yield made
    made.close()


@pytest.fixture
def shop(system, world):
    """The quick shop, played by a test; whatever the test broke is whole again afterwards."""
    yield Play(system, world)
    system.proxy.away, system.proxy.failing = False, 0
    world.simulator.post("/sim/switches", json={"faults": {"*": None}}).raise_for_status()
