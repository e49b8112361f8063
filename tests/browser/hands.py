"""A person of the shop at the desk of a running product: what is seen, and the hand that presses."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from connector.simulator.catalogue import grams
from tests.browser.desk import CONNECTED
from tests.browser.pages import choose, logged_in, take_picture
from tests.flows.play import Play
from tests.flows.system import until

#: The desk's columns, as people read them.
TITLES = {
    "zh_CN": {
        "new": "待接单",
        "refunding": "退款中",
        "paid": "已支付",
        "accepted": "已接单",
        "preparing": "制作中",
        "prepared": "制作完成",
        "delivering": "配送中",
        "completed": "订单完成",
        "refunded": "退款完成",
        "partially_refunded": "部分退款",
        "cancelled": "订单取消",
    },
    "en_US": {
        "new": "New",
        "refunding": "Refunding",
        "paid": "Paid",
        "accepted": "Accepted",
        "preparing": "Preparing",
        "prepared": "Prepared",
        "delivering": "Delivering",
        "completed": "Completed",
        "refunded": "Refunded",
        "partially_refunded": "Partially refunded",
        "cancelled": "Cancelled",
    },
}
NAMES = {"zh_CN": "店员小王", "en_US": "Xiao Wang"}
TAKEN = {
    "zh_CN": {"eleme": "饿了么已受理", "meituan": "美团已受理"},
    "en_US": {"eleme": "taken by Ele.me", "meituan": "taken by Meituan"},
}
#: The tests' simulator lets a customer cancel without asking for so long.
FREE_SECONDS = 5


@contextmanager
def at_the_desk(browser: Browser, shop: Play, lang: str) -> Iterator["Hands"]:
    """Somebody of the shop, and of no other, has the desk open."""
    login = person(shop, [shop.number], lang)
    with logged_in(browser, shop.system.odoo, login) as page:
        hands = Hands(page=page, shop=shop, lang=lang)
        hands.open_desk()
        yield hands


def person(shop: Play, numbers: list[int | str], lang: str, group: str = "desk") -> str:
    """The login of somebody of these shops who reads this language; made at the first call."""
    kitchen, login = shop.kitchen, "-".join(["person", group, lang, *map(str, numbers)])
    if not kitchen.search("res.users", [("login", "=", login)], "id"):
        groups = [_record(shop, "waimai_bridge", f"group_{group}"), _record(shop, "base", "group_user")]
        who = {"name": NAMES[lang], "login": login, "password": login, "lang": lang, "tz": "Asia/Shanghai"}
        who |= {"odoobot_state": "disabled", "group_ids": [(6, 0, groups)]}
        (user,) = kitchen.session.call("res.users", "create", [who])
        stores = kitchen.search("waimai.store", [("platform_ref", "in", [str(number) for number in numbers])], "id")
        assert len(stores) == len(numbers)
        kitchen.session.call("waimai.store", "write", [store["id"] for store in stores], {"user_ids": [(4, user)]})
    return login


def _record(shop: Play, module: str, name: str) -> int:
    (row,) = shop.kitchen.search("ir.model.data", [("module", "=", module), ("name", "=", name)], "res_id")
    return int(row["res_id"])


@dataclass
class Hands:
    """One person, one page, and the order that is looked at."""

    page: Page
    shop: Play
    lang: str
    order: str = ""

    @property
    def card(self) -> str:
        """The selector of the order's card."""
        number = self.shop.truth(self.order)["daySn"]
        return f".o_kanban_record:has(.o_waimai_number:text-is('#{number}'))"

    def open_desk(self) -> None:
        """Go to the desk and wait until it is live."""
        self.page.goto(f"{self.shop.system.odoo.url}/odoo/waimai")
        self.page.wait_for_selector(".o_waimai_bar")
        self.page.wait_for_function(CONNECTED)

    def comes_in(self, *, ago: int = 0) -> None:
        """A customer orders while the desk is open; the push may have taken some seconds."""
        self.order = self.shop.place("several", ago=ago)
        self.stands_in("new")

    def stands_in(self, state: str) -> None:
        """Wait until the card is in the column, without reload."""
        self.page.wait_for_selector(f".o_kanban_group:has({self._title(state)}) {self.card}")

    def ends_in(self, state: str) -> None:
        """Wait until the card has left, and find it in the folded column where such orders end."""
        self.page.wait_for_selector(self.card, state="detached")
        self.page.click(f".o_kanban_group.o_column_folded:has({self._title(state)})")
        self.stands_in(state)

    def _title(self, state: str) -> str:
        return f".o_kanban_header_title :text-matches('^{TITLES[self.lang][state]}')"

    def press(self, action: str) -> None:
        """Press a button of the card; the rarer ones are behind the dots."""
        button = f"{self.card} button[name=action_{action}]"
        self.page.wait_for_selector(f"{button}, {self.card} .o_waimai_more")
        if self.page.query_selector(button):
            self.page.click(button)
        else:
            choose(self.page, f"{self.card} .o_waimai_more", f".o_waimai_more_item[name=action_{action}]")

    def confirm(self) -> None:
        """Say yes to what is asked."""
        self.page.click(".modal .btn-primary")
        self.page.wait_for_selector(".modal", state="detached")

    def say(self, words: str) -> None:
        """Write the words that the open wizard sends."""
        self.page.fill(".modal [name=reason] input", words)

    def told(self) -> None:
        """Wait for the platform's own words, in the person's language."""
        self.page.wait_for_selector(f".o_notification:has-text('{TAKEN[self.lang][self.shop.platform]}')")

    def accepts(self) -> None:
        """Press "accept": the platform is told, and its push moves the card."""
        self.press("accept")
        self.told()
        self.stands_in("accepted")

    def cooks(self) -> None:
        """Take the order that came in, begin it, and be past the time in which a customer need not ask."""
        self.accepts()
        self.press("start")
        self.stands_in("preparing")
        free = self.shop.truth(self.order)["accepted"] / 1000 + FREE_SECONDS + 1
        until("the customer has to ask", lambda: time.time() > free)

    def picture(self, name: str) -> None:
        """A screenshot."""
        take_picture(self.page, f"life-{self.shop.platform}-{self.lang}-{name}")

    def books_agree(self, *, refunds: list[tuple[str, str]], presses: list[str]) -> dict[str, Any]:
        """What the platform believes is what is sold, used and refunded here, and what was pressed is done."""
        shop, order = self.shop, self.order
        until("the refunds are known", lambda: shop.refunds(order) == refunds)
        until("all is answered", lambda: shop.commands(order) == [(press, "done") for press in presses])
        truth = shop.truth(order)
        assert shop.left(order) == truth["paid"] - truth["refunded"]
        assert shop.grams(order) == grams((item["code"], item["quantity"]) for item in truth["items"])
        row = shop.row(order, "paid_amount", "refunded_amount", "warning")
        assert [round(row[name] * 100) for name in ("paid_amount", "refunded_amount")] == [
            truth["paid"],
            truth["refunded"],
        ]
        assert not row["warning"]
        return dict(truth)
