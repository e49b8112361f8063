"""Three counts of a shop's day: each is wrong once, and mended by the command."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from connector.audit import Audit
from connector.commands import auditing
from connector.commands.auditing import compare, settle
from connector.domain.errors import Refused, Unavailable
from connector.domain.gaps import Listed
from connector.domain.order import Fact, Kind, RefundWords, Statement
from connector.platforms.limits import Limits
from tests.connector.test_advance import ACCEPTED, NEW, T0, at
from tests.doubles import LANE, event

DAY = date(2023, 11, 15)
OTHER_DAY = date(2023, 11, 14)
ONE, TWO, THREE = "eleme:101", "eleme:102", "eleme:103"


def placed(number, *, seconds=0, paid=3000):
    content = replace(NEW.content, placed_at=(T0 + seconds) * 1000, day_seq=number, paid=paid)
    items = (replace(content.items[0], price=paid, total=paid),)
    return replace(NEW, content=replace(content, items=items))


@pytest.fixture
def day(world, monkeypatch):
    """A day with three orders that everybody has."""
    monkeypatch.setattr(auditing, "_LOOK_SECONDS", 0)
    for number, ref in enumerate((ONE, TWO, THREE), 1):
        world.platform.orders[ref] = (placed(number), ACCEPTED)
        world.push(placed(number), ACCEPTED, order=ref)
    world.settle()
    lists(world, ONE, TWO, THREE)
    return world


def lists(world, *refs, paid=3000, agrees=lambda _state: True):
    world.platform.days[LANE, DAY] = [
        Listed(order=ref, number=n, paid=paid, agrees=agrees) for n, ref in enumerate(refs, 1)
    ]


def counted(world, *, ask_erp=True):
    return Audit(world.services, LANE, DAY).count(ask_erp=ask_erp)


def wrong(count):
    return [line.order for line in count.lines if not line.agrees]


def reconciled(world, capsys, **words):
    agrees = compare(world.services, LANE, DAY, **{"dry_run": False, **words})
    return agrees, capsys.readouterr().out


def test_what_agrees_says_so_and_changes_nothing(day, capsys):
    versions = {ref: document.version for ref, document in day.erp.documents.items()}
    agrees, printed = reconciled(day, capsys)
    assert agrees
    assert "The three agree on 3 orders" in printed
    assert "90.00" in printed
    assert day.platform.fetched == []
    assert {ref: document.version for ref, document in day.erp.documents.items()} == versions


def test_what_we_lack_is_fetched_and_handed_on(day, capsys):
    day.platform.orders["eleme:104"] = (placed(4), ACCEPTED)
    lists(day, ONE, TWO, THREE, "eleme:104")
    assert (counted(day).orders(), wrong(counted(day))) == ((4, 3, 3), ["eleme:104"])
    agrees, printed = reconciled(day, capsys)
    assert agrees
    assert "not known here" in printed
    assert counted(day).orders() == (4, 4, 4)
    assert day.erp.documents["eleme:104"].state == "waiting"
    assert day.platform.fetched == ["eleme:104"]


def test_what_the_erp_has_lost_is_written_again(day, capsys):
    del day.erp.documents[TWO]
    count = counted(day, ask_erp=False)
    assert count.orders() == (3, 3, 3)  # by what the ERP last said
    agrees, printed = reconciled(day, capsys)
    assert agrees
    assert "Odoo lacked it, written now" in printed
    assert day.erp.documents[TWO].state == "waiting"
    assert counted(day).orders() == (3, 3, 3)


def test_what_odoo_has_otherwise_is_seen_and_written_anew(finished, capsys):
    told = finished.erp.documents[TWO]
    finished.erp.documents[TWO] = replace(told, sale="cancelled")
    assert counted(finished).sold() == (None, 9000, 6000)
    finished.erp.documents[THREE] = replace(finished.erp.documents[THREE], paid=2900, state="paid")
    count = counted(finished)
    assert (count.paid(), count.sold()) == ((9000, 9000, 8900), (None, 9000, 5900))
    sold, otherwise = [line.why for line in count.lines if not line.agrees]
    assert sold == "Odoo 销售单 sales order ¥0.00，应为 not ¥30.00"
    assert otherwise.split("; ") == [
        "Odoo 状态 state paid，应为 not completed",
        "Odoo 实付 paid ¥29.00，应为 not ¥30.00",
        "Odoo 销售单 sales order ¥29.00，应为 not ¥30.00",
    ]
    agreed, printed = reconciled(finished, capsys)
    assert agreed
    assert f"Mended 已修复 (2): {TWO}, {THREE}" in printed
    assert replace(finished.erp.documents[TWO], version=0) == replace(told, version=0)
    assert finished.erp.documents[TWO].version > told.version
    assert counted(finished).sold() == (None, 9000, 9000)


def test_an_erp_that_does_not_tell_what_it_has_is_counted_by_its_word_alone(day, monkeypatch):
    write = day.erp.write
    monkeypatch.setattr(day.erp, "write", lambda documents: [replace(one, holds=None) for one in write(documents)])
    count = counted(day)
    assert count.agrees
    assert (count.orders(), count.paid()) == ((3, 3, 3), (9000, 9000, None))


def test_what_the_platforms_list_lacks_is_asked_for_by_name(day, capsys):
    lists(day, ONE, THREE)
    assert (counted(day).orders(), wrong(counted(day))) == ((2, 3, 3), [TWO])
    agrees, printed = reconciled(day, capsys)
    assert agrees
    assert "not in its list" in printed
    assert day.platform.fetched == [TWO]


def test_an_order_that_we_counted_on_the_wrong_day_leaves_it(day, capsys):
    day.push(at(12, 10), order="eleme:104")  # its content is not known, so it counts on the day it was heard of
    day.settle()
    assert counted(day).orders() == (3, 4, 3)
    day.platform.orders["eleme:104"] = (placed(9, seconds=-86_400), ACCEPTED)
    agrees, _ = reconciled(day, capsys)
    assert agrees
    assert counted(day).orders() == (3, 3, 3)
    assert day.erp.documents["eleme:104"].day_seq == 9


def test_what_the_platform_does_not_know_at_all_stays_different(day, capsys):
    lists(day, ONE, THREE)
    del day.platform.orders[TWO]
    agrees, printed = reconciled(day, capsys)
    assert not agrees
    assert "no such order" in printed
    assert TWO in printed


def test_a_sum_that_differs_is_read_again(day, capsys):
    slim = replace(placed(4, paid=2500), content=replace(placed(4, paid=2500).content, whole=False))
    day.push(slim, order="eleme:104")
    day.settle()
    day.platform.orders["eleme:104"] = (replace(placed(4), key="pulled", pulled=True),)
    lists(day, ONE, TWO, THREE, "eleme:104")
    assert (counted(day).paid(), wrong(counted(day))) == ((12000, 11500, 11500), ["eleme:104"])
    agrees, printed = reconciled(day, capsys)
    assert "another sum" in printed
    assert agrees
    assert counted(day).paid() == (12000, 12000, 12000)


def test_a_list_that_tells_no_sums_is_compared_without(day):
    lists(day, ONE, TWO, THREE, paid=None)
    assert counted(day).agrees
    assert counted(day).paid() == (None, 9000, 9000)


def test_an_order_that_waits_for_a_person_says_why(day, capsys):
    day.platform.days[LANE, DAY].append(Listed(order="eleme:104", number=4, paid=3000))
    day.push(at(12, 10), order="eleme:104")
    day.settle()
    agrees, printed = reconciled(day, capsys)
    assert not agrees
    assert "no such order" in printed


def test_an_event_that_could_not_be_applied_says_why(day, capsys):
    day.platform.days[LANE, DAY].append(Listed(order="eleme:104", number=4, paid=3000))
    day.journal.stores.put([replace(day.journal.stores.get(LANE), active=False)], day.clock.now())
    day.push(placed(4), order="eleme:104")
    day.settle()
    _, printed = reconciled(day, capsys)
    assert "takes no new orders" in printed


def test_a_newer_version_in_the_erp_counts(day):
    day.erp.documents[ONE] = replace(day.erp.documents[ONE], version=day.clock.now() + 10**9)
    assert counted(day).agrees


def test_a_document_that_the_erp_refuses_parks_its_order(day, capsys):
    del day.erp.documents[TWO]
    day.erp._objection = lambda document: "period is locked" if document.key == TWO else ""
    agrees, printed = reconciled(day, capsys)
    assert not agrees
    assert "period is locked" in printed
    assert day.order(TWO).parked_by == "erp"


FINISHED = Fact(
    key="pull:1", kind=Kind.PULL, at=(T0 + 60) * 1000, pulled=True, statement=Statement(accepted=True, finished=True)
)


def stated(world, ref, case, money, key="pull:2", scope="part"):
    """What the platform states of an order from now on: it is finished, and of the money so much went back."""
    refund = RefundWords(scope=scope, money=money)
    said = Statement(accepted=True, finished=True, case=case, refund=refund)
    fact = Fact(key=key, kind=Kind.PULL, at=(T0 + 4000) * 1000, pulled=True, statement=said)
    world.platform.orders[ref] = (*world.platform.orders[ref], fact)


@pytest.fixture
def finished(day):
    """Its three orders are completed, and everybody knows."""
    for ref in (ONE, TWO, THREE):
        day.platform.orders[ref] = (*day.platform.orders[ref], FINISHED)
        day.push(FINISHED, order=ref)
    day.pass_window()
    assert {document.state for document in day.erp.documents.values()} == {"completed"}
    return day


#: What the lists of the two platforms state: of each order its state, or nothing.
LISTS = {"states": lambda state: state == "completed", "nothing": lambda _state: False}


@pytest.mark.parametrize("agrees", [lambda state: state == "partially_refunded", LISTS["nothing"]])
@pytest.mark.parametrize(
    ("scope", "money", "state"), [("part", 1000, "partially_refunded"), ("full", 3000, "refunded")]
)
def test_a_refund_after_completion_that_was_never_pushed_is_seen_and_mended(
    finished, capsys, agrees, scope, money, state
):
    lists(finished, ONE, TWO, THREE, agrees=agrees)
    assert counted(finished).agrees
    stated(finished, TWO, "granted", money, scope=scope)
    agreed, printed = reconciled(finished, capsys, dry_run=True)
    assert not agreed
    assert TWO in printed
    (line,) = [line for line in counted(finished, ask_erp=False).lines if not line.agrees]
    assert f"{state} there" in line.why
    assert f"¥{money // 100}.00 refunded there, ¥0.00 here" in line.why
    assert finished.erp.documents[TWO].state == "completed"
    assert finished.rows("SELECT count(*) FROM inbox WHERE state = 'pending'") == [(0,)]
    agreed, printed = reconciled(finished, capsys)
    assert agreed
    assert f"Mended 已修复 (1): {TWO}" in printed
    assert (finished.erp.documents[TWO].state, finished.erp.documents[TWO].refunded) == (state, money)
    assert counted(finished).refunded() == (money, money, money)
    assert reconciled(finished, capsys)[0]


def test_what_the_list_states_need_not_be_read_back(finished):
    finished.platform.fetched.clear()
    lists(finished, ONE, TWO, THREE, agrees=LISTS["states"])
    assert counted(finished).agrees
    assert finished.platform.fetched == []


def test_an_order_that_the_platform_does_not_give_us_back_agrees_with_nobody(finished, capsys):
    lists(finished, ONE, TWO, THREE, agrees=LISTS["nothing"])
    del finished.platform.orders[TWO]
    agreed, printed = reconciled(finished, capsys)
    assert not agreed
    assert "no such order" in next(line for line in printed.splitlines() if TWO in line)


def test_sums_that_the_list_does_not_tell_are_those_of_the_answers(finished):
    lists(finished, ONE, TWO, THREE, paid=None, agrees=LISTS["nothing"])
    assert counted(finished).paid() == (9000, 9000, 9000)


def test_many_lost_orders_are_fetched_each_in_its_turn(day, capsys, monkeypatch):
    waits = []
    limits = Limits({}, 3, now=lambda: 100.0 + sum(waits), sleep=waits.append)
    refs = [f"eleme:{number}" for number in range(104, 134)]
    day.platform.orders |= {ref: (placed(number), ACCEPTED) for number, ref in enumerate(refs, 4)}
    lists(day, ONE, TWO, THREE, *refs)
    fetch = day.platform.fetch

    def limited(order, store):
        limits.enter("order")
        return fetch(order, store)

    monkeypatch.setattr(day.platform, "fetch", limited)
    agreed, printed = reconciled(day, capsys)
    assert agreed
    assert "The three agree on 33 orders" in printed
    assert sum(waits) == pytest.approx(9)


def test_a_dry_run_changes_nothing(day, capsys):
    day.platform.orders["eleme:104"] = (placed(4),)
    lists(day, ONE, TWO, THREE, "eleme:104")
    del day.erp.documents[TWO]
    calls = len(day.erp.calls)
    agrees, printed = reconciled(day, capsys, dry_run=True)
    assert not agrees
    assert "nothing was changed" in printed
    assert day.platform.fetched == []
    assert len(day.erp.calls) == calls
    assert day.rows("SELECT count(*) FROM orders") == [(3,)]


def test_a_document_that_is_still_on_its_way_is_not_in_the_erp(world):
    world.push(placed(1), order=ONE)
    world.advance()
    lists(world, ONE)
    assert counted(world, ask_erp=False).orders() == (1, 1, 0)


def test_another_day_and_another_shop_are_not_counted(day):
    day.push(placed(1, seconds=-86_400), order="eleme:90")
    day.hear(event("eleme:91", placed(1), lane="eleme:2"))
    day.settle()
    assert counted(day).orders() == (3, 3, 3)
    assert Audit(day.services, LANE, OTHER_DAY).count(ask_erp=True).orders() == (0, 1, 1)


def test_a_day_without_orders_agrees(world, capsys):
    agrees, printed = reconciled(world, capsys)
    assert agrees
    assert "0 orders" in printed


def test_how_far_it_is_is_told(day):
    told = []
    Audit(day.services, LANE, DAY, lambda what, number: told.append((what, number))).count(ask_erp=True)
    assert told == [("platform 平台", 1), ("platform 平台", 2), ("platform 平台", 3), ("Odoo", 3)]


@pytest.mark.parametrize("store", ["nowhere:1", "rubbish"])
def test_a_platform_that_is_not_there_is_refused(world, store):
    with pytest.raises(Refused, match="no platform"):
        Audit(world.services, store, DAY)


def test_a_platform_or_an_erp_that_is_away_is_told(day):
    day.erp.away = True
    with pytest.raises(Unavailable):
        counted(day)
    day.platform.away = Unavailable("away")
    with pytest.raises(Unavailable):
        counted(day, ask_erp=False)


def test_what_somebody_else_is_working_on_is_waited_for(day, monkeypatch):
    monkeypatch.setattr(auditing, "_LOOK_SECONDS", 0.01)
    lease = day.journal.lanes.claim(LANE, "advance")
    day.push(placed(4), order="eleme:104")
    assert not settle(day.services, LANE, patience=0.05)
    released = threading.Timer(0.05, day.journal.lanes.release, [lease])
    released.start()
    assert settle(day.services, LANE, patience=60)
    released.join()
    assert day.erp.documents["eleme:104"].state == "new"
