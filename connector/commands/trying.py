"""The commands that need no service: the simulated platform, and the page of states."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from connector import settings
from connector.domain.diagram import states_md
from connector.domain.errors import Refused
from connector.simulator.config import App, Shop, SimulatorConfig
from connector.simulator.server import run


def simulate(args: argparse.Namespace) -> int:
    """Simulate the platform until Ctrl-C."""
    config = SimulatorConfig(
        apps=_apps_of(args.apps) if args.apps else _apps(args.shop),
        push_url=args.push_url,
        seed=args.seed,
        push_retry_seconds=args.retry_seconds,
        free_cancel_seconds=args.free_cancel,
    )
    Console().print(f"The simulated platform 模拟平台: http://{args.host}:{args.port}", highlight=False)
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


def _shop(text: str) -> Shop:
    number, _, name = text.partition("=")
    if not number.isdecimal():
        raise Refused(f"a shop is written NUMBER=NAME 门店应写作 编号=名称: {text}")
    return Shop(id=int(number), name=name or number)


def _apps_of(path: Path) -> list[App]:
    try:
        return [App.read(app) for app in json.loads(path.read_text(encoding="utf-8"))]
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused(f"{path}: a list of app_id, key, secret, shops is expected 格式有误") from None
