"""The shops' day: China's, whatever time zone the server or the reader has. It is that of the platforms' own lists."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo.tools import SQL

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today():
    """The date it is in the shops: until eight in the morning a day later than in UTC."""
    return datetime.now(SHANGHAI).date()


def day_of(moment):
    """The date of a moment (naive UTC, as Odoo keeps them)."""
    return moment.replace(tzinfo=UTC).astimezone(SHANGHAI).date()


def midnight(day):
    """When a day (date) begins, naive UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC).replace(tzinfo=None)


def sql_day(moment):
    """SQL of the date of a moment (SQL, naive UTC)."""
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, SHANGHAI.key)
