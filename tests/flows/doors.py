"""Pushes and presses as they come in: signed with the simulator's own code and posted to the real doors."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from connector.simulator.eleme.signing import sign_push
from connector.simulator.meituan.signing import form, sign
from tests.flows.system import APPS, MEITUAN_APPS

POSTERS = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One request to a door."""

    path: str
    body: bytes
    headers: dict


_numbers = itertools.count(1)


def eleme(code, message, *, shop, at):
    """A push of Ele.me: its type, its message, the shop's number, the moment in milliseconds."""
    app = APPS[0]
    envelope = {
        "requestId": f"h{next(_numbers)}",
        "type": code,
        "appId": app["app_id"],
        "message": message,
        "shopId": shop,
        "timestamp": at,
        "userId": 1,
    }
    signed = {**envelope, "signature": sign_push(envelope, app["secret"])}
    return Letter(path="/hooks/eleme", body=json.dumps(signed).encode(), headers={"Content-Type": "application/json"})


def meituan(kind, params, *, web, times=1):
    """A push of Meituan: its kind and its parameters, plain."""
    app, path = MEITUAN_APPS[0], f"/hooks/meituan/{kind}"
    named = {**{name: value for name, value in params.items() if name != "sig"}, "app_id": str(app["app_id"])}
    signed = {**named, "sig": sign(f"{web}{path}", named, app["secret"])}
    return Letter(path=path, body=form(signed.items(), times).encode(), headers=FORM)


def press(number, *, store, order, action, at, secret):
    """A press as the addon posts it."""
    told = {
        "type": "command",
        "command_id": number,
        "store_ref": store,
        "order_ref": order,
        "action": action,
        "args": {},
        "user_id": 2,
        "pressed_at": iso(at),
    }
    body, name, sent = json.dumps(told).encode(), f"cmd-{number}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"{name}.{sent}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": name, "webhook-timestamp": sent, "webhook-signature": f"v1,{signature}"}
    return Letter(path="/hooks/odoo", body=body, headers={**headers, "Content-Type": "application/json"})


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03d}Z"


def post(web, letters):
    """Post them, several at a time; each must be taken."""
    with httpx.Client(base_url=web, timeout=30) as client, ThreadPoolExecutor(POSTERS) as posters:

        def send(letter):
            answer = client.post(letter.path, content=letter.body, headers=letter.headers)
            assert answer.status_code in {200, 202}, (letter.path, answer.status_code, answer.text)

        for _ in posters.map(send, letters):
            pass
