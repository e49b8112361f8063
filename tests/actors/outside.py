"""The outside world of worker processes: it lives in the test's process and survives them."""

import contextlib
import multiprocessing
import threading
import time

from connector.bell import RedisBell, build_broker
from connector.database.engine import build_engine
from connector.database.journal import Journal
from connector.ports import Store
from connector.vault import Vault
from tests.actors import processes
from tests.domain.build import fact
from tests.doubles import StatefulPlatform, WatchedErp, event

KEY = processes.KEY
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.actors.processes"])
LANES = ("eleme:1", "eleme:2", "eleme:3")
SECONDS = 60


def wait_for(what, *, seconds=SECONDS, words=""):
    """Wait for a condition; the pause only spares the processor."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError(f"it never happened: {words or what}")
        pause.wait(0.02)
    return found


class Outside:
    """An ERP and a platform, and the worker processes that are started beside them."""

    def __init__(self, database_url, redis_url):
        self.database_url, self.redis_url = database_url, redis_url
        self.engine = build_engine(database_url)
        self.journal = Journal(self.engine, Vault())
        broker = build_broker(redis_url)
        self.redis = broker.client
        self.bell = RedisBell(broker, queues=2)
        self.erp = WatchedErp([_store(lane) for lane in LANES])
        self.platform = StatefulPlatform(self._push)
        self.journal.stores.put(self.erp.stores(), self.now())
        self.processes = []
        processes.Bridge.register("erp", callable=lambda: self.erp)
        processes.Bridge.register("platform", callable=lambda: self.platform)
        self._server = processes.Bridge(address=("127.0.0.1", 0), authkey=KEY).get_server()
        self._serving = threading.Thread(target=self._serve)
        self._serving.start()

    def _serve(self):
        with contextlib.suppress(SystemExit):  # the server's way to end
            self._server.serve_forever()

    @staticmethod
    def now():
        return time.time_ns() // 1_000_000

    def environment(self, fault=""):
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "OUTSIDE_PORT": str(self._server.address[1]),
            "WAIMAI_FAULT": fault,
            "QUEUES": "2",
            "ODOO_URL": "http://127.0.0.1:9",
            "ODOO_DB": "none",
            "ODOO_LOGIN": "none",
            "ODOO_PASSWORD": "none",
            "ODOO_HOOK_SECRET": "whsec_bm9uZQ==",
            "ELEME_APPS": '[{"app_id": "1", "key": "k", "secret": "s"}]',
            "dramatiq_worker_timeout": "50",
        }

    def start(self, work, *arguments, fault=""):
        """A process that runs a function of `processes.py`; it is forked from one that has loaded everything."""
        process = FORKING.Process(target=work, args=(self.environment(fault), *arguments))
        process.start()
        self.processes.append(process)
        return process

    def worker(self, fault="", threads=2):
        return self.start(processes.work, threads, fault=fault)

    def sweeper(self):
        return self.start(processes.sweep)

    def kill(self, process):
        """End a process without a word."""
        if process.is_alive():
            process.kill()
        process.join()
        self.processes.remove(process)

    def close(self):
        for process in list(self.processes):
            self.kill(process)
        self._server.stop_event.set()
        self._serving.join()
        self._server.listener.close()
        self.engine.dispose()

    def hear(self, *envelopes, ring=True):
        """Stored and rung for, as at the door."""
        self.journal.take(envelopes, self.now())
        if ring:
            for lane in sorted({envelope.lane for envelope in envelopes}):
                self.bell.ring(lane, "advance")

    def time_passes(self):
        """What a dead worker held is free at once, so that a test need not wait for its leases and rings to end."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE lanes SET until = '-infinity'")
        for key in self.redis.scan_iter("nudge:*"):
            self.redis.delete(key)

    def rows(self, sql):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def at_rest(self):
        """Nothing is left that could be done now or soon."""
        sql = "SELECT count(*) FROM inbox WHERE state <> 'done'"
        if self.rows(sql) != [(0,)]:
            return False
        sql = "SELECT state, due_at FROM outbox WHERE state <> 'done'"
        return all(state != "parked" and due_at > self.now() + 20_000 for state, due_at in self.rows(sql))

    def _push(self, command):
        """What the platform sends after it has taken a command."""
        codes = {"accept": 12, "reject": 14}
        if command.action in codes:
            self.hear(event(command.order, fact(codes[command.action], 20), lane=command.store))


def _store(ref):
    return Store(ref=ref, name="店", app_ref="1", cancel_window=0, consume_at="preparing")
