"""``STATES.md``, made from the table by running the replay: a diagram, a matrix and the meaning of every code.

``waimai states`` writes it; a test keeps it fresh.
"""

from collections.abc import Iterator
from typing import Final

from connector.domain.money import Money
from connector.domain.order import Content, Fact, Item, Kind, Millis, Press, RefundWords, Scope, Terms
from connector.domain.replay import replay
from connector.domain.table import MEITUAN, PRESSES, ROWS, STATE_NAMES, TABLE, Row

_PAID: Final = Money(3000)
_LATER: Final = 5000

#: One short history that leads to each state: type codes, presses and ``due`` (the window's row has rung), in order.
HISTORIES: Final[dict[str, tuple[str, ...]]] = {
    "new": ("10",),
    "waiting": ("10", "12"),
    "paid": ("10", "12", "due"),
    "accepted": ("10", "12", "due", "accept"),
    "preparing": ("10", "12", "due", "start"),
    "prepared": ("10", "12", "due", "53"),
    "delivering": ("10", "12", "due", "55"),
    "completed": ("10", "12", "due", "18"),
    "refunding": ("10", "12", "due", "20"),
    "partially_refunded": ("10", "12", "due", "18", "33 part"),
    "refunded": ("10", "12", "due", "17"),
    "cancelled": ("10", "12", "17 early", "due"),
}

_CONTENT: Final = Content(
    day_seq=1,
    placed_at=Millis(0),
    paid=_PAID,
    items=(Item(line=1, name="牛肉面", quantity=1, price=_PAID, total=_PAID),),
)


def _fact(step: str, at: int) -> Fact:
    word, _, extra = step.partition(" ")
    time = Millis((20 if extra == "early" else at) * 1000)
    if word == "due":
        return Fact(key="due", kind=Kind.DUE, at=Millis(0))
    if word in PRESSES:
        return Fact(key=f"press:{word}", kind=Kind.PRESS, at=time, press=Press(action=word, command_id=1, user_id=1))
    row = TABLE[int(word)]
    scope: Scope = "part" if extra == "part" else "full"
    return Fact(
        key=f"{word}:{at}",
        kind=row.kind,
        at=time,
        code=row.code,
        content=_CONTENT if row.kind is Kind.ORDER else None,
        refund=_words(row, scope),
    )


def _words(row: Row, scope: Scope) -> RefundWords | None:
    money = Money(800) if scope == "part" else None
    return RefundWords(scope=scope, money=money) if row.family else None


def _facts(state: str) -> list[Fact]:
    steps = HISTORIES[state]
    return [_fact(step, 0 if step == "10" else 10 if step == "12" else 100 * at) for at, step in enumerate(steps)]


def after(state: str, step: str) -> str:
    """The state that follows when one more thing happens.

    >>> after("preparing", "20"), after("waiting", "17 early"), after("paid", "start")
    ('refunding', 'cancelled', 'preparing')
    """
    facts = _facts(state)
    return replay([*facts, _fact(step, _LATER)], sold=False, terms=Terms()).state


def _steps() -> Iterator[tuple[str, str]]:
    """What can happen, and what it is called: the codes that move an order, the window's end, presses."""
    for row in ROWS:
        if row.kind is not Kind.NOTE and (row.kind is not Kind.RIDER or row.reaches):
            yield str(row.code), f"{row.code} {row.zh}"
            if row.kind in {Kind.GRANT, Kind.PART}:
                yield f"{row.code} part", f"{row.code} {row.zh}（部分 part）"
    yield "due", "取消窗口结束 window over"
    for press in PRESSES:
        yield press, f"`{press}`"


def states_md() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_diagram(), *_matrix(), *_codes()]) + "\n"


def _head() -> Iterator[str]:
    yield "# 订单状态 · The states of an order"
    yield ""
    yield "由 `waimai states` 生成，请勿手改。Made by `waimai states` from the table in `connector/domain/table.py`;"
    yield "what follows what was found by running the replay, not written by hand."
    yield ""
    yield "| state | 中文 | meaning | reached by, for example |"
    yield "|---|---|---|---|"
    for state, (zh, en) in STATE_NAMES.items():
        yield f"| `{state}` | {zh} | {en} | {' → '.join(HISTORIES[state])} |"
    yield ""


def _diagram() -> Iterator[str]:
    yield "## 状态图 · Diagram"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> new: 10 订单生效"
    for (source, target), names in _edges().items():
        yield f"    {source} --> {target}: {', '.join(names)}"
    yield "```"
    yield ""


def _edges() -> dict[tuple[str, str], list[str]]:
    edges: dict[tuple[str, str], list[str]] = {}
    for state in STATE_NAMES:
        for step, _ in _steps():
            target = after(state, step)
            if target != state:
                edges.setdefault((state, target), []).append(step.replace("due", "window over"))
    return edges


def _matrix() -> Iterator[str]:
    yield "## 矩阵 · Matrix"
    yield ""
    yield "行是当前状态，列是发生的事；“·”表示状态不变。Rows are states, columns what happens; “·” is no change."
    yield "退款中的订单回到操作前状态。An order in `refunding` goes back to its `order_state`."
    yield ""
    steps = list(_steps())
    yield "| 发生 happens | " + " | ".join(f"`{state}`" for state in STATE_NAMES) + " |"
    yield "|---|" + "---|" * len(STATE_NAMES)
    for step, name in steps:
        ends = (after(state, step) for state in STATE_NAMES)
        cells = ["·" if end == state else f"`{end}`" for state, end in zip(STATE_NAMES, ends, strict=True)]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _codes() -> Iterator[str]:
    yield "## 类型码 · Type codes"
    yield ""
    yield "| code | 中文 | meaning | kind | not imported 导入前 | imported 导入后 | 美团 Meituan |"
    yield "|---|---|---|---|---|---|---|"
    for row in ROWS:
        code = "10, 217" if row.kind is Kind.ORDER else str(row.code)
        meituan = MEITUAN.get(row.code, "")
        yield f"| {code} | {row.zh} | {row.en} | {row.kind} | {row.before} | {row.after} | {meituan} |"
    yield "| other | | | note | stored, acknowledged, shown as “not read” | the same | |"
