"""The product's own actors beside the test's ERP and platform, for the `dramatiq` command to load."""

import os

from tests.actors.processes import declare

declare(os.environ)
