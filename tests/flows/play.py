"""What a test does to one shop: the customer's, the rider's and the merchant's acts, and presses in Odoo."""

from tests.flows.system import MEITUAN_QUICK, QUICK, until

#: The quick shop of each platform, and what staff say where each platform has codes of its own.
SHOPS = {"eleme": QUICK, "meituan": MEITUAN_QUICK}
SOLD_OUT = {"eleme": ("foodSoldOut", "今日售完"), "meituan": ("2009", "商品已售完")}
#: The rider's way in the platform's own codes: called, waiting at the shop, on the road.
CALLED = {"eleme": (51, 52, 53), "meituan": (0, 10)}
ON_THE_ROAD = {"eleme": (55, 56), "meituan": (20, 40)}
#: The call that a press makes.
CALLS = {
    "eleme": {
        "accept": "eleme.order.confirmOrderLite",
        "reject": "eleme.order.cancelOrderLite",
        "cancel": "eleme.order.cancelOrderLite",
        "agree_refund": "eleme.order.agreeRefundLite",
        "reject_refund": "eleme.order.disagreeRefundLite",
        "ready": "eleme.order.setOrderPrepared",
        "answer_reminder": "eleme.order.replyReminder",
    },
    "meituan": {
        "accept": "order/confirm",
        "reject": "order/cancel",
        "cancel": "order/cancel",
        "agree_refund": "order/refund/agree",
        "reject_refund": "order/refund/reject",
        "part_refund": "order/applyPartRefund",
        "ready": "order/preparationMealComplete",
        "dispatch": "order/delivering",
        "answer_reminder": "order/remindReply",
    },
}
SECOND_LINE = [{"line": 2, "quantity": 1}]


class Play:
    """The people around the quick shop of a platform, and what each party knows."""

    def __init__(self, system, world, platform="eleme"):
        self.system, self.world, self.kitchen, self.platform = system, world, world.kitchen, platform
        self.number = SHOPS[platform]

    def place(self, kind="plain", *, ago=100, shop=None):
        """A customer orders, a while ago; gives the platform's number."""
        body = {"shop": shop or self.number, "kind": kind, "ago": ago}
        return self.world.simulator.post("/sim/orders", json=body).raise_for_status().json()["orderId"]

    def act(self, order, act, **args):
        """Somebody does something at the platform."""
        self.world.simulator.post(f"/sim/orders/{order}/{act}", json=args).raise_for_status()

    def ride(self, order, codes):
        """The rider's news, in the platform's own codes."""
        for code in codes[self.platform]:
            self.act(order, "rider", code=code)

    def truth(self, order):
        return self.world.simulator.get(f"/sim/orders/{order}").raise_for_status().json()

    def switch(self, **switches):
        """Switches of the platform."""
        self.world.simulator.post("/sim/switches", json={"platform": self.platform, **switches}).raise_for_status()

    def faulty(self, action, kind, **fault):
        """The platform answers the call of a press wrongly."""
        self.switch(faults={CALLS[self.platform][action]: {"kind": kind, **fault}})

    def row(self, order, *fields):
        """The waimai order in Odoo, or nothing."""
        rows = self.kitchen.search("waimai.order", [("platform_ref", "=", order)], *fields)
        return rows[0] if rows else {}

    def sale(self, order, *fields):
        """Its sales order in Odoo, or nothing; there must not be two."""
        rows = self.kitchen.search("sale.order", [("client_order_ref", "=", f"{self.platform}:{order}")], *fields)
        assert len(rows) < 2
        return rows[0] if rows else {}

    def left(self, order):
        """Fen of the sales order."""
        return round(self.sale(order, "amount_total")["amount_total"] * 100)

    def refunds(self, order):
        """Status and scope of each case, oldest first."""
        cases = self.kitchen.search("waimai.refund", [("order_id.platform_ref", "=", order)], "status", "scope")
        return [(case["status"], case["scope"]) for case in cases]

    def grams(self, order):
        """Materials used, by code."""
        domain = [("order_id.platform_ref", "=", order), ("move_id", "!=", False)]
        lines = self.kitchen.search("waimai.consumption", domain, "product_id", "quantity")
        codes = {
            row["id"]: row["default_code"]
            for row in self.kitchen.search("product.product", [("default_code", "like", "YL")], "default_code")
        }
        used = {}
        for line in lines:
            code = codes[line["product_id"][0]]
            used[code] = used.get(code, 0) + line["quantity"]
        return {code: amount for code, amount in used.items() if amount}

    def until(self, order, state):
        """Wait until the order is in a state in Odoo."""
        until(
            lambda: f"{order} becomes {state}, is {self.row(order, 'state')}",
            lambda: self.row(order, "state").get("state") == state,
        )

    def press(self, order, action, *words):
        """Press a button in Odoo; gives the command's number."""
        return self.kitchen.session.call("waimai.order", f"action_{action}", [self.row(order, "id")["id"]], *words)

    def refuse(self, order, action):
        """Press `reject` or `cancel` with a reason that the platform has."""
        return self.press(order, action, *SOLD_OUT[self.platform])

    def answer(self, command):
        """What became of a press: its end and the words."""

        def told():
            (row,) = self.kitchen.search("waimai.command", [("id", "=", command)], "state", "result")
            return row if row["state"] in {"done", "refused"} else None

        row = until(f"command {command} ends", told)
        return row["state"], row["result"]

    def commands(self, order):
        """Every press on it: action and end."""
        rows = self.kitchen.search("waimai.command", [("order_id.platform_ref", "=", order)], "action", "state")
        return [(row["action"], row["state"]) for row in rows]

    def alerts(self, order):
        domain = [("order_id.platform_ref", "=", order), ("state", "=", "open")]
        return self.kitchen.search("waimai.alert", domain, "kind", "text")

    def sold(self, kind="plain"):
        """An order that the merchant's own app accepted long enough ago for a cancellation to be a request."""
        number = self.place(kind)
        self.act(number, "accept", ago=90)
        self.until(number, "paid")
        return number

    def cooking(self, kind="plain"):
        """The same, in the kitchen."""
        number = self.sold(kind)
        self.press(number, "start")
        self.until(number, "preparing")
        return number

    def completed(self, kind="several"):
        """The same, delivered and finished."""
        number = self.sold(kind)
        self.ride(number, CALLED)
        self.ride(number, ON_THE_ROAD)
        self.act(number, "finish")
        self.until(number, "completed")
        return number

    def asked(self, order, *, act="ask_cancel", **args):
        """The customer asks for money back."""
        self.act(order, act, **{"reason": "不想要了", **args})
        self.until(order, "refunding")
