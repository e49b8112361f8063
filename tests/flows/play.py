"""What a test does to one shop: the customer's, the rider's and the merchant's acts, and presses in Odoo."""

from tests.flows.system import QUICK, until


class Play:
    """The people around the quick shop, and what each party knows."""

    def __init__(self, system, world):
        self.system, self.world, self.kitchen = system, world, world.kitchen

    def place(self, kind="plain", *, ago=100):
        """A customer orders, a while ago; gives the platform's number."""
        body = {"shop": QUICK, "kind": kind, "ago": ago}
        return self.world.simulator.post("/sim/orders", json=body).raise_for_status().json()["orderId"]

    def act(self, order, act, **args):
        """Somebody does something at the platform."""
        self.world.simulator.post(f"/sim/orders/{order}/{act}", json=args).raise_for_status()

    def truth(self, order):
        return self.world.simulator.get(f"/sim/orders/{order}").raise_for_status().json()

    def switch(self, **switches):
        self.world.simulator.post("/sim/switches", json=switches).raise_for_status()

    def faulty(self, action, kind, **fault):
        """The platform answers a call wrongly."""
        self.switch(faults={f"eleme.order.{action}": {"kind": kind, **fault}})

    def row(self, order, *fields):
        """The waimai order in Odoo, or nothing."""
        rows = self.kitchen.search("waimai.order", [("platform_ref", "=", order)], *fields)
        return rows[0] if rows else {}

    def sale(self, order, *fields):
        """Its sales order in Odoo, or nothing; there must not be two."""
        rows = self.kitchen.search("sale.order", [("client_order_ref", "=", f"eleme:{order}")], *fields)
        assert len(rows) < 2
        return rows[0] if rows else {}

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

    def until(self, order, state, *, seconds=60):
        """Wait until the order is in a state in Odoo."""
        until(
            f"{order} becomes {state}, is {self.row(order, 'state')}",
            lambda: self.row(order, "state").get("state") == state,
            seconds=seconds,
        )

    def press(self, order, action, *words):
        """Press a button in Odoo; gives the command's number."""
        return self.kitchen.session.call("waimai.order", f"action_{action}", [self.row(order, "id")["id"]], *words)

    def answer(self, command, *, seconds=60):
        """What became of a press: its end and the words."""

        def told():
            (row,) = self.kitchen.search("waimai.command", [("id", "=", command)], "state", "result")
            return row if row["state"] in {"done", "refused"} else None

        row = until(f"command {command} ends", told, seconds=seconds)
        return row["state"], row["result"]

    def alerts(self, order):
        domain = [("order_id.platform_ref", "=", order), ("state", "=", "open")]
        return self.kitchen.search("waimai.alert", domain, "kind", "text")

    def sold(self, kind="plain"):
        """An order that the merchant's own app accepted long enough ago for a cancellation to be a request."""
        number = self.place(kind)
        self.act(number, "accept", ago=90)
        self.until(number, "paid")
        return number
