"""Ele.me's routes: `/token`, `/authorize`, `/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, jsonify, redirect, request

from .tokens import TokenError

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from .api import Api

eleme = Blueprint("eleme", __name__)


def _api() -> Api:
    return cast("Api", current_app.extensions["simulator.eleme"])


@eleme.post("/api/v1", strict_slashes=False)
@eleme.post("/api/v1/", strict_slashes=False)
def call() -> Response:
    """One API call in the NOP envelope."""
    answer = _api().call(request.get_data())
    return Response(answer.body, status=answer.status, mimetype="application/json")


@eleme.post("/token")
def token() -> tuple[Response, int] | Response:
    """An access token, or HTTP 400 with the OAuth error."""
    world = _api().world
    try:
        with world.lock:
            granted = world.tokens.grant(request.headers.get("Authorization", ""), request.form)
    except TokenError as error:
        return jsonify(error=error.error, error_description=error.description), 400
    return jsonify(granted)


@eleme.get("/authorize")
def authorize() -> AnyResponse | tuple[Response, int]:
    """The merchant agrees at once: back to the redirect address with `code` and `state`."""
    world = _api().world
    client, target = request.args.get("client_id", ""), request.args.get("redirect_uri", "")
    app = next((app for app in world.config.accounts if app.key == client), None)
    if app is None or request.args.get("response_type") != "code":
        return jsonify(error="invalid_request", error_description="client_id or response_type"), 400
    if urlsplit(target).scheme not in ("http", "https"):
        return jsonify(error="invalid_request", error_description="redirect_uri"), 400
    with world.lock:
        code = world.tokens.code(app)
    query = urlencode({"code": code, "state": request.args.get("state", "")})
    return redirect(f"{target}{'&' if '?' in target else '?'}{query}")
