"""The doors: one address per sender, each answered in the sender's own words."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from connector.ports import Hook, Outcome, Source
from connector.receive import LIMIT, GroupCommit, receive
from connector.services import Services
from connector.web.metrics import Metrics

#: Seconds after which a sender may try again.
RETRY_AFTER: Final = 5
_READ_AWAY: Final = 1024 * 1024


def add_hooks(views: Blueprint, services: Services, writer: GroupCommit, metrics: Metrics) -> None:
    """Add ``/hooks/<name>`` for every source; platforms also ask with GET whether the address is there.

    A source with ``kinds`` has ``/hooks/<name>/<kind>`` for each of them as well: its sender registers an address for
    each kind of message, and says it nowhere else.
    """

    def view(source: Source) -> Callable[[], Response]:
        def take(**_kind: str) -> Response:
            hook = _hook()
            outcome, number = receive(services, writer, source, hook) if isinstance(hook, Hook) else (hook, None)
            metrics.received(source.name, outcome)
            return _response(source, outcome, number)

        return take

    for name, source in services.sources.items():
        methods = ["GET", "POST"] if name in services.platforms else ["POST"]
        views.add_url_rule(f"/hooks/{name}", name, view(source), methods=methods, strict_slashes=False)
        if kinds := getattr(source, "kinds", ()):
            rule = f"/hooks/{name}/<any({', '.join(repr(kind) for kind in kinds)}):kind>"
            views.add_url_rule(rule, f"{name}-kinds", view(source), methods=methods, strict_slashes=False)


def _hook() -> Hook | Outcome:
    """The request, its body read before anything else touches it: parsing a form would eat what was signed."""
    request.max_content_length = LIMIT + 1  # a body without a length is cut there, silently, and then found too large
    if "Transfer-Encoding" in request.headers and not request.environ.get("wsgi.input_terminated"):
        return "unavailable"  # this server would show an empty body, which reads as a check and loses the event
    try:
        body = request.get_data(cache=False)
        if len(body) > LIMIT:
            raise RequestEntityTooLarge  # noqa: TRY301 - found by the length or by the body, it is the same
    except RequestEntityTooLarge:
        _read_away()
        return "too_large"
    except ClientDisconnected:
        return "unavailable"  # only half of it came
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = request.query_string.decode("latin-1")
    return Hook(method=request.method, path=request.path, query=query, headers=headers, body=body)


def _read_away() -> None:
    """Let a sender finish, within reason: one whose connection breaks while it sends never reads the answer."""
    left = min(request.content_length or _READ_AWAY, _READ_AWAY)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, 64 * 1024))):
        left -= len(piece)


def _response(source: Source, outcome: Outcome, number: int | None) -> Response:
    reply = source.reply(outcome, number)
    response = Response(reply.body, status=reply.status, content_type=reply.content_type)
    if outcome == "unavailable":
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
