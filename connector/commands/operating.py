"""The commands with which operators look at orders and put them right. Nothing personal is shown."""

import argparse
import getpass
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from rich.console import Console
from rich.table import Table

from connector import settings
from connector.database import engine, inspect, releasing
from connector.database.orders import DUE
from connector.domain.errors import Refused, Unavailable
from connector.domain.gaps import CHINA
from connector.domain.order import Fact, Kind, OrderRef, StoreRef, split_ref
from connector.domain.replay import replay
from connector.domain.table import STATE_NAMES, TABLE
from connector.platforms.limits import patient
from connector.ports import Platform
from connector.services import Services, build
from connector.vault import Vault

_WIDTH = 160
_EVENT_DIGITS = 16  # no event's number is longer, and no platform's order number is shorter


def migrate(_args: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    engine.migrate(settings.load_database_url())
    shown().print("The tables are up to date. 数据表已是最新。")
    return 0


def parked(_args: argparse.Namespace) -> int:
    """Show what waits for a person; 1 if anything does."""
    with closing(build(settings.load())) as services:
        found = inspect.waiting(services.journal.engine)
        counted, held = inspect.waiting_counts(services.journal.engine)
    table = tabled("order or event 订单或事件", "store 门店", "kind", "since 自", "by", "reason 原因")
    for one in found:
        event = f"event {one.event}" if one.event is not None else ""
        what = " · ".join(part for part in (one.order, event) if part)
        table.add_row(what, one.lane, one.kind, _time(one.since), one.by, one.reason)
    console = shown()
    console.print(table if found else "Nothing is parked. 没有挂起的订单。")
    if (more := counted + sum(held.values()) - len(found)) > 0:
        console.print(f"… and {more} more · 另有 {more} 条")
    if found:
        console.print(
            "`waimai trace ORDER` shows an order, `waimai release ORDER` (or an event's number) tries it again."
            " `waimai trace 订单` 查看，`waimai release 订单`（或事件编号）重新处理。"
        )
    return 1 if found else 0


def release(args: argparse.Namespace) -> int:
    """Let a parked order or event be tried again, without a fact if that is what contradicts the others."""
    if bool(args.aside) != bool(args.why):
        raise Refused("--aside needs --why, which is kept with the fact 须注明原因")
    if args.aside and args.back:
        raise Refused("--aside or --back, one at a time 搁置与放回不能同时进行")
    with closing(build(settings.load())) as services:
        lane = _released(services, args)
        if lane is None:
            raise Refused(f"nothing is parked under this name 未挂起: {args.order}")
        services.bell.ring(lane, "advance")
        services.bell.ring(lane, "deliver")
    shown().print(f"{args.order} is tried again. 已重新处理。")
    return 0


def _released(services: Services, args: argparse.Namespace) -> StoreRef | None:
    engine, now = services.journal.engine, services.clock.now()
    if args.order.isdecimal() and len(args.order) <= _EVENT_DIGITS and not (args.aside or args.back):
        return releasing.release(engine, int(args.order), now)
    order = OrderRef(_found(services, args.order)[0])
    if args.back:
        return releasing.put_back(engine, order, args.back)
    return releasing.release(engine, order, now, aside=args.aside, why=f"{getpass.getuser()}: {args.why}")


def pull(args: argparse.Namespace) -> int:
    """Read every order of a store that may still change back from its platform, through the door like any event."""
    store = StoreRef(args.store)
    with closing(build(settings.load())) as services:
        platform = services.platforms.get(split_ref(store)[0])
        if platform is None:
            raise Refused(f"no platform of this name is registered 未知平台: {store}")
        refs = inspect.unfinished(services.journal.engine, store, services.clock.now())
        with patient():
            results = [(ref, _pulled(services, platform, ref, store)) for ref in refs]
        services.bell.ring(store, "advance")
    table = tabled("order 订单", "result 结果")
    for ref, (_, words) in results:
        table.add_row(ref, words)
    shown().print(table if results else "No order of this store may still change. 没有未完成的订单。")
    return 0 if all(taken for _, (taken, _) in results) else 1


def trace(args: argparse.Namespace) -> int:
    """Show what is known of an order: its facts and the state after each, its events, what was sent."""
    with closing(build(settings.load())) as services:
        order, found = _found(services, args.order)
    if found is None:
        raise Refused(f"nothing has been heard of this order 没有此订单: {args.order}")
    console = shown()
    console.print(f"[b]{order}[/b]")
    for name in ("store", "state", "sold", "version", "parked", "parked_by", "wants"):
        console.print(f"  {name}: {found.order.get(name, '')}", highlight=False)
    console.print(_facts(found))
    events = tabled("event", "source", "heard 收到", "state", "attempts", "reason", title="events 事件")
    for row in found.events:
        events.add_row(*_cells(row, "id", "source", "received_at", "state", "attempts", "reason"))
    console.print(events)
    effects = tabled("effect", "key", "version", "state", "attempts", "due 到期", "reason", title="outbox 待发")
    for row in found.effects:
        effects.add_row(*_cells(row, "kind", "key", "version", "state", "attempts", "due_at", "reason"))
    console.print(effects)
    return 0


def _found(services: Services, name: str) -> tuple[str, inspect.Trace | None]:
    """An order as people name it: ``<platform>:<order>``, the bare number, or the number that the shop sees."""
    names = [name] if ":" in name else [f"{platform}:{name}" for platform in services.platforms]
    for ref in map(OrderRef, names):
        home = services.journal.home(ref)
        known = home[0] if home else ref
        if (found := inspect.trace(services.journal.engine, Vault(), known)) is not None:
            return known, found
    return name, None


def _facts(found: inspect.Trace) -> Table:
    """Facts in the order in which they are read, each with the state that the order then was in.

    Whether it had become a sale is known by the facts so far; at the end by what is kept, since one that was heard of
    late may stand before the one that made it a sale.
    """
    told = {fact.key: number for fact, number, _ in found.facts}
    known = {fact.key: fact for fact, _, aside in found.facts if not aside}
    known |= {DUE.key: DUE} if found.order.get("rung") else {}
    read = replay(known.values(), sold=False, terms=found.terms).read
    table = tabled("time 时间", "fact 事件", "who", "event", "key", "state after 之后状态", title="facts 事实")
    sold = False
    for position, fact in enumerate(read, start=1):
        sold = sold or (position == len(read) and bool(found.order.get("sold")))
        so_far = [known[one.key] for one in read[:position]]  # as they are stored: the replay places them itself
        life = replay(so_far, sold=sold, terms=found.terms)
        sold = life.became_sale
        shown = f"{life.state} {STATE_NAMES[life.state][0]}"
        table.add_row(_time(fact.at), _words(fact), fact.who, str(told.get(fact.key) or ""), fact.key, shown)
    for fact, number, aside in found.facts:
        if aside:
            table.add_row(_time(fact.at), _words(fact), fact.who, str(number or ""), fact.key, f"set aside: {aside}")
    return table


def _words(fact: Fact) -> str:
    """A fact's meaning without the words of customers."""
    if fact.kind is Kind.DUE:
        return "window over 取消窗口结束"
    if fact.press is not None:
        return f"pressed 店员 {fact.press.action}"
    row = TABLE.get(fact.code)
    return f"{fact.code} {row.zh} {row.en}" if row else f"{fact.code} {fact.kind}"


def _pulled(services: Services, platform: Platform, ref: OrderRef, store: StoreRef) -> tuple[bool, str]:
    try:
        envelope = platform.fetch(ref, store)
    except (Unavailable, Refused) as error:
        return False, str(error)
    ((number, fresh),) = services.journal.take([envelope], services.clock.now())
    return True, f"event {number}" if fresh else f"event {number}, known 已有"


def shown() -> Console:
    """Where to print: a pipe has no width of its own, and folded cells cannot be searched."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def tabled(*columns: str, title: str | None = None) -> Table:
    """A table whose cells are folded rather than cut."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _cells(row: Mapping[str, object], *names: str) -> list[str]:
    times = {"received_at", "due_at"}
    return [_time(row[name]) if name in times else str(row[name]) for name in names]


def _time(millis: object) -> str:
    assert isinstance(millis, int)  # milliseconds are integers everywhere
    return datetime.fromtimestamp(millis // 1000, tz=CHINA).isoformat(sep=" ")  # the shops' time
