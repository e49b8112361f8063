"""Meituan's events as facts, and its order as it answers (``meituan.md`` 3, 5, 6)."""

from dataclasses import replace

from connector.domain.order import Claim, Content, Fact, Item, Kind, RefundWords, Rider, Statement

KINDS = {
    "ask": Kind.ASK,
    "appeal": Kind.APPEAL,
    "withdraw": Kind.WITHDRAW,
    "reject": Kind.REJECT,
    "grant": Kind.GRANT,
}


def content(history):
    items = (Item(line=1, name="牛肉面", quantity=1, price=history.paid, total=history.paid),)
    return Content(day_seq=7, placed_at=history.events[0].second * 1000, paid=history.paid, items=items)


def fact(history, event):
    at = event.second * 1000
    if event.what in {"paid", "accepted", "finished"}:
        kind, status = {"paid": (Kind.ORDER, 2), "accepted": (Kind.ACCEPT, 4), "finished": (Kind.FINISH, 8)}[event.what]
        slim = event.what == "finished"
        return Fact(key=f"status:{status}", kind=kind, at=at, code=event.code, content=None if slim else content(history))
    if event.what == "void":
        code = 15 if event.wire["actor"] in {3, 4, 5} else 17
        return Fact(key="cancel", kind=Kind.VOID, at=at, code=code, basis="cancel", refund=RefundWords(reason="x"))
    if event.what == "echo":
        return Fact(key="cancel:1103", kind=Kind.VOID, at=at, code=23, basis="echo", refund=RefundWords(reason="x"))
    if event.what == "rider":
        status = event.wire["status"]
        return Fact(key=f"logistics:{status}:{event.second}", kind=Kind.RIDER, at=at, code=event.code, rider=Rider())
    if event.what == "note":
        number = event.wire.get("number", "")
        key = f"note:{event.wire['kind']}:{number}:{event.second}"
        return Fact(key=key, kind=Kind.NOTE, at=at, code=event.code, note=str(number))
    return _refund(event)


def _refund(event):
    notify, res, appeal, status = event.wire["words"]
    open_yet = event.what in {"ask", "appeal"}
    ctime, sent = event.wire["ctime"] * 1000, (event.second + event.wire.get("lag", 0)) * 1000
    money = event.money if event.scope == "part" else None
    return Fact(
        key=f"refund:{event.case}:{notify or status}:{res}:{appeal}",
        kind=KINDS[event.what],
        at=ctime if open_yet else sent,
        code=20 + event.code % 10,
        basis="case",
        claim=Claim(key=event.case, asked_at=ctime, sent_at=sent, appeal=bool(appeal)),
        refund=RefundWords(scope=event.scope, money=money),
    )


def facts(history):
    """``[(event, fact)]`` of all pushes."""
    return [(event, fact(history, event)) for event in history.events if event.what != "press"]


def again(fact, seconds):
    """The same push, sent again later: only its timestamp is new."""
    if fact.claim is None:
        return replace(fact, at=fact.at + seconds * 1000) if fact.basis else fact
    claim = replace(fact.claim, sent_at=fact.claim.sent_at + seconds * 1000)
    at = fact.at if fact.kind in {Kind.ASK, Kind.APPEAL} else fact.at + seconds * 1000
    return replace(fact, claim=claim, at=at)


def answer(history, books, told, at):
    """What ``getOrderDetail`` and ``getOrderRefundDetail`` answer, each statement dated by itself."""
    made = [Fact(key="pulled", kind=Kind.ORDER, at=history.events[0].second * 1000, code=10, pulled=True,
                 content=content(history))]
    full = any(case.status == "granted" and case.scope == "full" and case.key != "void" for case in books.cases.values())
    for event in told:
        said = {"accepted": {"accepted": True}, "finished": {"finished": True}, "void": {"void": True}}.get(event.what)
        if said and not (event.what == "void" and full):
            made.append(Fact(key=f"pull:{event.what}", kind=Kind.PULL, at=event.second * 1000, pulled=True,
                             statement=Statement(**said)))
    last = {event.case: event for event in told if event.what in KINDS}
    for event in last.values():
        pushed, case = _refund(event), books.cases[event.case]
        if case.status == {**_STATUS}[event.what]:
            made.append(replace(pushed, key=f"pull:refund:{event.case}:{case.status}", kind=Kind.PULL, code=20, pulled=True,
                                at=event.second * 1000, statement=Statement(case=case.status, refund=pushed.refund), refund=None))
    return made


_STATUS = {"ask": "requested", "appeal": "arbitrating", "withdraw": "withdrawn", "reject": "rejected", "grant": "granted"}
