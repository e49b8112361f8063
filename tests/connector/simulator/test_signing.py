"""The simulator's own signing against the vectors that four SDKs agree on."""

import json
from pathlib import Path

import pytest

from connector.simulator import create_app, world_of
from connector.simulator.config import App
from connector.simulator.eleme.envelope import ElemePush, signed, written
from connector.simulator.eleme.signing import push_text, request_text, same, sign_push, sign_request
from connector.simulator.errors import INVALID_SIGNATURE
from connector.simulator.units import parse

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "eleme_signature_vectors.json").read_text(encoding="utf-8"))
REQUESTS = [pytest.param(vector, id=vector["id"]) for vector in VECTORS["requests"]]
PUSHES = [pytest.param(vector, id=vector["id"]) for vector in VECTORS["pushes"]]


def fields(vector):
    given = vector["inputs"]
    metas = {"app_key": given["app_key"], "timestamp": given["timestamp"]}
    return given["action"], given["token"], metas, given["params"], given["app_secret"]


@pytest.mark.parametrize("vector", REQUESTS)
def test_a_request_is_signed_as_the_sdks_sign_it(vector):
    assert request_text(*fields(vector)) == vector["expected"]["sign_string"]
    assert sign_request(*fields(vector)) == vector["expected"]["signature"]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("vector", REQUESTS)
def test_the_api_takes_the_signature_of_a_vector_and_no_other(make_config, clock, vector, ascii_only):
    action, token, metas, params, secret = fields(vector)
    app = create_app(make_config(apps=[App(app_id=1, key=metas["app_key"], secret=secret, shops=())]))
    world_of(app).eleme.tokens.valid = lambda _app, given: given == token
    body = {"nop": "1.0.0", "id": "X", "action": action, "token": token, "metas": metas, "params": params}
    right = vector["expected"]["signature"]

    def code(signature):
        raw = json.dumps({**body, "signature": signature}, ensure_ascii=ascii_only)
        error = app.test_client().post("/api/v1/", data=raw.encode()).json["error"]
        return error and error["code"]

    wrong = ("0" if right[0] != "0" else "1") + right[1:]
    assert code(wrong) == INVALID_SIGNATURE
    assert code(right) not in (INVALID_SIGNATURE, "UNAUTHORIZED", "ILLEGAL_REQUEST")
    assert code(right.lower()) == code(right)
    world_of(app).pusher.close()


@pytest.mark.parametrize("vector", PUSHES)
def test_a_push_is_signed_as_the_sdks_sign_it(vector):
    members = parse(vector["inputs"]["raw_body"])
    secret = vector["inputs"]["app_secret"]
    assert push_text(members, secret) == vector["expected"]["sign_string"]
    assert sign_push(members, secret) == vector["expected"]["signature"]
    assert same(members["signature"], sign_push(members, secret)) is vector["expected"]["valid"]


@pytest.mark.parametrize("vector", [vector for vector in PUSHES if vector.values[0]["expected"]["valid"]])
def test_the_pusher_writes_a_vector_s_push_with_its_signature(vector):
    body = parse(vector["inputs"]["raw_body"])
    app = App(
        app_id=body["appId"],
        key="k",
        secret=vector["inputs"]["app_secret"],
        shops=(),
        user_id=int(body["userId"]),
    )
    push = ElemePush(
        number=1,
        request_id=body["requestId"],
        app_id=app.app_id,
        app=app,
        url="http://connector.test/",
        retry_seconds=(),
        shop_id=body["shopId"],
        order_id="",
        kind=int(body["type"]),
        message=body["message"],
        at=body["timestamp"],
    )
    forms = frozenset(
        name for name, key in (("type_as_text", "type"), ("user_id_as_text", "userId")) if isinstance(body[key], str)
    )
    assert parse(written(signed(push, forms))) == body
    assert parse(written(signed(push, forms), frozenset({"escaped", "pretty"}))) == body


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "[" * 100_000, "", "{'a': 1}"])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


def test_integers_stay_exact():
    assert parse('{"skuId": 200000338894214456}') == {"skuId": 200000338894214456}


def test_a_lone_surrogate_never_signs_and_never_breaks():
    assert not same("\ud800", "00")
    assert len(sign_push({"message": "\ud800"}, "s")) == 32
