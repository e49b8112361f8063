"""Facts of invented Ele.me orders, in seconds after payment."""

from connector.domain.documents import document
from connector.domain.order import Content, Fact, Goods, Item, Kind, Press, RefundWords, Rider, Statement, Terms
from connector.domain.replay import replay
from connector.domain.table import TABLE
from connector.platforms.eleme import TRAITS

PAID = 3000
DUE = Fact(key="due", kind=Kind.DUE, at=0)


def content(paid=PAID, **changes):
    items = (Item(line=1, name="牛肉面", quantity=1, price=paid, total=paid),)
    return Content(**{"day_seq": 1, "placed_at": 0, "paid": paid, "items": items, **changes})


def fact(code, t, *, scope=None, money=None, goods=(), paid=PAID, key=None):
    row = TABLE[code]
    refund = None
    if row.family or row.kind is Kind.VOID:
        lines = tuple(Goods(name=name, quantity=quantity) for name, quantity in goods)
        refund = RefundWords(scope=scope, money=money, goods=lines)
    return Fact(
        key=key or f"{code}:{t}",
        kind=row.kind,
        at=t * 1000,
        code=code,
        refund=refund,
        content=content(paid) if code == 10 else None,
        rider=Rider(name="测骑手") if row.kind is Kind.RIDER else None,
    )


def press(action, t):
    return Fact(
        key=f"press:{action}:{t}",
        kind=Kind.PRESS,
        at=t * 1000,
        press=Press(action=action, command_id=1, user_id=2),
    )


def pull(t, **statement):
    return Fact(key=f"pull:{t}", kind=Kind.PULL, at=t * 1000, pulled=True, statement=Statement(**statement))


def live(*facts, sold=False, due=True, **terms):
    """The life of facts, each a ``(code, t)`` or a fact; the window's row has rung unless told otherwise."""
    known = [each if isinstance(each, Fact) else fact(*each) for each in facts]
    return replay([*known, DUE] if due else known, sold=sold, terms=Terms(**terms))


def documented(life, **changes):
    """What the ERP is told of a life."""
    return document(key="eleme:1", store="eleme:2", life=life, **{"traits": TRAITS, **changes})


def ends(life):
    """A life in the form of ``golden_histories.json``."""
    cases = ("key", "family", "scope", "status", "amount")
    return {
        "state": life.state,
        "order_state": life.order_state,
        "waimai_state": life.waimai_state,
        "rider_state": life.rider_state,
        "refunded": life.granted,
        "sale": life.sale,
        "consumed": life.consumed,
        "refunds": [{key: getattr(case, key) for key in cases} for case in life.cases],
    }
