"""The delivery platform on your desk: API, signed pushes, and the people behind them (platform page 8).

```text
  scenarios, control API, page ── act ──> World ── messages ──> Pusher ── signed POST ──> connector
                  connector ── /api/v1 ──> Api ── act, read ──^
```

Written from the platform's page and from nothing of the connector's: what it signs and checks, it signs and checks
with code of its own (kept by import-linter). Everything is in memory; money is fen and time milliseconds inside.
"""

from .app import create_app, world_of
from .config import App, Shop, SimulatorConfig
from .errors import PlatformError
from .server import Server, run, serve

__all__ = [
    "App",
    "PlatformError",
    "Server",
    "Shop",
    "SimulatorConfig",
    "create_app",
    "run",
    "serve",
    "world_of",
]
