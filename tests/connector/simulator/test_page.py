"""The page: what it is given, what it looks at, and that it has words for everything in two languages."""

import dataclasses
import html
import json
import re
from pathlib import Path

import httpx
import pytest

from connector.simulator import create_app, words, world_of
from connector.simulator.acting import Actor
from connector.simulator.eleme.acts import ACTS as ELEME_ACTS
from connector.simulator.eleme.bodies import DELIVERY
from connector.simulator.eleme.order import CaseStatus, Status
from connector.simulator.eleme.scenarios import SCENARIOS as ELEME_SCENARIOS
from connector.simulator.eleme.switches import ElemeSwitches
from connector.simulator.kinds import KINDS
from connector.simulator.meituan import kinds as meituan_kinds
from connector.simulator.meituan.acts import ACTS as MEITUAN_ACTS
from connector.simulator.meituan.moves import DESK_CODES, RIDES
from connector.simulator.meituan.order import WORDS, Result
from connector.simulator.meituan.scenarios import SCENARIOS as MEITUAN_SCENARIOS
from connector.simulator.meituan.switches import MeituanSwitches
from connector.simulator.page import ORDERS_SHOWN, PUSHES_SHOWN

from . import meituan as there_side
from .conftest import SHOP

SOURCES = Path(words.__file__).parent
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted((SOURCES / "static").glob("*.js"))}
ONE_LINE = SCRIPTS["texts.js"].replace("[\n    ", "[").replace(",\n  ]", "]")
TEXTS = dict(re.findall(r"^  (\w+): (\[.*?\]),$", ONE_LINE, re.MULTILINE | re.DOTALL))
SHOPS = {"eleme": SHOP, "meituan": there_side.SHOP}


def live(client, **query):
    return client.get("/page/live", query_string=query).json


def place(client, shop=SHOP, **given):
    answer = client.post("/sim/orders", json={"shop": shop, **given})
    assert answer.status_code == 200, answer.text
    return answer.json


def act(client, row, name, **given):
    answer = client.post(f"/sim/orders/{row['orderId']}/{name}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json


def parts(client, row, *items):
    rows = json.dumps([{"line": line, "quantity": quantity} for line, quantity in items])
    return client.get(f"/page/parts/{row['orderId']}", query_string={"items": rows})


def started(client):
    return json.loads(html.unescape(re.search(r'data-start="([^"]*)"', client.get("/").text)[1]))


# --- the page itself -------------------------------------------------------------------------------------------------


def test_the_page_knows_both_platforms_with_their_shops_kinds_and_stories(there_client):
    platforms = started(there_client)["platforms"]
    assert list(platforms) == ["eleme", "meituan"]
    assert platforms["eleme"]["shops"][0] == {"id": SHOP, "name": "测试店铺A"}
    assert platforms["meituan"]["apps"] == [900001, 900002]
    assert platforms["meituan"]["pushUrl"] == there_side.BASE
    assert "bag" in platforms["meituan"]["kinds"]
    assert "bag" not in platforms["eleme"]["kinds"]
    assert list(platforms["eleme"]["scenarios"]) == list(ELEME_SCENARIOS)
    assert platforms["eleme"]["switches"] == dataclasses.asdict(ElemeSwitches())
    assert platforms["meituan"]["switches"] == dataclasses.asdict(MeituanSwitches())


def test_a_name_cannot_become_a_part_of_the_page(make_config):
    app = {"app_id": 1, "key": "k", "secret": "s", "shops": [{"id": 7, "name": '"><script>x</script>'}]}
    client = create_app(make_config(apps=[app])).test_client()
    assert "<script>x" not in client.get("/").text
    assert started(client)["platforms"]["eleme"]["shops"] == [{"id": 7, "name": '"><script>x</script>'}]


def test_the_desk_is_linked_if_its_address_is_known(client, make_config):
    assert started(client)["desk"] == ""
    other = create_app(make_config(desk_url="http://127.0.0.1:8069/odoo/waimai")).test_client()
    assert started(other)["desk"] == "http://127.0.0.1:8069/odoo/waimai"


def test_nothing_is_loaded_from_elsewhere(client):
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert [one for one in addresses if not one.startswith(("/static/", "data:"))] == []
    for address in addresses[1:]:
        with client.get(address) as file:
            assert file.status_code == 200
    css = (SOURCES / "static/simulator.css").read_text("utf-8")
    assert not any("://" in text or "@import" in text for text in (*SCRIPTS.values(), css))


@pytest.mark.parametrize("path", ["/", "/page/live"])
def test_other_sites_see_nothing(client, path):
    assert client.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# --- what it looks at ------------------------------------------------------------------------------------------------


def test_before_the_first_order_there_is_nothing(there_client):
    seen = live(there_client, open="x")
    assert (seen["orders"], seen["log"], seen["waiting"], seen["open"]) == ([], [], 0, None)
    assert seen["reach"] == {"eleme": None, "meituan": None}
    assert [(day["orders"], day["marks"]) for day in seen["days"]] == [(0, [])] * len(seen["days"])


def test_orders_of_both_platforms_come_newest_first(there_client, clock):
    rows = []
    for platform in ("eleme", "meituan", "eleme"):
        rows.append(place(there_client, SHOPS[platform])["orderId"])
        clock.advance(1)
    assert [row["orderId"] for row in live(there_client)["orders"]] == rows[::-1]
    assert [row["orderId"] for row in live(there_client, platform="meituan")["orders"]] == [rows[1]]


def test_no_more_is_shown_than_can_be_read(client, world, clock):
    for _ in range(ORDERS_SHOWN + 1):
        last = place(client)
        clock.advance(1)
    world.pusher.drain()
    seen = live(client)
    assert (len(seen["orders"]), len(seen["log"])) == (ORDERS_SHOWN, PUSHES_SHOWN)
    assert seen["orders"][0]["orderId"] == seen["log"][0]["orderId"] == last["orderId"]


@pytest.mark.parametrize("platform", ["eleme", "meituan"])
def test_an_open_order_tells_who_can_do_what_and_what_was_pushed(there_client, there, connector, platform):
    row = place(there_client, SHOPS[platform], kind="several")
    act(there_client, row, "accept")
    act(there_client, row, "remind")
    connector.default = {"message": "ok"} if platform == "eleme" else {"data": "ok"}
    there.pusher.drain()
    seen = live(there_client, open=row["orderId"])["open"]
    asked = there_client.get(f"/sim/orders/{row['orderId']}/acts").json
    assert {name: seen[name] for name in ("acts", "codes", "reminders")} == {
        name: asked[name] for name in ("acts", "codes", "reminders")
    }
    assert [(push["ok"], push["attempt"], push["status"]) for push in seen["log"]] == [(True, 1, 200)] * 3
    order = seen["order"]
    assert (order["remark"], order["leftOfLines"], order["reminders"], order["messages"]) == (
        "不要辣，多放香菜",
        [1, 2, 1],
        1,
        3,
    )


def test_a_push_that_was_not_taken_says_whether_it_comes_again(client, world, connector, clock):
    place(client)
    connector.answers = [httpx.ConnectError("away")] * 3
    again = []
    for _ in range(3):
        world.pusher.drain()
        again.append(live(client, failed="1")["log"][0]["again"])
        clock.advance(60)
    assert again == [True, True, False]
    seen = live(client)
    assert seen["reach"]["eleme"]["status"] == 0
    assert seen["reach"]["eleme"]["answer"] == "ConnectError"
    assert seen["notReached"]["eleme"] == 1
    place(client)
    world.pusher.drain()
    seen = live(client, failed="1")
    assert seen["reach"]["eleme"]["ok"]
    assert [push["attempt"] for push in seen["log"]] == [3, 2, 1]


def test_the_shops_say_their_day_and_what_is_out_of_order(there_client):
    shop = there_side.SHOP
    row = place(there_client, shop, kind="plain")
    for path in (f"{SHOP}/remove", f"{shop}/close", f"{shop}/unbind", "MT-2002/control"):
        assert there_client.post(f"/sim/shops/{path}").status_code == 200
    days = {day["shop"]: day for day in live(there_client)["days"]}
    assert (days[shop]["orders"], days[shop]["paid"]) == (1, row["paid"])
    assert {ref: day["marks"] for ref, day in days.items() if day["marks"]} == {
        SHOP: ["removed"],
        shop: ["closed", "unbound"],
        "MT-2002": ["closed", "controlled"],
    }


# --- what things cost ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["eleme", "meituan"])
@pytest.mark.parametrize("given", [{"kind": "activity"}, {"items": [{"dish": 3, "quantity": 2}], "remark": "少油"}])
def test_the_price_is_what_the_order_costs(there_client, platform, given):
    asked = {"shop": SHOPS[platform], **given}
    price = there_client.post("/page/price", json=asked).json
    assert price["paid"] == price["goods"] + price["fees"] - price["reductions"]
    row = place(there_client, **asked)
    assert price["paid"] == row["paid"]
    assert [line["quantity"] for line in price["lines"]] == [item["quantity"] for item in row["items"]]


@pytest.mark.parametrize("platform", ["eleme", "meituan"])
@pytest.mark.parametrize("kind", ["several", "activity", "shared_cost", "specs", "two_baskets"])
def test_a_part_is_worth_what_the_platform_gives_back(there_client, platform, kind, clock):
    row = place(there_client, SHOPS[platform], kind=kind)
    act(there_client, row, "accept")
    clock.advance(100)
    for line in [item["line"] for item in row["items"] if item["price"]][:2]:
        told = parts(there_client, row, (line, 1)).json["amount"]
        row = act(there_client, row, "ask_cancel", items=[{"line": line, "quantity": 1}])
        assert row["refunds"][-1]["amount"] == told
        row = act(there_client, row, "agree")


def test_several_parts_together(client):
    row = place(client, kind="shared_cost")
    together = parts(client, row, (1, 1), (2, 1), (3, 2)).json["amount"]
    content = KINDS["shared_cost"].content
    assert together == (2450 + 1200 + 400) * content.paid // content.original
    assert parts(client, row).json["amount"] == 0


@pytest.mark.parametrize("items", ["", "{", "7", '[{"line": 9}]', '[{"line": 1, "quantity": 5}]', '[{"quantity": 1}]'])
def test_parts_that_are_none_are_refused(client, items):
    row = place(client, kind="several")
    assert client.get(f"/page/parts/{row['orderId']}", query_string={"items": items}).status_code == 400


# --- its words -------------------------------------------------------------------------------------------------------


def chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def pairs(table):
    for value in table.values():
        if isinstance(value, tuple):
            yield value
        else:
            yield from pairs(value)


def test_every_word_is_chinese_and_english():
    told = [pair for pair in pairs(words.told()) if pair != ("", "")]
    assert [zh for zh, _ in told if not chinese(zh) and "JSON" not in zh] == []
    assert [en for _, en in told if chinese(en) or not en] == []


def test_every_state_of_the_platforms_has_words():
    assert set(words.STATUS["eleme"]) == {*(str(one) for one in Status), "refunding"}
    assert set(words.REFUND["eleme"]) == {str(one) for one in CaseStatus}
    assert set(words.STATUS["meituan"]) == {*WORDS.values(), "refunding"}
    assert set(words.REFUND["meituan"]) == {*(one.name.lower() for one in Result), "none"}
    assert set(words.RIDE["eleme"]) == {str(code) for code in DELIVERY}
    assert set(words.RIDE["meituan"]) == {str(code) for code in RIDES}
    assert {str(code) for code in DESK_CODES} == set(words.CANCEL["force_invalid"])


def test_every_push_has_words():
    codes = {str(code) for scenario in ELEME_SCENARIOS.values() for code in scenario.codes}
    assert codes - set(words.PUSH["eleme"]) == set()
    assert set(words.PUSH["meituan"]) == set(meituan_kinds.KINDS)
    notes = [str(code).split(" ") for scenario in MEITUAN_SCENARIOS.values() for code in scenario.codes]
    for kind, *said in notes:
        tables = [words.NOTE.get("refund" if kind == "partial-refund" else kind, {}), *words.CANCEL.values()]
        known = {*words.RIDE["meituan"]} if kind.endswith("logistics") else {word for one in tables for word in one}
        assert set(said) - known == set(), kind


def test_every_switch_has_words():
    fields = {field.name for kind in (ElemeSwitches, MeituanSwitches) for field in dataclasses.fields(kind)}
    assert set(words.SWITCHES) == fields


def test_the_page_has_a_text_for_all_that_it_says():
    others = "".join(text for name, text in SCRIPTS.items() if name != "texts.js")
    asked = {*re.findall(r'\bt\("(\w+)"', others), *(actor.name for actor in Actor), "eleme", "meituan"}
    asked |= {key for pair in re.findall(r'\bt\([^()"]*\? "(\w+)" : "(\w+)"', others) for key in pair}
    asked |= set(re.findall(r'data-t="(\w+)"', (SOURCES / "templates/simulator.html").read_text("utf-8")))
    assert len(asked) > 80
    assert asked - set(TEXTS) == set()


@pytest.mark.parametrize("key", sorted(set(TEXTS) - {"otherLanguage"}))
def test_a_text_is_chinese_and_english(key):
    zh, en = json.loads(TEXTS[key])
    assert not chinese(en)
    assert en
    assert chinese(zh) or zh == en
    assert sorted(re.findall(r"\{\d\}", zh)) == sorted(re.findall(r"\{\d\}", en))


def test_the_page_asks_for_every_argument_that_an_act_takes():
    table = SCRIPTS["asking.js"].partition("const ASKED = {")[2].partition("\n};")[0]
    fields = set(re.findall(r"^  (\w+)\(", table, re.MULTILINE))
    wanted = {name for acts in (ELEME_ACTS, MEITUAN_ACTS) for one in acts.values() for name in one.asks}
    assert wanted - fields == {"amount"}
    assert "given.amount" in SCRIPTS["asking.js"]


def test_a_delivery_carries_what_it_says(there_client, there, connector):
    connector.default = {"data": "ok"}
    there_client.post("/sim/scenarios/cancel_upheld", json={"shop": there_side.SHOP, "kind": "several"})
    there.pusher.drain()
    log = live(there_client)["log"][::-1]
    codes = [f"{push['type']} {push['note']}".strip() for push in log]
    assert codes == list(MEITUAN_SCENARIOS["cancel_upheld"].codes)


def test_the_page_is_served_whatever_the_world_has_been_through(there_app):
    client, world = there_app.test_client(), world_of(there_app)
    client.post("/sim/plan", json={"platform": "both"})
    world.pusher.drain()
    seen = live(client, open=live(client)["orders"][0]["orderId"])
    assert len(seen["orders"]) == ORDERS_SHOWN
    for row in seen["orders"]:
        assert row["status"] in words.STATUS[row["platform"]]
        assert {refund["status"] for refund in row["refunds"]} <= set(words.REFUND[row["platform"]])
