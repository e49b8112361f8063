"""A door that may die: it stores one event."""

from connector import settings
from tests.actors.worker import build
from tests.domain.build import fact
from tests.doubles import event

ours = build(settings.load())
ours.journal.take([event("eleme:100", fact(10, 0))], ours.clock.now())
