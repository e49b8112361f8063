"""Pushes that never come, through real parts: the sweep finds what was missed, and the command counts and mends."""

from datetime import datetime, timedelta, timezone

from tests.flows.play import Play
from tests.flows.system import until

CHINA = timezone(timedelta(hours=8))


def lost(shop):
    """An order of which no push ever comes."""
    shop.switch(lost=1)
    order = shop.place()
    shop.act(order, "accept", ago=90)
    shop.switch(lost=0)
    return order


def test_orders_that_no_push_tells_of_are_found_by_the_sweep(shop, meituan):
    orders = [(each, lost(each)) for each in (shop, meituan)]
    for each, order in orders:
        each.until(order, "paid")
        assert each.left(order) == each.truth(order)["paid"]


def test_reconcile_finds_them_and_tells_what_it_has_mended(anywhere: Play, system):
    anywhere.until(anywhere.place(), "new")  # then the shop is known
    system.stop("sweep")
    try:
        order = lost(anywhere)
        placed = datetime.fromtimestamp(anywhere.truth(order)["placed"] / 1000, CHINA)
        system.start("reconcile", f"{anywhere.platform}:{anywhere.number}", placed.date().isoformat())
        ended = system.processes.pop("reconcile").wait(120)
        printed = system.log("reconcile")
        assert f"{anywhere.platform}:{order}" in printed
        assert "not known here" in printed
        row = until("it is in Odoo", lambda: anywhere.row(order, "state"))
        assert row["state"] in {"waiting", "paid"}
        assert ended == (0 if "The three agree" in printed else 1)
    finally:
        system.start("sweep")
    anywhere.until(order, "paid")
