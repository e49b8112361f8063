"""Where the tests' PostgreSQL and Redis are. A test never skips because one is missing: it fails."""

import os
import socket


def postgres_url():
    """A database of a role that may create others."""
    return os.environ["TEST_POSTGRES_URL"]


def redis_url():
    """A Redis that the tests may empty."""
    return os.environ["TEST_REDIS_URL"]


def free_port():
    """A port of the loopback at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
