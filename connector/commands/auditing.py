"""``waimai reconcile``: a shop's day counted at the platform, here and in Odoo, and mended where they differ."""

import argparse
import time
from contextlib import closing
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table

from connector import settings
from connector.advance import advance
from connector.audit import Audit
from connector.commands.operating import shown, tabled
from connector.counts import Count
from connector.database import inspect
from connector.deliver import deliver
from connector.domain.errors import Refused
from connector.domain.gaps import day_of
from connector.domain.money import Money, to_yuan
from connector.domain.order import Millis, StoreRef
from connector.services import Services, build

#: How long what was fetched may take to be applied and delivered.
_PATIENCE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2


def reconcile(args: argparse.Namespace) -> int:
    """Count, mend, and count again; 1 if the three do not agree."""
    with closing(build(settings.load())) as services:
        day = day_of(services.clock.now()) if args.day == "today" else _day(args.day)
        return 0 if compare(services, StoreRef(args.store), day, dry_run=args.dry_run) else 1


def compare(services: Services, store: StoreRef, day: date, *, dry_run: bool) -> bool:
    """Whether a shop's day agrees, in the end."""
    console = shown()
    with console.status(f"{store} {day}") as status:
        audit = Audit(services, store, day, lambda what, number: status.update(f"{store} {day}: {what} {number}"))
        count = audit.count(ask_erp=not dry_run)
        if count.agrees or dry_run:
            _print(console, count, "counted 清点" if not dry_run else "counted, nothing was changed 仅清点，未改动")
            return count.agrees
        _print(console, count, "before 修复前")
        wrong = [line.order for line in count.lines if not line.agrees]
        audit.repair(count)
        settle(services, store)
        count = audit.count(ask_erp=True)
    _print(console, count, "after 修复后")
    still = {line.order for line in count.lines if not line.agrees}
    if mended := [order for order in wrong if order not in still]:
        console.print(f"Mended 已修复 ({len(mended)}): {', '.join(mended)}")
    return count.agrees


def settle(services: Services, store: StoreRef, patience: float = _PATIENCE_SECONDS) -> bool:
    """Apply and deliver what waits in a shop's lane, here or by whoever works on it; whether that was done in time."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        advance(services, store)
        deliver(services, store)
        if not inspect.due_work(services.journal.engine, store, Millis(services.clock.now())):
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"a day is written 2026-11-23, or today 日期应写作 2026-11-23: {text}") from None


def _print(console: Console, count: Count, title: str) -> None:
    table = Table(title=f"{count.store} {count.day} · {title}", title_justify="left")
    for column in ("", "platform 平台", "here 本系统", "Odoo"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("orders 订单", *map(str, count.orders()))
    table.add_row("paid 实付 ¥", *map(_yuan, count.paid()))
    table.add_row("refunded 已退 ¥", *map(_yuan, count.refunded()))
    table.add_row("sales orders 销售单 ¥", *map(_yuan, count.sold()))
    console.print(table)
    wrong = [line for line in count.lines if not line.agrees]
    if not wrong:
        console.print(f"The three agree on {len(count.lines)} orders. 三方一致。")
        return
    differing = tabled("order 订单", "platform 平台", "here 本系统", "Odoo", "why 原因")
    for line in wrong:
        places = ["✓" if place else "✗" for place in (line.listed, line.ours, line.erp)]
        differing.add_row(line.order, *places, line.why)
    console.print(differing)


def _yuan(money: Money | None) -> str:
    return "–" if money is None else str(to_yuan(money))
