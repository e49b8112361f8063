"""Our own staff at work in Odoo: stories told side by side, each one order's, with the people around it.

A story is a generator: it does something at once and yields what it waits for. All stories go on together, so that
the shift takes as long as its longest story, and Odoo is asked once for all of them.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bench.demo.world import Say, World

#: Seconds without any news from Odoo after which a story waits in vain.
DEADLINE: Final = 120
ENDED: Final = frozenset({"done", "refused"})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What Odoo shows just now: states of orders and of commands, orders with an open reminder."""

    states: dict[str, str]
    commands: dict[int, tuple[str, str]]
    reminded: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a story waits for, in words, and whether it has come."""

    what: str
    come: Callable[[Seen], bool]


Story = Iterator[Wait]


@dataclass(kw_only=True)
class Case:
    """One order in the hands of our staff; ``answers`` are the platform's words to each press."""

    world: World
    shop: str | int
    kind: str
    name: str
    order: str = ""
    commands: list[int] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)

    def place(self) -> Wait:
        """A customer orders."""
        body = {"shop": self.shop, "kind": self.kind}
        placed = self.world.simulator.post("/sim/orders", json=body).raise_for_status().json()
        self.order = str(placed["orderId"])
        return self.until("new")

    def act(self, act: str, **args: object) -> None:
        """The customer, the rider or the merchant's own app does something at the platform."""
        self.world.simulator.post(f"/sim/orders/{self.order}/{act}", json=args).raise_for_status()

    def until(self, state: str) -> Wait:
        """Wait for a state in Odoo."""
        return Wait(
            what=f"{self.name} {self.order[-4:]} → {state}", come=lambda seen: seen.states.get(self.order) == state
        )

    def reminded(self) -> Wait:
        """Wait for the customer's reminder on the desk."""
        return Wait(what=f"{self.name}: 催单 reminder", come=lambda seen: self.order in seen.reminded)

    def press(self, action: str, *words: object) -> Wait:
        """Press a button in Odoo and wait for the platform's words."""
        call = self.world.kitchen.session.call
        (order,) = call("waimai.order", "search", [("platform_ref", "=", self.order)])
        command = int(call("waimai.order", f"action_{action}", [order], *words))
        self.commands.append(command)

        def come(seen: Seen) -> bool:
            state, result = seen.commands.get(command, ("", ""))
            if state in ENDED:
                self.answers.append((action, state, result))
            return state in ENDED

        return Wait(what=f"{self.name}: {action}", come=come)


def work(world: World, shift: Iterable[tuple[Case, Callable[[Case], Story]]], say: Say) -> None:
    """Tell all stories to their ends.

    Raises:
        SystemExit: something that a story waits for does not come.
    """
    begun = moved = told = time.monotonic()
    running = [(case, story) for case, tell in shift for story in [tell(case)]]
    waits = {case.name: next(story) for case, story in running}
    while waits:
        seen = _look(world, [case for case, _ in running if case.name in waits])
        for case, story in running:
            if case.name in waits and waits[case.name].come(seen):
                _go_on(case, story, waits, say)
                moved = time.monotonic()
        now = time.monotonic()
        if now - moved > DEADLINE:
            raise SystemExit(f"等待超时 · in vain: {'; '.join(wait.what for wait in waits.values())}")
        if now - told > 5:
            say(f"  … {len(waits)} 单进行中 · orders under way ({now - begun:.0f} s)")
            told = now
        time.sleep(0.2)


def _go_on(case: Case, story: Story, waits: dict[str, Wait], say: Say) -> None:
    wait = next(story, None)
    if wait is None:
        del waits[case.name]
        presses = "，".join(f"{action} {state}" for action, state, _ in case.answers)
        say(f"  店员 staff: {case.name}: {presses}")
    else:
        waits[case.name] = wait


def _look(world: World, cases: list[Case]) -> Seen:
    """One look at Odoo for all of them."""
    search = world.kitchen.search
    numbers = [case.order for case in cases]
    orders = search("waimai.order", [("platform_ref", "in", numbers)], "platform_ref", "state")
    commands = search(
        "waimai.command",
        [("id", "in", [command for case in cases for command in case.commands[-1:]])],
        *("state", "result"),
    )
    alerts = search(
        "waimai.alert",
        [("order_id.platform_ref", "in", numbers), ("kind", "=", "reminder"), ("state", "=", "open")],
        "order_id",
    )
    by_id: dict[Any, str] = {row["id"]: row["platform_ref"] for row in orders}
    return Seen(
        states={row["platform_ref"]: row["state"] for row in orders},
        commands={row["id"]: (row["state"], row["result"] or "") for row in commands},
        reminded=frozenset(by_id[row["order_id"][0]] for row in alerts if row["order_id"][0] in by_id),
    )
