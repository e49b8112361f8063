"""The commands that need no service: the simulated platforms, and the page of states."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from connector import settings
from connector.domain.diagram import states_md
from connector.domain.errors import Refused
from connector.simulator.config import App, MeituanApp, MeituanShop, Shop, SimulatorConfig
from connector.simulator.server import run


def simulate(args: argparse.Namespace) -> int:
    """Simulate the platforms until Ctrl-C."""
    eleme, meituan = _apps_of(args.apps) if args.apps else (_apps(args.shop), _meituan_apps(args.meituan_shop))
    retry, odoo = args.retry_seconds, settings.load_odoo_url()
    config = SimulatorConfig(
        apps=eleme,
        meituan_apps=meituan,
        push_url=args.push_url,
        meituan_push_url=args.meituan_push_url,
        desk_url=odoo and f"{odoo}/odoo/waimai",
        seed=args.seed,
        free_cancel_seconds=args.free_cancel,
        **({} if retry is None else {"push_retry_seconds": retry, "meituan_retry_seconds": (retry,) * 3}),
    )
    Console().print(f"The simulated platforms 模拟平台: http://{args.host}:{args.port}", highlight=False)
    run(config, args.host, args.port)
    return 0


def states(args: argparse.Namespace) -> int:
    """Write the page of states."""
    args.file.write_text(states_md(), encoding="utf-8")
    return 0


def _apps(shops: list[str]) -> list[App]:
    """The applications of ``ELEME_APPS``; the shops belong to the first one."""
    found = settings.load_eleme_apps()
    return [
        App(
            app_id=int(app.app_id),
            key=app.key,
            secret=app.secrets[0],
            shops=tuple(_shop(shop) for shop in shops) if app is found[0] else (),
        )
        for app in found
    ]


def _meituan_apps(shops: list[str]) -> list[MeituanApp]:
    """The applications of ``MEITUAN_APPS``, likewise; none if it is not set."""
    found = settings.load_meituan_apps()
    if shops and not found:
        raise Refused("--meituan-shop needs MEITUAN_APPS 需设置 MEITUAN_APPS")
    return [
        MeituanApp(
            app_id=int(app.app_id),
            secret=app.secrets[0],
            shops=tuple(_meituan_shop(shop) for shop in shops) if app is found[0] else (),
        )
        for app in found
    ]


def _shop(text: str) -> Shop:
    number, _, name = text.partition("=")
    if not number.isdecimal():
        raise Refused(f"a shop is written NUMBER=NAME 门店应写作 编号=名称: {text}")
    return Shop(id=int(number), name=name or number)


def _meituan_shop(text: str) -> MeituanShop:
    code, _, name = text.partition("=")
    if not code:
        raise Refused(f"a shop is written CODE=NAME 门店应写作 编码=名称: {text}")
    return MeituanShop(id=code, name=name or code)


def _apps_of(path: Path) -> tuple[list[App], list[MeituanApp]]:
    """A list of Ele.me's applications, or an object with a list for each platform."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _both(**found) if isinstance(found, dict) else _both(eleme=found)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused(f"{path}: a list of app_id, key, secret, shops is expected 格式有误") from None


def _both(
    eleme: Sequence[Mapping[str, Any]] = (), meituan: Sequence[Mapping[str, Any]] = ()
) -> tuple[list[App], list[MeituanApp]]:
    return [App.read(app) for app in eleme], [MeituanApp.read(app) for app in meituan]
