"""Runs: many histories by their seeds, and every mutant until it is caught."""

import random
from dataclasses import dataclass, field

import pytest

from connector.domain import replay as replaying
from tests.disorder.hearing import PLATFORMS, DifferenceError, Hearing, make
from tests.disorder.losing import lose
from tests.disorder.mutants import MUTANTS


@dataclass
class Tally:
    """What a run has seen."""

    histories: int = 0
    deliveries: int = 0
    differences: list = field(default_factory=list)


def one(platform, seed, number):
    """One history heard in every way; gives its deliveries. The three arguments play it again."""
    rng = random.Random(f"{platform}:{seed}:{number}")
    hearing = Hearing(make(platform, rng), rng, replaying.replay)
    hearing.run()
    if number % 2:
        lose(hearing)
    return hearing.deliveries


def run(histories, seed, *, most=5, progress=lambda _tally: None):
    """Histories of both platforms in turn, until ``most`` of them have ended differently."""
    tally, platforms = Tally(), tuple(PLATFORMS)
    for number in range(histories):
        platform = platforms[number % len(platforms)]
        try:
            tally.deliveries += one(platform, seed, number // len(platforms))
        except DifferenceError as difference:
            tally.differences.append(f"one({platform!r}, {seed!r}, {number // len(platforms)}): {difference}")
        tally.histories += 1
        progress(tally)
        if len(tally.differences) >= most:
            break
    return tally


def caught_after(name, seed, within):
    """After how many histories a mutant is noticed; ``None`` if it outlives ``within`` of them."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        found = run(within, seed, most=1)
    return found.histories if found.differences else None
