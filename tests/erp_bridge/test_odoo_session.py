"""What each failure of Odoo means to us; the names were seen on a real Odoo 19."""

import http.client
import json
import urllib.error

import odoorpc
import pytest

from connector.domain.errors import Refused, Unavailable
from erp_bridge.odoo import session
from erp_bridge.odoo.session import Address, Session

LATER = [
    "psycopg2.OperationalError",
    "psycopg2.InterfaceError",
    "psycopg2.errors.SerializationFailure",
    "psycopg2.errors.DeadlockDetected",
    "psycopg2.errors.LockNotAvailable",
    "psycopg2.errors.AdminShutdown",
    "odoo.exceptions.ConcurrencyError",
    "odoo.exceptions.LockError",
]
NEVER = [
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.AccessDenied",
    "builtins.ValueError",
    "builtins.AttributeError",
    "builtins.TypeError",
    "builtins.KeyError",
    "something.Else",
]
TRANSPORT = [
    urllib.error.URLError("refused"),
    urllib.error.HTTPError("http://x", 502, "bad gateway", None, None),
    http.client.RemoteDisconnected("gone"),
    http.client.IncompleteRead(b""),
    ConnectionResetError("gone"),
    TimeoutError("late"),
    json.JSONDecodeError("html", "<html>", 0),
]


@pytest.fixture
def failing(monkeypatch):
    """A session whose every call raises what the test puts there."""
    raised = []

    class Odoo:
        def __init__(self, *_args, **_kwargs):
            pass

        def login(self, *_args):
            pass

        def execute_kw(self, *_args):
            raise raised[0]

    monkeypatch.setattr(session.odoorpc, "ODOO", Odoo)
    return Session(Address(url="http://localhost:1", database="d", login="l", password="p")), raised


def rpc(name, message="张三 13800000000"):
    return odoorpc.error.RPCError("x", {"data": {"name": name, "message": message, "debug": "trace"}})


@pytest.mark.parametrize("name", LATER)
def test_conflicts_and_an_absent_database_are_tried_again(failing, name):
    odoo, raised = failing
    raised.append(rpc(name))
    with pytest.raises(Unavailable) as failure:
        odoo.call("waimai.order", "sync", [])
    assert failure.value.unknown


@pytest.mark.parametrize("name", NEVER)
def test_a_refusal_is_a_persons_business(failing, name):
    odoo, raised = failing
    raised.append(rpc(name))
    with pytest.raises(Refused):
        odoo.call("waimai.order", "sync", [])


@pytest.mark.parametrize("name", ["builtins.ValueError", "something.Else"])
def test_the_text_of_a_bug_is_not_repeated(failing, name):
    odoo, raised = failing
    raised.append(rpc(name))
    with pytest.raises(Refused, match=name) as failure:
        odoo.call("waimai.order", "sync", [])
    assert "张三" not in str(failure.value)


def test_a_wrong_password_says_so(failing):
    odoo, raised = failing
    raised.append(odoorpc.error.RPCError("Wrong login ID or password"))
    with pytest.raises(Refused, match="login"):
        odoo.call("waimai.order", "sync", [])


@pytest.mark.parametrize("error", TRANSPORT, ids=lambda error: type(error).__name__)
def test_a_broken_line_leaves_it_unknown_whether_the_call_was_committed(failing, error):
    odoo, raised = failing
    raised.append(error)
    with pytest.raises(Unavailable) as failure:
        odoo.call("waimai.order", "sync", [])
    assert failure.value.unknown


def test_the_password_is_not_shown():
    assert "geheim" not in repr(Address(url="http://x", database="d", login="l", password="geheim"))
