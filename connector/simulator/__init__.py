"""The delivery platforms on your desk: APIs, signed pushes, and the people behind them (platform pages, chapter 8).

```text
  scenarios, control API, page ── act ──> Platform ── messages ──> Pusher ── signed push ──> connector
                            connector ── calls ──> Api ── act, read ──^
```

A `World` is a `Kernel` (lock, clock, agenda, chance, pushes, switches) with both platforms over it. `eleme/` and
`meituan/` each have acts, orders, bodies, pushes, signing and calls of their own; all else is shared.
Written from the platforms' pages and from nothing of the connector's: what it signs and checks, it signs and checks
with code of its own (kept by import-linter). Everything is in memory; money is fen and time milliseconds inside.
"""

from .app import create_app, world_of
from .config import App, MeituanApp, MeituanShop, Shop, SimulatorConfig
from .errors import PlatformError
from .server import Server, run, serve

__all__ = [
    "App",
    "MeituanApp",
    "MeituanShop",
    "PlatformError",
    "Server",
    "Shop",
    "SimulatorConfig",
    "create_app",
    "run",
    "serve",
    "world_of",
]
