"""The addon's own tests, run by Odoo's own runner on a copy of the template."""

import re

from tests.stack import addon_tests


def test_the_addons_own_tests_pass_in_odoos_runner():
    log = addon_tests()
    result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", log)
    assert result, log[-3000:]
    failed, errors, number = map(int, result.groups())
    assert (failed, errors) == (0, 0), log[-6000:]
    assert number >= 100
