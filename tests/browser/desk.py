"""A shop on the desk of a real Odoo, without a connector: the test says itself what the platform would."""

import itertools
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from erp_bridge.odoo.session import Address, Session
from tests.flows.system import until
from tests.stack import RunningOdoo

_numbers = itertools.count(1)
CONNECTED = "odoo.__WOWL_DEBUG__.root.env.services['bus_service'].workerState === 'CONNECTED'"
#: Every tone the page makes, by its pitch; and the state of what makes them.
HEAR = """
window.heard = [];
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
    const tone = make.call(this);
    const start = tone.start.bind(tone);
    tone.start = (at) => { window.heard.push(tone.frequency.value); start(at); };
    return tone;
};
"""


def soon(seconds: int) -> str:
    """A moment from now, as the connector writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(kw_only=True)
class Desk:
    """One store of one test with its staff; documents and results come in as the connector sends them."""

    odoo: RunningOdoo
    name: str
    store: str = ""
    login: str = ""
    admin: Session = field(init=False)
    bot: Session = field(init=False)

    def __post_init__(self) -> None:
        """Make the store and a person who sees nothing else."""
        database = self.odoo.server.database
        self.admin = Session(Address(url=self.odoo.url, database=database, login="admin", password="admin"))
        self.bot = Session(
            Address(url=self.odoo.url, database=database, login=self.odoo.login, password=self.odoo.password)
        )
        number = 970_000_000 + zlib.crc32(self.name.encode()) % 10_000_000
        self.store, self.login = f"eleme:{number}", f"staff-{number}"
        groups = [self._id("waimai_bridge", "group_desk"), self._id("base", "group_user")]
        person = {"name": self.login, "login": self.login, "password": self.login, "lang": "zh_CN"}
        # Odoo's own greeting would open a chat over a small screen.
        person |= {"tz": "Asia/Shanghai", "odoobot_state": "disabled", "group_ids": [(6, 0, groups)]}
        user = self.admin.call("res.users", "create", [person])[0]
        store = {"name": self.name, "platform": "eleme", "platform_ref": str(number), "match_products": False}
        self.admin.call("waimai.store", "create", [{**store, "user_ids": [(4, user)]}])

    def speak(self, lang: str) -> None:
        """The person reads another language from the next page on."""
        self.admin.call("res.users", "write", self.find("res.users", ("login", "=", self.login)), {"lang": lang})

    def order(self, state: str = "new", offer: tuple[str, ...] = ("accept", "reject"), **more: Any) -> dict[str, Any]:
        """An order as the platform tells it; gives its document."""
        number = next(_numbers)
        key = f"eleme:{self.store.partition(':')[2]}{number:09d}"
        items = [{"line": 1, "name": "招牌牛肉面", "spec": "大份", "options": ["微辣"], "quantity": 2, "price": 2800}]
        sale = None if state in {"new", "waiting", "cancelled"} else "confirmed"
        document = {"key": key, "version": 1, "store_ref": self.store, "day_seq": 100 + number, "state": state}
        document |= {"sale": sale, "offer": list(offer), "placed_at": soon(-60), "items": items}
        return self.sync({**document, **more})

    def sync(self, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Write a document, or a later version of it."""
        document = {**document, **changes, "version": document["version"] + 1}
        (result,) = self.bot.call("waimai.order", "sync", [document])
        assert result["status"] == "written", result
        return {**document, "id": result["id"]}

    def pressed(self, document: dict[str, Any], number: int = 1) -> list[dict[str, Any]]:
        """So many presses on an order; the page says "asked" before the server has written it down."""
        until(f"{number} presses", lambda: len(self.presses(document)) >= number)
        return self.presses(document)

    def presses(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """What was pressed on an order, oldest first."""
        fields = ["id", "action", "state", "args", "seen"]
        rows = self.admin.call("waimai.command", "search_read", [("order_id", "=", document["id"])], fields)
        return sorted(rows, key=lambda row: int(row["id"]))

    def answer(self, press: dict[str, Any], state: str, words: str) -> None:
        """The platform has answered a press."""
        self.bot.call("waimai.command", "report", [{"command_id": press["id"], "state": state, "result": words}])

    def find(self, model: str, *domain: Any) -> list[int]:
        """The numbers of records."""
        return list(self.admin.call(model, "search", list(domain)))

    def open(self, page: Page) -> None:
        """Go to the desk and wait until it is live."""
        page.goto(f"{self.odoo.url}/odoo/waimai")
        page.wait_for_selector(".o_waimai_bar")
        page.wait_for_function(CONNECTED)

    def _id(self, module: str, name: str) -> int:
        domain = [("module", "=", module), ("name", "=", name)]
        return int(self.admin.call("ir.model.data", "search_read", domain, ["res_id"])[0]["res_id"])


def card(document: dict[str, Any]) -> str:
    """The selector of an order's card."""
    return f".o_kanban_record:has(.o_waimai_number:text-is('#{document['day_seq']}'))"


def column(document: dict[str, Any], title: str) -> str:
    """The selector of an order's card in a column."""
    return f".o_kanban_group:has(.o_column_title:has-text('{title}')) {card(document)}"
