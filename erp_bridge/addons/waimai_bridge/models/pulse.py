import time

import psycopg2

from odoo import api, fields, models

from .probe import opens

BEAT_SECONDS = 10  # how often at most one process writes it
AWAY_SECONDS = 60  # the connector calls every twenty seconds

LOOK_SECONDS = 60  # how often at most anybody looks at the connector's door
SHUT_LOOKS = 2  # a single one may have met a restart

# When this process last wrote, or looked, by database: most calls then cost a comparison.
_written, _looked = {}, {}

_TURN = """
UPDATE waimai_pulse SET looked_at = now() AT TIME ZONE 'UTC'
WHERE looked_at IS NULL OR looked_at < now() AT TIME ZONE 'UTC' - %s * interval '1 second'"""
_NOTE = "UPDATE waimai_pulse SET shut_looks = CASE WHEN %s THEN 0 ELSE coalesce(shut_looks, 0) + 1 END"


class WaimaiPulse(models.Model):
    """Whether the connector is there: when it last called, and whether its own door answers.

    The part that calls here and the part that the platforms call are two programs: one can be down without the other.
    """

    _name = "waimai.pulse"
    _description = "Last call of the waimai connector"

    seen_at = fields.Datetime(readonly=True)
    looked_at = fields.Datetime("Last Look at the Door", readonly=True)
    shut_looks = fields.Integer("Looks in a Row without Answer", readonly=True)

    @api.model
    def _beat(self):
        """Note a call of the connector, in a transaction of its own that no other can be in conflict with."""
        self._after_commit(_written, BEAT_SECONDS, _note_call)

    def _after_commit(self, times, seconds, note):
        """Let `note(registry)` write when this transaction is over, in this process at most once in so many seconds."""
        name, now = self.env.cr.dbname, time.monotonic()
        if now - times.get(name, -seconds) < seconds:
            return
        times[name] = now
        registry = self.env.registry

        @self.env.cr.postcommit.add
        def write():
            try:
                note(registry)
            except psycopg2.OperationalError:
                times.pop(name, None)  # somebody else writes it at this moment

    @api.model
    def _silence(self):
        """Seconds since the connector's last call; False if it never called."""
        self.env.cr.execute("SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - max(seen_at)) FROM waimai_pulse")
        [seconds] = self.env.cr.fetchone()
        return False if seconds is None else max(int(seconds), 0)

    @api.model
    def _look(self):
        """Look at the connector's door, once a minute over all processes, when this transaction is over.

        No transaction and no lock lasts while the door is asked; a note that meets another one is left out.
        """
        url = (self.env["ir.config_parameter"].sudo().get_param("waimai_bridge.connector_url") or "").rstrip("/")
        if url:
            self._after_commit(_looked, LOOK_SECONDS, lambda registry: _note_look(registry, url))

    @api.model
    def _is_shut(self):
        """Whether nobody has answered at the connector's door lately; looks of days ago count no more."""
        self.env.cr.execute(
            "SELECT 1 FROM waimai_pulse "
            "WHERE shut_looks >= %s AND looked_at > now() AT TIME ZONE 'UTC' - %s * interval '1 second'",
            [SHUT_LOOKS, 4 * LOOK_SECONDS],
        )
        return bool(self.env.cr.fetchone())


def _alone(registry, statement, *values):
    """How many rows a statement changed, in a transaction of its own."""
    with registry.cursor() as cr:
        cr.execute("SET LOCAL lock_timeout = '1s'")
        cr.execute(statement, values)
        return cr.rowcount


def _note_call(registry):
    if not _alone(registry, "UPDATE waimai_pulse SET seen_at = now() AT TIME ZONE 'UTC'"):
        _alone(registry, "INSERT INTO waimai_pulse (seen_at) VALUES (now() AT TIME ZONE 'UTC')")


def _note_look(registry, url):
    if _alone(registry, _TURN, LOOK_SECONDS - BEAT_SECONDS):  # else another process looks
        _alone(registry, _NOTE, opens(url))
