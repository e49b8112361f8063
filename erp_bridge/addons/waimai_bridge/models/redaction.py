"""No personal data in Odoo's log: a failing statement is logged there with all its values."""

import logging

SHOWN = 60  # characters: enough to tell the table


class HideValues(logging.Filter):
    """Cuts the values out of failed statements on our tables."""

    def filter(self, record):
        """Let the record pass, shortened if it is about a table of ours."""
        if str(record.msg).startswith("bad query") and isinstance(record.args, tuple) and record.args:
            query = (
                record.args[0].decode(errors="replace") if isinstance(record.args[0], bytes) else str(record.args[0])
            )
            if "waimai_" in query:
                error = str(record.args[-1]).partition("\n")[0]
                record.msg, record.args = "bad query: %s... ERROR: %s", (query[:SHOWN], error)
        return True


logging.getLogger("odoo.sql_db").addFilter(HideValues())
