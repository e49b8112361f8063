import threading
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.database.tables import INBOX, ORDERS, OUTBOX, PULLS
from connector.domain.errors import Refused, Unavailable
from connector.vault import Vault
from connector.web.health import Pings
from connector.web.plugin import create_app
from tests.connector.web.conftest import signed

SECRET = "pw-that-nobody-may-see"


def well():
    """A service that answers."""


def away():
    raise Unavailable(f"redis://user:{SECRET}@host")


def against():
    raise Refused(f"wrong password {SECRET}")


def broken():
    raise OSError(SECRET)


def client_of(services, **pings):
    return create_app(replace(services, pings=pings)).test_client()


def test_healthz_says_that_the_process_lives_even_if_nothing_else_does(services):
    answer = client_of(services, database=away).get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_readyz_names_each_service(services):
    answer = client_of(services, database=well, redis=well, odoo=well).get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "database": "ok", "redis": "ok", "odoo": "ok"}


@pytest.mark.parametrize(("ping", "word"), [(away, "unavailable"), (against, "refused"), (broken, "unavailable")])
def test_readyz_is_503_if_one_fails_and_shows_no_secret(services, ping, word):
    answer = client_of(services, database=well, redis=ping, odoo=well).get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "unavailable", "database": "ok", "redis": word, "odoo": "ok"}
    assert SECRET not in answer.text


def test_a_ping_that_hangs_is_too_slow_is_not_begun_twice_and_holds_nobody_else():
    let_go, begun = threading.Event(), []

    def hang():
        begun.append(1)
        let_go.wait(10)

    pings = Pings({"odoo": hang, "redis": well}, seconds=0.05, keep=0)
    assert pings.ask() == {"odoo": "too slow", "redis": "ok"}
    assert pings.ask() == {"odoo": "too slow", "redis": "ok"}
    assert len(begun) == 1
    let_go.set()
    running = pings._running["odoo"]
    running.join(10)
    assert pings.ask()["odoo"] == "ok"


def test_a_round_answers_those_who_ask_right_after():
    asked = []
    pings = Pings({"redis": lambda: asked.append(1)}, keep=60)
    assert pings.ask() == pings.ask() == {"redis": "ok"}
    assert len(asked) == 1


def figures(client) -> dict[tuple[str, frozenset], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_count_what_came_in_by_source_and_outcome(client):
    client.post("/hooks/eleme", data=signed())
    client.post("/hooks/eleme", data=signed())
    client.post("/hooks/eleme", data=b"rubbish")
    client.get("/hooks/eleme")
    client.post("/hooks/odoo", data=b"{}")
    found = figures(client)
    for source, outcome in (("eleme", "stored"), ("eleme", "repeated"), ("eleme", "unreadable"), ("eleme", "check")):
        assert found["waimai_received_total", frozenset({source, outcome})] == 1
    assert found["waimai_received_total", frozenset({"odoo", "bad_signature"})] == 1


def event(number: int, state: str) -> dict[str, object]:
    return {
        "source": "eleme",
        "digest": str(number),
        "lane": "eleme:1",
        "received_at": 1_000,
        "body": b"\x00{}",
        "state": state,
    }


def test_metrics_show_what_waits(client, engine):
    order = {"ref": "eleme:9", "store": "eleme:1", "terms": {}, "heard_at": 1, "parked": "why"}
    effect = {"lane": "eleme:1", "body": b"\x00{}", "due_at": 1, "created_at": 1}
    with engine.begin() as connection:
        states = ["pending", "pending", "held", "parked", "done"]
        connection.execute(insert(INBOX), [event(number, state) for number, state in enumerate(states)])
        connection.execute(insert(ORDERS), [order])
        connection.execute(insert(OUTBOX), [{**effect, "kind": "document", "key": "a"}])
        connection.execute(insert(OUTBOX), [{**effect, "kind": "command", "key": "b", "state": "done"}])
    found = figures(client)
    shown = {state: found["waimai_inbox_rows", frozenset({state})] for state in ("pending", "held", "parked")}
    assert shown == {"pending": 2, "held": 1, "parked": 1}
    assert found["waimai_inbox_oldest_seconds", frozenset()] > 1_000_000
    assert found["waimai_outbox_rows", frozenset({"document"})] == 1
    assert found["waimai_outbox_rows", frozenset({"command"})] == 0
    assert found["waimai_orders_parked", frozenset()] == 1
    assert found["waimai_database_up", frozenset()] == 1


def test_metrics_show_when_each_shop_was_asked_about_and_what_was_found(client, engine):
    row = {"lane": "eleme:1", "pulled_at": 1_000, "full_at": 0, "found": 3, "reason": "away"}
    with engine.begin() as connection:
        connection.execute(insert(PULLS), [row, {**row, "lane": "eleme:2", "found": 0, "reason": ""}])
    found = figures(client)
    names = ("waimai_gaps_found", "waimai_pull_failing")
    shown = {(name, store): found[name, frozenset({store})] for name in names for store in ("eleme:1", "eleme:2")}
    assert list(shown.values()) == [3, 0, 1, 0]
    assert found["waimai_pull_age_seconds", frozenset({"eleme:1"})] > 1_000_000


def test_metrics_without_a_database_still_show_what_was_counted(services):
    client = create_app(
        replace(services, journal=Journal(build_engine("postgresql://nobody@127.0.0.1:9/none"), Vault()))
    ).test_client()
    client.get("/hooks/eleme")
    found = figures(client)
    assert found["waimai_database_up", frozenset()] == 0
    assert found["waimai_received_total", frozenset({"eleme", "check"})] == 1
    assert not any(name == "waimai_inbox_rows" for name, _ in found)
