"""Whatever comes, the door answers one of four ways and stores nothing that it did not take."""

import json
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.ports import Envelope
from connector.web.plugin import create_app
from tests.connector.web.conftest import APP, push, signature, webhook, wired

MINE = st.sampled_from(["appId", "type", "shopId", "message", "userId", "timestamp", "requestId", "signature", "extra"])
TEXT = st.text(max_size=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | TEXT | st.just(APP)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)
BODIES = (
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(MINE, VALUES, max_size=9).map(lambda members: json.dumps({**push(), **members}).encode())
)


class Taken(list[Envelope]):
    """A journal that checks what PostgreSQL would: text without NUL, encodable, short enough for an index."""

    engine = None

    def home(self, _order: str) -> None:
        """No order is known."""

    def take(self, envelopes: Sequence[Envelope], _received_at: int) -> list[tuple[int, bool]]:
        for one in envelopes:
            for text in (one.source, one.digest, one.lane, one.order or ""):
                assert "\x00" not in text
                assert len(text.encode()) < 256
        self.extend(envelopes)
        return [(len(self), True) for _ in envelopes]


@pytest.fixture(scope="module")
def taken():
    return Taken()


@pytest.fixture(scope="module")
def client(taken):
    return create_app(wired(None, journal=taken)).test_client()


def judged(answer, before: int, taken: Taken):
    assert answer.status_code in {200, 202, 400, 401, 413}
    assert len(taken) == before or answer.status_code in {200, 202}


@settings(max_examples=300)
@given(body=BODIES, content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]))
@example(body=b"", content_type="")
@example(body=b"{" * 50_000, content_type="application/json")
def test_any_body_at_the_platforms_door(client, taken, body, content_type):
    before = len(taken)
    judged(client.post("/hooks/eleme", data=body, content_type=content_type), before, taken)


@settings(max_examples=300)
@given(members=st.dictionaries(MINE, VALUES, max_size=9))
def test_any_body_that_the_platform_signed(client, taken, members):
    whole = {**push(), **members}
    whole.pop("signature", None)
    try:
        body = json.dumps({**whole, "signature": signature(whole)}).encode()
    except UnicodeEncodeError:  # half of a character pair: nobody can sign it
        body = json.dumps(whole).encode()
    before = len(taken)
    answer = client.post("/hooks/eleme", data=body)
    judged(answer, before, taken)
    assert len(taken) == before + (answer.status_code == 200)


@settings(max_examples=150)
@given(body=BODIES, headers=st.dictionaries(st.sampled_from(["id", "timestamp", "signature"]), TEXT))
def test_any_body_and_headers_at_the_erps_door(client, taken, body, headers):
    sent = {f"webhook-{name}": "".join(c for c in value if c.isprintable()) for name, value in headers.items()}
    sent = {name: value.encode("utf-8", "ignore").decode("latin-1") for name, value in sent.items()}
    before = len(taken)
    judged(client.post("/hooks/odoo", data=body, headers=sent), before, taken)


@settings(max_examples=150)
@given(body=BODIES)
def test_any_body_that_the_erp_signed(client, taken, body):
    before = len(taken)
    judged(client.post("/hooks/odoo", data=body, headers=webhook(body, at=int(time.time()))), before, taken)
