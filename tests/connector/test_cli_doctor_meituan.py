"""What ``waimai doctor`` says of Meituan: its addresses, its stores' price modes, whether it can be reached."""

import json
import socket
from dataclasses import replace

import pytest

from connector.commands import doctor
from connector.commands.doctor import findings
from connector.ports import Store
from erp_bridge.memory import MemoryErp


@pytest.fixture
def environment(monkeypatch, unused_tcp_port):
    """Nothing is there but an open port that stands for Meituan."""
    nowhere = f"127.0.0.1:{unused_tcp_port}"
    with socket.create_server(("127.0.0.1", 0)) as platform:
        values = {
            "DATABASE_URL": f"postgresql://nobody@{nowhere}/none",
            "REDIS_URL": f"redis://{nowhere}/0",
            "ODOO_URL": f"http://{nowhere}",
            "ODOO_DB": "none",
            "ODOO_LOGIN": "bot",
            "ODOO_PASSWORD": "odoo-word",
            "ODOO_HOOK_SECRET": "whsec_aW52ZW50ZWQ=",
            "MEITUAN_APPS": json.dumps([{"app_id": 900001, "secret": "mt-word", "callback_urls": []}]),
            "MEITUAN_API_URL": f"http://127.0.0.1:{platform.getsockname()[1]}/meituan",
            "PUBLIC_URL": "https://erp.invalid",
        }
        for name in ("ELEME_APPS", *values):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield monkeypatch


@pytest.fixture
def stores(monkeypatch):
    """Makes the ERP know these stores of Meituan, each its application and price mode."""

    def put(*known):
        erp = MemoryErp()
        for number, (app, mode) in enumerate(known):
            erp.add_store(
                Store(
                    ref=f"meituan:MT-{number}",
                    name="店",
                    app_ref=app,
                    cancel_window=-1,
                    consume_at="preparing",
                    price_mode=mode,
                )
            )
        build = doctor.build

        monkeypatch.setattr(doctor, "build", lambda settings: replace(build(settings), erp=erp))

    return put


def told(word):
    return [finding for finding in findings() if word in finding.what]


def test_doctor_names_the_addresses_that_meituan_must_know(environment):
    (public,) = told("https://erp.invalid/hooks/meituan/<kind>")
    assert public.well
    assert "order-paid" in public.what
    own = [{"app_id": 7, "secret": "mt-word", "callback_urls": ["https://other.invalid/a"]}]
    environment.setenv("MEITUAN_APPS", json.dumps(own))
    assert [finding.well for finding in told("https://other.invalid/a")] == [True]


def test_doctor_reaches_for_the_platforms_that_are_set_up_and_no_others(environment, unused_tcp_port):
    assert [finding.well for finding in told("Meituan's API")] == [True]
    assert told("Ele.me's API") == []
    environment.setenv("MEITUAN_API_URL", f"http://127.0.0.1:{unused_tcp_port}")
    (lost,) = told("Meituan's API")
    assert not lost.well
    assert "MEITUAN_API_URL" in lost.advice


def test_doctor_shows_no_secret(environment):
    assert not [finding for finding in findings() if "mt-word" in finding.what + finding.advice]


def test_stores_of_one_application_that_differ_in_price_mode_are_told(environment, stores):
    stores(("900001", "discounted"), ("900001", "original"))
    (finding,) = told("differ in price mode")
    assert not finding.well
    assert "900001" in finding.what


def test_stores_that_agree_are_not(environment, stores):
    stores(("900001", "original"), ("900001", "original"))
    assert told("differ in price mode") == []


def test_a_store_of_an_application_that_is_not_set_up_is_told(environment, stores):
    stores(("900002", "original"), ("900001", "discounted"))
    assert [finding.well for finding in told("store meituan:MT-")] == [False, True]


def test_a_store_of_a_platform_that_sets_its_applications_up_itself_is_well(environment, monkeypatch):
    erp = MemoryErp()
    erp.add_store(Store(ref="jingle:1", name="店", app_ref="J", cancel_window=-1, consume_at="paid"))
    build = doctor.build
    monkeypatch.setattr(doctor, "build", lambda settings: replace(build(settings), erp=erp))
    assert [finding.well for finding in told("store jingle:1")] == [True]
