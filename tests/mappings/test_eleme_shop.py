import json

import pytest

from connector.platforms.eleme import Eleme
from connector.ports import RawEvent
from mappings.eleme_shop import read_shop_news
from tests.shelf import Shelf
from tests.vectors import DATA

SAMPLE = json.loads(next((DATA / "samples/eleme").glob("push_100*")).read_text("utf-8"))["push"]
SENT = 1_700_000_000_123
LANE = "eleme:155000016"


def push(kind, **message):
    return json.dumps({"type": kind, "message": json.dumps(message), "shopId": 1, "timestamp": SENT}).encode()


def alerts(body):
    platform = Eleme([], url="https://platform.invalid", shelf=Shelf())
    return platform.heard(RawEvent(id=1, source="eleme", lane=LANE, received_at=0, body=body)).alerts


def test_an_authorisation_that_was_taken_away_is_dated_by_the_platform():
    news = read_shop_news(json.dumps(SAMPLE).encode())
    assert (news.kind, news.at, news.so) == ("authorisation", 1508323694000, True)
    (alert,) = alerts(json.dumps(SAMPLE).encode())
    assert (alert.key, alert.kind, alert.state, alert.since) == (
        f"authorisation:{LANE}",
        "authorisation",
        "open",
        1508323694000,
    )


@pytest.mark.parametrize(
    ("message", "so"),
    [
        ({"isOpen": 0}, True),
        ({"id": 155000016, "isOpen": 0}, True),
        ({"isOpen": False}, True),
        ({"isOpen": 1}, False),
        ({"busyLevel": "busyLevelFree"}, False),
        ({"busyLevel": "busyLevelHoliday", "isOpen": 1}, True),
        ({"what": "ever"}, None),
        ({"isOpen": {"odd": 1}}, None),
    ],
)
def test_a_shop_that_opens_or_closes(message, so):
    news = read_shop_news(push(91, **message))
    assert (news.kind, news.at, news.so) == ("shop", SENT, so)
    (alert,) = alerts(push(91, **message))
    assert alert.state == ("closed" if so is False else "open")
    assert alert.since == (None if so is None else SENT)


def test_a_change_that_is_not_told_is_an_alert_of_its_own():
    assert alerts(push(91))[0].key == f"shop:{LANE}:{SENT}"


@pytest.mark.parametrize("body", [push(93), push(105), push(999), b"rubbish"])
def test_nothing_else_alarms_anybody(body):
    assert read_shop_news(body) is None
