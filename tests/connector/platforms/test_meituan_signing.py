import hashlib
from urllib.parse import quote_plus, unquote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import BadSignature
from connector.platforms.meituan_door import Door
from connector.platforms.signing import sign_meituan, verify_meituan_push
from connector.ports import Hook
from connector.settings import MeituanApp
from mappings.wire import read
from tests.vectors import documents, vectors

URL = "https://erp.invalid/hooks/meituan/order-paid"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
#: Text as customers type it, with what the wire treats apart.
TYPED = TEXT | st.sampled_from(["", " 不要辣", "50%+", "a&b=c", "100%41", "%E5%85%A8", "1+1", "😀", "[]", "0.0"])


@pytest.mark.parametrize(("inputs", "expected"), vectors("meituan", "request"))
def test_a_call_is_signed_as_the_platforms_own_sdks_sign_it(inputs, expected):
    assert sign_meituan(inputs["url"], inputs["params"], inputs["secret"]) == expected["sig"]
    assert hashlib.md5(expected["base_string"].encode()).hexdigest() == expected["sig"]


def door_of(vector, *, secret=None, callback=None):
    inputs = vector["inputs"]
    body = vector["wire"].get("body") or urlsplit(vector["wire"]["url"]).query
    app = dict(pair.split("=", 1) for pair in body.split("&"))["app_id"]
    callback = callback or inputs["callback_url"]
    return Door([MeituanApp(app_id=app, secrets=(secret or inputs["secret"],), callback_urls=(callback,))], ())


def hook_of(vector, path="/hooks/meituan"):
    wire = vector["wire"]
    query, body = urlsplit(wire["url"]).query, wire.get("body", "").encode()
    return Hook(method=vector["inputs"]["method"], path=path, query=query, headers={}, body=body)


@pytest.mark.parametrize("vector", documents("meituan", "push"))
def test_a_push_is_taken_with_the_parameters_that_were_signed(vector):
    envelope = door_of(vector).envelope(hook_of(vector))
    assert read(envelope.body)["params"] == vector["inputs"]["params"]


@pytest.mark.parametrize("vector", documents("meituan", "push"))
def test_a_push_verifies_with_the_other_scheme_of_its_address_and_with_no_other_address(vector):
    url = vector["inputs"]["callback_url"]
    other = url.replace("https://", "http://") if url.startswith("https") else url.replace("http://", "https://")
    assert door_of(vector, callback=other).envelope(hook_of(vector)) is not None
    for wrong in (url + "/", url.replace("erp.", "www."), url + ":443"):
        with pytest.raises(BadSignature):
            door_of(vector, callback=wrong).envelope(hook_of(vector))


@pytest.mark.parametrize("vector", documents("meituan", "push_negative"))
def test_a_push_that_was_changed_or_signed_by_somebody_else_is_refused(vector):
    with pytest.raises(BadSignature):
        door_of(vector).envelope(hook_of(vector))


def signed(params, url=URL, secret=SECRET):
    return {**params, "sig": sign_meituan(url, params, secret)}


@pytest.mark.parametrize("sig", ["", "0" * 32, "签名", "0" * 31])
def test_a_missing_or_wrong_signature_is_refused(sig):
    with pytest.raises(BadSignature):
        verify_meituan_push({"app_id": "1", "sig": sig}, [URL], [SECRET])


def test_a_push_without_a_signature_is_refused():
    with pytest.raises(BadSignature):
        verify_meituan_push({"app_id": "1"}, [URL], [SECRET])


def test_upper_case_is_accepted():
    push = signed({"app_id": "1"})
    assert verify_meituan_push({**push, "sig": push["sig"].upper()}, [URL], [SECRET]) == {"app_id": "1"}


def test_either_secret_and_either_address_fit():
    push = signed({"app_id": "1"})
    assert verify_meituan_push(push, ["https://other.invalid/x", URL], ["new", SECRET]) == {"app_id": "1"}


def test_a_push_without_secrets_or_addresses_is_refused():
    push = signed({"app_id": "1"})
    for urls, secrets in (([], [SECRET]), ([URL], [])):
        with pytest.raises(BadSignature):
            verify_meituan_push(push, urls, secrets)


@given(st.dictionaries(TEXT.filter(lambda name: name not in {"sig", "img_data"}), TYPED, max_size=6))
def test_a_push_that_was_encoded_twice_or_once_is_read_as_it_was_signed(params):
    """The parameters here are what a form gives: decoded once."""
    sig = sign_meituan(URL, params, SECRET)
    twice = {name: quote_plus(value) for name, value in params.items()}
    assert verify_meituan_push({**twice, "sig": sig}, [URL], [SECRET]) == params
    assert verify_meituan_push({**params, "sig": sig}, [URL], [SECRET]) == params


@given(st.dictionaries(st.sampled_from("abc"), TYPED, min_size=1), st.sampled_from("abc"))
def test_some_values_twice_and_some_once(params, once):
    sig = sign_meituan(URL, params, SECRET)
    sent = {name: value if name == once else quote_plus(value) for name, value in params.items()}
    try:
        assert verify_meituan_push({**sent, "sig": sig}, [URL], [SECRET]) == params
    except BadSignature:  # a mixture that no candidate covers: a value that looks encoded, or one with no mark
        looks = unquote_plus(params.get(once, "")) != params.get(once, "")
        plain = any("+" in value and "%" not in value for value in sent.values())
        assert looks or plain


@given(st.text(alphabet="%4+A", max_size=2000))
def test_a_value_of_nothing_but_marks_costs_no_more_than_another(value):
    push = signed({"app_id": "1", "x": value})
    assert verify_meituan_push(push, [URL], [SECRET])["x"] in {value, unquote_plus(value)}
