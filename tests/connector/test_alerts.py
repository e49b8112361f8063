"""What people must see although no order moves: raised once, closed when its opposite comes, in whatever order."""

from itertools import permutations

import pytest

from connector.domain.errors import Unauthorised
from connector.domain.order import Fact, Kind
from connector.ports import Alert, Heard
from connector.pulling import due, pull
from tests.doubles import LANE, event


def says(world, *alerts):
    """Pushes that raise alerts; each push has its own."""
    by_body = {}
    for number, alert in enumerate(alerts):
        push = event(
            None, Fact(key=f"{number}:{alert.state}:{alert.since}", kind=Kind.NOTE, at=0), salt=str(len(by_body))
        )
        by_body[push.body] = alert
        world.hear(push)
    world.platform.heard = lambda raw: Heard(alerts=(by_body[raw.body],), note="read")


def shut(at, *, so=True, subject=f"shop:{LANE}"):
    state = "open" if so else "closed"
    return Alert(key=subject, kind="shop", store=LANE, order=None, text="置休", state=state, since=at)


def states(world):
    return {key: alert.state for key, alert in world.erp.alerts.items()}


def test_a_shop_that_closes_is_told_once_and_calms_when_it_opens(world):
    says(world, shut(10))
    world.settle()
    assert states(world) == {f"shop:{LANE}:10": "open"}
    says(world, shut(11), shut(20, so=False))
    world.settle()
    assert states(world) == {f"shop:{LANE}:10": "closed"}
    says(world, shut(30))
    world.settle()
    assert states(world) == {f"shop:{LANE}:10": "closed", f"shop:{LANE}:30": "open"}


@pytest.mark.parametrize("order", list(permutations([shut(10), shut(20, so=False), shut(30)])))
def test_the_newest_counts_whatever_comes_first(world, order):
    for alert in order:
        says(world, alert)
        world.settle()
    assert [state for state in states(world).values() if state == "open"] == ["open"]
    for alert in (shut(40, so=False), shut(35)):
        says(world, alert)
        world.settle()
    assert set(states(world).values()) == {"closed"}


def test_what_opens_without_having_been_shut_tells_nobody(world):
    says(world, shut(10, so=False))
    world.settle()
    assert states(world) == {}


def test_what_is_over_before_it_began_is_never_told(world):
    says(world, shut(20, so=False))
    world.settle()
    says(world, shut(10))
    world.settle()
    assert states(world) == {}


def test_conditions_of_one_visit_know_each_other_and_subjects_do_not(world):
    says(world, shut(10), shut(20, so=False), shut(15, subject="shop:other"))
    world.settle()
    assert states(world) == {f"shop:{LANE}:10": "closed", "shop:other:15": "open"}


def test_an_authorisation_is_back_once_the_platform_speaks_of_the_shop(world):
    subject = f"authorisation:{LANE}"
    gone = Alert(key=subject, kind="authorisation", store=LANE, order=None, text="解除", since=10)
    says(world, gone)
    world.settle()
    world.platform.lists[LANE] = [RuntimeError("still away")]
    pull(world.services, LANE)
    world.settle()
    assert states(world) == {f"{subject}:10": "open"}
    world.platform.lists[LANE] = []
    world.clock.forward(61)
    pull(world.services, LANE)
    world.settle()
    assert states(world) == {f"{subject}:10": "closed"}


def denied(world):
    world.platform.lists[LANE] = [Unauthorised("无权限访问该店铺 (ACCESS_DENIED)")]


def look(world, minutes=1):
    """So many minutes later: whether the platform was asked."""
    world.clock.forward(60 * minutes)
    world.platform.looks.clear()
    pull(world.services, LANE)
    world.settle()
    return [store for store, _, _ in world.platform.looks] == [LANE]


def test_a_shop_that_we_may_not_ask_about_alarms_once_and_is_over_once_we_may(world):
    denied(world)
    assert look(world)
    (key,) = states(world)
    assert (key.startswith(f"authorisation:{LANE}:"), states(world)) == (True, {key: "open"})
    alert = world.erp.alerts[key]
    assert (alert.kind, alert.store) == ("authorisation", LANE)
    assert "ACCESS_DENIED" in alert.text
    assert look(world, 30)
    assert states(world) == {key: "open"}
    world.platform.lists[LANE] = []
    assert look(world, 30)
    assert states(world) == {key: "closed"}
    denied(world)
    assert look(world)
    assert sorted(states(world).values()) == ["closed", "open"]


def test_a_shop_that_we_may_not_ask_about_is_asked_rarely(world):
    denied(world)
    assert look(world)
    assert [look(world, minutes) for minutes in (1, 28)] == [False, False]
    assert LANE not in due(world.services)
    world.platform.lists[LANE] = []
    assert look(world)
    assert look(world)


def test_a_push_that_said_it_before_is_not_said_again(world):
    subject = f"authorisation:{LANE}"
    says(world, Alert(key=subject, kind="authorisation", store=LANE, order=None, text="解除", since=10))
    world.settle()
    denied(world)
    look(world)
    assert states(world) == {f"{subject}:10": "open"}


def test_what_the_applications_as_such_may_not_is_no_shops_alert(world):
    world.platform.lists["eleme:"] = [Unauthorised("no")]
    pull(world.services, "eleme:")
    world.settle()
    assert states(world) == {}
    assert world.journal.gaps.last("eleme:").unauthorised
