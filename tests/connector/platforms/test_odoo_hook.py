import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from connector.domain.errors import BadSignature, Refused, Unreadable
from connector.platforms.odoo import OdooHook
from connector.ports import Hook, RawEvent

KEY = b"0123456789abcdef0123456789abcdef"
COMMAND = {
    "type": "command",
    "command_id": 7,
    "store_ref": "eleme:155000001",
    "order_ref": "eleme:3040000000000000398",
    "action": "agree_refund",
    "args": {},
    "user_id": 2,
    "pressed_at": "2026-01-02T03:04:05Z",
}


def hook(command=None, *, key=KEY, number="cmd-7", at=None, **headers):
    body = command if isinstance(command, str) else json.dumps(command or COMMAND)
    at = at or datetime.now(tz=UTC)
    signed = {
        "Webhook-Id": number,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(key).sign(number, at, body),
    }
    return Hook(method="POST", path="/hooks/odoo", query="", headers={**signed, **headers}, body=body.encode())


def test_a_press_belongs_to_its_stores_lane_and_its_number_makes_it_unique():
    source = OdooHook(KEY)
    envelope = source.envelope(hook())
    assert (envelope.lane, envelope.order, envelope.digest) == ("eleme:155000001", COMMAND["order_ref"], "cmd-7")
    assert source.envelope(hook(at=datetime.now(tz=UTC) - timedelta(seconds=60))).digest == "cmd-7"


def test_a_press_is_read():
    pressed = OdooHook(KEY).heard(raw(COMMAND)).press
    assert (pressed.command_id, pressed.action, pressed.pressed_at) == (7, "agree_refund", 1767323045000)


def raw(command, lane="eleme:155000001"):
    return RawEvent(id=1, source="odoo", lane=lane, received_at=0, body=json.dumps(command).encode())


def test_a_press_on_another_stores_lane_is_refused():
    with pytest.raises(Refused):
        OdooHook(KEY).heard(raw(COMMAND, "eleme:1"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1"},
        {"Webhook-Signature": "v1,???"},
        {"Webhook-Signature": "v1,签名"},
        {"Webhook-Timestamp": "nan"},
        {"Webhook-Timestamp": ""},
        {"Webhook-Id": "cmd-8"},
    ],
)
def test_a_request_that_does_not_prove_itself_is_refused(headers):
    with pytest.raises(BadSignature):
        OdooHook(KEY).envelope(hook(**headers))


def test_another_key_or_an_old_time_is_refused():
    for bad in (hook(key=b"x" * 32), hook(at=datetime.now(tz=UTC) - timedelta(hours=1))):
        with pytest.raises(BadSignature):
            OdooHook(KEY).envelope(bad)


@pytest.mark.parametrize("command", ["no", "[]", json.dumps({**COMMAND, "store_ref": "shop"}), json.dumps({"type": 1})])
def test_a_signed_body_that_is_no_command_is_unreadable(command):
    with pytest.raises(Unreadable):
        OdooHook(KEY).envelope(hook(command))


@given(
    st.binary(), st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text())
)
def test_rubbish_is_a_bad_signature_and_nothing_else(body, headers):
    with pytest.raises(BadSignature):
        OdooHook(KEY).envelope(Hook(method="POST", path="", query="", headers=headers, body=body))


def test_a_repeat_reads_the_same_answer():
    source = OdooHook(KEY)
    assert source.reply("stored", 5) == source.reply("repeated", 5)
    assert source.reply("stored", 5).status == 202
