"""The key of what was bought, as an order tells it that was read back."""

from connector.domain.order import Content


def pulled_key(content: Content, *told: object) -> str:
    """Key of the fact: answers that lack more are facts of their own, and are read after those that lack less.

    All of them have one time, so the one that counts is the first by key (:mod:`connector.domain.pricing`): which of
    them came first must not matter.

    Args:
        content: as read.
        told: what a platform tells in some answers and not in others; empty where this one does not tell it.
    """
    lacking = sum(not one for one in told)
    if not content.whole:
        return "pulled:slim"
    return f"pulled:lacks-{lacking}" if lacking else "pulled"
