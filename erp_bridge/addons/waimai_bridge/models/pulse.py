import time

import psycopg2

from odoo import api, fields, models

BEAT_SECONDS = 10  # how often at most one process writes it
AWAY_SECONDS = 60  # the connector calls every twenty seconds

# When this process last wrote, by database: most calls then cost a comparison.
_written = {}


class WaimaiPulse(models.Model):
    """When the connector last called: the desk tells its people when it has been silent for too long."""

    _name = "waimai.pulse"
    _description = "Last call of the waimai connector"

    seen_at = fields.Datetime(readonly=True)

    @api.model
    def _beat(self):
        """Note a call of the connector, in a transaction of its own that no other can be in conflict with."""
        name, now = self.env.cr.dbname, time.monotonic()
        if now - _written.get(name, -BEAT_SECONDS) < BEAT_SECONDS:
            return
        _written[name] = now
        registry = self.env.registry

        @self.env.cr.postcommit.add
        def write():
            try:
                with registry.cursor() as cr:
                    cr.execute("SET LOCAL lock_timeout = '1s'")
                    cr.execute("UPDATE waimai_pulse SET seen_at = now() AT TIME ZONE 'UTC'")
                    if not cr.rowcount:
                        cr.execute("INSERT INTO waimai_pulse (seen_at) VALUES (now() AT TIME ZONE 'UTC')")
            except psycopg2.OperationalError:
                _written.pop(name, None)  # somebody else writes it at this moment

    @api.model
    def _silence(self):
        """Seconds since the connector's last call; False if it never called."""
        self.env.cr.execute("SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - max(seen_at)) FROM waimai_pulse")
        [seconds] = self.env.cr.fetchone()
        return False if seconds is None else max(int(seconds), 0)
