"""The Flask extension, for an application of its own or inside another one.

::

    bridge = WaimaiBridge()
    bridge.init_app(app, services)             # or init_app(app, services, url_prefix="/waimai")
"""

from typing import Final

from flask import Blueprint, Flask, Response, jsonify
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from connector import logs, settings
from connector.database.inspect import gauges
from connector.receive import group_commit
from connector.services import Services, build
from connector.web.health import Pings
from connector.web.hooks import RETRY_AFTER, add_hooks
from connector.web.metrics import CONTENT_TYPE, Metrics

EXTENSION: Final = "waimai_bridge"
_log = logs.get(__name__)


class WaimaiBridge:
    """Adds the hooks, ``/healthz``, ``/readyz`` and ``/metrics`` to a Flask application."""

    def __init__(self, app: Flask | None = None, services: Services | None = None) -> None:
        if app is not None and services is not None:
            self.init_app(app, services)

    def init_app(self, app: Flask, services: Services, *, url_prefix: str | None = None) -> None:
        """Add the routes.

        Args:
            app: of this package or anybody's; nothing of it is changed but for its routes.
            services: from :func:`connector.services.build`; nothing is connected and no thread runs before a request.
            url_prefix: put before every route, ``/waimai`` makes ``/waimai/hooks/eleme``.
        """
        writer = group_commit(services)
        metrics = Metrics(lambda: gauges(services.journal.engine, services.clock.now()))
        views = Blueprint(EXTENSION, __name__, url_prefix=url_prefix)
        views.register_error_handler(Exception, neutral)
        add_hooks(views, services, writer, metrics)
        _add_operations(views, Pings(services.pings), metrics)
        app.register_blueprint(views)
        app.extensions[EXTENSION] = services


def create_app(services: Services | None = None) -> Flask:
    """The application of ``waimai serve``; without services it is wired as the environment says.

    Raises:
        SettingsError: the environment does not allow a start.
    """
    if services is None:
        logs.configure()
        services = build(settings.load())
    app = Flask(EXTENSION, static_folder=None, template_folder=None)
    app.register_error_handler(Exception, neutral)
    WaimaiBridge(app, services)
    return app


def neutral(error: Exception) -> Response:
    """An answer that names the kind of failure and nothing else; a fault of ours is 503, so that it comes again."""
    if not isinstance(error, HTTPException):
        _log.error("request_failed", exc_info=error)
        error = ServiceUnavailable()
    response = jsonify(status="error", error=error.name.lower())
    response.status_code = error.code or ServiceUnavailable.code
    if response.status_code == ServiceUnavailable.code:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _add_operations(views: Blueprint, pings: Pings, metrics: Metrics) -> None:
    def healthz() -> Response:
        return jsonify(status="ok")

    def readyz() -> Response:
        health = pings.ask()
        ready = all(one == "ok" for one in health.values())
        response = jsonify(status="ok" if ready else "unavailable", **health)
        response.status_code = 200 if ready else ServiceUnavailable.code
        return response

    def show_metrics() -> Response:
        return Response(metrics.page(), content_type=CONTENT_TYPE)

    for path, view in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", show_metrics)):
        views.add_url_rule(path, view_func=view)
