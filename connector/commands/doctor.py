"""``waimai doctor``: what is set up, what answers, and what to do about the rest."""

import argparse
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from rich.console import Console

from connector import settings
from connector.database import inspect
from connector.domain.errors import BridgeError, Refused
from connector.platforms.meituan_door import ROUTE
from connector.ports import Store
from connector.services import Services, build
from connector.settings import Settings, SettingsError
from mappings.meituan_kinds import KINDS

_LATE_SECONDS: Final = 30
#: Lanes of events whose shop is no reference, or the number of none.
_NO_SHOPS: Final = (":unknown", ":0")
_ADVICE: Final = {
    "database": "start PostgreSQL, check DATABASE_URL 检查 DATABASE_URL",
    "redis": "start Redis, check {broker}; orders still flow, a second late 检查 {broker}",
    "odoo": "check ODOO_URL ODOO_DB ODOO_LOGIN ODOO_PASSWORD, and that the addon waimai_bridge is installed there"
    " 检查这些设置，并确认已安装插件 waimai_bridge",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line: whether something is as it should be, what it is, and what to do if not."""

    well: bool
    what: str
    advice: str = ""


def doctor(_args: argparse.Namespace) -> int:
    """Look at everything; 1 if something must be done."""
    console = Console(highlight=False, soft_wrap=True)
    worst = True
    for finding in findings():
        worst = worst and finding.well
        mark = "[green]✓[/green]" if finding.well else "[red]✗[/red]"
        advice = f" → {finding.advice}" if finding.advice else ""
        console.print(f"{mark} {finding.what}{advice}")
    return 0 if worst else 1


def findings() -> Iterator[Finding]:
    """Everything that is looked at, one after the other."""
    try:
        found = settings.load()
        services = build(found)
    except SettingsError as error:
        yield from (Finding(well=False, what=name, advice="missing or empty 缺少，请设置") for name in error.missing)
        yield from (Finding(well=False, what=problem, advice="correct it 请更正") for problem in error.wrong)
        return
    except Refused as error:
        yield Finding(well=False, what=str(error), advice="mend or remove that package 请修复或移除该插件")
        return
    yield Finding(well=True, what="settings 设置")
    with closing(services):
        pinged = {
            name: _pinged(name, ping, _ADVICE[name].format(broker=found.broker_name))
            for name, ping in services.pings.items()
        }
        yield from pinged.values()
        if pinged["database"].well:
            yield _tables(services)
            yield from _waiting(services)
            yield from _pulls(services)
        yield from _stores(found, services)
    if found.eleme_apps:
        yield _reachable("Ele.me's API 饿了么接口", "ELEME_API_URL", found.eleme_api_url)
    if found.meituan_apps:
        yield _reachable("Meituan's API 美团接口", "MEITUAN_API_URL", found.meituan_api_url)
        yield from _addresses(found)
    yield Finding(
        well=True,
        what="applications are taken to be the merchant's own; ISV apps with a token per shop are not covered"
        " 仅支持个人应用与品牌商家应用，暂不支持服务商（ISV）应用",
    )


def _pinged(name: str, ping: Callable[[], None], advice: str) -> Finding:
    try:
        ping()
    except BridgeError as error:
        words = str(error).removeprefix(f"{name}: ")  # the database's failures say their name themselves
        return Finding(well=False, what=f"{name}: {words}", advice=advice)
    except Exception as error:  # noqa: BLE001 - whatever a client library raises, its service does not serve us
        return Finding(well=False, what=f"{name}: {type(error).__name__}", advice=advice)
    return Finding(well=True, what=name)


def _tables(services: Services) -> Finding:
    try:
        gauges = inspect.gauges(services.journal.engine, services.clock.now())
    except BridgeError:
        return Finding(well=False, what="tables 数据表", advice="run `waimai migrate` 请执行 waimai migrate")
    age = gauges["waimai_inbox_oldest_seconds"][2][()]
    if age > _LATE_SECONDS:
        advice = "is `waimai work` running, and `waimai sweep`? 请确认 work 与 sweep 正在运行"
        return Finding(well=False, what=f"an event has waited for {age:.0f} s 事件积压", advice=advice)
    return Finding(well=True, what="tables, and nothing waits for long 数据表正常，无积压")


def _waiting(services: Services) -> Iterator[Finding]:
    """What waits for a person: shops that push and are not in the ERP, and what is parked."""
    try:
        parked, held = inspect.waiting_counts(services.journal.engine)
    except BridgeError:
        return  # the tables have said so
    for lane, number in sorted(held.items()):
        if lane.endswith(_NO_SHOPS):
            what = f"{number} events in {lane} name no shop that could be added 事件未注明有效门店"
            yield Finding(well=False, what=what, advice="look at them with `waimai parked` 请执行 waimai parked 查看")
            continue
        what = f"{number} events wait for the shop {lane}, which Odoo does not have 门店未绑定或已归档，事件等待中"
        advice = "add the store with this number in Odoo, or unarchive it 请在 Odoo 新增或取消归档该门店"
        yield Finding(well=False, what=what, advice=advice)
    if parked:
        what = f"{parked} orders or events wait for a person 有挂起的订单或事件"
        yield Finding(well=False, what=what, advice="run `waimai parked` 请执行 waimai parked")


def _stores(found: Settings, services: Services) -> Iterator[Finding]:
    try:
        stores = services.erp.stores()
    except BridgeError:
        return  # the ping has said so
    if not stores:
        yield Finding(
            well=False,
            what="no store in Odoo 没有门店",
            advice="add one under Delivery Platforms > Configuration > Stores 请新增门店",
        )
    apps = {"eleme": {app.app_id for app in found.eleme_apps}, "meituan": {app.app_id for app in found.meituan_apps}}
    for store in stores:
        yield _store(store, apps)
    yield from _price_modes(stores)


def _store(store: Store, apps: dict[str, set[str]]) -> Finding:
    platform = store.ref.partition(":")[0]
    if not store.readable:
        advice = "let the addon and the connector be of one version 请使插件与连接器版本一致"
        what = f"store {store.ref}: its settings cannot be read 门店设置无法读取"
        return Finding(well=False, what=what, advice=advice)
    if store.app_ref and platform in apps and store.app_ref not in apps[platform]:
        advice = f"its application is not in {platform.upper()}_APPS 应用未配置"
        return Finding(well=False, what=f"store {store.ref} {store.name}", advice=advice)
    return Finding(well=True, what=f"store {store.ref} {store.name}")


def _pulls(services: Services) -> Iterator[Finding]:
    """Whether the platforms tell what was missed."""
    try:
        pulled = services.journal.gaps.pulled()
        closed = {store.ref for store in services.journal.stores.all() if not store.active}
    except BridgeError:
        return  # the tables have said so
    for lane, last in sorted(pulled.items()):
        if last.reason and lane not in closed:  # nobody asks about a closed one any more
            what = f"{lane}: the platform does not tell what was missed 平台未返回漏单: {last.reason}"
            yield Finding(well=False, what=what, advice="is the application authorised for it? 请检查应用授权与权限")


def _price_modes(stores: Iterable[Store]) -> Iterator[Finding]:
    """Whether dishes come at their original price is a setting of the application there, so its shops must agree."""
    modes: dict[str, set[str]] = {}
    for store in stores:
        if store.ref.startswith("meituan:"):
            modes.setdefault(store.app_ref, set()).add(store.price_mode)
    for app, found in modes.items():
        if len(found) > 1:
            yield Finding(
                well=False,
                what=f"stores of Meituan's application {app or '-'} differ in price mode 同一应用的价格模式不一致",
                advice="set what the application is subscribed to there 请与美团订阅字段 18 保持一致",
            )


def _addresses(found: Settings) -> Iterator[Finding]:
    """Where Meituan has to push to: the address is part of what it signs."""
    for base in found.public_urls:
        what = f"addresses to register at Meituan 美团回调地址: {base}{ROUTE}/<kind> ({', '.join(KINDS)})"
        yield Finding(well=True, what=what)
    for app in found.meituan_apps:
        if app.callback_urls:
            what = f"addresses registered for {app.app_id} 已登记的回调地址: {' '.join(app.callback_urls)}"
            yield Finding(well=True, what=what)


def _reachable(what: str, setting: str, address: str) -> Finding:
    """Whether somebody listens at the platform's address; no call is made, since calls are counted there."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=3).close()
    except OSError as error:
        advice = f"check {setting} and the way out of this network 检查 {setting} 与出网"
        return Finding(well=False, what=f"{what}: {type(error).__name__}", advice=advice)
    return Finding(well=True, what=what)
