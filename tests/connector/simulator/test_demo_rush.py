"""The demo's rush leaves the platforms as it found them: whoever tries the product next has those that behave."""

from types import SimpleNamespace

import httpx
import pytest

from bench.demo import rush
from bench.demo.world import World, as_found

FOUND = {
    "doubled": 0.1,
    "encodings": {"refund": 1},
    "new_timestamp": True,
    "faults": {"*": {"kind": "stall", "times": 3}, "order/confirm": {"kind": "error", "executed": True}},
}


@pytest.fixture
def simulator(there_app):
    with httpx.Client(transport=httpx.WSGITransport(app=there_app), base_url="http://127.0.0.1") as client:
        client.post("/sim/switches", json={"platform": "meituan", **FOUND}).raise_for_status()
        yield client


@pytest.fixture
def chain(simulator):
    """The demo's world, of which the rush needs no more than the platforms: nobody presses anything."""
    return World(simulator=simulator, kitchen=None, web="", odoo="", engine=None, stores=stores(simulator))


def stores(simulator):
    told = simulator.get("/sim/shops").json()
    return {f"{shop['platform']}:{shop['id']}": SimpleNamespace() for shop in told}


def shown(simulator):
    return simulator.get("/sim/switches").json()


def test_the_switches_are_put_back_after_the_rush(simulator, chain, monkeypatch):
    before, during = shown(simulator), []
    monkeypatch.setattr(rush, "work", lambda *_: during.append(shown(simulator)))
    assert rush.play(chain, lambda *_: None).scenarios
    assert during[0]["900001"]["methods"] == rush.TROUBLE["meituan"]["methods"]
    assert shown(simulator) == before


def test_they_are_put_back_if_the_rush_fails(simulator, chain, monkeypatch):
    def fails(*_):
        raise SystemExit("等待超时 · in vain")

    before = shown(simulator)
    monkeypatch.setattr(rush, "work", fails)
    with pytest.raises(SystemExit, match="in vain"):
        rush.play(chain, lambda *_: None)
    assert shown(simulator) == before


def test_calls_that_fail_are_put_back_by_name(simulator):
    before = shown(simulator)
    with as_found(simulator):
        faults = {"*": None, "order/confirm": {"kind": "garbage"}, "order/cancel": {"kind": "nothing"}}
        simulator.post("/sim/switches", json={"faults": faults}).raise_for_status()
        assert shown(simulator) != before
    assert shown(simulator) == before


def test_what_nobody_changed_is_not_set_again(simulator, monkeypatch):
    with as_found(simulator):
        monkeypatch.setattr(simulator, "post", None)
