from dataclasses import replace

import pytest

from connector.database.releasing import release
from connector.deliver import ATTEMPTS, BATCH, deliver
from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Fee, Item
from connector.ports import CommandResult, Written
from tests.connector.test_advance import ACCEPTED, NEW, at
from tests.domain.build import content
from tests.doubles import LANE, ORDER, event

OTHER = "eleme:200"


def documents(world):
    return world.rows("SELECT state, attempts FROM outbox WHERE kind = 'document' ORDER BY id")


def test_many_documents_reach_the_erp_in_one_call(world):
    for number in range(BATCH + 5):
        world.push(NEW, order=f"eleme:{number}")
    world.advance()
    assert deliver(world.services, LANE) is True
    assert deliver(world.services, LANE) is False
    assert world.erp.calls == [BATCH, 5]
    assert set(documents(world)) == {("done", 0)}


def test_of_several_changes_before_a_visit_the_erp_is_told_the_last(world):
    world.push(NEW, ACCEPTED)
    world.settle()
    assert world.erp.calls == [1]
    assert world.erp.documents[ORDER].state == "waiting"
    assert world.erp.documents[ORDER].version == world.order().version


def test_while_the_erp_is_away_everything_waits_and_then_arrives(world):
    world.erp.away = True
    world.push(NEW)
    for _ in range(10):
        world.settle()
        world.clock.forward(60)
    assert documents(world) == [("pending", 10)]
    world.erp.away = False
    world.clock.forward(60)
    world.settle()
    assert documents(world)[0][0] == "done"
    assert ORDER in world.erp.documents


def test_pauses_grow_from_a_second_to_a_minute(world):
    world.erp.away = True
    world.push(NEW)
    pauses = []
    for _ in range(9):
        world.settle()
        [(due_at,)] = world.rows("SELECT due_at FROM outbox")
        pauses.append((due_at - world.clock.now()) // 1000)
        world.clock.at = due_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_call_that_the_erp_refuses_as_a_whole_parks_nobody(world, monkeypatch):
    def refuse(_documents):
        raise Refused("access denied")

    monkeypatch.setattr(world.erp, "write", refuse)
    world.push(NEW)
    world.settle()
    assert documents(world) == [("pending", 1)]
    assert world.order().parked is None


def test_a_change_during_the_call_is_sent_as_well(world, monkeypatch):
    def write(documents):
        world.push(ACCEPTED)
        world.advance()
        return type(world.erp).write(world.erp, documents)

    world.push(NEW)
    world.advance()
    monkeypatch.setattr(world.erp, "write", write)
    assert deliver(world.services, LANE) is True
    monkeypatch.undo()
    world.settle()
    assert world.erp.documents[ORDER].state == "waiting"


def refusing(world, monkeypatch, reason="no account", orders=(ORDER,)):
    real = world.erp.write

    def write(documents):
        answers = dict(
            zip((d.key for d in documents), real([d for d in documents if d.key not in orders]), strict=False)
        )
        return [
            Written(key=d.key, version=d.version, status="refused", reason=reason)
            if d.key in orders
            else answers[d.key]
            for d in documents
        ]

    monkeypatch.setattr(world.erp, "write", write)


def test_a_document_that_the_erp_refuses_parks_its_order_alone(world, monkeypatch):
    refusing(world, monkeypatch)
    world.push(NEW, order=OTHER)
    world.push(NEW)
    world.settle()
    assert (world.order().parked_by, world.order().parked) == ("erp", "no account")
    assert world.order(OTHER).parked is None
    assert OTHER in world.erp.documents
    [alert] = world.erp.alerts.values()
    assert (alert.kind, alert.state, alert.order) == ("parked", "open", ORDER)


def test_a_refused_order_is_tried_again_with_each_fact_and_heals(world, monkeypatch):
    refusing(world, monkeypatch)
    world.push(NEW)
    world.settle()
    world.push(ACCEPTED)
    world.settle()
    assert world.order().parked_by == "erp"
    monkeypatch.undo()
    world.push(at(51, 20))
    world.settle()
    assert world.order().parked is None
    assert world.erp.documents[ORDER].rider_state == 51
    assert [alert.state for alert in world.erp.alerts.values()] == ["closed"]


def test_a_released_order_is_tried_again(world, monkeypatch):
    refusing(world, monkeypatch)
    world.push(NEW)
    world.settle()
    monkeypatch.undo()
    release(world.journal.engine, ORDER, world.clock.now())
    world.settle()
    assert world.order().parked is None
    assert ORDER in world.erp.documents
    assert [alert.state for alert in world.erp.alerts.values()] == ["closed"]


@pytest.mark.parametrize("behind", [10_000, 1_000_000_000])
def test_a_restored_database_overtakes_what_the_erp_has_seen(world, behind):
    world.push(NEW)
    world.settle()
    world.clock.at -= behind
    with world.journal.begin() as tx:
        order = tx.orders.open(ORDER)
        order.version -= behind
        tx.orders.save(order)
    world.push(ACCEPTED)
    world.settle()
    assert world.erp.documents[ORDER].state == "waiting"
    assert world.erp.documents[ORDER].version == world.order().version
    assert len(world.erp.calls) < 15


def test_a_document_that_breaks_the_call_is_found_and_parked_and_the_others_arrive(world, monkeypatch):
    real = world.erp.write

    def write(documents):
        if any(document.key == ORDER for document in documents):
            raise KeyError("a bug")
        return real(documents)

    monkeypatch.setattr(world.erp, "write", write)
    world.push(NEW)
    world.push(NEW, order=OTHER)
    for _ in range(ATTEMPTS):
        world.settle()
        world.clock.forward(60)
    assert OTHER in world.erp.documents
    assert world.order().parked_by == "erp"


def test_an_outdated_holder_writes_nothing_into_the_erp_nor_marks_anything(world, monkeypatch):
    world.push(NEW)
    world.advance()
    real = world.erp.write

    def frozen(documents):
        with world.journal.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE lanes SET until = '-infinity'")
        monkeypatch.undo()
        deliver(world.services, LANE)  # another worker takes over meanwhile
        world.push(ACCEPTED)
        return real(documents)

    monkeypatch.setattr(world.erp, "write", frozen)
    with pytest.raises(Unavailable):
        deliver(world.services, LANE)
    world.settle()
    assert world.erp.documents[ORDER].state == "waiting"


def test_news_reach_people_once_and_wait_while_the_erp_is_away(world):
    with world.journal.begin() as tx:
        for _ in range(2):
            news = CommandResult(command_id=5, state="refused", result="no")
            tx.outbox.put_news(LANE, news, world.clock.now())
    world.erp.away = True
    world.settle()
    assert world.erp.results == {}
    world.erp.away = False
    world.clock.forward(2)
    world.settle()
    assert world.erp.results[5].result == "no"
    assert world.rows("SELECT state FROM outbox") == [("done",)]


def test_an_order_without_content_is_read_back_until_it_has_come(world):
    world.push(ACCEPTED)
    world.settle()
    assert world.platform.fetched == [ORDER]
    assert world.order().parked_by == "fetch"
    assert [alert.kind for alert in world.erp.alerts.values()] == ["parked"]
    world.platform.orders[ORDER] = (NEW,)
    world.push(at(51, 20))
    world.settle()
    assert world.order().parked is None
    assert world.erp.documents[ORDER].state == "waiting"
    assert [alert.state for alert in world.erp.alerts.values()] == ["closed"]


def test_while_the_platform_is_away_an_order_without_content_waits(world):
    world.platform.away = Unavailable("away")
    world.push(ACCEPTED)
    world.settle()
    assert world.order().parked is None
    world.platform.away = None
    world.platform.orders[ORDER] = (NEW,)
    world.clock.forward(5)
    world.settle()
    assert world.erp.documents[ORDER].state == "waiting"


def test_what_stays_unknown_is_asked_for_with_growing_pauses(world):
    world.platform.orders[ORDER] = (at(51, 5),)
    world.push(ACCEPTED)
    pauses = []
    for _ in range(5):
        world.settle()
        [(due_at,)] = world.rows("SELECT due_at FROM outbox WHERE kind = 'fetch'")
        pauses.append((due_at - world.clock.now()) // 1000)
        world.clock.at = due_at
    assert pauses == [2, 4, 8, 16, 32]


def test_a_downgraded_order_is_asked_for_ten_times(world):
    slim = at(10).__class__(
        key="10",
        kind="order",
        at=NEW.at,
        code=10,
        content=NEW.content.__class__(day_seq=1, placed_at=0, paid=3000, items=NEW.content.items, whole=False),
    )
    world.platform.orders[ORDER] = (slim,)
    world.push(slim)
    for _ in range(30):
        world.settle()
        world.clock.forward(160)
    assert len(world.platform.fetched) == 10


def test_a_lane_that_somebody_holds_is_left_alone(world):
    world.push(NEW)
    world.advance()
    assert world.journal.lanes.claim(LANE, "deliver")
    assert deliver(world.services, LANE) is False
    assert world.erp.documents == {}


def test_a_lane_is_given_back_whatever_happened(world, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    world.push(NEW)
    world.advance()
    with monkeypatch.context() as patch:
        patch.setattr("connector.deliver._ErpVisit.documents", broken)
        with pytest.raises(RuntimeError):
            deliver(world.services, LANE)
    deliver(world.services, LANE)
    assert ORDER in world.erp.documents


def test_an_event_read_back_rings_the_other_step(world):
    world.platform.orders[ORDER] = (NEW,)
    world.hear(event(ORDER, ACCEPTED))
    world.advance()
    world.bell.rings.clear()
    deliver(world.services, LANE)
    assert (LANE, "advance") in world.bell.rings


def test_a_sale_with_promotions_is_read_back_once_for_what_its_dishes_cost_in_them(world):
    items = (Item(line=1, name="面", quantity=1, price=3000, total=3000),)
    fees = (Fee(kind="discount_shop", name="折扣", amount=-500),)
    pushed = replace(NEW, content=content(2500, items=items, fees=fees))
    priced = replace(items[0], user_price=2500, discounted=True)
    pulled = replace(pushed, key="pulled", pulled=True, content=content(2500, items=(priced,), fees=fees))
    world.platform.orders[ORDER] = (pulled,)
    world.push(pushed, ACCEPTED)
    world.pass_window()
    assert len(world.platform.fetched) == 1
    assert world.erp.documents[ORDER].items[0].item.user_price == 2500
    world.push(at(18, 900))
    world.pass_window()
    assert len(world.platform.fetched) == 1


def test_a_sale_without_promotions_is_not_read_back(world):
    world.push(NEW, ACCEPTED)
    world.pass_window()
    assert world.platform.fetched == []
