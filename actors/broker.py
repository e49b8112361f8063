"""The broker of a worker process, as the settings say; what `dramatiq` loads first."""

from typing import Final

import dramatiq

from connector import logs, settings
from connector.bell import build_broker

logs.configure()

SETTINGS: Final = settings.load()
BROKER: Final = build_broker(SETTINGS.broker_url)
dramatiq.set_broker(BROKER)
