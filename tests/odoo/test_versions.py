"""The addon's coming and going on a real Odoo: upgraded from the version before, uninstalled, installed again."""

import dataclasses
import tarfile
from pathlib import Path

import pytest

from tests.stack import odoo_database, with_addons

#: The addon at version 19.0.1.0.0, without its tests and translations. It is kept, as a clone need not have history.
PREVIOUS = Path(__file__).parent / "data" / "waimai_bridge-19.0.1.0.0.tar.gz"

#: A shop at work: sold and cooked, with a part refund; sold without a product; new; a press and an alert.
WORK = """
gram, kilo = env.ref("uom.product_uom_gram"), env.ref("uom.product_uom_kgm")
store = env["waimai.store"].create({"name": "一店", "platform": "eleme", "platform_ref": "900000001"})
product = env["product.product"].create
beef = product({"name": "牛肉", "type": "consu", "is_storable": True, "uom_id": kilo.id})
bowl = product({"name": "牛肉饭", "type": "consu", "default_code": "B-1"})
lines = [(0, 0, {"product_id": beef.id, "product_qty": 80, "product_uom_id": gram.id})]
env["mrp.bom"].create({"product_tmpl_id": bowl.product_tmpl_id.id, "type": "phantom", "bom_line_ids": lines})
env["waimai.product.map"].create({"store_id": store.id, "sku_code": "X", "product_id": bowl.id})

def document(number, state, sale, code, **more):
    items = [{"line": 1, "name": "牛肉饭", "sku_code": code, "quantity": 2, "price": 2600, "total": 5200}]
    return {"key": f"eleme:{number}", "version": 1700000000000, "store_ref": "eleme:900000001", "state": state,
        "sale": sale, "placed_at": "2026-01-02T03:04:05Z", "items": items, "totals": {"paid": 5200}, **more}

refund = {"key": "r1", "family": "cancel", "scope": "part", "status": "granted", "amount": 1000,
    "items": [{"line": 1, "quantity": 1, "amount": 1000}]}
results = env["waimai.order"].sync([
    document("3040000000000000001", "preparing", "confirmed", "B-1", consumed=True, refunds=[refund],
        totals={"paid": 5200, "refunded": 1000}),
    document("3040000000000000002", "paid", "confirmed", "NEW"),
    document("3040000000000000003", "new", None, "X"),
])
assert {one["status"] for one in results} == {"written"}, results
env["waimai.order"].browse(results[2]["id"]).action_accept()
alert = {"key": "a1", "kind": "shop", "store_ref": "eleme:900000001", "state": "open"}
env["waimai.command"].report([{"alert": alert}])
env["ir.config_parameter"].set_param("waimai_bridge.connector_url", "http://127.0.0.1:9")
result = True
"""

#: What must not be lost: money, materials, refunds, presses, rules, settings.
KEPT = """
env.flush_all()
env.invalidate_all()  # as the database has it

def rows(model, *fields):
    found = env[model].with_context(active_test=False).search([], order="id")
    return [[str(record[name]) for name in fields] for record in found]

result = {
    "sales": rows("sale.order", "name", "state", "amount_total", "client_order_ref", "date_order"),
    "lines": rows("sale.order.line", "order_id", "name", "product_uom_qty", "price_total", "qty_delivered"),
    "moves": rows("stock.move", "product_id", "quantity", "state", "reference"),
    "orders": rows("waimai.order", "platform_ref", "state", "sale_state", "version", "warning", "paid_amount"),
    "items": rows("waimai.order.item", "name", "sku_code", "product_id", "recipe", "problem", "used"),
    "refunds": rows("waimai.refund", "key", "status", "amount", "lines"),
    "used": rows("waimai.consumption", "order_id", "product_id", "quantity", "move_id"),
    "presses": rows("waimai.command", "action", "state", "order_id"),
    "alerts": rows("waimai.alert", "key", "kind", "state"),
    "rules": rows("waimai.product.map", "store_id", "sku_code", "product_id"),
    "stores": rows("waimai.store", "name", "warehouse_id", "consumption_location_id", "partner_id", "version"),
    "url": env["ir.config_parameter"].get_param("waimai_bridge.connector_url"),
}
"""

#: After the upgrade the shop goes on: the next version, a menu, the dish that lacked its product.
GO_ON = """
[row] = env["waimai.order"].search([("platform_ref", "=", "3040000000000000001")])
items = [{"line": 1, "name": "牛肉饭", "sku_code": "B-1", "quantity": 2, "price": 2600, "total": 5200}]
[done] = env["waimai.order"].sync([{"key": row.key, "version": row.version + 1, "store_ref": "eleme:900000001",
    "state": "completed", "sale": "done", "consumed": True, "items": items, "placed_at": "2026-01-02T03:04:05Z",
    "refunds": [{"key": "r1", "scope": "part", "status": "granted", "amount": 1000}],
    "totals": {"paid": 5200, "refunded": 1000}}])
[number] = row.store_id.action_pull_menu()
dish = {"platform_item": "1", "sku_code": "NEW", "name": "新菜"}
env["waimai.command"].report([{"command_id": number, "state": "done", "menu": [dish]}])
row.store_id.menu_item_ids.with_user(env.ref("base.user_admin")).product_id = env["product.product"].search(
    [("default_code", "=", "B-1")])
[other] = env["waimai.order"].search([("platform_ref", "=", "3040000000000000002")])
result = [done["status"], row.sale_order_id.amount_total, sum(row.consumption_ids.mapped("quantity")),
    other.item_ids.product_id.default_code, other.warning]
"""

UNINSTALL = """
env["ir.module.module"].search([("name", "=", "waimai_bridge")]).button_immediate_uninstall()
result = True
"""

LEFT = """
    SELECT 'table ' || table_name FROM information_schema.tables WHERE table_name LIKE 'waimai%'
    UNION ALL SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns
        WHERE column_name LIKE 'waimai%'
    UNION ALL SELECT 'model ' || model FROM ir_model WHERE model LIKE 'waimai%'
    UNION ALL SELECT 'field ' || model || '.' || name FROM ir_model_fields WHERE name LIKE 'waimai%'
    UNION ALL SELECT 'parameter ' || key FROM ir_config_parameter WHERE key LIKE 'waimai%'
    UNION ALL SELECT 'job ' || cron_name FROM ir_cron WHERE cron_name ILIKE 'waimai%'
    UNION ALL SELECT 'action ' || (name ->> 'en_US') FROM ir_actions WHERE path LIKE 'waimai%'
    UNION ALL SELECT 'view ' || name FROM ir_ui_view WHERE name LIKE '%waimai%' OR arch_db::text LIKE '%waimai%'
    UNION ALL SELECT 'menu ' || (name ->> 'en_US') FROM ir_ui_menu WHERE web_icon LIKE 'waimai%'
    UNION ALL SELECT 'rule ' || name FROM ir_rule WHERE name ILIKE 'waimai%'
    UNION ALL SELECT 'group ' || (name ->> 'en_US') FROM res_groups WHERE name ->> 'en_US' ILIKE '%waimai%'
    UNION ALL SELECT 'name ' || name FROM ir_model_data WHERE module = 'waimai_bridge'
    UNION ALL SELECT 'key ' || k.name FROM res_users_apikeys k JOIN res_users u ON u.id = k.user_id
        WHERE u.login = 'waimai-bot'
    UNION ALL SELECT 'login ' || login FROM res_users WHERE login = 'waimai-bot' AND active
"""

STAY = """
    SELECT (SELECT count(*) FROM sale_order WHERE client_order_ref LIKE 'eleme:%' AND state = 'sale'),
        (SELECT sum(amount_total) FROM sale_order WHERE client_order_ref LIKE 'eleme:%'),
        (SELECT sum(quantity) FROM stock_move WHERE state = 'done')
"""


@pytest.fixture
def previous(tmp_path):
    """A folder with the version before."""
    with tarfile.open(PREVIOUS) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def test_an_upgrade_from_the_version_before_loses_nothing(previous):
    with odoo_database(addon=False) as now:
        before = dataclasses.replace(now, options=(with_addons(previous),))
        before.addon("-i")
        kept = before.ask(WORK + KEPT)
        assert (len(kept["sales"]), len(kept["used"]), len(kept["presses"])) == (2, 1, 1)
        now.addon("-u")
        found, gone_on = now.ask(f"{KEPT}\nfound = result\n{GO_ON}\nresult = [found, result]")
        assert found == kept
        assert gone_on == ["written", 42.0, 0.16, "B-1", False]


def test_uninstalling_leaves_the_books_and_nothing_else_and_can_be_undone():
    with odoo_database() as database:
        database.ask(WORK)
        books = database.sql(STAY)
        assert books == [["2", "94.00", "0.1600"]]
        assert database.sql(LEFT)
        database.ask(UNINSTALL)
        assert database.sql(LEFT) == []
        assert database.sql(STAY) == books
        database.addon("-i")
        assert database.sql(STAY) == books
        assert database.sql("SELECT count(*) FROM waimai_store") == [["0"]]
