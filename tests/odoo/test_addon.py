"""The addon's own tests, run by Odoo's own runner on a copy of the template."""

import re

from tests.stack import addon_tests


def test_the_addons_own_tests_pass_in_odoos_runner():
    assert _passed(addon_tests()) >= 200


def test_odoos_tills_stand_in_the_reports_where_they_are_installed():
    assert _passed(addon_tests("waimai_tills", app="point_of_sale")) >= 3


def _passed(log: str) -> int:
    """How many tests were run; every one of them passed."""
    result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", log)
    assert result, log[-3000:]
    failed, errors, number = map(int, result.groups())
    assert (failed, errors) == (0, 0), log[-6000:]
    return number
