"""How the schema came to be; run by :func:`connector.database.engine.migrate`."""
