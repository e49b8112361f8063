"""What the adapter makes of Odoo's answers that are not as expected."""

import pytest

from connector.ports import Store
from erp_bridge.odoo.adapter import OdooErp

ROW = {"store_ref": "eleme:1", "name": "店", "app_ref": "a", "consume_at": "preparing", "active": True}


@pytest.fixture
def erp():
    """The adapter over a session that answers what ``answers`` says."""
    made = OdooErp.__new__(OdooErp)
    made.answers = []
    made._session = type("Session", (), {"call": lambda *_: made.answers})()
    return made


def test_a_store_whose_settings_cannot_be_read_is_named_all_the_same(erp):
    erp.answers = [{**ROW, "consume_at": "some day"}, {**ROW, "store_ref": "eleme:2"}]
    unread, read = erp.stores()
    assert (unread.ref, unread.readable) == ("eleme:1", False)
    assert read == Store(ref="eleme:2", name="店", app_ref="a", cancel_window=-1, consume_at="preparing")
