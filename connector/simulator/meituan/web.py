"""Meituan's routes: every call below `/meituan/api/v1/`, GET and POST alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, request

if TYPE_CHECKING:
    from .api import Api

meituan = Blueprint("meituan", __name__, url_prefix="/meituan/api/v1")


@meituan.route("/<path:path>", methods=["GET", "POST"])
def call(path: str) -> Response:
    """One call; parameters of the query and of the body count alike, those of the body win."""
    api = cast("Api", current_app.extensions["simulator.meituan"])
    answer = api.call(path, request.base_url, {**request.args.to_dict(), **request.form.to_dict()})
    return Response(answer.body, status=answer.status, mimetype="application/json")
