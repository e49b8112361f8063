import hashlib
import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.receive import LIMIT
from connector.vault import Vault
from connector.web.plugin import create_app
from mappings.meituan_kinds import KINDS
from tests.connector.web.conftest import MEITUAN_APP, MEITUAN_SECRET, PUBLIC_URL, wired
from tests.connector.web.test_door_fuzz import Taken

OK = {"data": "ok"}
ORDER = "10000000000000001"
HOOK = "/hooks/meituan"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def params(**changes):
    """The canonical push, a cancellation; ``...`` takes a parameter away."""
    known = {
        "app_id": MEITUAN_APP,
        "timestamp": "1768471400",
        "order_id": ORDER,
        "app_poi_code": "MT-2001",
        "reason_code": "1102",
        "reason": "用户取消，不要辣 50%+",
        "deal_op_type": "",
        **changes,
    }
    return {name: value for name, value in known.items() if value is not ...}


def signature(told, url, secret=MEITUAN_SECRET):
    """Meituan's signature, written down a second time so that the product's is not checked with itself."""
    text = "&".join(f"{name}={told[name]}" for name in sorted(told))
    return hashlib.md5(f"{url}?{text}{secret}".encode()).hexdigest()


def signed(path=HOOK, *, base=PUBLIC_URL, secret=MEITUAN_SECRET, **changes):
    told = params(**changes)
    return {**told, "sig": signature(told, base + path, secret)}


def post(client, told, path=HOOK, *, times=1):
    for _ in range(times - 1):
        told = {name: quote_plus(value) for name, value in told.items()}
    return client.post(path, data=urlencode(told), content_type=FORM)


def taken(answer) -> bool:
    return answer.status_code == 200 and answer.get_json() == OK


def refused(answer, status: int) -> bool:
    """Refused in words that no platform takes for success and that repeat nothing."""
    assert answer.get_json() == {"data": "ng"}
    assert ORDER.encode() not in answer.data
    return answer.status_code == status


def stored(row):
    return json.loads(Vault().open(bytes(row["body"])))


@pytest.mark.parametrize("times", [1, 2])
def test_a_push_is_stored_as_it_was_signed_and_answered_in_the_platforms_words(client, inbox, services, times):
    assert taken(post(client, signed(), times=times))
    (row,) = inbox()
    assert (row["source"], row["lane"], row["order_ref"]) == ("meituan", "meituan:MT-2001", f"meituan:{ORDER}")
    assert stored(row) == {"kind": "order-cancelled", "params": dict(sorted(params().items()))}
    assert services.bell.rings == [("meituan:MT-2001", "advance")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_address_that_decides_what_it_is(client, inbox, kind):
    path = f"{HOOK}/{kind}"
    assert taken(post(client, signed(path), path))
    assert stored(inbox()[0])["kind"] == kind


def test_an_address_with_a_slash_at_its_end_is_the_same_door(client, inbox):
    for path in (f"{HOOK}/refund/", f"{HOOK}/refund"):
        assert taken(post(client, signed(path), path))
    assert len(inbox()) == 1


def test_another_address_below_ours_is_not_there(client, inbox):
    assert post(client, signed(f"{HOOK}/unheard"), f"{HOOK}/unheard").status_code == 404
    assert inbox() == []


def test_a_push_for_one_address_is_not_taken_at_another(client, inbox):
    assert refused(post(client, signed(f"{HOOK}/refund"), f"{HOOK}/order-cancelled"), 401)
    assert inbox() == []


def test_a_get_is_taken_like_a_post_and_query_and_body_are_read_together(client, inbox):
    told = signed()
    assert taken(client.get(f"{HOOK}?{urlencode(told)}"))
    query = {name: told.pop(name) for name in ("app_id", "timestamp", "sig")}
    assert taken(client.post(f"{HOOK}?{urlencode(query)}", data=urlencode(told), content_type=FORM))
    assert len(inbox()) == 1


def test_a_repeated_push_gets_the_same_answer_and_one_row(client, inbox):
    first, again = post(client, signed()), post(client, signed(), times=2)
    assert taken(first)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert len(inbox()) == 1


@pytest.mark.parametrize("base", ["http://erp.invalid", "https://erp.invalid"])
def test_either_scheme_of_our_address_is_taken(client, base):
    assert taken(post(client, signed(base=base)))


@pytest.mark.parametrize("headers", [{"Host": "elsewhere.invalid"}, {"X-Forwarded-Host": "elsewhere.invalid"}])
def test_what_the_request_says_of_its_host_changes_nothing(client, headers):
    told = urlencode(signed(base="https://elsewhere.invalid"))
    assert refused(client.post(HOOK, data=told, headers=headers, content_type=FORM), 401)
    assert taken(client.post(HOOK, data=urlencode(signed()), headers=headers, content_type=FORM))


def test_each_secret_is_accepted_while_it_is_rotated(client):
    assert taken(post(client, signed(secret="an older secret")))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", [HOOK, f"{HOOK}/order-paid", f"{HOOK}/privacy-downgrade"])
def test_the_connection_test_is_answered_without_a_signature(client, inbox, method, path):
    assert taken(getattr(client, method)(path))
    assert inbox() == []


@pytest.mark.parametrize("sig", ["", "0" * 32, "签名", None])
def test_a_bad_signature_is_refused_and_nothing_stored(client, inbox, sig):
    told = params() if sig is None else {**params(), "sig": sig}
    assert refused(post(client, told), 401)
    assert inbox() == []


@pytest.mark.parametrize("app", ["900002", "", ..., "900001 "])
def test_an_application_that_is_not_ours_is_refused_even_if_our_secret_signed_it(client, inbox, app):
    assert refused(post(client, signed(app_id=app)), 401)
    assert inbox() == []


@pytest.mark.parametrize("change", [{"reason_code": "1103"}, {"deal_op_type": "1"}, {"extra": ""}, {"reason": ...}])
def test_a_parameter_that_was_changed_added_or_taken_away_is_noticed(client, change):
    told = {**signed(), **change}
    assert refused(post(client, {name: value for name, value in told.items() if value is not ...}), 401)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfe=1", id="no text"),
        pytest.param(b"app_id=%FF%FE", id="an escape that is no text"),
        pytest.param(b"app_id=900001&app_id=900002", id="two values"),
        pytest.param(b"&".join(b"a%d=1" % n for n in range(1100)), id="too many"),
    ],
)
def test_what_cannot_be_taken_apart_is_unreadable(client, inbox, body):
    assert refused(client.post(HOOK, data=body, content_type=FORM), 400)
    assert inbox() == []


@pytest.mark.parametrize("piece", [b"reason=%", b"reason=%ZZ", b"=", b"a", b"%00=%00"])
def test_odd_pieces_are_only_wrongly_signed(client, piece):
    body = urlencode(signed(reason=...)).encode() + b"&" + piece
    assert refused(client.post(HOOK, data=body, content_type=FORM), 401)


def test_a_broken_escape_that_was_signed_is_taken_as_it_is(client, inbox):
    assert taken(post(client, signed(reason="100% %ZZ %")))
    assert stored(inbox()[0])["params"]["reason"] == "100% %ZZ %"


def test_the_same_parameter_twice_with_one_value_is_one(client):
    told = signed()
    assert taken(client.post(f"{HOOK}?app_id={MEITUAN_APP}", data=urlencode(told), content_type=FORM))


def test_a_push_that_names_no_shop_waits_for_the_shop_of_its_order(client, inbox):
    assert taken(post(client, signed(app_poi_code=...)))
    assert (inbox()[0]["lane"], inbox()[0]["order_ref"]) == ("meituan:", f"meituan:{ORDER}")


def test_an_order_told_by_its_other_number_or_inside_is_known(client, inbox):
    told = {"order_id": ..., "app_poi_code": ..., "reason_code": ...}
    assert taken(post(client, signed(**told, order_view_id="7", logistics_status="20", operate_time="1")))
    inside = json.dumps({"order_id": 8, "app_poi_code": "MT-2002"})
    assert taken(post(client, signed(**told, pick_up_data=inside)))
    assert {(row["order_ref"], row["lane"]) for row in inbox()} == {
        ("meituan:7", "meituan:"),
        ("meituan:8", "meituan:MT-2002"),
    }


def test_a_shop_is_called_as_the_merchant_calls_it(client, inbox):
    assert taken(post(client, signed(app_poi_code="人民路1号店/东")))
    assert inbox()[0]["lane"] == "meituan:人民路1号店/东"


@pytest.mark.parametrize("shop", ["a b", "9" * 10_000, "\x00x y"])
def test_a_shop_that_no_column_should_hold_is_stored_too(client, inbox, shop):
    assert taken(post(client, signed(app_poi_code=shop)))
    assert inbox()[0]["lane"] == "meituan:unknown"


def test_nul_and_emoji_are_stored(client, inbox):
    assert taken(post(client, signed(reason="\x00😀", order_id="\x00")))
    assert inbox()[0]["order_ref"] is None
    assert stored(inbox()[0])["params"]["reason"] == "\x00😀"


@pytest.mark.parametrize("place", ["body", "query"])
def test_more_than_the_limit_is_refused_unread(client, place):
    text = urlencode(signed(reason="x" * (LIMIT + 1)))
    request = {"data": text} if place == "body" else {"query_string": text}
    assert refused(client.post(HOOK, content_type=FORM, **request), 413)


def test_a_database_that_is_away_is_no_fault_of_the_sender(unused_tcp_port):
    engine = build_engine(f"postgresql+psycopg://nobody@127.0.0.1:{unused_tcp_port}/none")
    client = create_app(wired(engine, journal=Journal(engine, Vault()))).test_client()
    answer = post(client, signed())
    assert refused(answer, 503)
    assert answer.headers["Retry-After"]


@pytest.fixture(scope="module")
def kept():
    return Taken()


@pytest.fixture(scope="module")
def open_door(kept):
    return create_app(wired(None, journal=kept)).test_client()


NAMES = st.sampled_from([*params(), "sig", "status", "detail", "food", "poi_info", "pick_up_data", "odd"]) | st.text()
VALUES = st.text(max_size=40) | st.sampled_from(["{}", "[1]", '{"order_id":[]}', '{"order_id":true}', "[" * 9000])


@settings(max_examples=200)
@given(query=st.text(max_size=60), body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@example(query="%", body=b"&&&==&")
def test_whatever_comes_to_the_door_is_answered(open_door, kept, query, body):
    before = len(kept)
    raw = {"QUERY_STRING": query.encode("utf-8", "replace").decode("latin-1")}
    answer = open_door.post(HOOK, data=body, content_type=FORM, environ_overrides=raw)
    assert answer.status_code in {200, 400, 401}
    assert len(kept) == before


@settings(max_examples=200)
@given(told=st.dictionaries(NAMES, VALUES, max_size=8), kind=st.sampled_from(["", *KINDS]), times=st.integers(1, 2))
def test_whatever_the_platform_signed_is_stored(open_door, kept, told, kind, times):
    path = f"{HOOK}/{kind}" if kind else HOOK
    told = {**params(), **told, "app_id": MEITUAN_APP}
    told.pop("sig", None)
    told.pop("img_data", None)
    before = len(kept)
    answer = post(open_door, {**told, "sig": signature(told, PUBLIC_URL + path)}, path, times=times)
    assert taken(answer)
    assert len(kept) == before + 1
