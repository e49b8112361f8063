"""The command ``waimai``; each command's code is loaded only when it is asked for."""

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.domain.errors import Refused, Unavailable

LOOPBACK: Final = "127.0.0.1"
_UNAVAILABLE, _REFUSED, _INTERRUPTED = 1, 2, 130


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command: where its code is, what it does, its arguments."""

    name: str
    code: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _: None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 if all is well, 1 if something is away or waits for somebody, 2 if the command cannot be done like this.
    """
    args = parser().parse_args(argv)
    pkgutil.resolve_name("connector.logs:configure")()
    try:
        return int(pkgutil.resolve_name(args.code)(args))
    except Unavailable as error:
        return _failed(error, _UNAVAILABLE)
    except Refused as error:
        return _failed(error, _REFUSED)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains while it ends
        return _UNAVAILABLE
    except Exception as error:  # noqa: BLE001 - a foreign exception's words may repeat what is personal
        pkgutil.resolve_name("connector.logs:get")("connector.cli").error("command_failed", exc_info=error)
        return _UNAVAILABLE


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    whole = argparse.ArgumentParser(
        prog="waimai", description="Orders of food-delivery platforms in Odoo, and back. 外卖平台与 Odoo 的桥。"
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        one.set_defaults(code=command.code)
        command.arguments(one)
    return whole


def _failed(error: Exception, code: int) -> int:
    print(f"waimai: {error}", file=sys.stderr)
    return code


def _serve(one: argparse.ArgumentParser) -> None:
    one.add_argument("--host", default=LOOPBACK, help="address to listen at (%(default)s)")
    one.add_argument("--port", type=_port, default=8000, help="%(default)s")
    one.add_argument("--workers", type=_count, default=2, help="processes (%(default)s)")
    one.add_argument("--threads", type=_count, default=16, help="blocking threads of each (%(default)s)")


def _work(one: argparse.ArgumentParser) -> None:
    one.add_argument("--processes", "-p", type=_count, default=2, help="%(default)s")
    one.add_argument("--threads", "-t", type=_count, default=4, help="of each (%(default)s)")


def _simulate(one: argparse.ArgumentParser) -> None:
    one.add_argument("--host", default=LOOPBACK, help="address to listen at (%(default)s)")
    one.add_argument("--port", type=_port, default=8010, help="%(default)s")
    one.add_argument(
        "--push-url", default=f"http://{LOOPBACK}:8000/hooks/eleme", help="where Ele.me pushes to (%(default)s)"
    )
    one.add_argument(
        "--meituan-push-url",
        default=f"http://{LOOPBACK}:8000/hooks/meituan",
        help="what stands before the kind in the addresses that Meituan pushes to (%(default)s)",
    )
    one.add_argument(
        "--shop",
        action="append",
        default=[],
        metavar="NUMBER=NAME",
        help="a shop of the first application of ELEME_APPS; may be given several times",
    )
    one.add_argument(
        "--meituan-shop",
        action="append",
        default=[],
        metavar="CODE=NAME",
        help="a shop of the first application of MEITUAN_APPS; may be given several times",
    )
    one.add_argument(
        "--apps", type=Path, metavar="FILE", help="applications with shops as JSON, instead of the settings"
    )
    one.add_argument("--seed", type=int, default=0, help="of what is drawn (%(default)s)")
    one.add_argument(
        "--free-cancel",
        type=_count,
        default=60,
        help="seconds after acceptance in which the customer may cancel unasked (%(default)s)",
    )
    one.add_argument("--retry-seconds", type=_count, help="until a push comes again (60; Meituan 10, 60, 300)")


def _order(one: argparse.ArgumentParser) -> None:
    one.add_argument("order", metavar="ORDER", help="eleme:3040000000000000398")


def _released(one: argparse.ArgumentParser) -> None:
    one.add_argument("order", metavar="ORDER", help="eleme:3040000000000000398, or the number of an event")
    one.add_argument("--aside", metavar="FACT", default="", help="take this fact (its key in `waimai trace`) out first")
    one.add_argument("--why", default="", help="why it is taken out; kept with it")
    one.add_argument("--back", metavar="FACT", default="", help="put this fact, which was taken out, back in 放回")


def _store(one: argparse.ArgumentParser) -> None:
    one.add_argument("store", metavar="STORE", help="eleme:155000001")


def _reconciled(one: argparse.ArgumentParser) -> None:
    _store(one)
    one.add_argument("day", metavar="DAY", help="2026-11-23, a day in China, or today")
    one.add_argument(
        "--dry-run",
        action="store_true",
        help="only count, by what Odoo last said it has 仅清点不修复. Otherwise differences are mended, since Odoo is "
        "counted by asking it with the documents that it should have, which writes those that it lacks",
    )


def _states(one: argparse.ArgumentParser) -> None:
    one.add_argument("file", type=Path, nargs="?", default=Path("STATES.md"), help="%(default)s")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


_CODE: Final = "connector.commands"
COMMANDS: Final = (
    Command(name="serve", code=f"{_CODE}.serving:serve", help="serve the hooks 启动网页服务", arguments=_serve),
    Command(name="work", code=f"{_CODE}.serving:work", help="run the workers 启动后台进程", arguments=_work),
    Command(name="sweep", code=f"{_CODE}.serving:sweep", help="ring what waits and ask Odoo 定时巡检"),
    Command(name="migrate", code=f"{_CODE}.operating:migrate", help="bring the tables up to date 更新数据表"),
    Command(
        name="simulate", code=f"{_CODE}.trying:simulate", help="simulate the platforms 模拟平台", arguments=_simulate
    ),
    Command(name="doctor", code=f"{_CODE}.doctor:doctor", help="check settings and services 检查设置与服务"),
    Command(name="trace", code=f"{_CODE}.operating:trace", help="show one order 查看订单全程", arguments=_order),
    Command(name="parked", code=f"{_CODE}.operating:parked", help="what waits for a person 查看挂起"),
    Command(name="release", code=f"{_CODE}.operating:release", help="try it again 放行", arguments=_released),
    Command(name="pull", code=f"{_CODE}.operating:pull", help="read a store's open orders back 回读", arguments=_store),
    Command(
        name="reconcile",
        code=f"{_CODE}.auditing:reconcile",
        help="count a day at the platform, here and in Odoo, and mend it 三方对账并修复",
        arguments=_reconciled,
    ),
    Command(name="states", code=f"{_CODE}.trying:states", help="write STATES.md 生成状态文档", arguments=_states),
)

if __name__ == "__main__":
    sys.exit(main())
