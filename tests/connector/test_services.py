import base64
from importlib.metadata import EntryPoint, entry_points

import pytest
from redis import RedisError

from connector import services
from connector.bell import TickingBell
from connector.domain.errors import Refused, Unavailable
from connector.ports import Platform, Source
from connector.services import PLATFORMS, build
from connector.settings import ElemeApp, Settings


@pytest.fixture
def settings(unused_tcp_port) -> Settings:
    """Settings of services of which none is there."""
    nowhere = f"127.0.0.1:{unused_tcp_port}"
    return Settings(
        database_url=f"postgresql+psycopg://nobody@{nowhere}/none",
        broker_url=f"redis://{nowhere}/0",
        odoo_url=f"http://{nowhere}",
        odoo_db="none",
        odoo_login="bot",
        odoo_password="invented",
        odoo_hook_key=base64.b64decode("aW52ZW50ZWQ="),
        eleme_apps=(ElemeApp(app_id="1", key="k", secrets=("s",)),),
        cancel_window=7,
        queues=3,
    )


def register(monkeypatch, *values: str):
    """Register these platforms and no others."""
    found = tuple(EntryPoint(name=f"p{n}", value=value, group=PLATFORMS) for n, value in enumerate(values))
    monkeypatch.setattr(services, "entry_points", lambda group: found if group == PLATFORMS else ())


def test_the_built_in_platforms_are_registered_like_anybody_elses():
    assert {entry.name: entry.value for entry in entry_points(group=PLATFORMS)} == {
        "eleme": "connector.platforms.eleme:Eleme",
        "meituan": "connector.platforms.meituan:Meituan",
    }


def test_everything_is_wired_without_connecting_to_anything(settings):
    built = build(settings)
    assert set(built.platforms) == {"eleme", "meituan"}
    assert set(built.sources) == {"eleme", "meituan", "odoo"}
    assert all(isinstance(platform, Platform) for platform in built.platforms.values())
    assert all(isinstance(source, Source) for source in built.sources.values())
    assert isinstance(built.bell, TickingBell)
    assert built.default_window == 7


@pytest.mark.parametrize("name", ["database", "redis", "odoo"])
def test_the_pings_fail_while_a_service_is_away(settings, name):
    with pytest.raises((Unavailable, RedisError)):
        build(settings).pings[name]()


class Mine:
    """A platform of somebody else's package."""

    name = "mine"

    @classmethod
    def from_settings(cls, _settings, _shelf):
        return cls()


def test_a_platform_of_another_package_becomes_a_door_by_its_registration(settings, monkeypatch):
    register(monkeypatch, "connector.platforms.eleme:Eleme", f"{__name__}:Mine")
    monkeypatch.setattr(EntryPoint, "load", lambda entry: Mine if entry.attr == "Mine" else original(entry))
    built = build(settings)
    assert set(built.sources) == {"eleme", "mine", "odoo"}


original = EntryPoint.load


@pytest.mark.parametrize("value", ["no.such.module:Thing", "connector.platforms.eleme:NoSuchClass", "json:loads"])
def test_a_platform_that_cannot_be_loaded_stops_the_start_by_name(settings, monkeypatch, value):
    register(monkeypatch, value)
    with pytest.raises(Refused, match="platform p0 cannot be loaded"):
        build(settings)


def test_two_platforms_of_one_name_stop_the_start(settings, monkeypatch):
    register(monkeypatch, "connector.platforms.eleme:Eleme", "connector.platforms.eleme:Eleme")
    with pytest.raises(Refused, match="two sources have the name eleme"):
        build(settings)
