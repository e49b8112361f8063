"""What follows from an order's facts, and from a press: replay, compare with before, write what changed.

Part of ``advance``, inside its transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from connector.database.journal import Transaction
from connector.database.orders import Kept, Wants, pack
from connector.domain.documents import document, words
from connector.domain.ledger import UNKNOWN_REFUND
from connector.domain.offers import effect_of, led_to, objection
from connector.domain.order import Fact, Kind, Millis, OrderRef, Press, Pressed, split_ref
from connector.domain.parts import called, left_of
from connector.domain.reading import paid_out, reminds, unanswered
from connector.domain.replay import Life
from connector.domain.table import TABLE
from connector.domain.traits import SHOP_ACTIONS, Traits
from connector.ports import Alert, Command, CommandResult

#: The window's row rings this much later than the window is long (``order-life.md`` section 4).
_GRACE_SECONDS: Final = 5
#: A press that could not be carried out for so long is refused; the same goes for an automatic confirmation.
_COMMAND_MILLIS: Final = 10 * 60 * 1000
_WHOLE_MILLIS: Final = 15_000
#: What has been told without its push is asked for after so long.
_PUSH_MILLIS: Final = 30_000


def settle(tx: Transaction, kept: Kept, fresh: Sequence[Fact], now: Millis, traits: Traits) -> Life:
    """Replay an order after ``fresh`` facts (none if its window's row rang) and write what changed."""
    _watch_window(kept, tx.orders.facts(kept.ref), now)
    life = tx.orders.life(kept)
    stray = _note_content(tx, kept, life)
    if stray is not None:
        return settle(tx, kept, (*fresh, *_joined(tx, kept, stray, now)), now, traits)
    _alert(tx, kept, fresh, life, now)
    _fetch(tx, kept, fresh, life, now)
    _ask_case(tx, kept, fresh, life, now)
    _stand_or_go(tx, kept, life, now)
    if kept.parked_by in {None, "erp"}:
        _effects(tx, kept, life, now, traits)
    kept.state = life.state
    tx.orders.save(kept)
    return life


def judge(tx: Transaction, press: Pressed, event_id: int, now: Millis, traits: Traits) -> str:
    """Answer a press, once: its verdict is stored with its event, replaying never sends one again."""
    if press.order is None and press.action in SHOP_ACTIONS:
        return _send(tx, press, press.args, now)
    kept = tx.orders.open(press.order) if press.order else None
    if kept is None or kept.store != press.store:
        return _answer(tx, press, "refused", "无此订单 · the shop has no such order", now)
    life = tx.orders.life(kept)
    why = objection(press.action, life, traits)
    if why:
        return _answer(tx, press, "refused", why, now)
    effect = effect_of(press.action, life, traits)
    if effect != "platform":
        made = Press(action=press.action, command_id=press.command_id, user_id=press.user_id)
        key, note = f"press:{press.command_id}", life.reminder if press.action == "answer_reminder" else ""
        fact = Fact(key=key, kind=Kind.PRESS, at=press.pressed_at, press=made, note=note)
        settle(tx, kept, tx.orders.put(kept.ref, [fact], event_id), now, traits)
    if effect == "fact":
        return _answer(tx, press, "done", "已记录 · noted", now)
    return _send(tx, press, {**press.args, **_meant(press, life)}, now)


def _send(tx: Transaction, press: Pressed, args: Mapping[str, object], now: Millis) -> str:
    command = Command(
        key=f"cmd-{press.command_id}", store=press.store, order=press.order, action=press.action, args=args
    )
    expires_at = Millis(press.pressed_at + _COMMAND_MILLIS)
    tx.outbox.put_command(command, command_id=press.command_id, now=now, expires_at=expires_at)
    return "on its way"


def _meant(press: Pressed, life: Life) -> dict[str, object]:
    """What a platform must be told besides: which reminder is answered, which goods the lines of a refund are.

    With the refunds ``known`` by now and all that is ``left`` of the order, so that what comes of it can be told.
    """
    if press.action == "answer_reminder":
        return {"reminder": life.reminder}
    if press.action == "part_refund":
        return {
            "goods": _goods(press.args.get("items"), life),
            "known": [case.key for case in life.cases],
            "left": [called(dish, dish.quantity) for dish in left_of(life)],
        }
    return {}


def _goods(rows: object, life: Life) -> list[dict[str, object]]:
    """The named lines as the platform calls them; none at all if one of them cannot be told."""
    items = {item.line: item for item in (life.content.items if life.content else ())}
    named = rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else []
    found = [
        (items.get(line) if isinstance(line := row.get("line"), int) else None, row.get("quantity")) for row in named
    ]
    return [called(item, quantity) for item, quantity in found if item is not None and all(one for one, _ in found)]


def _answer(tx: Transaction, press: Pressed, state: Literal["done", "refused"], text: str, now: Millis) -> str:
    tx.outbox.put_news(press.store, CommandResult(command_id=press.command_id, state=state, result=text), now)
    return f"{state}: {text}"


def _note_content(tx: Transaction, kept: Kept, life: Life) -> Kept | None:
    """Keep beside the order what it is looked for by: its other name, its day, its number in the day.

    Returns:
        What was taken for an order of its own so far, as its news told that other name alone.
    """
    content = life.content
    if content is None:
        return None
    kept.placed_at, kept.day_seq = content.placed_at, content.day_seq
    view = OrderRef(f"{split_ref(kept.ref)[0]}:{content.view_ref}")
    if not content.view_ref or view in {kept.ref, kept.view_ref}:
        return None
    tx.orders.name(kept, view)
    return tx.orders.stray(kept)


def _joined(tx: Transaction, kept: Kept, stray: Kept, now: Millis) -> tuple[Fact, ...]:
    """Let an order have what was heard of it under its other name; what people were told of that one is over."""
    for fact in tx.orders.facts(stray.ref):
        if reminds(fact):
            _remind(tx, stray, fact, now, answered=True)
    if stray.alert is not None:
        tx.heal(stray, now)
    tx.outbox.cancel_fetches(stray.ref, "fetch:", now, "it is another order's other name")
    return tx.orders.join(stray, kept)


def _watch_window(kept: Kept, facts: Iterable[Fact], now: Millis) -> None:
    """Its row rings a while after we first heard of the acceptance; at once if the window is 0."""
    if kept.due_at is None and any(fact.accepts for fact in facts):
        window = kept.terms.cancel_window
        kept.accepted_heard_at = now
        kept.due_at = Millis(now + (window + _GRACE_SECONDS) * 1000 if window else now)
        kept.rung = not window


def _stand_or_go(tx: Transaction, kept: Kept, life: Life, now: Millis) -> None:
    """Park an order whose facts make no sense, and let it go when they do."""
    if kept.parked_by == "fact":
        return  # a person must look
    if life.standstill:
        tx.park(kept, "replay", life.standstill, now, silent=life.silent)
        return
    found = kept.parked_by == "fetch" and life.content is not None
    released = kept.parked is None and kept.alert is not None  # by a person
    if kept.parked_by == "replay" or found or released:
        tx.heal(kept, now)


def _effects(tx: Transaction, kept: Kept, life: Life, now: Millis, traits: Traits) -> None:
    if life.imported and not kept.sold:
        kept.sold = True
        _ask_prices(tx, kept, life, now, traits)
    window = kept.terms.cancel_window
    wanted = document(key=kept.ref, store=kept.store, life=life, traits=traits, window=window)
    packed = None if wanted is None else pack(wanted)
    if packed is not None and packed != kept.document:
        kept.version, kept.document = max(kept.version + 1, now), packed
        tx.outbox.put_document(kept.ref, kept.store, kept.version, now)
    if kept.terms.auto_accept and life.state == "new" and wanted is not None:
        command = Command(key=f"auto:{kept.ref}", store=kept.store, order=kept.ref, action="accept")
        tx.outbox.put_command(command, command_id=None, now=now, expires_at=Millis(now + _COMMAND_MILLIS))


def _ask_prices(tx: Transaction, kept: Kept, life: Life, now: Millis, traits: Traits) -> None:
    """Read a new sale with promotions back once, where only that tells what each of its dishes cost in them."""
    content = life.content
    if not traits.prices_apart or content is None or any(item.user_price for item in content.items):
        return
    if any(fee.kind in {"discount_shop", "discount_platform"} for fee in content.fees):
        tx.outbox.put_fetch(f"prices:{kept.ref}", kept.ref, kept.store, now, now)


def _fetch(tx: Transaction, kept: Kept, fresh: Sequence[Fact], life: Life, now: Millis) -> None:
    """Ask the platform for what is missing, and not any more for what has come."""
    for action in led_to(fresh):
        tx.outbox.cancel_fetches(kept.ref, f"after:{action}:", now, "the push has come")
    wants = _wants(life)
    tried_again = kept.parked_by == "fetch" and fresh
    if wants and (wants != kept.wants or tried_again):
        due_at = Millis(now + _WHOLE_MILLIS) if wants == "whole" else now
        tx.outbox.put_fetch(f"fetch:{kept.ref}", kept.ref, kept.store, now, due_at)
    elif kept.wants and not wants:
        tx.outbox.cancel_fetches(kept.ref, "fetch:", now, "nothing is missing any more")
    kept.wants = wants


def _ask_case(tx: Transaction, kept: Kept, fresh: Sequence[Fact], life: Life, now: Millis) -> None:
    """Read an order back once whose money goes back for a case that nothing is heard of: its pushes may be lost."""
    for fact in fresh:
        if fact.claim is not None:
            tx.outbox.cancel_fetches(kept.ref, _case(kept, fact.claim.key), now, "the push has come")
    known = {fact.claim.key for fact in tx.orders.facts(kept.ref) if fact.claim is not None}
    told = dict.fromkeys(paid_out(fact) for fact in fresh)
    for case in told.keys() - known - {""} if not life.all_back else ():
        if not tx.outbox.has(_case(kept, case)):
            tx.outbox.put_fetch(_case(kept, case), kept.ref, kept.store, now, Millis(now + _PUSH_MILLIS))


def _case(kept: Kept, case: str) -> str:
    return f"case:{kept.ref}:{case}:"


def _wants(life: Life) -> Wants | None:
    if life.content is None:
        return "content"
    if life.standstill == UNKNOWN_REFUND:
        return "refund"
    return None if life.content.whole else "whole"


def _alert(tx: Transaction, kept: Kept, fresh: Iterable[Fact], life: Life, now: Millis) -> None:
    """Tell people at once, once per new fact; a reminder's alert closes when that one is answered."""
    for fact in fresh:
        row = TABLE.get(fact.code)
        if row is not None and row.alert == "delivery":
            key = f"delivery:{kept.ref}:{fact.key}"
            alert = Alert(key=key, kind="delivery", store=kept.store, order=kept.ref, text=words(fact))
            tx.outbox.put_news(kept.store, alert, now)
    waits = {fact.key for fact in unanswered(life.read)}
    for fact in life.read:
        if reminds(fact):
            _remind(tx, kept, fact, now, answered=fact.key not in waits)


def _remind(tx: Transaction, kept: Kept, fact: Fact, now: Millis, *, answered: bool) -> None:
    key = f"reminder:{kept.ref}:{fact.key}"
    alert = Alert(
        key=key,
        kind="reminder",
        store=kept.store,
        order=kept.ref,
        text=words(fact),
        state="closed" if answered else "open",
    )
    if not answered or tx.outbox.has(f"alert:{key}:open"):
        tx.outbox.put_news(kept.store, alert, now)
