"""Histories told to the running product: every push signed and posted, the end read from Odoo."""

import itertools
import json
import random
from dataclasses import dataclass

from sqlalchemy import func, select, update

from bench.kitchen import StoreToOpen
from connector.database.tables import INBOX, ORDERS, OUTBOX
from tests.disorder import wire_eleme, wire_meituan
from tests.disorder.making import START
from tests.disorder.truth import Event, History
from tests.flows import doors
from tests.flows.system import until

_numbers = itertools.count(1)
CODE, RECIPE = "CP1001", {"YL02": 200, "YL03": 80, "YL07": 30}
WHAT = {10: "paid", 12: "accepted", 18: "finished", 14: "void", 15: "void", 17: "void", 39: "part"}
OUTCOMES = {0: "ask", 1: "withdraw", 2: "reject", 3: "grant", 4: "appeal", 5: "grant", 6: "reject"}
MEITUAN = {"order-paid": "paid", "order-confirmed": "accepted", "order-completed": "finished", "logistics": "rider"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A history as one order of a shop of its own terms."""

    history: History
    number: str
    shop: str

    @property
    def ref(self):
        return f"{self.history.platform}:{self.number}"

    @property
    def store(self):
        return f"{self.history.platform}:{self.shop}"


def told(history):
    """The history under a number that nobody has had."""
    number = next(_numbers)
    terms = f"{history.window}{history.consume_at}"
    if history.platform == "eleme":
        shop = str(160_000_000 + sum(map(ord, history.consume_at)) * 1000 + history.window)
        return Told(history=history, number=f"31{number:017d}", shop=shop)
    return Told(history=history, number=f"21{number:017d}", shop=f"MT-{terms}")


def open_shops(kitchen, orders):
    """The shops of these orders in Odoo, each with its window and its moment of use."""
    for order in {order.store: order for order in orders}.values():
        shop = StoreToOpen(ref=order.store, name=f"历史 {order.shop}")
        kitchen.set_up({}, [], [shop], cancel_window=order.history.window, consume_at=order.history.consume_at)


def pushes(order, web):
    """The letters of all its pushes, in order, with the event of each."""
    if order.history.platform == "eleme":
        return [(event, _eleme(order, body)) for event, body in wire_eleme.bodies(order.history)]
    spoken = [event for event in order.history.events if event.what != "press"]
    return [(event, _meituan(order, event, web, later=0)) for event in spoken]


def _eleme(order, body):
    envelope = json.loads(body)
    message = json.loads(envelope["message"].replace(f'"{wire_eleme.ORDER}"', f'"{order.number}"'))
    for group in message.get("groups", ()):
        for item in group["items"]:
            item["extendCode"] = CODE
    return doors.eleme(
        envelope["type"],
        json.dumps(message, ensure_ascii=False),
        shop=int(order.shop),
        at=envelope["timestamp"],
    )


def _meituan(order, event, web, *, later):
    kind, params = wire_meituan.push(order.history, event, later)
    params = {name: value.replace('"S1"', f'"{CODE}"') for name, value in params.items()}
    params |= {"order_id": order.number, "app_poi_code": order.shop}
    if "wm_order_id_view" in params:
        params["wm_order_id_view"] = f"7{order.number}"
    return doors.meituan(kind, params, web=web, times=1 + len(params) % 2)


def shuffled(orders, web, rng):
    """Every push of every order, some again, in any order; a repeat of Meituan's may be newly dated."""
    letters = []
    for order in orders:
        for event, letter in pushes(order, web):
            letters.append(letter)
            if rng.random() < 0.3:
                late = order.history.platform == "meituan" and rng.random() < 0.5
                letters.append(_meituan(order, event, web, later=60) if late else letter)
    rng.shuffle(letters)
    return letters


def refs(orders):
    return [order.ref for order in orders]


class Teller:
    """Tells histories and waits until nothing is left to do about them."""

    def __init__(self, system, world):
        self.system, self.world, self.web = system, world, system.env["WEB_URL"]

    def tell(self, orders, letters):
        """Post, wait until all is heard, let the windows ring, wait until all is in Odoo."""
        doors.post(self.web, letters)
        self.settle(orders)
        self.ring(orders)

    def settle(self, orders):
        until(lambda: f"all is done, {self.left(orders)} left", lambda: not self.left(orders))

    def ring(self, orders):
        """The windows' time is over: their rows ring now."""
        mine = (ORDERS.c.ref.in_(refs(orders)), ORDERS.c.due_at.is_not(None), ~ORDERS.c.rung)
        with self.world.engine.begin() as connection:
            connection.execute(update(ORDERS).where(*mine).values(due_at=0))
        until("the windows have rung", lambda: not self.count(ORDERS, *mine))
        self.settle(orders)

    def left(self, orders):
        """Events, documents and commands of these orders that are still to be done."""
        mine = refs(orders)
        return (
            self.count(INBOX, INBOX.c.order_ref.in_(mine), INBOX.c.state.in_(["pending", "held"]))
            + self.count(
                OUTBOX,
                OUTBOX.c.order_ref.in_(mine),
                OUTBOX.c.kind.in_(["document", "command"]),
                OUTBOX.c.state.in_(["pending", "sending", "unknown"]),
            )
            + self.count(ORDERS, ORDERS.c.ref.in_(mine), ORDERS.c.again)
        )

    def count(self, table, *where):
        with self.world.engine.begin() as connection:
            return connection.scalar(select(func.count()).select_from(table).where(*where))

    def press(self, orders, numbers):
        """What staff reported to the kitchen, in any order."""
        secret = self.system.env["ODOO_HOOK_SECRET"]
        letters = [
            doors.press(
                next(numbers),
                store=order.store,
                order=order.ref,
                action=event.action,
                at=event.at,
                secret=secret,
            )
            for order in orders
            for event in order.history.events
            if event.what == "press"
        ]
        doors.post(self.web, letters)
        self.settle(orders)


def ends(kitchen, orders):
    """``{ref: end}`` as Odoo has it, in the form of ``golden_histories.json``, ``sale`` by its own sales order."""
    mine = [("platform_ref", "in", [order.number for order in orders])]
    fields = ("platform", "platform_ref", "state", "order_state", "waimai_state", "rider_state", "refunded_amount")
    rows = kitchen.search("waimai.order", mine, *fields, "consumed", "sale_state", "sale_order_id", "refund_ids")
    sales = {row["id"]: row for row in kitchen.search("sale.order", _ids(rows, "sale_order_id"), "state")}
    delivered = _delivered(kitchen, list(sales))
    cases = {row["id"]: row for row in kitchen.search("waimai.refund", _ids(rows, "refund_ids"), *_CASE)}
    found = {}
    for row in rows:
        sale = sales.get(row["sale_order_id"][0]) if row["sale_order_id"] else None
        found[f"{row['platform']}:{row['platform_ref']}"] = {
            "state": row["state"],
            "order_state": row["order_state"],
            "waimai_state": row["waimai_state"],
            "rider_state": row["rider_state"],
            "refunded": round(row["refunded_amount"] * 100),
            "sale": _sale(row, sale, delivered),
            "consumed": row["consumed"],
            "refunds": [
                {**{name: cases[number][name] for name in _CASE[:-1]}, "amount": round(cases[number]["amount"] * 100)}
                for number in sorted(row["refund_ids"])
            ],
        }
    return found


_CASE = ("key", "family", "scope", "status", "amount")


def _ids(rows, field):
    values = [row[field] for row in rows if row[field]]
    numbers = [number for value in values for number in (value if field.endswith("ids") else value[:1])]
    return [("id", "in", numbers)]


def _delivered(kitchen, sales):
    """Sales orders of which everything has been delivered."""
    lines = kitchen.search(
        "sale.order.line",
        [("order_id", "in", sales), ("display_type", "=", False), ("product_uom_qty", ">", 0)],
        *("order_id", "product_uom_qty", "qty_delivered"),
    )
    open_ones = {line["order_id"][0] for line in lines if line["qty_delivered"] < line["product_uom_qty"]}
    return set(sales) - open_ones


def _sale(row, sale, delivered):
    """The word for what has become of the sales order, and that it is what was wanted."""
    if sale is None:
        return row["sale_state"] or None
    is_cancelled = sale["state"] == "cancel"
    assert is_cancelled == (row["sale_state"] == "cancelled"), row
    if row["sale_state"] in {"confirmed", "done"}:
        assert (sale["id"] in delivered) == (row["sale_state"] == "done"), row
    return row["sale_state"]


def money(kitchen, orders):
    """``{ref: fen left in the sales order}``, for those that have one."""
    rows = kitchen.search(
        "sale.order", [("client_order_ref", "in", [order.ref for order in orders])], "client_order_ref", "amount_total"
    )
    return {row["client_order_ref"]: round(row["amount_total"] * 100) for row in rows}


def golden(given):
    """A history of ``golden_histories.json`` with real events."""
    make = _golden_eleme if given["platform"] == "eleme" else _golden_meituan
    return History(
        platform=given["platform"],
        paid=given["paid"],
        window=given["window"],
        consume_at=given["consume_at"],
        events=tuple(make(event) for event in given["events"]),
    )


def _golden_eleme(event):
    code, at = event["type"], START + 1000 * event["t"]
    what = WHAT.get(code) or (OUTCOMES[code % 10] if code < 40 else "rider")
    wire = {"both": False, "type": code, "scope": event.get("scope"), "money": event.get("money")}
    return Event(at=at, what=what, code=code, wire=wire)


def _golden_meituan(event):
    at, kind = START + 1000 * event["t"], event["push"]
    if kind in MEITUAN:
        return Event(at=at, what=MEITUAN[kind], wire={"status": event.get("logistics_status")})
    if kind == "order-cancelled":
        return Event(at=at, what="echo", wire={"reason": event["reason_code"]})
    words = (event["notify_type"], event["res_type"], event["is_appeal"], "")
    scope = "full" if kind == "refund" else "part"
    wire = {"words": words, "ctime": START // 1000 + event["ctime"]}
    return Event(at=at, what="ask", case=event["refund_id"], scope=scope, money=event.get("money"), wire=wire)


def seeded(*words):
    """Chance that can be repeated."""
    return random.Random(":".join(map(str, words)))
