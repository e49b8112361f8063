"""The Flask application of the simulated platform: `/token`, `/authorize`, `/api/v1`, `/sim/…` and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, request
from flask.json.provider import DefaultJSONProvider

from .api import Api
from .control import control
from .page import page
from .tokens import TokenError
from .world import World

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from .config import SimulatorConfig

LARGEST_BODY = 1024 * 1024


class _Readable(DefaultJSONProvider):
    """Chinese as Chinese, members in the order in which they were written."""

    ensure_ascii = False
    sort_keys = False


platform = Blueprint("platform", __name__)


def world_of(app: Flask) -> World:
    """The world that an application made by `create_app` serves."""
    return cast("World", app.extensions["simulator"])


def create_app(config: SimulatorConfig) -> Flask:
    """The simulated platform as a WSGI application; nothing runs beside it, see `server.py` for that."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = _Readable(app)
    world = World(config)
    app.extensions["simulator"] = world
    app.extensions["simulator.api"] = Api(world)
    app.register_blueprint(platform)
    app.register_blueprint(control)
    app.register_blueprint(page)
    return app


@platform.post("/api/v1", strict_slashes=False)
@platform.post("/api/v1/", strict_slashes=False)
def call() -> Response:
    """One API call in the NOP envelope."""
    api = cast("Api", current_app.extensions["simulator.api"])
    answer = api.call(request.get_data())
    return Response(answer.body, status=answer.status, mimetype="application/json")


@platform.post("/token")
def token() -> tuple[Response, int] | Response:
    """An access token, or HTTP 400 with the OAuth error."""
    world = world_of(current_app)
    try:
        with world.lock:
            granted = world.tokens.grant(request.headers.get("Authorization", ""), request.form)
    except TokenError as error:
        return jsonify(error=error.error, error_description=error.description), 400
    return jsonify(granted)


@platform.get("/authorize")
def authorize() -> AnyResponse | tuple[Response, int]:
    """The merchant agrees at once: back to the redirect address with `code` and `state`."""
    world = world_of(current_app)
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
