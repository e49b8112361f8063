"""What staff may press, and what a press is answered (``order-life.md`` section 8)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from connector.domain.order import Fact, Kind
from connector.domain.replay import Life
from connector.domain.table import STATE_NAMES, level
from connector.domain.traits import Effect, Traits

_KITCHEN: Final = frozenset({"start", "ready", "dispatch"})

_TAKEN_BACK: Final = frozenset({Kind.VOID, Kind.GRANT})
#: The facts that show what a call to the platform has led to, or that something else came before it.
_SHOW: Final[Mapping[str, frozenset[Kind]]] = {
    "accept": frozenset({Kind.ACCEPT, Kind.FINISH, Kind.VOID}),
    "reject": _TAKEN_BACK,
    "cancel": _TAKEN_BACK,
    "agree_refund": _TAKEN_BACK | {Kind.WITHDRAW},
    "reject_refund": _TAKEN_BACK | {Kind.WITHDRAW, Kind.REJECT, Kind.APPEAL},
    "part_refund": _TAKEN_BACK | {Kind.PART},
    "answer_reminder": frozenset({Kind.NOTE}),
}


def offered(life: Life, traits: Traits) -> tuple[str, ...]:
    """The buttons that the platform has and that fit the state, in the order in which they are shown."""
    return tuple(action for action in traits.actions if _fits(action, life))


def objection(action: str, life: Life, traits: Traits) -> str:
    """Why a press cannot be taken, in words for the person who pressed; empty if it can.

    What happened in the kitchen happened: ``start``, ``ready`` and ``dispatch`` are taken for any order that was
    sold, also where they are not offered and while it stands still.
    """
    if action not in traits.actions or action not in _FITS:
        return f"此平台不支持“{action}” · not available on this platform: {action}"
    kitchen = action in _KITCHEN
    if life.standstill and not kitchen:
        return "订单已挂起，请先处理 · the order is parked, repair it first"
    taken = life.became_sale if kitchen else _fits(action, life)
    zh, en = STATE_NAMES[life.state][0], life.state.replace("_", " ")
    return "" if taken else f"当前状态不可操作（{zh}）· not possible in the state {en}"


def effect_of(action: str, life: Life, traits: Traits) -> Effect:
    """What a press does now: taking over an imported order tells the platform nothing."""
    return "fact" if action == "accept" and life.became_sale else traits.actions[action]


def led_to(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The actions whose calls the platform need not be asked about any more, now that these facts have come.

    News of other things (the rider, the money's way back, another request) show nothing of a call; an order that was
    read back shows of each what there is to see.
    """
    told = [fact for fact in facts if fact.press is None]
    kinds = frozenset(fact.kind for fact in told)
    return tuple(action for action, shows in _SHOW.items() if kinds & (shows | {Kind.PULL}))


def _fits(action: str, life: Life) -> bool:
    return _FITS[action](life)


def _running(life: Life) -> bool:
    return life.became_sale and not life.all_back and life.progress != "completed"


def _quiet(life: Life, highest: str) -> bool:
    """Imported, before completion, nothing asked, and not further than ``highest``."""
    return _running(life) and life.open_case is None and level(life.progress) <= level(highest)


def _before_import(life: Life, progress: str) -> bool:
    return life.progress == progress and not life.became_sale and not life.all_back


def _answerable(life: Life) -> bool:
    """A request waits for the merchant, and not for the platform's arbitration."""
    return not life.all_back and any(case.status == "requested" for case in life.cases)


_FITS: Final[Mapping[str, Callable[[Life], bool]]] = {
    "accept": lambda life: life.state == "new" or _quiet(life, "paid"),
    "start": lambda life: _quiet(life, "accepted"),
    "ready": lambda life: _quiet(life, "preparing"),
    "dispatch": lambda life: _quiet(life, "prepared") and _delivers_itself(life),
    "reject": lambda life: _before_import(life, "new"),
    "cancel": lambda life: _running(life) or _before_import(life, "waiting"),
    "agree_refund": _answerable,
    "reject_refund": _answerable,
    "part_refund": lambda life: life.became_sale and not life.all_back,
    "answer_reminder": lambda life: bool(life.reminder),
}


def _delivers_itself(life: Life) -> bool:
    """Own riders: the platform says so of the order, its delivery fee is the shop's, or 71 商户自行配送."""
    content = life.content
    own = content is not None and (content.own_delivery or any(fee.kind == "delivery" for fee in content.fees))
    return own or life.rider_state == 71  # noqa: PLR2004 - the type code
