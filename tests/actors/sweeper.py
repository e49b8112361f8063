"""The product's sweep, in a process whose ERP is the test's."""

import threading

from connector import settings
from connector.sweep import sweep
from tests.actors.worker import build

sweep(build(settings.load()), threading.Event())
