"""Pushes that never come: what a later answer of the platform states must hold in the end, and nothing twice."""

from tests.disorder.hearing import DifferenceError, take
from tests.disorder.truth import books_of
from tests.disorder.wire_meituan import ride_told
from tests.domain.build import ends


def lose(hearing):
    """Some pushes that an answer can replace are lost, the order is pulled, then they come after all."""
    history, rng = hearing.history, hearing.rng
    lost = [fact for event, fact in hearing.told if _replaced(history, event) and rng.random() < 0.5]
    known, keys = {}, {fact.key for fact in lost}
    heard = [fact for fact in hearing.facts if fact.key not in keys] + hearing.pulled_after(
        len(history.events) - 1, 2000
    )
    rng.shuffle(heard)
    for fact in heard:
        take(known, fact)
    hearing.deliveries += len(heard) + len(lost)
    life = hearing.life(known, sold=history.unheard)
    _hold(hearing, known, life)
    for fact in lost:
        take(known, fact)
    hearing.check("lost, pulled, then late", known, sold=history.unheard or life.imported)


def _replaced(history, event):
    """Whether what the platform answers in the end tells of this push too."""
    if event.what in {"paid", "accepted", "finished", "void"}:
        return True
    if history.platform == "meituan":
        return bool(event.case) or event.what == "echo" or _last_of_its_step(history, event)
    spoken = [each for each in history.events if each.case]
    return bool(spoken) and event.case == spoken[-1].case and not event.case.startswith("merchant")


def _last_of_its_step(history, event):
    """Of a delivery that was sent again the answer has the latest times."""
    step = ride_told(event)
    return bool(step) and event is [each for each in history.events if ride_told(each) == step][-1]


def _hold(hearing, known, life):
    """Accepted, finished, void, the money granted, what is open; no case and no grant more than there were."""
    history = hearing.history
    books = books_of(history, sold=history.unheard or life.imported)
    truth = books.expected()
    sure = {
        "accepted": _told_accepted(history, books),
        "all back": books.all_back,
        "finished": books.finished or books.all_back,
        "refunded": truth["refunded"],
        "open": bool(books.open),
        "more cases": False,
        "standstill": "",
    }
    found = ends(life)
    back = found["state"] in {"refunded", "cancelled"}
    told = {
        "accepted": life.accepted_at is not None,
        "all back": back,
        "finished": back or found["order_state"] in {"completed", "partially_refunded"},
        "refunded": found["refunded"],
        "open": any(case["status"] in {"requested", "arbitrating"} for case in found["refunds"]),
        "more cases": not books.all_back and _too_many(truth["refunds"], found["refunds"]),
        "standstill": life.standstill,
    }
    if not sure["accepted"]:
        told["accepted"] = False  # a void order is not said to have been accepted
    if history.platform == "meituan":  # each statement is dated by itself: nothing but the words of it is lost
        same = ("state", "order_state", "sale", "consumed", "rider_state")
        sure.update({name: truth[name] for name in same})
        told.update({name: found[name] for name in same})
    if told != sure:
        raise DifferenceError(
            hearing.named("lost and pulled"), sure, told, sorted(known.values(), key=lambda each: each.at)
        )


def _told_accepted(history, books):
    """Ele.me tells one status: of an order that is void it says nothing else."""
    return books.accepted is not None and not (history.platform == "eleme" and (books.voided or books.all_back))


def _too_many(truth, found):
    """More cases than the platform has; those that it withdrew need not be told."""
    kept = [case for case in found if case["status"] != "withdrawn"]
    return len(kept) > len(truth) or any(
        sum(case["status"] == status for case in kept) > sum(case["status"] == status for case in truth)
        for status in ("requested", "arbitrating", "rejected", "granted")
    )
