import threading

import pytest

from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.domain.errors import Refused, Unavailable
from connector.ports import Envelope
from connector.vault import Vault


def envelope(digest="d1", **changes):
    return Envelope(
        **{
            "source": "eleme",
            "lane": "eleme:1",
            "digest": digest,
            "body": b'{"type": 10}',
            "order": "eleme:100",
            **changes,
        }
    )


def rows(engine, what="id, lane, order_ref, state"):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {what} FROM inbox ORDER BY id")]  # noqa: S608 - columns named above


def test_a_new_event_gets_a_number_and_is_fresh(journal, engine):
    [(number, fresh)] = journal.take([envelope()], 1000)
    assert fresh
    assert rows(engine) == [(number, "eleme:1", "eleme:100", "pending")]


def test_a_repeat_gets_the_number_of_the_first_and_is_not_fresh(journal, engine):
    first = journal.take([envelope()], 1000)
    again = journal.take([envelope()], 2000)
    assert again == [(first[0][0], False)]
    assert rows(engine, "received_at") == [(1000,)]


def test_a_group_is_answered_in_its_order_repeats_included(journal, engine):
    [(one, _)] = journal.take([envelope("a")], 1000)
    taken = journal.take([envelope("b"), envelope("a"), envelope("b"), envelope("c")], 1000)
    (two, fresh_two), (again_one, fresh_one), (again_two, fresh_again), (three, fresh_three) = taken
    assert (again_one, again_two) == (one, two)
    assert (fresh_two, fresh_one, fresh_again, fresh_three) == (True, False, False, True)
    assert two < three
    assert len(rows(engine)) == 3


def test_the_same_digest_of_another_source_is_another_event(journal):
    taken = journal.take([envelope(), envelope(source="odoo")], 1000)
    assert [fresh for _, fresh in taken] == [True, True]


def test_an_empty_group_is_nothing(journal):
    assert journal.take([], 1000) == []


def test_the_body_has_gone_through_the_vault(engine):
    class Upside(Vault):
        def seal(self, content):
            return content[::-1]

    Journal(engine, Upside()).take([envelope(body=b"abc")], 1000)
    assert rows(engine, "body") == [(b"cba",)]


def test_a_value_that_no_column_takes_is_refused_with_its_whole_group(journal, engine):
    with pytest.raises(Refused):
        journal.take([envelope("good"), envelope("bad", order="eleme:\x00")], 1000)
    assert rows(engine) == []
    assert journal.take([envelope("good")], 1000)[0][1]


def test_a_database_that_is_away_is_unavailable_and_not_refused(unused_tcp_port):
    journal = Journal(build_engine(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none"), Vault())
    with pytest.raises(Unavailable):
        journal.take([envelope()], 1000)


def test_a_sender_does_not_notice_that_the_pools_connections_were_cut(journal, engine):
    journal.take([envelope("a")], 1000)
    other = build_engine(engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.dispose()
    assert journal.take([envelope("b")], 1000)[0][1]


def test_the_same_event_at_several_doors_at_once_is_stored_once(journal, engine):
    taken = []

    def knock():
        taken.extend(journal.take([envelope("same"), envelope("other")], 1000))

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(engine)) == 2
    assert sum(fresh for _, fresh in taken) == 2
    assert len({number for number, _ in taken}) == 2
