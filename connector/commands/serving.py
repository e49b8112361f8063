"""The commands that run until they are told to end: the web server, the workers, the sweep."""

import argparse
import os
import signal
import socket
import sys
import tempfile
import threading
from contextlib import closing
from typing import Final

from granian import Granian
from granian.constants import Interfaces

from connector import settings
from connector.commands.supervisor import ENDING, Supervisor
from connector.domain.errors import Unavailable
from connector.services import build
from connector.sweep import sweep as run_sweep

_GRACE_SECONDS: Final = 10
_WORKERS: Final = "actors.broker"
_DRAIN: Final = "actors.drain"


def serve(args: argparse.Namespace) -> int:
    """Serve the hooks with granian.

    Raises:
        Unavailable: another program listens at the address.
    """
    build(settings.load()).close()  # what would stop every worker stops the start, once and in plain words
    _claim(args.host, args.port)
    with tempfile.TemporaryDirectory(prefix="waimai-figures-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # the workers add up their counters there
        Granian(
            "connector.web.plugin:create_app",
            factory=True,
            interface=Interfaces.WSGI,
            address=args.host,
            port=args.port,
            workers=args.workers,
            blocking_threads=args.threads,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=_GRACE_SECONDS,
            log_dictconfig=_logging(),
        ).serve()
    return 0


def _claim(host: str, port: int) -> None:
    """Refuse an address that is taken: granian would share it, and every other push would go to the other program."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or ended connections would count
            probe.bind(address)
    except OSError as error:
        words = f"{host}:{port} cannot be listened at, choose another --port 端口被占用或地址无效，请换 --port"
        raise Unavailable(f"{words}: {error.strerror}") from None


def work(args: argparse.Namespace) -> int:
    """Run the Dramatiq workers and start them again whenever they end by themselves."""
    build(settings.load()).close()
    command = [sys.executable, "-m", "dramatiq", _WORKERS, _DRAIN]
    command += ["--processes", str(args.processes), "--threads", str(args.threads)]
    command += ["--worker-shutdown-timeout", str(_GRACE_SECONDS * 1000)]
    # The first is how long an idle worker waits before it looks again, the second how many messages it takes ahead:
    # with the defaults a ring is heard a second late, and few threads starve.
    tuned = {"dramatiq_worker_timeout": "100", "dramatiq_queue_prefetch": str(args.threads)}
    return Supervisor(command, {**os.environ, **tuned}, grace=_GRACE_SECONDS + 3).run()


def sweep(_args: argparse.Namespace) -> int:
    """Ring what waits and ask Odoo what was missed, until told to end."""
    stop = threading.Event()
    with closing(build(settings.load())) as services:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # waited for below, by this thread alone
        thread = threading.Thread(target=run_sweep, args=(services, stop), name="sweep", daemon=True)
        thread.start()
        while thread.is_alive() and signal.sigtimedwait(ENDING, 1.0) is None:
            pass
        told = thread.is_alive()
        stop.set()
        thread.join(_GRACE_SECONDS)
    return 0 if told and not thread.is_alive() else 1


def _logging() -> dict[str, object]:
    """Granian's lines go the way of all others."""
    loggers = {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")}
    return {"version": 1, "disable_existing_loggers": False, "formatters": {}, "handlers": {}, "loggers": loggers}
