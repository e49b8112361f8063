"""Tokens: asked for, replaced, ended."""

import base64

import pytest

from connector.simulator import create_app

from .conftest import APP, Caller


def basic(key=APP["key"], secret=APP["secret"]):
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def test_a_token_has_the_page_s_form(caller):
    answer = caller.fetch_token(scope="all")
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 2592000
    assert len(answer["access_token"]) == 32
    assert "refresh_token" not in answer


def test_asking_anew_ends_the_former_token_after_ten_minutes(caller, clock):
    former = caller.token
    fresh = caller.fetch_token()["access_token"]
    clock.advance(599)
    assert caller.answer("eleme.user.getUser")["error"] is None
    clock.advance(1)
    assert caller.error("eleme.user.getUser")["code"] == "UNAUTHORIZED"
    caller.token = fresh
    assert caller.answer("eleme.user.getUser")["error"] is None
    assert former != fresh


def test_a_token_ends_with_its_life(make_config, clock):
    caller = Caller(create_app(make_config(token_life_seconds=3600)).test_client(), clock)
    clock.advance(3599)
    assert caller.answer("eleme.user.getUser")["error"] is None
    clock.advance(1)
    assert caller.error("eleme.user.getUser")["code"] == "UNAUTHORIZED"


def test_asking_anew_never_lengthens_a_token(make_config, clock):
    caller = Caller(create_app(make_config(token_life_seconds=60)).test_client(), clock)
    caller.fetch_token()
    clock.advance(60)
    assert caller.error("eleme.user.getUser")["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize(
    "headers",
    [{}, basic(secret="wrong"), basic(key="wrong"), {"Authorization": "Basic ???"}, {"Authorization": "Bearer x"}],
)
def test_a_wrong_client_gets_400_and_the_oauth_word(client, headers):
    answer = client.post("/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client")


def test_an_unknown_grant_type_is_an_invalid_request(client):
    answer = client.post("/token", data={"grant_type": "password"}, headers=basic())
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_key_and_secret_are_decoded_as_the_sdks_encode_them(make_config):
    odd = {"app_id": 5, "key": "a:b c", "secret": "x%+y", "shops": []}
    client = create_app(make_config(apps=[odd])).test_client()
    headers = basic("a%3Ab+c", "x%25%2By")
    assert client.post("/token", data={"grant_type": "client_credentials"}, headers=headers).status_code == 200


def test_a_merchant_authorises_by_code_and_the_code_is_good_once(client):
    query = {"response_type": "code", "client_id": APP["key"], "state": "s 1", "redirect_uri": "https://me.test/x?a=1"}
    target = client.get("/authorize", query_string=query).headers["Location"]
    assert target.startswith("https://me.test/x?a=1&code=")
    assert target.endswith("&state=s+1")
    form = {"grant_type": "authorization_code", "code": target.split("code=")[1].split("&")[0]}
    granted = client.post("/token", data=form, headers=basic()).json
    assert client.post("/token", data=form, headers=basic()).json["error"] == "invalid_grant"
    again = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    assert client.post("/token", data=again, headers=basic()).json["access_token"] != granted["access_token"]


@pytest.mark.parametrize(
    "change", [{"client_id": "nobody"}, {"response_type": "token"}, {"redirect_uri": "javascript:alert(1)"}]
)
def test_an_authorisation_that_cannot_be_is_refused(client, change):
    query = {"response_type": "code", "client_id": APP["key"], "redirect_uri": "https://me.test/", **change}
    assert client.get("/authorize", query_string=query).status_code == 400


def test_all_tokens_can_be_ended_at_once(client, caller):
    client.post("/sim/tokens/expire")
    assert caller.error("eleme.user.getUser")["code"] == "UNAUTHORIZED"
