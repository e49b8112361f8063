"""Playing the rush: thirty orders at the platform, and the presses of our own staff in Odoo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bench.demo.world import World, wait_for

#: How much faster than life the thirty orders are played: the demo's window is five seconds, not a minute.
PACE: Final = 10

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Rush:
    """What was played: the scenario of each order, and what staff were told after each press."""

    scenarios: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[str, str, str, str]] = field(default_factory=list)


def play(world: World, say: Say) -> Rush:
    """Thirty orders whose merchant uses the platform's own app, then four in which staff press in Odoo."""
    rush = Rush()
    trouble = {"doubled": 0.5, "shuffled": 1.0, "shuffle_seconds": 2, "type_as_text": 0.3, "pretty": 0.3}
    world.simulator.post("/sim/switches", json=trouble).raise_for_status()
    answer = world.simulator.post("/sim/plan", json={"pace": PACE}).raise_for_status()
    for order in answer.json()["orders"]:
        rush.scenarios[order["orderId"]] = order["scenario"]
    say(f"  {len(rush.scenarios)} 单已在平台下单，推送加倍且乱序 · orders placed, their pushes doubled and shuffled")
    world.simulator.post("/sim/switches", json={"shuffled": 0, "doubled": 0.3}).raise_for_status()
    _press(world, rush, say)
    return rush


def _press(world: World, rush: Rush, say: Say) -> None:
    """Staff work in Odoo: a refund before cooking, one after, one rejected, and an order refused."""
    shops = list(world.shops)
    early, late, kept, refused = (
        _place(world, rush, shops[place % len(shops)], kind, name)
        for place, (kind, name) in enumerate(
            [
                ("several", "pressed: refund before cooking"),
                ("plain", "pressed: refund after cooking"),
                ("specs", "pressed: refund rejected"),
                ("plain", "pressed: order rejected"),
            ]
        )
    )
    for order in (early, late, kept, refused):
        _until(world, order, "new", say)
    for order in (early, late, kept):
        _button(world, rush, say, order, "accept")
    _button(world, rush, say, refused, "reject", reason_code="foodSoldOut", reason="今日售完")
    for order in (early, late, kept):
        _until(world, order, "accepted", say)  # the press counts from the import on
    for order in (late, kept):
        _button(world, rush, say, order, "start")
        _until(world, order, "preparing", say)
    for order in (early, late, kept):
        _act(world, order, "ask_cancel", reason="等太久了")
        _until(world, order, "refunding", say)
    _button(world, rush, say, early, "agree_refund")
    _button(world, rush, say, late, "agree_refund")
    _button(world, rush, say, kept, "reject_refund", reason="已经在做了")
    _until(world, kept, "preparing", say)
    _act(world, kept, "rider", code=51)
    _act(world, kept, "rider", code=52)
    for code in (53, 54, 55, 56):
        _act(world, kept, "rider", code=code)
    _act(world, kept, "finish")
    for order, state in ((early, "refunded"), (late, "refunded"), (kept, "completed"), (refused, "cancelled")):
        _until(world, order, state, say)


def _place(world: World, rush: Rush, shop: int, kind: str, name: str) -> str:
    placed = world.simulator.post("/sim/orders", json={"shop": shop, "kind": kind}).raise_for_status().json()
    rush.scenarios[placed["orderId"]] = name
    return str(placed["orderId"])


def _act(world: World, order: str, act: str, **args: object) -> None:
    """The customer or the rider does something at the platform."""
    world.simulator.post(f"/sim/orders/{order}/{act}", json=args).raise_for_status()


def _row(world: World, order: str, *fields: str) -> Mapping[str, Any]:
    rows = world.kitchen.search("waimai.order", [("platform_ref", "=", order)], "id", *fields)
    return rows[0] if rows else {}


def _until(world: World, order: str, state: str, say: Say) -> None:
    wait_for(
        f"订单 {order[-4:]} 在 Odoo 变为 {state} · order in Odoo",
        lambda: _row(world, order, "state").get("state") == state,
        say=say,
    )


def _button(world: World, rush: Rush, say: Say, order: str, action: str, **args: object) -> None:
    """Press a button in Odoo and wait for the platform's words."""
    call = world.kitchen.session.call
    words = list(args.values())
    command = call("waimai.order", f"action_{action}", [_row(world, order)["id"]], *words)

    def told() -> Mapping[str, Any]:
        (row,) = world.kitchen.search("waimai.command", [("id", "=", command)], "state", "result")
        return row

    wait_for(f"{action} 的答复 · the answer", lambda: told()["state"] in {"done", "refused"}, say=say)
    row = told()
    rush.answers.append((order, action, str(row["state"]), str(row["result"] or "")))
    say(f"  店员在 Odoo 点了 {action}：{row['state']}，{row['result'] or '—'}")
