import json

import pytest

from connector.advance import ATTEMPTS, ROWS, advance
from connector.database.releasing import release
from connector.domain.order import Fact, Kind, Statement
from tests.domain.build import content, fact
from tests.doubles import LANE, ORDER, event

OTHER = "eleme:200"
T0 = 1_700_000_000


def at(code, seconds=0, **words):
    return fact(code, T0 + seconds, **words)


NEW, ACCEPTED = at(10), at(12, 10)


def alerts(world):
    return {key: alert.state for key, alert in world.erp.alerts.items()}


def test_a_new_order_stands_on_the_desk_and_its_document_waits_for_the_erp(world):
    world.push(NEW)
    world.advance()
    order = world.order()
    assert (order.state, order.sold, order.store) == ("new", False, LANE)
    assert world.rows("SELECT kind, version, state FROM outbox") == [("document", order.version, "pending")]
    assert world.states() == ["done"]


def test_what_was_written_rings_the_other_step(world):
    world.push(NEW)
    advance(world.services, LANE)
    assert world.bell.rings == [(LANE, "deliver")]


def test_what_says_nothing_new_rings_nothing_and_makes_no_version(world):
    world.push(NEW)
    world.settle()
    version = world.order().version
    world.bell.rings.clear()
    world.hear(event(ORDER, NEW, salt="again"))
    world.advance()
    assert world.order().version == version
    assert world.bell.rings == []


def test_versions_grow_by_one_when_the_clock_stands_or_goes_back(world):
    world.push(NEW)
    world.advance()
    first = world.order().version
    world.clock.forward(-3600)
    world.push(ACCEPTED)
    world.advance()
    assert world.order().version == first + 1


def test_versions_are_milliseconds_so_that_they_grow_after_a_restored_backup(world):
    world.push(NEW)
    world.advance()
    assert world.order().version == world.clock.now()


def test_the_row_of_the_window_rings_five_seconds_after_its_length(world):
    world.push(NEW, ACCEPTED)
    world.pass_window(64)
    assert (world.order().state, world.order().sold) == ("waiting", False)
    world.pass_window(1)
    assert (world.order().state, world.order().sold) == ("paid", True)
    assert world.erp.documents[ORDER].sale == "confirmed"


def test_the_window_counts_from_the_first_acceptance_that_was_heard(world):
    world.push(NEW, ACCEPTED)
    world.settle()
    world.clock.forward(40)
    world.push(at(12, 11))
    world.pass_window(26)
    assert world.order().state == "paid"


def test_a_pulled_answer_that_says_accepted_starts_the_window_too(world):
    said = Fact(key="pull", kind=Kind.PULL, at=T0 * 1000 + 5, pulled=True, statement=Statement(accepted=True))
    world.push(NEW, said)
    world.pass_window()
    assert world.order().state == "paid"


def test_a_window_of_zero_imports_at_once(world):
    world.open_shop(cancel_window=0)
    world.push(NEW, ACCEPTED)
    world.settle()
    assert world.erp.documents[ORDER].sale == "confirmed"


def test_a_cancellation_that_waited_in_the_backlog_is_read_before_the_row_rings(world):
    world.push(NEW, ACCEPTED)
    world.settle()
    world.clock.forward(70)
    world.push(*(at(51, 20 + n) for n in range(ROWS + 5)), order=OTHER)
    world.push(at(15, 60))
    world.settle()
    assert (world.order().state, world.order().sold) == ("cancelled", False)


def test_terms_are_those_of_the_first_hearing(world):
    world.push(NEW)
    world.settle()
    world.open_shop(cancel_window=600, consume_at="paid")
    world.push(ACCEPTED)
    world.pass_window()
    assert (world.order().state, world.order().terms.consume_at) == ("paid", "preparing")


def test_the_default_window_is_the_connectors(world):
    world.push(NEW)
    world.settle()
    assert world.order().terms.cancel_window == world.services.default_window


def test_a_visit_takes_a_slice_and_says_that_more_waits(world):
    world.push(*(at(51, n) for n in range(ROWS + 1)), NEW)
    assert advance(world.services, LANE) is True
    assert world.states().count("done") == ROWS
    assert advance(world.services, LANE) is False
    assert set(world.states()) == {"done"}


def test_a_lane_that_somebody_holds_is_left_alone(world):
    world.push(NEW)
    assert world.journal.lanes.claim(LANE, "advance")
    assert advance(world.services, LANE) is False
    assert world.states() == ["pending"]


def test_a_copy_of_a_fact_with_an_earlier_time_lowers_it_and_a_later_one_does_not(world):
    world.push(NEW, at(12, 10, key="12"))
    world.push(at(12, 5, key="12"))
    world.push(at(12, 20, key="12"))
    world.settle()
    assert world.erp.documents[ORDER].accepted_at == (T0 + 5) * 1000
    assert world.rows("SELECT key, at FROM facts WHERE key = '12'") == [("12", (T0 + 5) * 1000)]


def test_events_of_a_shop_that_nobody_knows_are_held_and_go_on_when_it_appears(world):
    world.push(NEW, lane="eleme:9")
    world.advance("eleme:9")
    assert world.states() == ["held"]
    ((reason,),) = world.rows("SELECT reason FROM inbox")
    assert "the ERP has no such shop" in reason
    world.open_shop("eleme:9")
    with world.journal.begin() as tx:
        assert tx.inbox.release_held() == {"eleme:9"}
    world.settle("eleme:9")
    assert world.states() == ["done"]
    assert ORDER in world.erp.documents


def test_a_shop_that_was_archived_takes_no_new_orders_but_finishes_its_old_ones(world):
    world.push(NEW)
    world.settle()
    world.open_shop(active=False)
    world.push(ACCEPTED)
    world.push(NEW, order=OTHER)
    world.settle()
    assert world.states() == ["done", "done", "held"]
    with world.journal.begin() as tx:
        assert tx.inbox.release_held() == set()


def test_an_event_that_cannot_be_read_parks_its_order_and_tells_people(world):
    world.push(NEW)
    world.settle()
    world.hear(world_event(b"rubbish"))
    world.push(ACCEPTED)
    world.push(NEW, order=OTHER)
    world.settle()
    assert world.states() == ["done", "parked", "done", "done"]
    assert world.order().parked_by == "fact"
    assert world.erp.documents[ORDER].state == "new"
    assert OTHER in world.erp.documents
    assert list(alerts(world).values()) == ["open"]


def world_event(body, order=ORDER):
    return event(order).__class__(source="eleme", lane=LANE, digest=body.decode(), body=body, order=order)


def test_an_unreadable_event_of_no_order_is_parked_with_an_alert_of_the_shop(world):
    world.hear(world_event(b"rubbish", None))
    world.settle()
    assert world.states() == ["parked"]
    [alert] = world.erp.alerts.values()
    assert (alert.kind, alert.order, alert.store) == ("parked", None, LANE)


def test_an_event_that_nobody_reads_is_done_and_says_so(world):
    body = json.dumps({"order": None, "facts": []}).encode()
    world.hear(world_event(body, None))
    world.settle()
    assert world.rows("SELECT state, reason FROM inbox") == [("done", "not read")]


def test_a_source_that_is_not_there_any_more_parks_its_events(world):
    world.hear(event(ORDER, NEW).__class__(source="gone", lane=LANE, digest="d", body=b"{}"))
    world.settle()
    assert world.rows("SELECT state, reason FROM inbox") == [("parked", "no such source: gone")]


def test_an_order_that_fails_does_not_stop_the_others_and_its_later_events_wait(world):
    world.platform.broken.add(ORDER)
    world.push(NEW, ACCEPTED)
    world.push(NEW, order=OTHER)
    world.settle()
    assert world.states() == ["pending", "pending", "done"]
    assert list(world.erp.documents) == [OTHER]


def test_an_order_that_failed_and_is_repaired_goes_on_in_its_order(world):
    world.platform.broken.add(ORDER)
    world.push(NEW, ACCEPTED)
    world.settle()
    world.platform.broken.clear()
    world.clock.forward(2)
    world.settle()
    assert world.states() == ["done", "done"]
    assert world.order().state == "waiting"


def test_after_five_failures_a_person_must_look(world):
    world.platform.broken.add(ORDER)
    world.push(NEW)
    for _ in range(ATTEMPTS):
        world.settle()
        world.clock.forward(60)
    assert world.rows("SELECT state, attempts FROM inbox") == [("parked", ATTEMPTS)]
    assert world.order().parked_by == "fact"
    assert list(alerts(world).values()) == ["open"]


def test_a_released_order_is_read_again_and_its_alert_closes(world):
    world.platform.broken.add(ORDER)
    world.push(NEW)
    for _ in range(ATTEMPTS):
        world.settle()
        world.clock.forward(60)
    world.platform.broken.clear()
    assert release(world.journal.engine, ORDER, world.clock.now()) == LANE
    world.settle()
    assert world.states() == ["done"]
    assert (world.order().parked, world.order().alert) == (None, None)
    assert world.erp.documents[ORDER].state == "new"
    assert list(alerts(world).values()) == ["closed"]


def test_an_event_that_was_begun_before_is_tried_alone_and_put_off_before_it_is(world):
    world.push(at(51), NEW, ACCEPTED)
    with world.journal.begin() as tx:
        tx.inbox.count([2], world.clock.now())
    assert advance(world.services, LANE) is False
    assert world.rows("SELECT id, attempts FROM inbox ORDER BY id") == [(1, 1), (2, 2), (3, 1)]


def test_an_event_that_ended_its_worker_again_and_again_is_parked_unread(world):
    world.push(NEW)
    for _ in range(ATTEMPTS):
        with world.journal.begin() as tx:
            tx.inbox.count([1], world.clock.now())
    world.settle()
    assert world.states() == ["parked"]
    assert world.order().parked_by == "fact"


CONTRADICTION = [at(39, 30, scope="part", money=2000), at(39, 40, scope="part", money=2000)]


def test_facts_that_contradict_each_other_stand_still_with_an_alert(world):
    world.push(NEW, ACCEPTED)
    world.settle()
    world.push(*CONTRADICTION)
    world.pass_window()
    assert (world.order().parked_by, world.order().sold) == ("replay", False)
    assert (world.erp.documents[ORDER].state, world.erp.documents[ORDER].refunded) == ("waiting", 0)
    assert list(alerts(world).values()) == ["open"]
    (told,) = world.erp.alerts.values()
    chinese, english = told.text.split(" · ")
    assert (chinese, english) == (
        "订单已挂起：退款合计超过实付",
        "the order is parked: granted refunds exceed what was paid",
    )


def test_a_fact_that_is_set_aside_lets_the_order_go_on(world):
    world.push(NEW, ACCEPTED, *CONTRADICTION)
    world.pass_window()
    with world.journal.begin() as tx:
        assert tx.orders.set_aside(ORDER, CONTRADICTION[1].key, "张三：重复")
        order = tx.orders.open(ORDER)
        order.again = True
        tx.orders.save(order)
    world.settle()
    assert (world.order().parked, world.order().sold) == (None, True)
    assert world.erp.documents[ORDER].refunded == 2000
    assert list(alerts(world).values()) == ["closed"]


def test_an_order_whose_content_is_unknown_is_fetched(world):
    world.push(ACCEPTED)
    world.advance()
    assert world.rows("SELECT kind, key, due_at FROM outbox") == [("fetch", f"fetch:{ORDER}", world.clock.now())]
    assert world.order().wants == "content"


def test_what_came_by_itself_is_not_fetched_any_more(world):
    world.push(ACCEPTED)
    world.advance()
    world.push(NEW)
    world.advance()
    assert world.rows("SELECT kind, state FROM outbox ORDER BY id") == [("fetch", "done"), ("document", "pending")]


def test_a_grant_that_names_nothing_stands_still_silently_and_is_fetched(world):
    world.push(NEW, at(33, 100))
    world.advance()
    assert (world.order().parked_by, world.order().wants) == ("replay", "refund")
    assert world.rows("SELECT kind FROM outbox WHERE kind IN ('fetch', 'news')") == [("fetch",)]


def test_a_refund_that_its_platform_does_not_know_is_told_to_people_until_it_makes_sense(world):
    world.push(NEW, at(33, 100))
    world.settle()
    assert world.platform.fetched == [ORDER]
    assert (world.order().parked_by, list(alerts(world).values())) == ("replay", ["open"])
    world.push(at(30, 90))
    world.settle()
    assert (world.order().parked, list(alerts(world).values())) == (None, ["closed"])


def test_a_refund_that_its_platform_never_names_is_told_to_people_after_a_while(world):
    world.platform.orders[ORDER] = (NEW,)
    world.push(NEW, at(33, 100))
    for _ in range(4):
        world.settle()
        world.clock.forward(20)
    assert alerts(world) == {}
    world.settle()
    assert (len(world.platform.fetched), list(alerts(world).values())) == (5, ["open"])
    world.push(at(30, 90))
    world.settle()
    assert (world.order().parked, list(alerts(world).values())) == (None, ["closed"])


def test_a_downgraded_order_is_fetched_after_fifteen_seconds(world):
    slim = Fact(key="10", kind=Kind.ORDER, at=T0 * 1000, code=10, content=content(whole=False))
    world.push(slim)
    world.advance()
    due = world.rows("SELECT due_at FROM outbox WHERE kind = 'fetch'")
    assert due == [(world.clock.now() + 15_000,)]


def test_a_shop_that_accepts_by_itself_does_so_once(world):
    world.open_shop(auto_accept=True)
    world.push(NEW)
    world.advance()
    world.push(at(45, 3))
    world.settle()
    assert [command.key for command in world.platform.performed] == [f"auto:{ORDER}"]
    assert [command.action for command in world.platform.performed] == ["accept"]


def test_trouble_with_the_delivery_alerts_once_per_fact(world):
    world.push(NEW, at(63, 100))
    world.settle()
    world.push(at(12, 10), at(67, 120))
    world.settle()
    assert sorted(alert.kind for alert in world.erp.alerts.values()) == ["delivery", "delivery"]
    assert len(world.rows("SELECT 1 FROM outbox WHERE kind = 'news'")) == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_an_answered_reminder_closes_in_any_order_of_hearing(world, order):
    facts = [NEW, at(45, 100), at(46, 160)]
    for index in order:
        world.push(facts[index])
        world.settle()
    assert set(alerts(world).values()) <= {"closed"}


def test_an_open_reminder_alerts_and_can_be_answered(world):
    world.push(NEW, at(45, 100))
    world.settle()
    assert list(alerts(world).values()) == ["open"]


def test_what_the_database_refuses_is_found_among_the_others_and_parked(world):
    bad = Fact(key="no\x00text", kind=Kind.NOTE, at=1, code=99)
    world.push(NEW, order=OTHER)
    world.push(NEW, ACCEPTED)
    world.push(bad)
    world.push(at(51, 20))
    world.settle()
    assert world.states() == ["done", "done", "done", "parked", "done"]
    assert OTHER in world.erp.documents
    assert world.order().parked_by == "fact"


def test_nothing_of_an_event_that_fails_halfway_is_kept(world, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    world.push(NEW)
    world.settle()
    before = world.order()
    monkeypatch.setattr("connector.settling.document", broken)
    world.push(ACCEPTED)
    world.push(NEW, order=OTHER)
    world.advance()
    assert world.states() == ["done", "pending", "pending"]
    assert world.order() == before
    assert world.order(OTHER) is None
    assert world.rows("SELECT count(*) FROM facts") == [(1,)]
