"""``make demo``: the rush, the table, and 0 only if every figure agrees."""

import os
import sys

from rich.console import Console

from bench.demo.compare import moved, rows, table, unexpected
from bench.demo.rush import play
from bench.demo.world import WINDOW, World, wait_for
from connector.domain.order import split_ref


def run(world: World) -> int:
    """Set up, play, wait until all is quiet, compare; 0 if every figure agrees."""
    say = Console(width=120 if not sys.stdout.isatty() else None).print
    say("[bold]外卖午高峰演示 · a lunch rush, played[/bold]")
    say(f"  演示的取消窗口是 {WINDOW} 秒，不是一分钟 · the demo's cancellation window is {WINDOW} seconds")
    world.set_up()
    say("  Odoo 中已有原料、菜品、配方和两个平台的门店 · Odoo has materials, dishes, recipes, six stores")
    before = moved(world)
    rush = play(world, say)
    wait_for("一切就绪 · all quiet", lambda: _quiet(world), seconds=180, say=say)
    found = rows(world, rush, before)
    say(table(found))
    for words in unexpected(world, rush):
        say(f"  [red]{words}")
    wrong = [row for row in found if not row.agrees]
    say("[green]三方一致 · all three agree" if not wrong else f"[red]{len(wrong)} 项不一致 · figures differ")
    say(f"  Odoo      {world.odoo}/odoo  (admin / admin)")
    say(f"  平台模拟器 {world.simulator.base_url}  · simulator")
    say(f"  本系统     {world.web}/readyz")
    return 1 if wrong else 0


def _quiet(world: World) -> bool:
    """Nothing waits anywhere: pushes delivered or handed out again, windows rung, inbox and outbox empty."""
    told = world.simulator.get("/sim/pushes").json()
    handed_out = {store.app for ref, store in world.stores.items() if split_ref(ref)[0] == "eleme"}
    missing = sum(told["notReached"].get(app, 0) for app in handed_out)
    return not told["waiting"] and not missing and not world.waiting()


if __name__ == "__main__":
    sys.exit(run(World.of(os.environ)))
