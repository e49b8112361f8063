"""The extension inside somebody else's application."""

import dataclasses
import json
import logging

import pytest
from flask import Flask, jsonify

from connector import logs
from connector.domain.errors import Unavailable
from connector.web.plugin import EXTENSION, WaimaiBridge, create_app
from tests.connector.web.conftest import SECRET, signed

WORDS = "words that only the log's reader may guess"


class Faulty:
    """A source that breaks where it must not, in the middle of an answer."""

    name = "eleme"

    def envelope(self, _hook):
        return None

    def reply(self, _outcome, _number):
        raise KeyError(WORDS)


@pytest.fixture
def host():
    """An existing application with a limit, an error page and routes of its own."""
    app = Flask("shop")
    app.config["MAX_CONTENT_LENGTH"] = 16
    app.register_error_handler(404, lambda _: ("the shop's own page", 404))

    @app.get("/")
    def home():
        return jsonify(shop="open")

    return app


def test_the_routes_are_added_to_an_existing_application(host, services, inbox):
    WaimaiBridge(host, services)
    client = host.test_client()
    assert client.get("/").get_json() == {"shop": "open"}
    assert client.post("/hooks/eleme", data=signed()).get_json() == {"message": "ok"}
    assert client.get("/nowhere").text == "the shop's own page"
    assert len(inbox()) == 1
    assert host.extensions[EXTENSION] is services


def test_a_prefix_stands_before_every_route(host, services):
    bridge = WaimaiBridge()
    bridge.init_app(host, services, url_prefix="/waimai")
    client = host.test_client()
    assert client.get("/waimai/hooks/eleme").get_json() == {"message": "ok"}
    assert client.get("/waimai/healthz").status_code == 200
    assert client.get("/hooks/eleme").status_code == 404


def test_two_applications_do_not_share_their_figures(services):
    one, other = create_app(services).test_client(), create_app(services).test_client()
    one.get("/hooks/eleme")
    assert 'outcome="check"' in one.get("/metrics").text
    assert 'outcome="check"' not in other.get("/metrics").text


def test_nothing_is_started_before_the_first_request(services, monkeypatch):
    monkeypatch.setattr("threading.Thread.start", lambda _: pytest.fail("a thread was started"))
    create_app(services)


@pytest.mark.parametrize("embedded", [False, True])
def test_an_unforeseen_failure_is_503_in_neutral_words_and_a_log_line_with_its_class(services, host, capsys, embedded):
    faulty = dataclasses.replace(services, sources={"eleme": Faulty()}, platforms={"eleme": Faulty()})
    if embedded:
        WaimaiBridge(host, faulty)
    logs.configure()
    answer = (host if embedded else create_app(faulty)).test_client().get("/hooks/eleme")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "error", "error": "service unavailable"}
    assert "Retry-After" in answer.headers
    (line,) = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["error"]) == ("request_failed", "KeyError")
    assert WORDS not in json.dumps(line)


def test_what_is_not_there_is_404_in_neutral_words(services):
    answer = create_app(services).test_client().get("/hooks/elsewhere?token=abc")
    assert answer.status_code == 404
    assert answer.get_json() == {"status": "error", "error": "not found"}


@pytest.mark.parametrize("error", [RuntimeError, Unavailable])
def test_a_host_application_that_sets_no_logging_up_is_shown_nothing_of_what_was_sent(host, services, capfd, error):
    def take(envelopes, _now):
        told = [bytes(envelope.body) for envelope in envelopes]
        raise error(f"cannot store {told}")

    services.journal.take = take
    logging.getLogger().handlers.clear()
    WaimaiBridge(host, services)
    answer = host.test_client().post("/hooks/eleme", data=signed())
    assert answer.status_code == 503
    shown = "".join(capfd.readouterr())
    assert "'event': 'not_stored'" in shown
    assert f"'error': '{error.__name__}'" in shown
    assert not any(word in shown for word in ("orderId", "told", SECRET, "cannot store"))
