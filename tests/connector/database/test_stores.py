from dataclasses import replace

import pytest

from connector.database.stores import Shelf, Stores
from connector.ports import Store
from connector.vault import Vault
from tests import shelf as doubles

SHOP = Store(ref="eleme:1", name="店", app_ref="app-7", cancel_window=-1, consume_at="preparing", auto_accept=True)


@pytest.fixture(params=["memory", "database"])
def shelf(request, engine):
    if request.param == "memory":
        return doubles.Shelf({"eleme:1": "app-7"})
    Stores(engine).put([SHOP], 1)
    return Shelf(engine, Vault())


def test_there_is_no_token_before_one_was_kept(shelf):
    assert shelf.token("eleme:app-7") is None


def test_the_newest_token_counts(shelf):
    shelf.keep_token("eleme:app-7", "one", 1000)
    shelf.keep_token("eleme:app-7", "two", 2000)
    assert shelf.token("eleme:app-7") == ("two", 2000)


def test_a_token_that_was_refused_is_dropped(shelf):
    shelf.keep_token("eleme:app-7", "one", 1000)
    shelf.drop_token("eleme:app-7", "one")
    assert shelf.token("eleme:app-7") is None


def test_a_newer_token_is_not_dropped_for_an_older_one(shelf):
    shelf.keep_token("eleme:app-7", "two", 1000)
    shelf.drop_token("eleme:app-7", "one")
    assert shelf.token("eleme:app-7") == ("two", 1000)


def test_apps_have_tokens_of_their_own(shelf):
    shelf.keep_token("eleme:app-7", "one", 1000)
    assert shelf.token("eleme:app-8") is None


def test_a_shop_tells_its_app_and_an_unknown_one_tells_nothing(shelf):
    assert (shelf.app_of("eleme:1"), shelf.app_of("eleme:2")) == ("app-7", "")


def test_tokens_have_gone_through_the_vault(engine):
    class Upside(Vault):
        def seal(self, content):
            return content[::-1]

        def open(self, sealed):
            return sealed[::-1]

    one = Shelf(engine, Upside())
    one.keep_token("a", "secret", 1)
    with engine.connect() as connection:
        assert bytes(connection.exec_driver_sql("SELECT token FROM tokens").scalar()) == b"terces"
    assert one.token("a") == ("secret", 1)


def test_a_shop_is_as_the_erp_last_said_and_an_empty_answer_says_nothing(engine):
    stores = Stores(engine)
    assert stores.get("eleme:1") is None
    stores.put([SHOP], 1)
    stores.put([], 2)
    assert stores.get("eleme:1") == SHOP
    assert stores.all() == (SHOP,)


def test_a_shop_that_the_erp_names_no_more_is_closed_until_it_is_named_again(engine):
    stores, renumbered = Stores(engine), replace(SHOP, ref="eleme:2")
    assert stores.put([SHOP], 1) == set()
    assert stores.put([renumbered], 2) == set()
    assert stores.all() == (replace(SHOP, active=False), renumbered)
    assert stores.put([SHOP, renumbered], 3) == {"eleme:1"}
    assert stores.all() == (SHOP, renumbered)
    assert stores.put([SHOP, replace(renumbered, active=False)], 4) == set()


def test_a_shop_whose_settings_cannot_be_read_is_as_it_was_last_seen(engine):
    stores = Stores(engine)
    stores.put([SHOP], 1)
    assert stores.put([replace(SHOP, name="", readable=False), replace(SHOP, ref="eleme:2")], 2) == set()
    assert stores.put([replace(SHOP, name="", readable=False)], 3) == set()
    assert stores.all() == (SHOP, replace(SHOP, ref="eleme:2", active=False))


def test_what_a_newer_version_wrote_of_a_shop_can_be_read(engine):
    stores = Stores(engine)
    stores.put([SHOP], 1)
    with engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE stores SET body = body || '{"later": 1}'""")
    assert stores.get("eleme:1") == SHOP
