"""A worker is killed at every named point, started again, and nothing is lost, nothing doubled."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from connector.faults import POINTS
from tests.actors import processes
from tests.actors.outside import LANES, wait_for
from tests.domain.build import fact
from tests.doubles import event, pressed

DOOR = [point for point in POINTS if point.startswith("receive.")]
WORK = [point for point in POINTS if not point.startswith("receive.")]
KILLED = -9
ROOT = Path(__file__).resolve().parents[2]


def rush(outside):
    """What passes every point: sales, a press on the platform, orders to be read back, one of an untold shop."""
    heard = []
    for number, lane in enumerate(LANES):
        sold, pressed_on, unknown, lost = (f"eleme:{number}{kind}" for kind in (1, 2, 3, 4))
        outside.platform.orders[unknown] = outside.platform.orders[lost] = (fact(10, 0), fact(12, 10))
        outside.platform.homes[lost] = lane
        heard += [
            event(sold, fact(10, 0), lane=lane),
            event(sold, fact(12, 10), lane=lane),
            event(sold, fact(45, 30), lane=lane),
            event(pressed_on, fact(10, 0), lane=lane),
            pressed("accept", number + 1, pressed_on, lane=lane, at=outside.now()),
            event(unknown, fact(12, 10), lane=lane),
            event(lost, fact(12, 10), lane="eleme:"),
        ]
    return heard


def check(outside):
    """What must have come of it, whoever was killed when."""
    for number in range(len(LANES)):
        found = [outside.erp.documents[f"eleme:{number}{kind}"] for kind in (1, 2, 3, 4)]
        assert [document.sale for document in found] == ["confirmed"] * 4
        assert [document.state for document in found] == ["paid", "accepted", "paid", "paid"]
        assert {document.store for document in found} == {LANES[number]}
        assert outside.platform.effects[f"eleme:{number}2", "accept"] == [f"cmd-{number + 1}"] * len(
            outside.platform.effects[f"eleme:{number}2", "accept"]
        )
        assert outside.erp.results[number + 1].state == "done"
    assert sorted(alert.kind for alert in outside.erp.alerts.values()) == ["reminder"] * len(LANES)
    assert outside.erp.overlaps == []
    check_versions(outside)
    assert outside.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
    facts = outside.rows("SELECT order_ref, count(*) FROM facts GROUP BY order_ref ORDER BY order_ref")
    assert [count for _, count in facts] == [3, 3, 2, 2] * len(LANES)


def check_versions(outside):
    """Each version of a document says one thing, whoever writes it, and what is written only grows."""
    said = {}
    for key, version, document, _ in outside.erp.written:
        assert said.setdefault((key, version), document) == document
    for key in outside.erp.documents:
        versions = [version for name, version, _, status in outside.erp.written if name == key and status == "written"]
        assert all(one < two for one, two in pairwise(versions))


@pytest.mark.parametrize("point", WORK)
def test_a_worker_killed_here_loses_nothing_and_doubles_nothing(outside, point):
    outside.hear(*rush(outside))
    doomed = outside.worker(fault=point)
    wait_for(lambda: not doomed.is_alive(), words=f"{point} is passed")
    assert doomed.exitcode == KILLED
    outside.time_passes()
    outside.worker()
    outside.sweeper()
    wait_for(outside.at_rest, words="everything is done")
    check(outside)


@pytest.mark.parametrize("point", ["advance.before_commit", "deliver.after_platform"])
def test_under_the_dramatiq_command_as_well(outside, point):
    outside.hear(*rush(outside))
    command = [sys.executable, "-m", "dramatiq", "tests.actors.worker", "--processes", "1", "--threads", "2"]
    environment = {**os.environ, **outside.environment(fault=point)}
    doomed = subprocess.Popen(command, cwd=ROOT, env=environment)
    assert doomed.wait(60) != 0
    outside.time_passes()
    outside.worker()
    outside.sweeper()
    wait_for(outside.at_rest, words="everything is done")
    check(outside)


@pytest.mark.parametrize("point", DOOR)
def test_a_door_killed_here_stores_the_event_once(outside, point):
    for fault, exitcode in ((point, KILLED), ("", 0)):  # the sender has had no answer and comes again
        door = outside.start(processes.knock, fault=fault)
        door.join()
        assert door.exitcode == exitcode
    assert outside.rows("SELECT count(*) FROM inbox") == [(1,)]
