"""The product's own actors beside the test's ERP and platform, for the `dramatiq` command to load."""

import os

from tests.actors.processes import declare

if "OUTSIDE_PORT" in os.environ:  # whoever only looks for tests and examples loads this as well
    declare(os.environ)
