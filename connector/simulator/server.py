"""Runs the simulated platform: a threaded HTTP server, the agenda, and the threads that push."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app, world_of

if TYPE_CHECKING:
    from types import TracebackType

    from .config import SimulatorConfig

POLL_SECONDS = 0.1
TICK_SECONDS = 0.2
LONGEST_WAIT = 1.0


class _QuietHandler(WSGIRequestHandler):
    """Keeps connections, and writes no line per request: the log of pushes is at `/sim/pushes`."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


class Server:
    """A running simulated platform; also a context manager."""

    def __init__(self, config: SimulatorConfig, host: str, port: int) -> None:
        app = create_app(config)
        self.world = world_of(app)
        self._http = make_server(host, port, app, threaded=True, request_handler=_QuietHandler)
        self.port = self._http.server_port
        self._ended = threading.Event()
        jobs = [self._serve, self._agenda, *[self._push] * config.push_threads]
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        self._http.serve_forever(POLL_SECONDS)

    def _agenda(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            self.world.tick()

    def _push(self) -> None:
        while not self._ended.is_set():
            if not self.world.pusher.drain():
                self.world.pusher.wait(LONGEST_WAIT)

    def wait(self) -> None:
        """Blocks until `close` or Ctrl-C."""
        while not self._ended.wait(LONGEST_WAIT):
            pass

    def close(self) -> None:
        """Ends the threads and frees the port."""
        self._ended.set()
        with self.world.pusher.changed:
            self.world.pusher.changed.notify_all()
        self._http.shutdown()
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        self.world.pusher.close()

    def __enter__(self) -> Server:  # noqa: PYI034 - not made to be inherited from
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(config: SimulatorConfig, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Starts in the background and gives the handle; port 0 takes a free one (`.port`)."""
    return Server(config, host, port)


def run(config: SimulatorConfig, host: str = "127.0.0.1", port: int = 8010) -> None:
    """Runs until Ctrl-C."""
    with serve(config, host, port) as server:
        try:
            server.wait()
        except KeyboardInterrupt:
            return
