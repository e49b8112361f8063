"""The examples in the simulator's docstrings are true."""

import doctest

from connector.simulator import catalogue, units


def test_examples():
    for module in (catalogue, units):
        failed, tried = doctest.testmod(module)
        assert failed == 0
        assert tried > 0
