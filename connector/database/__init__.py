"""PostgreSQL through SQLAlchemy: inbox, facts, orders, outbox, lanes."""
