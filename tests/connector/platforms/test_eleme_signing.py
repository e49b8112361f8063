import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import BadSignature, Unreadable
from connector.platforms.signing import sign_eleme_call, sign_eleme_push, verify_eleme_push
from mappings.wire import read_exact
from tests.vectors import vectors

SECRET = "3f1c0a9e5b7d24686c8e0f1a2b3c4d5e6f708192"


@pytest.mark.parametrize(("inputs", "expected"), vectors("eleme", "requests"))
def test_a_call_is_signed_as_the_platforms_own_sdks_sign_it(inputs, expected):
    metas = {"app_key": inputs["app_key"], "timestamp": inputs["timestamp"]}
    signature = sign_eleme_call(
        action=inputs["action"],
        token=inputs["token"],
        metas=metas,
        params=inputs["params"],
        secret=inputs["app_secret"],
    )
    assert signature == expected["signature"]
    assert hashlib.md5(expected["sign_string"].encode()).hexdigest().upper() == signature


@pytest.mark.parametrize(("inputs", "expected"), vectors("eleme", "pushes"))
def test_a_push_is_taken_exactly_if_the_platforms_own_sdks_take_it(inputs, expected):
    members = read_exact(inputs["raw_body"])
    assert sign_eleme_push(members, inputs["app_secret"]) == expected["signature"]
    if expected["valid"]:
        verify_eleme_push(members, [inputs["app_secret"]])
    else:
        with pytest.raises(BadSignature):
            verify_eleme_push(members, [inputs["app_secret"]])


def signed(**members):
    return {**members, "signature": sign_eleme_push(members, SECRET)}


def test_lower_case_is_accepted():
    push = signed(type="12", message="{}")
    verify_eleme_push({**push, "signature": push["signature"].lower()}, [SECRET])


def test_either_secret_fits_while_a_key_is_rotated():
    verify_eleme_push(signed(type="12", message="{}"), ["new", SECRET])


@pytest.mark.parametrize("signature", [None, "", "0" * 32, 7, [], "签名"])
def test_a_missing_or_wrong_signature_is_refused(signature):
    push = {**signed(type="12", message="{}"), "signature": signature}
    with pytest.raises(BadSignature):
        verify_eleme_push(push, [SECRET])


def test_a_push_without_secrets_is_refused():
    with pytest.raises(BadSignature):
        verify_eleme_push(signed(type="12", message="{}"), [])


def test_half_a_surrogate_pair_is_unreadable():
    with pytest.raises(Unreadable):
        verify_eleme_push({"message": "\ud800", "signature": ""}, [SECRET])


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))),
    st.randoms(),
)
def test_the_order_of_members_is_free(members, random):
    shuffled = list(members.items())
    random.shuffle(shuffled)
    assert sign_eleme_push(dict(shuffled), SECRET) == sign_eleme_push(members, SECRET)


@pytest.mark.parametrize("number", ["1e999", "[1e999]", '{"x":-1e999}', "[" + "9" * 5000 + "]"])
def test_a_number_beyond_every_double_proves_nothing(number):
    members = read_exact('{"x":' + number + ',"signature":"A"}')
    with pytest.raises((BadSignature, Unreadable)):
        verify_eleme_push(members, ["secret"])
