"""Numbers: a bigint field, and the way between fen and yuan."""

import time

from odoo import fields

TOLERANCE = 1e-6


class BigInteger(fields.Integer):
    """An Integer stored as int8: milliseconds since 1970 do not fit Odoo's int4."""

    _column_type = ("int8", "int8")


def fen(yuan):
    """Yuan as Odoo keeps them (float) -> whole fen (int)."""
    return round((yuan or 0.0) * 100)


def yuan(fen_amount):
    """Whole fen -> yuan; the shortest float of two decimals, which Odoo rounds back exactly."""
    return fen_amount / 100


def same(one, other):
    """Whether two quantities or prices are equal as far as anybody means them."""
    return abs(one - other) < TOLERANCE


def milliseconds():
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def grow(last):
    """The next version after `last`: it grows even if the clock went back."""
    return max((last or 0) + 1, milliseconds())
