"""Questions over HTTP that the set-up page asks: is the connector there, does it know our secret, take a test order."""

import base64
import binascii
import json
import time

import requests

from .command import PREFIX, signature

TIMEOUT = (1, 4)  # seconds to connect, to answer; the connector gives what it depends on two seconds
DOOR_TIMEOUT = 1  # seconds for each: somebody at a desk waits for it, once a minute
KEY_BYTES = 24  # the least that Standard Webhooks allows


class SilentError(Exception):
    """Nobody answered, or not in a way that can be read; the argument says what happened."""


class StrangeError(SilentError):
    """Somebody answered who is not the connector."""


def readable_secret(secret):
    """Whether a secret is `whsec_` and base64 of enough bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secret.startswith(PREFIX) and len(key) >= KEY_BYTES


def readiness(url):
    """What `GET /readyz` of the connector says: {service: "ok" or what is wrong}, without `status`.

    Raises SilentError; StrangeError if it is another server, and not a proxy before a connector that is down.
    """
    answer = _asked("get", f"{url}/readyz")
    health = _json(answer)
    if not isinstance(health, dict) or "status" not in health:
        down = answer.status_code >= requests.codes.server_error
        raise (SilentError if down else StrangeError)(f"HTTP {answer.status_code}")
    return {str(name): str(word) for name, word in health.items() if name != "status"}


def opens(url):
    """Whether the connector's door answers `GET /healthz`, and not only a proxy before one that is down."""
    try:
        return _asked("get", f"{url}/healthz", DOOR_TIMEOUT).status_code < requests.codes.server_error
    except SilentError:
        return False


def letter_status(url, secret):
    """Send a signed letter that is no command: 400 says that the signature is right, 401 that it is not.

    Raises SilentError.
    """
    body, number = json.dumps({"type": "check"}), f"check-{time.time_ns()}"
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, number, stamp, body),
    }
    return _asked("post", f"{url}/hooks/odoo", data=body.encode(), headers=headers).status_code


def place_test_order(url, shop):
    """Let a customer of the simulator order in a shop; `shop` as the platform numbers it.

    Returns the order's number at the platform. Raises SilentError with the simulator's words.
    """
    answer = _asked("post", f"{url}/sim/orders", json={"shop": shop, "kind": "plain"})
    told = _json(answer)
    told = told if isinstance(told, dict) else {}
    number = told.get("orderId") or told.get("order_id")
    if answer.status_code != requests.codes.ok or not number:
        error = told.get("error")
        words = error.get("message") if isinstance(error, dict) else ""
        raise SilentError(words or f"HTTP {answer.status_code}")
    return str(number)


def _asked(method, url, timeout=None, **more):
    try:
        return requests.request(method, url, timeout=timeout or TIMEOUT, allow_redirects=False, **more)
    except (requests.RequestException, ValueError) as error:
        raise SilentError(type(error).__name__) from None


def _json(answer):
    try:
        return answer.json()
    except ValueError:
        return None
