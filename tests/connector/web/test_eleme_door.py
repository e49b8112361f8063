import json
from dataclasses import replace

import pytest

from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.vault import Vault
from connector.web.plugin import create_app
from tests.connector.web.conftest import APP, MESSAGE, SHOP, push, signature, signed

OK = {"message": "ok"}
HOOK = "/hooks/eleme"


def taken(answer) -> bool:
    return answer.status_code == 200 and answer.get_json() == OK


def refused(answer, status: int, sent: bytes = b"") -> bool:
    """Refused in words that no platform takes for success and that repeat nothing."""
    assert answer.get_json() == {"message": "error"}
    assert b"3040000000000000398" not in answer.data
    return answer.status_code == status


def stored_body(row) -> dict[str, object]:
    return json.loads(Vault().open(bytes(row["body"])))


def test_a_push_is_stored_and_answered_in_the_platforms_words(client, inbox, services):
    assert taken(client.post(HOOK, data=signed(), content_type="application/json"))
    (row,) = inbox()
    assert (row["source"], row["lane"], row["order_ref"]) == ("eleme", f"eleme:{SHOP}", "eleme:3040000000000000398")
    assert row["state"] == "pending"
    assert stored_body(row)["message"] == MESSAGE
    assert services.bell.rings == [(f"eleme:{SHOP}", "advance")]


def test_a_repeated_push_gets_the_same_answer_and_one_row(client, inbox):
    first = client.post(HOOK, data=signed())
    again = client.post(HOOK, data=signed(requestId="200014300000000891", timestamp=1700000126767))
    assert taken(first)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert len(inbox()) == 1


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("0" * 32, id="wrong"),
        pytest.param("", id="empty"),
        pytest.param(None, id="null"),
        pytest.param(12, id="a number"),
        pytest.param([], id="a list"),
        pytest.param("签名", id="not ASCII"),
    ],
)
def test_a_bad_signature_is_refused_and_nothing_stored(client, inbox, given):
    body = json.dumps({**push(), "signature": given}).encode()
    assert refused(client.post(HOOK, data=body), 401)
    assert inbox() == []


def test_a_missing_signature_is_refused(client, inbox):
    assert refused(client.post(HOOK, data=json.dumps(push()).encode()), 401)
    assert inbox() == []


def test_a_signature_in_lower_case_is_accepted(client, inbox):
    members = push()
    body = json.dumps({**members, "signature": signature(members).lower()}).encode()
    assert taken(client.post(HOOK, data=body))
    assert len(inbox()) == 1


def test_each_secret_is_accepted_while_a_key_is_rotated(client, inbox):
    members = push()
    body = json.dumps({**members, "signature": signature(members, "an older secret")}).encode()
    assert taken(client.post(HOOK, data=body))
    assert len(inbox()) == 1


@pytest.mark.parametrize("app", [99, "99", None, {}, ...])
def test_an_unknown_app_is_refused_even_if_our_secret_signed_it(client, inbox, app):
    assert refused(client.post(HOOK, data=signed(appId=app)), 401)
    assert inbox() == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not json", id="not JSON"),
        pytest.param(b'{"appId": 1', id="cut off"),
        pytest.param(b"\xff\xfe{}", id="not UTF-8"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"7", id="a number"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 100_000, id="nested too deep to read"),
        pytest.param(b'{"a":' * 1000 + b"1" + b"}" * 1000 + b"x", id="nested a thousand deep and cut off"),
        pytest.param(b"appId=1&message=x", id="a form"),
    ],
)
def test_what_cannot_be_read_is_400_and_nothing_is_stored(client, inbox, body):
    assert refused(client.post(HOOK, data=body), 400)
    assert inbox() == []


def test_a_body_nested_a_thousand_deep_is_no_fault_of_ours(client, inbox):
    deep = b'{"a":' * 1000 + b"1" + b"}" * 1000
    body = json.dumps({**push(), "extra": 0}).encode().replace(b'"extra": 0', b'"extra": ' + deep)
    assert client.post(HOOK, data=body).status_code in {400, 401}
    assert inbox() == []


@pytest.mark.parametrize("number", [b"1" * 5000, b"-" + b"9" * 5000, b"1e5000", b"1" * 5000 + b".5"])
def test_numbers_of_5000_digits_are_no_fault_of_ours(client, inbox, number):
    body = (
        json.dumps({**push(), "extra": 0, "signature": "0" * 32}).encode().replace(b'"extra": 0', b'"extra": ' + number)
    )
    assert client.post(HOOK, data=body).status_code in {400, 401}
    assert inbox() == []


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity"])
def test_nan_is_not_json(client, inbox, word):
    body = signed(extra=0).replace(b'"extra": 0', b'"extra": ' + word)
    assert refused(client.post(HOOK, data=body), 400)
    assert inbox() == []


def test_a_body_of_300_kib_is_too_large(client, inbox):
    assert refused(client.post(HOOK, data=signed(extra="x" * 300 * 1024)), 413)
    assert inbox() == []


def test_a_body_of_300_kib_without_a_length_is_too_large_as_well(client, inbox):
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post(HOOK, data=signed(extra="x" * 300 * 1024), environ_overrides=environ)
    assert refused(answer, 413)
    assert inbox() == []


def test_a_body_without_a_length_is_read(client, inbox):
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert taken(client.post(HOOK, data=signed(), environ_overrides=environ))
    assert len(inbox()) == 1


def test_a_server_that_hides_bodies_without_a_length_never_makes_an_event_look_like_a_check(client, inbox):
    environ = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert refused(client.post(HOOK, data=signed(), environ_overrides=environ), 503)
    assert inbox() == []


@pytest.mark.parametrize("message", ["", "not json", "[]", "7", '{"orderId": [1]}', '{"a":' * 2000, '{"orderId": NaN}'])
def test_a_rightly_signed_message_that_is_not_understood_is_stored(client, inbox, message):
    assert taken(client.post(HOOK, data=signed(message=message)))
    (row,) = inbox()
    assert row["order_ref"] is None
    assert stored_body(row)["message"] == message


def test_a_push_without_a_message_is_stored(client, inbox):
    assert taken(client.post(HOOK, data=signed(message=...)))
    assert len(inbox()) == 1


@pytest.mark.parametrize("kind", [99999, "没见过", "", None, ...])
def test_an_unknown_type_is_stored(client, inbox, kind):
    assert taken(client.post(HOOK, data=signed(type=kind)))
    assert len(inbox()) == 1


def test_an_unknown_shop_is_stored_in_its_own_lane(client, inbox):
    assert taken(client.post(HOOK, data=signed(shopId=999)))
    assert inbox()[0]["lane"] == "eleme:999"


@pytest.mark.parametrize("shop", ["9" * 100_000, "a b"])
def test_a_shop_that_no_column_should_hold_is_stored_too(client, inbox, shop):
    assert taken(client.post(HOOK, data=signed(shopId=shop)))
    assert inbox()[0]["lane"] == "eleme:unknown"


@pytest.mark.parametrize("shop", ["", None, ..., {"a": 1}, "\x00"])
def test_a_push_that_names_no_shop_but_an_order_waits_for_its_orders_shop(client, inbox, shop):
    assert taken(client.post(HOOK, data=signed(shopId=shop)))
    assert inbox()[0]["lane"] == "eleme:"


def test_a_push_that_names_neither_is_read_for_what_it_says(client, inbox):
    assert taken(client.post(HOOK, data=signed(shopId="", message="{}")))
    assert (inbox()[0]["lane"], inbox()[0]["order_ref"]) == ("eleme:", None)


def test_an_order_number_that_no_column_should_hold_is_stored_too(client, inbox):
    assert taken(client.post(HOOK, data=signed(message='{"orderId": "\\u0000"}')))
    assert inbox()[0]["order_ref"] is None


def test_numbers_beyond_2_to_the_53_are_kept_exactly(client, inbox):
    body = signed(shopId=9007199254740993, message='{"orderId": 9007199254740995}', userId=9223372036854775807)
    assert taken(client.post(HOOK, data=body))
    (row,) = inbox()
    assert (row["lane"], row["order_ref"]) == ("eleme:9007199254740993", "eleme:9007199254740995")
    assert stored_body(row)["userId"] == 9223372036854775807


def test_type_and_user_may_be_text(client, inbox):
    assert taken(client.post(HOOK, data=signed(type="12", userId="513210000000003493", appId=str(APP))))
    assert inbox()[0]["order_ref"] == "eleme:3040000000000000398"


def test_extra_members_are_signed_and_else_ignored(client, inbox):
    assert taken(client.post(HOOK, data=signed(order_id="1", later="新")))
    assert len(inbox()) == 1


def test_spaces_order_and_escapes_of_the_outer_body_do_not_matter(client, inbox):
    members = push(note="备注/")
    whole = {"signature": signature(members), **dict(reversed(members.items()))}
    pretty = json.dumps(whole, indent=3, ensure_ascii=True).replace("/", "\\/").encode()
    assert taken(client.post(HOOK, data=b"\n " + pretty + b"\r\n"))
    plain = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    assert taken(client.post(HOOK, data=plain))
    assert len(inbox()) == 1


@pytest.mark.parametrize(
    "content_type",
    ["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain; charset=gbk", "rubbish"],
)
def test_a_wrong_content_type_does_not_eat_the_body(client, inbox, content_type):
    assert taken(client.post(HOOK, data=signed(), content_type=content_type))
    assert len(inbox()) == 1


@pytest.mark.parametrize("body", [b"", b"  \r\n"])
def test_an_empty_post_is_the_check(client, inbox, body):
    assert taken(client.post(HOOK, data=body))
    assert inbox() == []


def test_get_is_the_check(client, inbox):
    assert taken(client.get(HOOK))
    assert taken(client.get(HOOK + "?anything=1"))
    assert inbox() == []


def test_head_is_answered_like_get_without_a_body(client):
    answer = client.head(HOOK)
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_in_neutral_words(client, method):
    answer = client.open(HOOK, method=method, data=signed())
    assert answer.status_code == 405
    assert answer.get_json() == {"status": "error", "error": "method not allowed"}
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_database_that_is_away_is_503_with_a_word_when_to_come_again(services):
    away = replace(services, journal=Journal(build_engine("postgresql://nobody@127.0.0.1:9/none"), Vault()))
    answer = create_app(away).test_client().post(HOOK, data=signed())
    assert refused(answer, 503)
    assert answer.headers["Retry-After"] == "5"


def test_a_database_without_our_tables_is_503_as_well(engine, services):
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO inbox_elsewhere")
    try:
        assert refused(create_app(services).test_client().post(HOOK, data=signed()), 503)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox_elsewhere RENAME TO inbox")


def test_a_body_that_breaks_off_shall_come_again(client, inbox):
    answer = client.post(HOOK, data=signed(), environ_overrides={"CONTENT_LENGTH": "200000"})
    assert refused(answer, 503)
    assert inbox() == []
