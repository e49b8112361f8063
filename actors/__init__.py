"""Dramatiq and nothing else: a message names a lane, the rows in PostgreSQL say what there is to do."""
