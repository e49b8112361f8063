import json
import pkgutil
import time
from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text, update

from connector import logs
from connector.bell import SilentBell
from connector.cli import COMMANDS, main, parser
from connector.commands import auditing, operating
from connector.commands.doctor import findings
from connector.database import inspect
from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.database.stores import Stores
from connector.database.tables import FACTS, INBOX, ORDERS, OUTBOX, PULLS
from connector.domain.errors import Refused, Unavailable
from connector.domain.order import Customer, Fact, Kind, Millis, OrderRef, Press
from connector.platforms.limits import Limits
from connector.ports import Envelope, Store
from connector.services import Services
from connector.vault import Vault
from mappings.stored import dump_fact
from tests.domain.build import content, fact
from tests.domain.test_claims import CONFIRMED, PAID_FACT, said
from tests.stack import fresh_postgres_database

ORDER = OrderRef("eleme:3040000000000000398")
STORE = "eleme:155000001"
PERSONAL = ("王小明", "13800000000", "某路1号")


@pytest.fixture
def environment(monkeypatch, database_url, unused_tcp_port):
    """A complete environment in which only the database is there."""
    values = {
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://127.0.0.1:{unused_tcp_port}/0",
        "ODOO_URL": f"http://127.0.0.1:{unused_tcp_port}",
        "ODOO_DB": "none",
        "ODOO_LOGIN": "bot",
        "ODOO_PASSWORD": "odoo-word",
        "ODOO_HOOK_SECRET": "whsec_aW52ZW50ZWQ=",
        "ELEME_APPS": json.dumps([{"app_id": 1, "key": "k", "secret": "s"}]),
        "ELEME_API_URL": f"http://127.0.0.1:{unused_tcp_port}",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def add_order(engine, **more):
    row = {"ref": ORDER, "store": STORE, "terms": {"cancel_window": 60}, "heard_at": 1_700_000_000_000, **more}
    with engine.begin() as connection:
        connection.execute(insert(ORDERS), [row])


def add_event(engine, **more) -> int:
    row = {"source": "eleme", "digest": "d", "lane": STORE, "received_at": 1_700_000_000_000, "body": b"\x00{}"}
    with engine.begin() as connection:
        return connection.execute(insert(INBOX).returning(INBOX.c.id), [{**row, **more}]).scalar()


def add_effect(engine, **more):
    row = {
        "lane": STORE,
        "kind": "document",
        "key": "k",
        "order_ref": ORDER,
        "body": b"\x00{}",
        "due_at": 1,
        "created_at": 1,
    }
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX), [{**row, **more}])


def add_facts(engine, journal, *facts: Fact):
    with engine.begin() as connection:
        for fact in facts:
            body = Vault().seal(json.dumps(dump_fact(fact)).encode())
            values = {"ref": ORDER, "key": fact.key, "at": fact.at, "body": body}
            connection.execute(
                text("INSERT INTO facts (order_ref, key, at, body) VALUES (:ref, :key, :at, :body)"), values
            )


def test_each_command_has_its_code():
    for command in COMMANDS:
        assert callable(pkgutil.resolve_name(command.code)), command.name


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as end:
        parser().parse_args([command, "--help"])
    assert end.value.code == 0
    assert f"waimai {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["unheard-of"], ["trace"], ["serve", "--port", "0"], ["work", "-t", "0"]])
def test_a_wrong_command_line_is_refused(arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize(
    "command",
    [
        *(["serve"], ["work"], ["sweep"], ["parked"], ["trace", ORDER], ["release", ORDER], ["pull", STORE]),
        ["reconcile", STORE, "2026-11-23"],
    ],
)
def test_missing_settings_stop_every_command_with_all_their_names(environment, capsys, command):
    environment.delenv("ODOO_DB")
    environment.setenv("ODOO_PASSWORD", "")
    assert main(command) == 2
    captured = capsys.readouterr()
    assert "ODOO_DB ODOO_PASSWORD" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis://:s3cr/et99@127.0.0.1:6379/0"),
        ("DATABASE_URL", "postgresql://u:s3cr/x"),
        ("ELEME_API_URL", "http://127.0.0.1:s3cr"),
        ("ELEME_APPS", '[{"app_id": "s3cr", "key": "k", "secret": "s"}]'),
    ],
)
def test_a_wrong_setting_ends_in_one_error_that_shows_no_value(environment, capsys, name, value):
    environment.setenv(name, value)
    needed = {"serve": 2, "doctor": 1, **({"simulate": 2} if name == "ELEME_APPS" else {})}
    for command, code in needed.items():
        assert main([command]) == code
        shown = "".join(capsys.readouterr())
        assert name in shown
        assert "s3cr" not in shown


def test_migrate_needs_the_database_alone_and_can_be_repeated(environment, capsys):
    with fresh_postgres_database() as url:
        environment.setenv("DATABASE_URL", url)
        environment.delenv("ELEME_APPS")
        assert [main(["migrate"]), main(["migrate"])] == [0, 0]
        assert "up to date" in capsys.readouterr().out
        engine = build_engine(url)
        with engine.connect() as connection:
            assert connection.execute(select(ORDERS)).all() == []
        engine.dispose()


def test_a_database_that_is_away_is_said_in_one_line(environment, capsys, unused_tcp_port):
    environment.setenv("DATABASE_URL", f"postgresql://u:db-word@127.0.0.1:{unused_tcp_port}/none")
    assert main(["parked"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("waimai: database: ")
    assert "db-word" not in error


def test_parked_shows_nothing_if_nothing_waits(environment, engine, capsys):
    add_order(engine)
    assert main(["parked"]) == 0
    assert "Nothing is parked" in capsys.readouterr().out


def test_parked_shows_orders_and_events_with_their_reasons(environment, engine, capsys):
    add_order(engine, parked="the sums contradict each other", parked_by="replay")
    number = add_event(engine, state="held", lane="eleme:999", reason="unknown shop")
    assert main(["parked"]) == 1
    out = capsys.readouterr().out
    assert "the sums contradict each other" in next(line for line in out.splitlines() if ORDER in line)
    assert "unknown shop" in next(line for line in out.splitlines() if f"event {number}" in line)


def test_what_is_parked_is_shown_before_the_many_events_of_an_unknown_shop(environment, engine, capsys):
    for number in range(260):
        add_event(engine, state="held", lane="eleme:999", digest=str(number))
    number = add_event(engine, state="parked", reason="cannot be read")
    assert main(["parked"]) == 1
    out = capsys.readouterr().out
    assert "cannot be read" in next(line for line in out.splitlines() if f"event {number}" in line)
    assert "… and 61 more · 另有 61 条" in out
    told = [finding.what for finding in findings()]
    assert any(what.startswith("260 events wait for the shop eleme:999") for what in told)
    assert any(what.startswith("1 orders or events wait for a person") for what in told)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_times_are_those_of_the_shops_wherever_the_server_stands(environment, engine, capsys, zone):
    environment.setenv("TZ", zone)
    time.tzset()
    add_order(engine, parked="why", parked_by="replay", heard_at=1_700_006_399_999)
    add_event(engine, order_ref=ORDER, received_at=1_700_006_400_000)
    try:
        assert (main(["parked"]), main(["trace", ORDER])) == (1, 0)
    finally:
        environment.undo()
        time.tzset()
    out = capsys.readouterr().out
    assert "2023-11-15 07:59:59+08:00" in out
    assert "2023-11-15 08:00:00+08:00" in out


def test_doctor_names_shops_that_push_and_are_not_in_the_erp_and_what_is_parked(environment, engine):
    assert not [finding for finding in findings() if "wait for" in finding.what]
    add_event(engine, state="held", lane="eleme:999")
    add_event(engine, state="held", lane="eleme:999", digest="e")
    add_event(engine, state="held", lane="eleme:", digest="f")  # its shop is looked for
    add_order(engine, parked="why", parked_by="replay")
    held, parked = [finding for finding in findings() if "wait for" in finding.what]
    assert (held.well, parked.well) == (False, False)
    assert held.what.startswith("2 events wait for the shop eleme:999")
    assert parked.what.startswith("1 orders or events")


def test_release_lets_a_parked_order_be_tried_again(environment, engine, capsys):
    add_order(engine, parked="why", parked_by="erp", alert="parked:1")
    event = add_event(engine, order_ref=ORDER, state="parked", attempts=5, reason="why")
    add_effect(engine, state="parked", attempts=3, reason="refused")
    assert main(["release", ORDER]) == 0
    with engine.connect() as connection:
        order = connection.execute(select(ORDERS)).one()
        row = connection.execute(select(INBOX)).one()
        effect = connection.execute(select(OUTBOX)).one()
    assert (order.parked, order.parked_by, order.again, order.alert) == (None, None, True, "parked:1")
    assert (row.id, row.state, row.attempts, row.reason) == (event, "pending", 0, "")
    assert (effect.state, effect.attempts, effect.reason) == ("pending", 0, "")


def test_release_can_take_out_a_fact_that_contradicts_the_others(environment, engine, journal, capsys):
    add_order(engine, parked="the sums contradict each other", parked_by="replay", alert="parked:1")
    add_facts(engine, journal, fact(10, 0), fact(39, 100, scope="part", money=9999))
    assert main(["release", ORDER, "--aside", "39:100"]) == 2
    assert main(["release", ORDER, "--aside", "39:999", "--why", "x"]) == 2
    assert "--why" in capsys.readouterr().err
    assert main(["release", ORDER, "--aside", "39:100", "--why", "平台客服确认作废"]) == 0
    with engine.connect() as connection:
        aside = {row.key: row.set_aside for row in connection.execute(select(FACTS))}
        order = connection.execute(select(ORDERS)).one()
    assert aside["10:0"] is None
    assert aside["39:100"].endswith(": 平台客服确认作废")
    assert (order.parked, order.again) == (None, True)


def facts_aside(engine):
    with engine.connect() as connection:
        return {row.key: row.set_aside for row in connection.execute(select(FACTS))}


@pytest.mark.parametrize(("parked", "key"), [(None, "39:100"), ("why", "39:999")])
def test_release_takes_no_fact_out_unless_the_order_is_tried_again(environment, engine, journal, capsys, parked, key):
    add_order(engine, parked=parked, parked_by=parked and "replay")
    add_facts(engine, journal, fact(10, 0), fact(39, 100, scope="part", money=9999))
    assert main(["release", ORDER, "--aside", key, "--why", "x"]) == 2
    assert facts_aside(engine) == {"10:0": None, "39:100": None}
    with engine.connect() as connection:
        order = connection.execute(select(ORDERS)).one()
    assert (order.parked, order.again) == (parked, False)


def test_release_puts_a_fact_back(environment, engine, journal, capsys):
    add_order(engine, parked="the sums contradict each other", parked_by="replay")
    add_facts(engine, journal, fact(10, 0), fact(39, 100, scope="part", money=9999))
    number = ORDER.partition(":")[2]
    assert main(["release", number, "--aside", "39:100", "--why", "x"]) == 0
    with engine.begin() as connection:
        connection.execute(update(ORDERS).values(again=False))
    assert main(["release", number, "--back", "39:100"]) == 0
    assert facts_aside(engine) == {"10:0": None, "39:100": None}
    with engine.connect() as connection:
        assert connection.execute(select(ORDERS.c.again)).scalar() is True
    assert main(["release", number, "--back", "39:100"]) == 2
    assert "no such fact set aside" in capsys.readouterr().err
    assert main(["release", "eleme:0", "--back", "39:100"]) == 2


def test_release_lets_a_parked_event_of_no_order_be_tried_again(environment, engine):
    number = add_event(engine, state="parked", attempts=5)
    assert main(["release", str(number)]) == 0
    with engine.connect() as connection:
        assert connection.execute(select(INBOX.c.state)).scalar() == "pending"


def order_parked(engine):
    with engine.connect() as connection:
        return tuple(connection.execute(select(ORDERS.c.parked_by, ORDERS.c.again)).one())


def test_release_of_the_last_parked_event_of_an_order_lets_the_order_go(environment, engine):
    add_order(engine, parked="event 2 cannot be applied", parked_by="fact", alert="parked:1")
    first, last = (add_event(engine, order_ref=ORDER, state="parked", digest=digest) for digest in "ab")
    assert main(["release", str(first)]) == 0
    assert order_parked(engine) == ("fact", False)
    assert main(["release", str(last)]) == 0
    assert order_parked(engine) == (None, True)


@pytest.mark.parametrize("by", ["replay", "erp", "fetch"])
def test_release_of_an_event_leaves_an_order_alone_that_waits_for_something_else(environment, engine, by):
    add_order(engine, parked="why", parked_by=by)
    assert main(["release", str(add_event(engine, order_ref=ORDER, state="parked"))]) == 0
    assert order_parked(engine) == (by, False)


@pytest.mark.parametrize("name", ["3040000000000000398", "27000000000000001"])
def test_release_takes_the_bare_numbers_of_an_order(environment, engine, name):
    add_order(engine, parked="why", parked_by="erp", view_ref="eleme:27000000000000001")
    assert main(["release", name]) == 0
    with engine.connect() as connection:
        assert connection.execute(select(ORDERS.c.parked, ORDERS.c.again)).one() == (None, True)


@pytest.mark.parametrize("name", [ORDER, "12345", "9" * 30, "9" * 5000, "eleme:0"])
def test_release_of_what_is_not_parked_says_so_and_changes_nothing(environment, engine, capsys, name):
    add_order(engine)
    add_event(engine, order_ref=ORDER, state="done")
    assert main(["release", name]) == 2
    assert "nothing is parked" in capsys.readouterr().err
    with engine.connect() as connection:
        assert connection.execute(select(INBOX.c.state)).scalar() == "done"
        assert connection.execute(select(ORDERS.c.again)).scalar() is False


def order_life() -> tuple[Fact, ...]:
    bought = replace(content(3000), customer=Customer(name=PERSONAL[0], phone=PERSONAL[1], address=PERSONAL[2]))
    pressed = Press(action="start", command_id=4, user_id=2)
    return (
        Fact(key="10", kind=Kind.ORDER, at=Millis(1_700_000_000_000), code=10, content=bought),
        Fact(key="12", kind=Kind.ACCEPT, at=Millis(1_700_000_010_000), code=12, who="merchant"),
        Fact(key="press:4", kind=Kind.PRESS, at=Millis(1_700_000_100_000), press=pressed),
    )


def test_trace_shows_facts_and_states_events_and_effects_but_nothing_personal(environment, engine, journal, capsys):
    add_order(engine, state="preparing", sold=True, rung=True)
    add_facts(engine, journal, *order_life())
    number = add_event(engine, order_ref=ORDER, state="done")
    add_effect(engine, kind="command", key="cmd-4", state="done")
    assert main(["trace", ORDER]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    for word, state in (("10 ", "new"), ("12 ", "waiting"), ("window over", "paid"), ("pressed", "preparing")):
        assert any(word in line and state in line for line in lines), (word, state)
    assert any(str(number) in line and "eleme" in line for line in lines)
    assert any("cmd-4" in line and "done" in line for line in lines)
    assert not any(word in out for word in PERSONAL)


def test_trace_shows_the_state_after_each_step_of_a_refund_that_others_place(environment, engine, journal, capsys):
    add_order(engine, rung=True)
    done = Fact(key="status:8", kind=Kind.FINISH, at=Millis(1_800_000), code=18)
    refund = [said(Kind.ASK, 1_900), said(Kind.REJECT, 2_000, asked=1_900)]
    add_facts(engine, journal, PAID_FACT, CONFIRMED, done, *refund)
    assert main(["trace", ORDER]) == 0
    lines = capsys.readouterr().out.splitlines()
    for word, state in (("18 ", "completed"), ("30 ", "refunding"), ("32 ", "completed")):
        assert any(word in line and state in line for line in lines), (word, state)


def test_trace_ends_in_the_state_of_its_order_whose_cancellation_was_heard_of_late(
    environment, engine, journal, capsys
):
    add_order(engine, state="refunded", sold=True, rung=True)
    paid, accepted, _ = order_life()
    cancelled = Fact(key="17", kind=Kind.VOID, at=Millis(1_700_000_020_000), code=17)
    add_facts(engine, journal, paid, accepted, cancelled)
    assert main(["trace", ORDER]) == 0
    (last,) = [line for line in capsys.readouterr().out.splitlines() if "window over" in line]
    assert "refunded" in last


@pytest.mark.parametrize("lane", ["eleme:unknown", "eleme:0"])
def test_doctor_advises_no_store_for_events_that_name_none(environment, engine, lane):
    add_event(engine, state="held", lane=lane)
    (found,) = [finding for finding in findings() if lane in finding.what]
    assert not found.well
    assert "Odoo" not in found.what + found.advice


@pytest.mark.parametrize("name", ["3040000000000000398", "27000000000000001", "eleme:27000000000000001"])
def test_trace_finds_an_order_by_its_bare_number_and_by_the_one_that_the_shop_sees(environment, engine, capsys, name):
    add_order(engine, view_ref="eleme:27000000000000001")
    assert main(["trace", name]) == 0
    assert capsys.readouterr().out.startswith(ORDER)


@pytest.mark.parametrize("name", ["eleme:1", "1"])
def test_trace_of_an_unknown_order_says_so(environment, engine, capsys, name):
    assert main(["trace", name]) == 2
    assert "nothing has been heard" in capsys.readouterr().err


class Platform:
    """A platform that gives one order back, refuses one and is away for one."""

    name = "eleme"

    def fetch(self, order, store):
        if order == "eleme:2":
            raise Refused("unknown order")
        if order == "eleme:3":
            raise Unavailable("later")
        return Envelope(source="eleme", lane=store, digest=f"pulled {order}", body=b"{}", order=order)


@pytest.fixture
def pulled(monkeypatch, environment, engine):
    platforms = {"eleme": Platform()}
    clock = type("Clock", (), {"now": lambda _: 5})()
    journal = Journal(engine, Vault())
    services = Services(journal=journal, bell=SilentBell(), erp=None, clock=clock, sources={}, platforms=platforms)
    monkeypatch.setattr(operating, "build", lambda _: services)
    return services


def test_pull_reads_what_may_still_change_back_through_the_door(pulled, engine, capsys):
    for ref, state in (("eleme:1", "completed"), ("eleme:2", "paid"), ("eleme:3", "new"), ("eleme:4", "cancelled")):
        add_order(engine, ref=ref, state=state)
    assert main(["pull", STORE]) == 1
    with engine.connect() as connection:
        (row,) = connection.execute(select(INBOX)).all()
    assert (row.order_ref, row.lane, row.state) == ("eleme:1", STORE, "pending")
    out = capsys.readouterr().out
    assert "unknown order" in next(line for line in out.splitlines() if "eleme:2" in line)
    assert "later" in next(line for line in out.splitlines() if "eleme:3" in line)
    assert "eleme:4" not in out
    assert pulled.bell.rings == [(STORE, "advance")]


def test_pull_asks_only_for_what_may_still_change(engine):
    day = 86_400_000
    rows = (("1", "completed", 9), ("2", "completed", 5), ("3", "partially_refunded", 9), ("4", "refunding", 1))
    for number, state, placed in rows:
        add_order(engine, ref=f"eleme:{number}", state=state, placed_at=placed * day, heard_at=int(number))
    assert inspect.unfinished(engine, STORE, Millis(10 * day)) == ("eleme:1", "eleme:3", "eleme:4")


def test_pull_waits_for_its_turn_rather_than_call_too_often(pulled, engine, capsys):
    waits = []

    class Slow(Platform):
        def fetch(self, order, store):
            limits.enter("order")
            return super().fetch(order, store)

    limits = Limits({}, 2, now=lambda: 100.0 + sum(waits), sleep=waits.append)
    pulled.platforms["eleme"] = Slow()
    for number in range(10, 18):
        add_order(engine, ref=f"eleme:{number}", state="paid")
    assert main(["pull", STORE]) == 0
    assert sum(waits) == pytest.approx(3)
    assert "called as often" not in capsys.readouterr().out


def test_pull_of_a_platform_that_is_not_there_says_so(pulled, capsys):
    assert main(["pull", "elsewhere:1"]) == 2
    assert "elsewhere:1" in capsys.readouterr().err


def test_doctor_names_each_setting_that_is_missing(environment, capsys):
    for name in ("ODOO_DB", "ELEME_APPS"):
        environment.delenv(name)
    environment.setenv("QUEUES", "many")
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:1] for line in lines] == ["✗", "✗", "✗"]
    assert lines[0].startswith("✗ ODOO_DB → missing")
    assert "QUEUES must be a whole number" in lines[2]


def test_doctor_says_what_answers_and_what_to_do_about_the_rest(environment, engine, redis_server, capsys):
    environment.setenv("REDIS_URL", redis_server.url)
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    found = {line.split()[1].rstrip(":"): line for line in lines}
    assert found["database"] == "✓ database"
    assert found["redis"] == "✓ redis"
    assert found["tables,"].startswith("✓")
    assert found["odoo"].startswith("✗ odoo: Odoo: ")
    assert "ODOO_URL" in found["odoo"]
    assert found["Ele.me's"].startswith("✗")
    assert any("ISV" in line for line in lines)
    assert "odoo-word" not in "".join(lines)


@pytest.mark.parametrize("name", ["REDIS_URL", "BROKER_URL"])
def test_doctor_names_the_setting_whose_broker_is_away(environment, engine, unused_tcp_port, name):
    environment.delenv("REDIS_URL")
    environment.setenv(name, f"redis://127.0.0.1:{unused_tcp_port}/0")
    (found,) = [finding for finding in findings() if finding.what.startswith("redis")]
    assert not found.well
    assert f"check {name};" in found.advice
    assert f"检查 {name}" in found.advice


def test_doctor_tells_that_the_tables_are_missing(environment, capsys):
    with fresh_postgres_database() as url:
        environment.setenv("DATABASE_URL", url)
        main(["doctor"])
    assert "run `waimai migrate`" in capsys.readouterr().out


def test_doctor_is_silent_about_tables_that_nobody_can_reach(environment, capsys, unused_tcp_port):
    environment.setenv("DATABASE_URL", f"postgresql://u@127.0.0.1:{unused_tcp_port}/none")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "✗ database: no server answers at its address 数据库服务器无应答" in printed
    assert "waimai migrate" not in printed


def test_doctor_tells_which_platform_does_not_say_what_was_missed(environment, engine, capsys):
    with engine.begin() as connection:
        rows = [
            {"lane": lane, "reason": reason} for lane, reason in ((STORE, "无权限 (ACCESS_DENIED)"), ("eleme:2", ""))
        ]
        connection.execute(insert(PULLS), rows)
    main(["doctor"])
    printed = capsys.readouterr().out
    assert f"{STORE}: the platform does not tell" in printed
    assert "ACCESS_DENIED" in printed
    assert "eleme:2" not in printed


def test_doctor_is_silent_about_a_shop_that_nobody_asks_about_any_more(environment, engine):
    with engine.begin() as connection:
        connection.execute(insert(PULLS), [{"lane": STORE, "reason": "无权限 (ACCESS_DENIED)"}])
    gone = Store(ref=STORE, name="店", app_ref="1", cancel_window=-1, consume_at="preparing")
    Stores(engine).put([gone], 1)
    assert [finding for finding in findings() if STORE in finding.what]
    Stores(engine).put([replace(gone, ref="eleme:2")], 2)
    assert not [finding for finding in findings() if STORE in finding.what]


@pytest.mark.parametrize(("day", "code"), [("tomorrow", 2), ("2026-13-01", 2), ("2026-11-23", 1), ("today", 1)])
def test_reconcile_wants_a_day_and_a_platform_that_answers(environment, engine, capsys, day, code):
    assert main(["reconcile", STORE, day]) == code
    assert ("2026-11-23" if code == 2 else "platform: ConnectError") in capsys.readouterr().err


def test_reconcile_knows_no_other_platform(environment, engine, capsys):
    assert main(["reconcile", "nowhere:1", "today", "--dry-run"]) == 2
    assert "no platform" in capsys.readouterr().err


def failing(*_args, **_more):
    told = dict(zip(("name", "phone", "address"), PERSONAL, strict=True))
    raise RuntimeError(f"cannot deliver to {told}")


def telling(*_args, **_more):
    try:
        failing()
    except RuntimeError as error:
        logs.get("connector.advance").error("failed", exc_info=error)
    return False


@pytest.mark.parametrize("broken", [failing, telling])
def test_an_unexpected_failure_shows_nothing_personal(monkeypatch, environment, engine, capfd, broken):
    monkeypatch.setattr(auditing, "compare", broken)
    assert main(["reconcile", STORE, "today"]) == 1
    shown = "".join(capfd.readouterr())
    assert '"error": "RuntimeError"' in shown
    assert "test_cli.py:" in shown
    assert not any(word in shown for word in (*PERSONAL, "told"))


def test_doctor_tells_that_nobody_works(environment, engine, capsys):
    add_event(engine, received_at=1)
    main(["doctor"])
    assert "is `waimai work` running" in capsys.readouterr().out
