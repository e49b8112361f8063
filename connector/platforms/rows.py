"""The dishes that a press on a shop names, and how its calls ended, for every platform alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.domain.errors import Refused
from connector.ports import Answer, Command


def rows_of(command: Command) -> list[Mapping[str, Any]]:
    """The rows of a press on a shop's menu.

    Raises:
        Refused: it names no dish.
    """
    rows = command.args.get("items")
    if not isinstance(rows, list | tuple) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise Refused("未选择商品 · no dish is named")
    return list(rows)


def summed_up(platform: str, done: int, refusals: Iterable[str]) -> Answer:
    """One answer to several calls: taken if none was refused; else who reads it learns how many were."""
    words = list(dict.fromkeys(refusals))
    if not words:
        return Answer(taken=True, words=f"{platform}已受理 · taken by the platform")
    return Answer(taken=False, words=f"{'；'.join(words)}（{done} 项已完成 · {done} done）")
