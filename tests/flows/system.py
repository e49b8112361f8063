"""The whole product as its users run it: real processes over a real PostgreSQL, Redis and Odoo, and the simulator."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.kitchen import StoreToOpen
from tests.flows.proxy import Proxy
from tests.stack import RunningOdoo, fresh_odoo_database, fresh_postgres_database, fresh_redis

#: Seconds after which what a test waits for does not come any more; a loaded machine is slow and not wrong.
PATIENCE = 240
WAIMAI = Path(sys.executable).with_name("waimai")
#: A shop without a window, for tests that are not about it.
QUICK = 155000009
SHOPS = {155000001: "人民路店", 155000002: "江滨店", 155000003: "大学城店", QUICK: "快店"}
MEITUAN_QUICK = "MT-2009"
#: Likewise, and its store says that prices are those before promotions.
MEITUAN_ORIGINAL = "MT-2010"
MEITUAN_SHOPS = {
    "MT-2001": "人民路店",
    "MT-2002": "江滨店",
    "MT-2003": "大学城店",
    MEITUAN_QUICK: "快店",
    MEITUAN_ORIGINAL: "原价店",
}
MEITUAN_APPS = [{"app_id": 900001, "secret": "0123456789abcdef0123456789abcdef"}]
APPS = [{"app_id": 10000001, "key": "FaKeKeY001", "secret": "3f1c0a9e5b7d24686c8e0f1a2b3c4d5e6f708192"}]
QUICK_STORES = [
    StoreToOpen(ref=f"eleme:{QUICK}", name="快店", app=str(APPS[0]["app_id"])),
    StoreToOpen(ref=f"meituan:{MEITUAN_QUICK}", name="快店", app=str(MEITUAN_APPS[0]["app_id"])),
]
ORIGINAL_STORES = [StoreToOpen(ref=f"meituan:{MEITUAN_ORIGINAL}", name="原价店", app=str(MEITUAN_APPS[0]["app_id"]))]


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str | Callable[[], str], done: Callable[[], object]) -> object:
    """Wait for a condition and give its value; the time only bounds a failure."""
    deadline = time.monotonic() + PATIENCE
    while not (found := done()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what if isinstance(what, str) else what()}")
        time.sleep(0.05)
    return found


@dataclass(kw_only=True)
class System:
    """A running product; its processes can be killed and started again one by one."""

    env: dict[str, str]
    odoo: RunningOdoo
    proxy: Proxy
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, **env: str) -> None:
        """Start ``waimai name`` with its arguments."""
        log = (self.logs / f"{name}.log").open("ab")
        command = [str(WAIMAI), name, *arguments]
        self.processes[name] = subprocess.Popen(
            command, env={**os.environ, **self.env, **env}, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a process and all its children, or kill them."""
        process = self.processes.pop(name)
        os.killpg(process.pid, number)
        process.wait(30)

    def log(self, name: str) -> str:
        """What a process has logged."""
        return (self.logs / f"{name}.log").read_text()

    def ready(self) -> bool:
        """Whether everything that it depends on answers."""
        try:
            return httpx.get(f"{self.env['WEB_URL']}/readyz", timeout=20).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def running_system(folder: Path) -> Iterator[System]:
    """Bring everything up, and end it."""
    web_port, simulator_port = free_port(), free_port()
    web_url = f"http://127.0.0.1:{web_port}"
    with ExitStack() as stack:
        odoo = stack.enter_context(fresh_odoo_database(connector_url=web_url, cron_threads=1))
        proxy = Proxy(odoo.url)
        stack.callback(proxy.close)
        env = {
            **odoo.settings(),
            "ODOO_URL": proxy.url,
            "DATABASE_URL": stack.enter_context(fresh_postgres_database()),
            "REDIS_URL": stack.enter_context(fresh_redis()).url,
            "ELEME_APPS": json.dumps(APPS),
            "ELEME_API_URL": f"http://127.0.0.1:{simulator_port}",
            "MEITUAN_APPS": json.dumps(MEITUAN_APPS),
            "MEITUAN_API_URL": f"http://127.0.0.1:{simulator_port}/meituan",
            "PUBLIC_URL": web_url,
            "WEB_URL": web_url,
            "SIMULATOR_URL": f"http://127.0.0.1:{simulator_port}",
        }
        system = System(env=env, odoo=odoo, proxy=proxy, logs=folder)
        subprocess.run([str(WAIMAI), "migrate"], env={**os.environ, **env}, check=True, capture_output=True)
        try:
            system.start("serve", "--port", str(web_port), "--workers", "1")
            system.start("work", "--processes", "1")
            system.start("sweep")
            shops = [f"--shop={number}={name}" for number, name in SHOPS.items()]
            shops += [f"--meituan-shop={code}={name}" for code, name in MEITUAN_SHOPS.items()]
            push = ["--push-url", f"{web_url}/hooks/eleme", "--meituan-push-url", f"{web_url}/hooks/meituan"]
            often = ["--free-cancel", "5", "--retry-seconds", "5"]
            system.start("simulate", "--port", str(simulator_port), *push, *often, *shops)
            until("the product is ready", system.ready)
            yield system
        finally:
            for name in list(system.processes):
                system.stop(name)
