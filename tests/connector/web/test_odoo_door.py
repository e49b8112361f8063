import json
import time

import pytest

from tests.connector.web.conftest import SHOP, press, webhook

HOOK = "/hooks/odoo"


def now() -> int:
    """The addon signs with a fresh time; Standard Webhooks allows five minutes."""
    return int(time.time())


def send(client, body: bytes, **more):
    return client.post(HOOK, data=body, headers=webhook(body, at=more.pop("at", now()), **more))


def refused(answer, status: int) -> bool:
    assert answer.get_json()["status"] == "error"
    assert b"eleme:" not in answer.data
    return answer.status_code == status


def test_a_press_is_accepted_with_our_event_number(client, inbox, services):
    answer = send(client, json.dumps(press()).encode())
    (row,) = inbox()
    assert answer.status_code == 202
    assert answer.get_json() == {"status": "accepted", "id": row["id"]}
    assert (row["source"], row["lane"], row["order_ref"]) == ("odoo", f"eleme:{SHOP}", "eleme:3040000000000000398")
    assert services.bell.rings == [(f"eleme:{SHOP}", "advance")]


def test_the_same_id_again_gets_the_same_answer_and_has_one_effect(client, inbox, services):
    first = send(client, json.dumps(press()).encode())
    again = send(client, json.dumps(press(), indent=1).encode(), at=now() - 1)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert len(inbox()) == len(services.bell.rings) == 1


def test_a_press_on_a_shop_has_no_order(client, inbox):
    assert send(client, json.dumps(press(order_ref=None)).encode()).status_code == 202
    assert inbox()[0]["order_ref"] is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"webhook-signature": "v1,AAAA"}, id="wrong"),
        pytest.param({"webhook-signature": ""}, id="empty"),
        pytest.param({"webhook-signature": "v1,not base64 密"}, id="not base64"),
        pytest.param({"webhook-signature": "rubbish"}, id="without a version"),
        pytest.param({"webhook-signature": None}, id="missing"),
        pytest.param({"webhook-id": None}, id="no id"),
        pytest.param({"webhook-id": "cmd-42"}, id="another id"),
        pytest.param({"webhook-timestamp": None}, id="no time"),
        pytest.param({"webhook-timestamp": "yesterday"}, id="a time that is none"),
        pytest.param({"webhook-timestamp": "1" * 400}, id="a time out of this world"),
        pytest.param({"webhook-timestamp": "nan"}, id="a time that is not a number"),
        pytest.param({"webhook-timestamp": "1700000000"}, id="an old time"),
    ],
)
def test_headers_that_prove_nothing_are_refused(client, inbox, change):
    body = json.dumps(press()).encode()
    headers = {**webhook(body, at=now()), **change}
    sent = {name: value for name, value in headers.items() if value is not None}
    sent = {name: value.encode().decode("latin-1") for name, value in sent.items()}
    assert refused(client.post(HOOK, data=body, headers=sent), 401)
    assert inbox() == []


def test_another_key_is_refused(client, inbox):
    assert refused(send(client, json.dumps(press()).encode(), key=b"somebody else's"), 401)
    assert inbox() == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not json", id="not JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"a":' * 1000 + b"1" + b"}" * 1000, id="nested a thousand deep"),
        pytest.param(b"[" * 100_000, id="nested too deep to read"),
        pytest.param(json.dumps(press(command_id="x")).encode(), id="a number that is none"),
        pytest.param(json.dumps(press(command_id=0)).encode().replace(b"0", b"1" * 5000, 1), id="5000 digits"),
        pytest.param(json.dumps(press(command_id=42)).encode(), id="not the command of the id"),
        pytest.param(json.dumps(press(store_ref=None)).encode(), id="no store"),
        pytest.param(json.dumps(press(pressed_at="later")).encode(), id="a time that is none"),
        pytest.param(json.dumps(press(args=[])).encode(), id="arguments that are no object"),
    ],
)
def test_a_rightly_signed_body_that_is_no_command_is_400(client, inbox, body):
    assert refused(send(client, body), 400)
    assert inbox() == []


def test_bytes_that_are_no_text_prove_nothing(client, inbox):
    assert refused(send(client, b"\xff"), 401)
    assert inbox() == []


def test_a_body_of_300_kib_is_too_large(client, inbox):
    assert refused(send(client, json.dumps(press(args={"text": "x" * 300 * 1024})).encode()), 413)
    assert inbox() == []


def test_only_post_is_taken(client):
    assert client.get(HOOK).status_code == 405
    assert client.head(HOOK).status_code == 405
