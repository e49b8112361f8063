{
    "name": "Waimai Bridge",
    "summary": "Orders of the Chinese food-delivery platforms as exact sales, and the decisions back",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "waimai-bridge",
    "application": True,
    "depends": ["sale_stock", "sale_mrp", "bus", "mail"],
    "data": [
        "security/security.xml",
        "security/ir.model.access.csv",
        "data/products.xml",
        "data/cron.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
