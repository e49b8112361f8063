"""What every ERP must do, run over the double in memory and over a real Odoo."""

import zlib
from dataclasses import replace

import pytest

from bench.erp import DISHES, MATERIALS, document
from bench.kitchen import Kitchen, StoreToOpen
from connector.domain.errors import Refused, Unavailable
from connector.domain.holdings import Holding
from connector.domain.order import Fee
from connector.ports import Alert, CommandResult, Store
from erp_bridge.memory import MemoryErp
from erp_bridge.odoo.adapter import OdooErp
from erp_bridge.odoo.session import Address

SHOP = "910001"


@pytest.fixture(scope="module")
def real(odoo):
    admin = Address(url=odoo.url, database=odoo.server.database, login="admin", password="admin")
    Kitchen(admin).set_up(MATERIALS, DISHES, [StoreToOpen(ref=f"eleme:{SHOP}", name="合同店")])
    return OdooErp(Address(url=odoo.url, database=odoo.server.database, login=odoo.login, password=odoo.password))


@pytest.fixture(params=["memory", "odoo"])
def erp(request):
    if request.param == "odoo":
        return request.getfixturevalue("real")
    return MemoryErp([Store(ref=f"eleme:{SHOP}", name="合同店", app_ref="", cancel_window=-1, consume_at="preparing")])


@pytest.fixture
def number(request):
    return 8_000_000_000_000_000_000 + zlib.crc32(request.node.nodeid.encode()) * 1000


def statuses(erp, *documents):
    return [written.status for written in erp.write(documents)]


def test_a_new_document_is_written_and_its_repeat_is_unchanged(erp, number):
    wanted = document(number)
    assert statuses(erp, wanted) == ["written"]
    assert statuses(erp, wanted) == ["unchanged"]


def test_an_order_that_was_there_is_told_as_the_erp_has_it(erp, number):
    wanted = document(number)
    assert erp.write([wanted])[0].holds is None
    holding = Holding(state=wanted.state, paid=wanted.paid, refunded=0, sold=wanted.paid)
    assert [erp.write([one])[0].holds for one in (wanted, replace(wanted, version=wanted.version - 1))] == [holding] * 2
    unsold = replace(wanted, version=wanted.version + 1, state="cancelled", sale="cancelled")
    erp.write([unsold])
    assert erp.write([unsold])[0].holds == replace(holding, state="cancelled", sold=0)


def test_an_older_version_is_stale(erp, number):
    newer = document(number)
    assert statuses(erp, newer) == ["written"]
    assert statuses(erp, replace(newer, version=newer.version - 1)) == ["stale"]


def test_answers_come_in_the_order_of_the_documents(erp, number):
    documents = [document(number + each) for each in range(5)]
    assert [written.key for written in erp.write(documents)] == [wanted.key for wanted in documents]


def test_a_refused_document_never_harms_its_neighbours(erp, number):
    good, bad, also = (document(number + each) for each in range(3))
    bad = replace(bad, fees=(Fee(kind="box", name="餐盒", amount=1),))
    answers = erp.write([good, bad, also])
    assert [written.status for written in answers] == ["written", "refused", "written"]
    assert answers[1].reason


def test_a_document_of_an_unknown_store_is_refused_with_a_reason(erp, number):
    (answer,) = erp.write([replace(document(number), store="eleme:404")])
    assert (answer.status, bool(answer.reason)) == ("refused", True)


def test_the_same_key_twice_in_one_call_keeps_the_newest(erp, number):
    older = document(number)
    newer = replace(older, version=older.version + 1, state="prepared", order_state="prepared")
    assert statuses(erp, older, newer)[1] == "written"
    assert statuses(erp, newer) == ["unchanged"]


def test_every_store_has_its_terms(erp):
    store = next(store for store in erp.stores() if store.ref == f"eleme:{SHOP}")
    assert (store.cancel_window, store.consume_at, store.active) == (-1, "preparing", True)
    assert store.terms(60).cancel_window == 60


def test_news_may_be_told_twice(erp, number):
    erp.write([document(number)])
    alert = Alert(key=f"test:{number}", kind="parked", store=f"eleme:{SHOP}", order=f"eleme:{number}", text="停")
    for _ in range(2):
        erp.report([alert, CommandResult(command_id=2**31 - 1, state="done", result="ok")])


def test_an_order_that_nobody_pressed_a_button_of_waits_for_nothing(erp, number):
    """The ERP may be asked about the presses of others at the same time."""
    wanted = document(number)
    erp.write([wanted])
    assert not [press for press in erp.open_commands() if wanted.key.encode() in press.body]


def test_it_answers_a_ping(erp):
    erp.ping()


def test_a_wrong_password_is_a_refusal(odoo):
    wrong = OdooErp(Address(url=odoo.url, database=odoo.server.database, login=odoo.login, password="no"))
    with pytest.raises(Refused):
        wrong.ping()


def test_an_odoo_that_is_not_there_is_unavailable(odoo):
    away = OdooErp(Address(url="http://127.0.0.1:9", database="x", login="x", password="x"))
    with pytest.raises(Unavailable):
        away.ping()


def test_every_field_of_the_document_is_shown_in_odoo(real, odoo, number):
    """The document's way is complete: what the customer saw is what the order shows."""
    admin = Kitchen(Address(url=odoo.url, database=odoo.server.database, login="admin", password="admin"))
    assert statuses(real, document(number)) == ["written"]
    (row,) = admin.search(
        "waimai.order",
        [("platform_ref", "=", str(number))],
        *("state", "order_state", "waimai_state", "day_seq", "paid_amount", "sale_order_id", "item_ids", "version"),
    )
    assert (row["state"], row["waimai_state"], row["paid_amount"]) == ("preparing", 12, 33.0)
    (sale,) = admin.search(
        "sale.order", [("client_order_ref", "=", f"eleme:{number}")], "state", "amount_total", "delivery_status"
    )
    assert (sale["state"], sale["amount_total"]) == ("sale", 33.0)
    used = admin.search("waimai.consumption", [("order_id", "=", row["id"])], "quantity", "move_id")
    assert (len(used), sum(line["quantity"] for line in used)) == (9, 459.0)
    assert all(line["move_id"] for line in used)
