"""Meituan's refunds, pushed and read back (``meituan.md`` 5.6, 5.7 and chapters 6 and 9).

A refund has an id of its own; its outcome stands in ``res_type``, else in ``notify_type``, else, in shops with return
of goods, in ``status``. Codes are those of the *cancel* family: :mod:`connector.domain.placing` moves them.
"""

from collections.abc import Mapping
from typing import Any, Final

from connector.domain.errors import Refused
from connector.domain.money import Money
from connector.domain.order import Claim, Fact, Goods, Kind, Millis, RefundWords, Scope, Statement
from connector.domain.placing import OUTCOMES
from mappings.fields import Count, Epoch, Json, Lenient, Text, Yuan, load

_RES: Final = {
    "1": Kind.REJECT,
    "2": Kind.GRANT,
    "3": Kind.REJECT,
    "4": Kind.GRANT,
    "5": Kind.GRANT,
    "6": Kind.GRANT,
    "7": Kind.WITHDRAW,
    "8": Kind.WITHDRAW,
}
_NOTIFY: Final = {
    "apply": Kind.ASK,
    "part": Kind.ASK,
    "agree": Kind.GRANT,
    "reject": Kind.REJECT,
    "cancelRefund": Kind.WITHDRAW,
    "cancelRefundComplaint": Kind.WITHDRAW,
}
#: After-sale status; 10 and 17 are a grant only where no goods come back (chapter 9).
_STATUS: Final = {
    "1": Kind.ASK,
    "10": Kind.GRANT,
    "11": Kind.REJECT,
    "16": Kind.APPEAL,
    "17": Kind.GRANT,
    "18": Kind.REJECT,
    "21": Kind.GRANT,
    "22": Kind.REJECT,
    "26": Kind.APPEAL,
    "27": Kind.GRANT,
    "28": Kind.REJECT,
    "30": Kind.WITHDRAW,
}
_FIRST_REVIEW: Final = frozenset({"10", "17"})
#: Answers to an appeal, which never come before it (5.7).
_APPEAL_ANSWERED: Final = frozenset({"17", "18", "27", "28"})
_MONEY_ALONE: Final = "1"
_CODES: Final = {Kind.ASK: 20, Kind.APPEAL: 20, Kind.WITHDRAW: 21, Kind.REJECT: 22, Kind.GRANT: 23}
_DECIDED_BY: Final = {
    "1": "merchant",
    "2": "merchant",
    "3": "service",
    "4": "service",
    "5": "platform",
    "6": "platform",
}
_APPLIED_AS_APPEAL: Final = "6"


class FoodSchema(Lenient):
    """A line of a partial refund; ``refund_price`` is what goes back for one piece."""

    app_food_code = Text()
    food_name = Text()
    sku_id = Text()
    spec = Text()
    count = Count(most=100_000)
    refund_price = Yuan()


class RefundSchema(Lenient):
    """Both refund pushes (6.1 and 6.2)."""

    refund_id = Text()
    notify_type = Text()
    res_type = Text()
    is_appeal = Text()
    status = Text()
    service_type = Text()
    ctime = Epoch()
    reason = Text()
    money = Yuan(load_default=None)
    food = Json(list)


class ReadBackSchema(Lenient):
    """An element of ``getOrderRefundDetail`` (chapter 7)."""

    refund_id = Text()
    refund_type = Text()
    res_type = Text()
    apply_type = Text()
    status = Text()
    service_type = Text()
    apply_reason = Text()
    ctime = Epoch()
    utime = Epoch()
    money = Yuan(load_default=None)
    wmAppRetailForOrderPartRefundList = Json(list)


_REFUND, _READ_BACK, _FOOD = RefundSchema(), ReadBackSchema(), FoodSchema()


def read_refund(params: object, sent: Millis, address: Scope | None) -> Fact:
    """A refund push; what is no step of a refund (goods on their way back) is a note.

    Args:
        params: of the push.
        sent: when it was sent.
        address: of full or of partial refunds; ``None`` if it came to that of all kinds and does not tell.

    Raises:
        Refused: it cannot be read.
    """
    push = load(_REFUND, params, "refund")
    kind = _kind(push, push["notify_type"])
    asked = push["ctime"] or sent
    step = push["notify_type"] or push["status"]
    key = f"refund:{push['refund_id']}:{step}:{push['res_type']}:{push['is_appeal']}"
    if kind is None:
        note = f"退款进展 {step} · refund {push['refund_id']}: step {step}"
        return Fact(key=key, kind=Kind.NOTE, at=sent, note=note)
    appeal = push["is_appeal"] == "1" or (not push["notify_type"] and push["status"] in _APPEAL_ANSWERED)
    kind = Kind.APPEAL if kind is Kind.ASK and appeal else kind
    words = _words(_scope(push, kind, address), push["money"], push["food"], push["reason"], "refund")
    undecided = kind in {Kind.ASK, Kind.APPEAL}
    return Fact(
        key=key,
        kind=kind,
        at=asked if undecided else sent,
        code=_CODES[kind],
        basis="case",
        claim=Claim(key=push["refund_id"], asked_at=asked, sent_at=sent, appeal=appeal),
        refund=words,
        who=_DECIDED_BY.get(push["res_type"], "merchant" if kind in {Kind.GRANT, Kind.REJECT} else "customer"),
    )


def read_back(refunds: object, asked: Millis) -> tuple[Fact, ...]:
    """What ``getOrderRefundDetail`` states of each case.

    Raises:
        Refused: it cannot be read.
    """
    if refunds is None:
        return ()
    if not isinstance(refunds, list):
        raise Refused("refunds: a list expected")
    told = (_stated(load(_READ_BACK, raw, f"refunds.{at}"), at, asked) for at, raw in enumerate(refunds))
    return tuple(fact for fact in told if fact is not None)


def _stated(case: Mapping[str, Any], number: int, asked: Millis) -> Fact | None:
    kind = _kind(case, "") or (Kind.ASK if case["res_type"] in {"", "0"} else None)
    if kind is None or not case["refund_id"]:
        return None
    appeal = case["apply_type"] == _APPLIED_AS_APPEAL
    kind = Kind.APPEAL if kind is Kind.ASK and appeal else kind
    scope: Scope = "part" if case["refund_type"] in {"2", "3"} else "full"
    what = f"refunds.{number}"
    lines = case["wmAppRetailForOrderPartRefundList"]
    words = _words(scope, case["money"], lines if scope == "part" else [], case["apply_reason"], what)
    at = case["utime"] or case["ctime"] or asked
    return Fact(
        key=f"pull:refund:{case['refund_id']}:{OUTCOMES[kind]}:{at}",
        kind=Kind.PULL,
        at=at,
        code=_CODES[Kind.ASK],
        pulled=True,
        basis="case",
        claim=Claim(key=case["refund_id"], asked_at=case["ctime"] or at, sent_at=at, appeal=appeal),
        statement=Statement(case=OUTCOMES[kind], refund=words),
    )


def _kind(told: Mapping[str, Any], notify: str) -> Kind | None:
    """What a message makes of its case; ``None`` if it is no step of one."""
    if told["res_type"] in _RES:
        return _RES[told["res_type"]]
    if notify:
        return _NOTIFY.get(notify)
    if told["status"] in _FIRST_REVIEW and told["service_type"] != _MONEY_ALONE:
        return None
    return _STATUS.get(told["status"])


def _scope(push: Mapping[str, Any], kind: Kind, address: Scope | None) -> Scope | None:
    """What a push says of its scope: only a part has money or food (6.1, 6.2), an answer may leave it to its case."""
    if push["notify_type"] == "part" or push["food"] or push["money"] is not None:
        return "part"
    return address or ("full" if push["notify_type"] == "apply" or kind is Kind.ASK else None)


def _words(scope: Scope | None, money: Money | None, food: list[Any], reason: str, what: str) -> RefundWords:
    lines = [load(_FOOD, raw, f"{what}: food.{at}") for at, raw in enumerate(food)]
    amounts = [Money(max(0, line["refund_price"] * line["count"])) for line in lines]
    total = Money(sum(amounts)) if money is None and any(amounts) else money
    if total is not None and total < 0:
        raise Refused(f"{what}: money: negative")
    if total is not None:
        amounts = _shared(amounts, total)
    goods = tuple(
        Goods(
            name=line["food_name"],
            quantity=line["count"],
            amount=amount,
            platform_item=line["app_food_code"],
            platform_sku=line["sku_id"],
            spec=line["spec"],
        )
        for line, amount in zip(lines, amounts, strict=True)
    )
    return RefundWords(scope=scope, money=total if scope == "part" else None, goods=goods, reason=reason)


def _shared(amounts: list[Money], total: Money) -> list[Money]:
    """Lines that add up to the money: the last ones bear the difference, none below nothing.

    Discounts are shared out, so lines rarely multiply out exactly (6.2).
    """
    found, rest = list(amounts), total - sum(amounts)
    last = max((at for at, amount in enumerate(found) if amount), default=len(found) - 1)
    for at in range(last, -1, -1):
        borne = max(rest, -found[at])
        found[at] = Money(found[at] + borne)
        rest -= borne
    return found
