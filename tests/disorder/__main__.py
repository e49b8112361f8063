"""The longer run: ``python -m tests.disorder --histories 200000 --seed today``; ends with 0 if all is well."""

import argparse
import sys
import time

from tests.disorder.mutants import MUTANTS
from tests.disorder.running import caught_after, run


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.disorder", description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000, help="how many (both platforms in turn)")
    parser.add_argument("--seed", default=str(int(time.time())), help="the same seed gives the same histories")
    parser.add_argument("--bound", type=int, default=5_000, help="how many histories a mutant may outlive")
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    began = time.process_time()
    tally = run(asked.histories, asked.seed, progress=_line(asked.histories))
    seconds = time.process_time() - began
    print()
    for difference in tally.differences:
        print(f"\n{difference}")
    if tally.differences:
        print("\nPlay one again: from tests.disorder.running import one; one(platform, seed, number)")
    caught = {}
    for name in MUTANTS:
        caught[name] = caught_after(name, asked.seed, asked.bound)
        print(f"{caught[name] or 'OUTLIVES':>10}  {name}", flush=True)
    survivors = sum(found is None for found in caught.values())
    rows = {
        "histories": f"{tally.histories:,}",
        "deliveries": f"{tally.deliveries:,}",
        "differences": f"{len(tally.differences):,}",
        "mutants caught": f"{len(caught) - survivors} of {len(caught)}",
        "seconds of one core": f"{seconds:,.0f}",
    }
    print()
    for name, value in rows.items():
        print(f"{name:<20} {value:>12}")
    return 1 if tally.differences or survivors else 0


def _line(histories):
    """A progress line about once a second."""
    shown = [0.0]

    def progress(tally):
        now = time.monotonic()
        if now - shown[0] >= 1 or tally.histories == histories:
            shown[0] = now
            told = f"{tally.histories:,} of {histories:,} histories, {tally.deliveries:,} deliveries"
            print(f"\r{told}, {len(tally.differences)} differences", end="", flush=True)

    return progress


if __name__ == "__main__":
    sys.exit(main())
