"""What staff may press, and what a press is answered (``order-life.md`` section 8)."""

from typing import Final, Literal

from connector.domain.replay import Life
from connector.domain.table import level

#: What a press does: a call to the platform, a fact of our own kitchen, or both.
Effect = Literal["platform", "fact", "both"]

#: Every action and what it does; ``accept`` depends on the moment (:func:`effect_of`).
ACTIONS: Final[dict[str, Effect]] = {
    "accept": "both",
    "start": "fact",
    "ready": "both",
    "dispatch": "fact",
    "reject": "platform",
    "cancel": "platform",
    "agree_refund": "platform",
    "reject_refund": "platform",
    "answer_reminder": "platform",
}


def offered(life: Life) -> tuple[str, ...]:
    """The buttons that fit the state, in the order in which they are shown."""
    return tuple(action for action in ACTIONS if _fits(action, life))


def objection(action: str, life: Life) -> str:
    """Why a press cannot be taken, in words for the person who pressed; empty if it can.

    What happened in the kitchen happened: ``start``, ``ready`` and ``dispatch`` are taken for any order that was
    sold, also where they are not offered and while it stands still.
    """
    if action not in ACTIONS:
        return f"此平台不支持“{action}” · not available on this platform: {action}"
    kitchen = action in {"start", "ready", "dispatch"}
    if life.standstill and not kitchen:
        return "订单已挂起，请先处理 · the order is parked, repair it first"
    taken = life.became_sale if kitchen else _fits(action, life)
    return "" if taken else f"当前状态不可操作（{life.state}）· not possible in the state {life.state}"


def effect_of(action: str, life: Life) -> Effect:
    """What a press does now: taking over an imported order tells the platform nothing."""
    return "fact" if action == "accept" and life.became_sale else ACTIONS[action]


def _fits(action: str, life: Life) -> bool:
    running = life.became_sale and not life.all_back and life.progress != "completed"
    quiet = running and life.open_case is None
    progress = level(life.progress)
    answerable = life.open_case is not None and life.open_case.status == "requested" and not life.all_back
    fits = {
        "accept": life.state == "new" or (quiet and life.progress == "paid"),
        "start": quiet and progress <= level("accepted"),
        "ready": quiet and progress <= level("preparing"),
        "dispatch": quiet and progress <= level("prepared") and _delivers_itself(life),
        "reject": life.progress == "new" and not life.became_sale and not life.all_back,
        "cancel": running or (life.progress == "waiting" and not life.became_sale and not life.all_back),
        "agree_refund": answerable,
        "reject_refund": answerable,
        "answer_reminder": bool(life.reminder),
    }
    return fits[action]


def _delivers_itself(life: Life) -> bool:
    """Own riders: the delivery fee is the shop's, or the platform said 71 商户自行配送."""
    own_fee = life.content is not None and any(fee.kind == "delivery" for fee in life.content.fees)
    return own_fee or life.rider_state == 71  # noqa: PLR2004 - the type code
