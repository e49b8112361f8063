"""One running product for all flows: they use orders of their own."""

import pytest

from bench.demo.world import World
from tests.flows.system import running_system


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    with running_system(tmp_path_factory.mktemp("logs")) as system:
        yield system


@pytest.fixture(scope="session")
def world(system):
    """The chain in Odoo and on the platform."""
    made = World.of(system.env)
    made.set_up()
    yield made
    made.close()
