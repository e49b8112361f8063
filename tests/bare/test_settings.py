"""What is read from the machine and from the caller's environment."""

import importlib.util
from types import SimpleNamespace

import pytest
from bare import odoo, product, stack, venvs
from bare.report import Trouble

OWN_ODOO = {"ODOO_URL": "http://odoo.example", "ODOO_DB": "shop", "ODOO_LOGIN": "bot", "ODOO_PASSWORD": "key"}
PIP_CONFIG = "global.cert='/etc/ssl/own.pem'\nglobal.index-url='https://index.example/simple'\nglobal.timeout='60'\n"

HARMLESS = """2026-01-01 00:00:00,000 1 ERROR ? odoo.sql_db: bad query: b'CREATE EXTENSION IF NOT EXISTS pg_trgm'
ERROR: extension "pg_trgm" is not available
DETAIL:  Could not open extension control file
2026-01-01 00:00:01,000 1 INFO ? odoo.modules.loading: 67 modules loaded
"""
BROKEN = """2026-01-01 00:00:00,000 1 INFO ? odoo.modules.loading: loading waimai_bridge
2026-01-01 00:00:01,000 1 CRITICAL ? odoo.modules.module: Couldn't load module waimai_bridge
Traceback (most recent call last):
  File "x.py", line 1, in <module>
ImportError: cannot import name 'sale_order'
2026-01-01 00:00:02,000 1 INFO ? odoo.service.server: Initiating shutdown
"""


def test_uv_is_told_what_pip_knows():
    told = venvs.uv_environment(PIP_CONFIG, {"HOME": "/home/somebody"})
    assert told == {
        "HOME": "/home/somebody",
        "UV_INDEX_URL": "https://index.example/simple",
        "SSL_CERT_FILE": "/etc/ssl/own.pem",
    }


def test_the_environment_goes_before_pips_files_and_uvs_own_before_both():
    told = venvs.uv_environment(PIP_CONFIG, {"PIP_INDEX_URL": "https://other.example", "SSL_CERT_FILE": "/mine.pem"})
    assert (told["UV_INDEX_URL"], told["SSL_CERT_FILE"]) == ("https://other.example", "/mine.pem")


def test_without_a_configured_index_uv_keeps_its_own():
    assert venvs.uv_environment("", {}) == {}


def test_a_python_without_ensurepip_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(venvs, "VENV", tmp_path / "venv")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(Trouble, match="apt-get install python3-venv"):
        venvs.bootstrap()


def test_a_log_of_success_has_no_errors():
    assert odoo.errors_in(HARMLESS) == []


def test_a_log_of_failure_tells_the_error_and_what_was_raised():
    first, last = odoo.errors_in(BROKEN)
    assert "Couldn't load module" in first
    assert last == "ImportError: cannot import name 'sale_order'"


def test_a_traceback_without_a_log_line_is_an_error_too():
    assert odoo.errors_in("Traceback (most recent call last):\n  File 'x'\nKeyError: 'res.users'\n") == [
        "KeyError: 'res.users'"
    ]


def test_an_odoo_of_the_callers_is_taken_when_all_is_said():
    assert stack.external_odoo(OWN_ODOO) == OWN_ODOO
    assert stack.external_odoo({"DATABASE_URL": "postgresql://db.example/x"}) == {}


def test_an_odoo_of_the_callers_without_password_names_what_is_missing():
    with pytest.raises(Trouble, match="ODOO_DB, ODOO_PASSWORD must be set"):
        stack.external_odoo(OWN_ODOO | {"ODOO_PASSWORD": "", "ODOO_DB": ""})


@pytest.mark.parametrize("value", ["80a", "0", "65536", "-1"])
def test_a_port_that_is_none_is_named(value):
    with pytest.raises(Trouble, match=f"WEB_PORT={value} is not a port number"):
        stack.port_of("WEB_PORT", {"WEB_PORT": value})


def test_an_empty_port_variable_means_the_usual_one():
    assert stack.port_of("ODOO_PORT", {"ODOO_PORT": ""}) == 8069


def test_secrets_are_never_the_same_twice():
    one, other = stack.fresh_secrets(), stack.fresh_secrets()
    assert all(one[name] != other[name] for name in one)
    assert one["ODOO_HOOK_SECRET"].startswith("whsec_")


def test_both_platforms_are_simulated_unless_the_caller_has_applications_there():
    settings = {"SIMULATOR_URL": "http://127.0.0.1:2", "WEB_URL": "http://127.0.0.1:1"}
    ours = {
        "ELEME_API_URL": "http://127.0.0.1:2",
        "MEITUAN_API_URL": "http://127.0.0.1:2/meituan",
        "PUBLIC_URL": "http://127.0.0.1:1",
    }
    assert stack.simulated(settings, {}) == ours
    assert set(stack.simulated(settings, {"ELEME_APPS": "[{}]"})) == {"MEITUAN_API_URL", "PUBLIC_URL"}
    assert set(stack.simulated(settings, {"MEITUAN_APPS": "[{}]"})) == {"ELEME_API_URL"}


@pytest.mark.parametrize("row", product.ROWS, ids=lambda row: row.name)
def test_every_process_of_the_product_gets_all_its_settings(row):
    settings = stack.urls({"WEB_PORT": 1, "SIMULATOR_PORT": 2}) | {"DATABASE_URL": "postgresql://x"}
    process = product.process(row, settings)
    assert "{" not in " ".join(process.argv)
    assert process.env["DATABASE_URL"] == "postgresql://x"


def test_secrets_are_kept_from_start_to_start_and_those_that_nothing_needs_any_more_are_dropped(monkeypatch, tmp_path):
    monkeypatch.setattr(stack, "MAIN", SimpleNamespace(run=tmp_path))
    (tmp_path / "secrets.json").write_text('{"ODOO_HOOK_SECRET": "kept", "FORMER": "x"}')
    one, other = stack.kept_secrets({"ELEME_APPS": "own"}), stack.kept_secrets({})
    assert one["ODOO_HOOK_SECRET"] == other["ODOO_HOOK_SECRET"] == "kept"
    assert one["MEITUAN_APPS"] == other["MEITUAN_APPS"]
    assert one["ELEME_APPS"] == "own"
    assert set(one) == set(stack.fresh_secrets())
