"""THE table: every type code, what it is, and what it does before and after the import.

``order-life.md`` section 3, row by row; codes are Ele.me's (``eleme.md`` 2.1). The replay reads ``kind``, ``family``
and ``reaches``; people read the words, through ``STATES.md``. Codes that are not here are notes: kept, not read.
"""

from dataclasses import dataclass
from typing import Final

from connector.domain.order import Family, Kind

#: Own states in the order of progress (``order-life.md`` section 2); the first two exist before the import only.
PROGRESS: Final = ("new", "waiting", "paid", "accepted", "preparing", "prepared", "delivering", "completed")

#: What each state is called.
STATE_NAMES: Final = {
    "new": ("待接单", "to be accepted"),
    "waiting": ("已接单，取消窗口内", "accepted, inside the window"),
    "paid": ("已支付", "imported"),
    "accepted": ("已接单", "taken over by staff"),
    "preparing": ("制作中", "being prepared"),
    "prepared": ("制作完成", "ready"),
    "delivering": ("配送中", "on its way"),
    "completed": ("订单完成", "finished"),
    "refunding": ("退款中", "a request is open"),
    "refunded": ("退款完成", "all the money went back"),
    "partially_refunded": ("部分退款", "finished, some money went back"),
    "cancelled": ("订单取消", "voided before import"),
}


def level(state: str) -> int:
    """How far a progress state is.

    >>> level("new"), level("completed")
    (0, 7)
    """
    return PROGRESS.index(state)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One type code: names, kind, refund family, the progress it reaches, and its effect in words."""

    code: int
    zh: str
    en: str
    kind: Kind
    family: Family | None = None
    reaches: str = ""
    alert: str = ""
    before: str
    after: str = "–"


def _row(code: int, zh: str, en: str, kind: Kind, before: str, after: str) -> Row:
    family: Family | None = None
    if 20 <= code < 30 or code == 39:  # noqa: PLR2004 - the platform's number ranges
        family = "cancel"
    elif 30 <= code < 39:  # noqa: PLR2004 - the same
        family = "return"
    return Row(code=code, zh=zh, en=en, kind=kind, family=family, before=before, after=after)


def _rider(code: int, zh: str, en: str, reaches: str = "", alert: str = "") -> Row:
    if reaches:
        before, after = "rider state; counts at the import", f"progress at least `{reaches}`"
    else:
        before = after = "rider state; desk alert" if alert else "rider state"
    return Row(code=code, zh=zh, en=en, kind=Kind.RIDER, reaches=reaches, alert=alert, before=before, after=after)


_AS_RETURN = "import at once, then as imported"
_BACK = "→ `order_state`"

ROWS: Final = (
    _row(10, "订单生效", "effective, paid by the customer", Kind.ORDER, "exists, `new`; no sale yet", "–"),
    _row(12, "商户接单", "accepted by the merchant", Kind.ACCEPT, "`waiting`; the window begins", "–"),
    _row(14, "订单被取消", "cancelled", Kind.VOID, "as 17", "as 17"),
    _row(15, "订单置为无效", "made invalid", Kind.VOID, "as 17", "as 17"),
    _row(
        17,
        "订单强制无效",
        "forced invalid",
        Kind.VOID,
        "nothing if all is back; else everything left goes back → `cancelled`, never imported",
        "nothing if all is back; else everything left goes back → `refunded`",
    ),
    _row(
        18,
        "订单完结",
        "finished",
        Kind.FINISH,
        "nothing if all is back; else import at once, progress `completed`",
        "progress `completed` (seen: `completed`, `partially_refunded`, or still `refunding`)",
    ),
    _row(
        20,
        "用户申请取消",
        "customer asks to cancel",
        Kind.ASK,
        "case opened → `refunding`; the window goes on",
        "case opened → `refunding`",
    ),
    _row(21, "用户撤回取消", "request withdrawn", Kind.WITHDRAW, "case withdrawn", _BACK),
    _row(22, "商户拒绝取消", "request rejected", Kind.REJECT, "case rejected", _BACK),
    _row(
        23,
        "商户同意取消",
        "request granted",
        Kind.GRANT,
        "all back: `cancelled`; part: the window goes on, the import shows it",
        "all back → `refunded`; part → `order_state`, the money is in the ledger",
    ),
    _row(
        24,
        "申请仲裁取消",
        "arbitration asked",
        Kind.APPEAL,
        "case `arbitrating` → `refunding`, buttons off",
        "case `arbitrating` → `refunding`, buttons off",
    ),
    _row(25, "仲裁取消有效", "arbitration upheld", Kind.GRANT, "as 23", "as 23"),
    _row(26, "仲裁取消无效", "arbitration dismissed", Kind.REJECT, "as 22", "as 22"),
    _row(30, "用户申请退单", "customer asks for a refund", Kind.ASK, _AS_RETURN, "case opened → `refunding`"),
    _row(31, "用户取消退单", "request withdrawn", Kind.WITHDRAW, _AS_RETURN, _BACK),
    _row(32, "商户拒绝退单", "request rejected", Kind.REJECT, _AS_RETURN, _BACK),
    _row(
        33,
        "商户同意退单",
        "request granted",
        Kind.GRANT,
        _AS_RETURN,
        "all back → `refunded`; else → `order_state`",
    ),
    _row(34, "申请仲裁退单", "arbitration asked", Kind.APPEAL, _AS_RETURN, "as 24"),
    _row(35, "仲裁退单有效", "arbitration upheld", Kind.GRANT, _AS_RETURN, "as 33"),
    _row(36, "仲裁退单无效", "arbitration dismissed", Kind.REJECT, _AS_RETURN, "as 32"),
    _row(
        39,
        "商户部分取消",
        "merchant takes part of it back",
        Kind.PART,
        "own part case granted; answers no open request",
        "the same, progress goes on",
    ),
    _row(45, "催单", "reminder", Kind.NOTE, "desk alert, can be answered", "the same"),
    _row(46, "催单已回复", "reminder answered", Kind.NOTE, "closes the reminder", "the same"),
    _rider(51, "待分配配送商", "to be given to a carrier"),
    _rider(52, "待分配配送员", "to be given to a rider"),
    _rider(53, "配送员待取餐", "rider on the way to the shop", "prepared"),
    _rider(54, "配送员已到店", "rider at the shop", "prepared"),
    _rider(55, "配送员配送中", "rider on the way", "delivering"),
    _rider(56, "配送成功", "delivered", "delivering"),
    _rider(57, "配送取消（商户）", "delivery cancelled by the merchant", alert="delivery"),
    _rider(58, "配送取消（用户）", "delivery cancelled by the customer", alert="delivery"),
    _rider(59, "配送取消（物流系统）", "delivery cancelled by the carrier", alert="delivery"),
    _rider(60, "商户呼叫过晚", "called too late", alert="delivery"),
    _rider(61, "商户出餐问题", "food not ready", alert="delivery"),
    _rider(62, "商户中断配送", "interrupted by the merchant", alert="delivery"),
    _rider(63, "用户不接电话", "customer does not answer", alert="delivery"),
    _rider(64, "用户退单", "customer returned the order", alert="delivery"),
    _rider(65, "用户地址错误", "wrong address", alert="delivery"),
    _rider(66, "超出服务范围", "out of range", alert="delivery"),
    _rider(67, "骑手标记异常", "marked by the rider", alert="delivery"),
    _rider(68, "系统标记异常", "marked by the system", alert="delivery"),
    _rider(69, "其他异常", "other trouble", alert="delivery"),
    _rider(70, "系统标记超时", "delivery timed out"),
    _rider(71, "商户自行配送", "the merchant delivers"),
    _rider(72, "商户不再配送", "the merchant delivers no more"),
    _rider(73, "物流拒单（仅支持在线支付）", "refused: only online payment", alert="delivery"),
    _rider(74, "物流拒单（超出范围）", "refused: out of range", alert="delivery"),
    _rider(75, "物流拒单（呼叫过晚）", "refused: called too late", alert="delivery"),
    _rider(76, "物流拒单（系统错误）", "refused: system error", alert="delivery"),
)

TABLE: Final = {row.code: row for row in ROWS}

_FULL, _ANY = "full or part refund, asked before completion", "the same, asked after completion"

#: What of Meituan is read as each code (``meituan.md`` 9); :mod:`connector.domain.placing` tells which it is.
MEITUAN: Final = {
    10: "paid push (status 2)",
    12: "confirmed push (status 4)",
    14: "cancel push before 12, any reason but 1103",
    15: "cancel push after 12 by service, BD or system, or for reason 1001, 12xx, 1301",
    17: "any other cancel push after 12; every direct one after 18",
    18: "completed push (status 8)",
    20: f"{_FULL}: apply, part, appeal",
    21: f"{_FULL}: withdrawn (res_type 7, 8)",
    22: f"{_FULL}: rejected (res_type 1, 3)",
    23: f"{_FULL}: granted (res_type 2, 4, 5, 6); reason 1103 alone",
    30: f"{_ANY}: apply, part, appeal",
    31: f"{_ANY}: withdrawn",
    32: f"{_ANY}: rejected",
    33: f"{_ANY}: granted; reason 1103 alone",
    45: "reminder push",
    46: "our own answer: Meituan sends none",
    53: "logistics 10",
    54: "logistics 15",
    55: "logistics 20",
    56: "logistics 40",
}

#: What a press of our own kitchen or rider reaches (``order-life.md`` section 8).
PRESSES: Final = {
    "accept": "accepted",
    "start": "preparing",
    "ready": "prepared",
    "dispatch": "delivering",
}
