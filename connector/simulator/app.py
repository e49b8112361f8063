"""The Flask application of the simulated platforms: their APIs, `/sim/…` and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from .control import control
from .eleme.api import Api as ElemeApi
from .eleme.web import eleme
from .meituan.api import Api as MeituanApi
from .meituan.web import meituan
from .page import page
from .world import World

if TYPE_CHECKING:
    from .config import SimulatorConfig

LARGEST_BODY = 1024 * 1024


class _Readable(DefaultJSONProvider):
    """Chinese as Chinese, members in the order in which they were written."""

    ensure_ascii = False
    sort_keys = False


def world_of(app: Flask) -> World:
    """The world that an application made by `create_app` serves."""
    return cast("World", app.extensions["simulator"])


def create_app(config: SimulatorConfig) -> Flask:
    """The simulated platforms as a WSGI application; nothing runs beside it, see `server.py` for that."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = _Readable(app)
    world = World(config)
    app.extensions["simulator"] = world
    app.extensions["simulator.eleme"] = ElemeApi(world.eleme)
    app.extensions["simulator.meituan"] = MeituanApi(world.meituan)
    for blueprint in (eleme, meituan, control, page):
        app.register_blueprint(blueprint)
    return app
