"""Rules left out or changed, one at a time: the disorder run has to notice each (``order-life.md`` sections 2 to 5).

A mutant is a name and what it does to the product while it lives; it takes a ``pytest.MonkeyPatch``.
"""

from dataclasses import replace

import pytest

from connector.domain import ledger, placing, reading
from connector.domain import replay as replaying
from connector.domain.order import Kind, RefundWords
from connector.domain.table import TABLE, level
from mappings import meituan, meituan_refund

Ledger, Reading = ledger.Ledger, replaying._Reading
FULL = RefundWords(scope="full")


def _table(code, reaches):
    return lambda patch: patch.setitem(TABLE, code, replace(TABLE[code], reaches=reaches))


def _attribute(owner, name, value):
    return lambda patch: patch.setattr(owner, name, value)


def _wrapped(owner, name, around):
    """Replace a function by ``around(original, *args)``."""

    def change(patch):
        original = getattr(owner, name)
        patch.setattr(owner, name, lambda *args, **named: around(original, *args, **named))

    return change


def _begin_sale(me):
    if not me.imported and me.content is not None:
        me.imported = True
        me.reach("paid")


def _check(*, imported=True, all_back=True):
    """When the materials are used, without one of its conditions."""

    def check(me, at):
        sold, left = me.imported or not imported, not me.ledger.all_back or not all_back
        if sold and left and me.progress >= level(me.terms.consume_at) and me.consumed is None:
            me.consumed = (len(me.read), at)

    return _attribute(Reading, "check_consumed", check)


def _finish(me, fact):
    if me.ledger.all_back:
        return
    me.completed_at = me.completed_at or fact.at
    me.reach("completed")


def _void(chosen, *, twice=False):
    """A cancellation that grants ``chosen(entry)``, else a case of its own."""

    def void(me, at, step, reason="", family="cancel"):
        me._step = step
        if me.all_back and not twice:
            return
        fitting = [entry for entry in me.entries if entry.case.open and chosen(entry.case)]
        me._grant(fitting[-1] if fitting else me._add("void", family, at), FULL, at)

    return _attribute(Ledger, "void", void)


def _part_answers(original, me, fact, step):
    if fact.kind is Kind.PART and me._open("cancel"):
        fact = replace(fact, kind=Kind.GRANT, code=23)
    original(me, fact, step)


def _grant(amount):
    def grant(me, entry, words, at):
        left = me.left
        me._name(entry, words)
        entry.case = replace(entry.case, status="granted", amount=amount(left, entry), granted_at=at)
        entry.granted_step = me._step

    return _attribute(Ledger, "_grant", grant)


def _end_second(*, closes, withdraws):
    def end(me):
        if me.all_back and not me.closed:
            me.closed = closes
            for entry in me.entries if withdraws else ():
                if entry.case.open:
                    entry.case = replace(entry.case, status="withdrawn")
        me._shown = ledger.showing(me.entries)

    return _attribute(Ledger, "end_second", end)


def _forgets(original, me, entry, words):
    entry.named_scope = entry.named_money = None
    original(me, entry, words)


def _keeps(original, me, entry, words):
    first = entry.named_money
    original(me, entry, words if first is None else replace(words, money=first))


def _about(**changed):
    return _wrapped(placing, "_about", lambda original, facts: replace(original(facts), **changed))


def _family_by_answer(original, facts):
    known = original(facts)
    sent = {}
    for claim in (fact.claim for fact in facts if fact.claim):
        sent[claim.key] = max(sent.get(claim.key, claim.sent_at), claim.sent_at)
    return replace(known, asked=sent)


def _saved_state(original, me, fact):
    """order_state as it was when the request came, for good."""
    asks = fact.kind in {Kind.ASK, Kind.APPEAL} and not me.ledger.closed
    original(me, fact)
    if asks:
        me.terms = replace(me.terms, price_mode=f"saved {me.progress}")


def _restored(original, me, progress, *, became):
    saved = me.terms.price_mode.partition("saved ")[2]
    if saved and became:
        progress = replaying.PROGRESS[max(int(saved), level("paid"))]
    return original(me, progress, became=became)


def _order_state_saved(patch):
    _wrapped(Reading, "take", _saved_state)(patch)
    _wrapped(replaying, "_order_state", _restored)(patch)


def _youngest(entries, _wanted):
    return next((entry for entry in reversed(entries) if entry.case.status != "withdrawn"), None)


def _rider(original, facts):
    return original([replace(fact, at=fact.second * 1000) for fact in facts])


def _last_acceptance(original, facts, *, window):
    told = [fact.second for fact in facts if fact.accepts]
    return original(facts, window=window + max(told, default=0) - min(told, default=0))


def _riders_once_sold(original, me, fact):
    if fact.kind is not Kind.RIDER or me.imported:
        original(me, fact)


def _partially(original, me, progress, *, became):
    found = original(me, progress, became=became)
    return "partially_refunded" if me.ledger.granted and not me.ledger.all_back else found


def _dated_by_request(original, *args):
    fact = original(*args)
    return replace(fact, at=fact.claim.asked_at) if fact.claim else fact


def _ranked(kind, rank):
    return lambda patch: patch.setitem(reading._RANK, kind, rank)


def _sold_uses(original, *args, sold, **named):
    life = original(*args, sold=sold, **named)
    return replace(life, consumed_at=life.consumed_at or 1) if sold else life


def _pulled_anew(original, *args, **named):
    """A pull's word counts, whatever has become of its case."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "_FINAL", frozenset())
        original(*args, **named)


#: Every mutant by what is wrong with it.
MUTANTS = {
    "facts are read as they are heard": _wrapped(
        replaying, "seconds", lambda _, facts, **__: [[fact] for fact in facts]
    ),
    "the merchant's part answers an open request": _wrapped(Ledger, "read", _part_answers),
    "the echo of a refund is a second one": _about(full_grant=False),
    "a case's family goes by its answer": _wrapped(placing, "_about", _family_by_answer),
    "all is of before completion": _about(finished=None),
    "an order that is all back is imported": _attribute(Reading, "begin_sale", _begin_sale),
    "materials are used before the import": _check(imported=False),
    "materials are used though all is back": _check(all_back=False),
    "the window's last second is outside": _ranked(Kind.DUE, -1),
    "the window is a second longer": _wrapped(replaying, "seconds", lambda o, f, *, window: o(f, window=window + 1)),
    "the window begins with the last word of the acceptance": _wrapped(replaying, "seconds", _last_acceptance),
    "a request is always before the answers of its second": _wrapped(
        replaying, "within_second", lambda original, facts, **_: original(facts, open_families=frozenset())
    ),
    "a request is always after the answers of its second": _wrapped(
        replaying, "within_second", lambda o, facts, **_: o(facts, open_families=frozenset({"cancel", "return"}))
    ),
    "the merchant's part is read after the refunds of its second": _ranked(Kind.PART, 9),
    "a cancellation is read before the refunds of its second": _ranked(Kind.VOID, 0),
    "progress is read after the refunds of its second": _attribute(reading, "_FIRST", 3),
    "what a pull tells is read before all of its second": _ranked(Kind.PULL, -1),
    "order_state is saved with the request": _order_state_saved,
    "a cancellation grants twice": _void(lambda case: case.scope == "full", twice=True),
    "a cancellation never answers a request": _void(lambda _: False),
    "a cancellation answers a request for a part": _void(lambda _: True),
    "granted is not final": _attribute(ledger, "_FINAL", frozenset({"withdrawn"})),
    "granted is not final to a pull": _wrapped(Ledger, "state_claimed", _pulled_anew),
    "a granted part takes all that is left": _grant(lambda left, _: left),
    "a granted whole takes what was named": _grant(lambda left, entry: entry.named_money or left),
    "open cases stay open when all is back": _end_second(closes=True, withdraws=False),
    "refunds go on when all is back": _end_second(closes=False, withdraws=True),
    "parts that add up to all are not all": _attribute(
        Ledger,
        "all_back",
        property(lambda me: any(e.case.status == "granted" and e.case.scope == "full" for e in me.entries)),
    ),
    "an order for nothing is all back": _attribute(
        Ledger, "all_back", property(lambda me: me.granted >= (me._paid or 0))
    ),
    "an appeal does not speak of the refused case": _attribute(Ledger, "_last_rejected", lambda *_: None),
    "an answer forgets what the request named": _wrapped(Ledger, "_name", _forgets),
    "what the request named outlives the answer": _wrapped(Ledger, "_name", _keeps),
    "a smaller sum tells no part": _attribute(Ledger, "_inferred", lambda _, words: words.scope),
    "a pull tells everything anew": _attribute(ledger, "showing", lambda _: frozenset()),
    "a pull tells of the youngest case": _attribute(ledger, "spoken_of", _youngest),
    "a finished order is not imported at once": _attribute(Reading, "_finish", _finish),
    "a request after completion does not import": _attribute(replaying, "family_of", lambda _: None),
    "riders before the import are forgotten": _wrapped(Reading, "_apply", _riders_once_sold),
    "a rider on the way to the shop says nothing": _table(53, ""),
    "delivered is finished": _table(56, "completed"),
    "riders are told apart by whole seconds": _wrapped(replaying, "_rider", _rider),
    "a press of the kitchen uses nothing by itself": _attribute(replaying, "_KITCHEN", frozenset()),
    "taking an order over uses its materials": _attribute(
        replaying, "_KITCHEN", frozenset({"accept", *replaying._KITCHEN})
    ),
    "the flag sold is forgotten": _wrapped(
        replaying, "replay", lambda o, *args, **named: o(*args, **{**named, "sold": False})
    ),
    "what was sold was used": _wrapped(replaying, "replay", _sold_uses),
    "some money back is partially refunded before the end": _wrapped(replaying, "_order_state", _partially),
    "a cancellation before acceptance has its own code": _about(accepted=0),
    "an appeal is read at its request's time": _attribute(placing, "_read_at", lambda fact, *_: fact.at),
    "an answer is dated by its request": _wrapped(meituan, "read_refund", _dated_by_request),
    "an instant refund is a mere request": lambda patch: patch.delitem(meituan_refund._RES, "6"),
}
