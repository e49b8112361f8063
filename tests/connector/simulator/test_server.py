"""The running server: threads, the agenda, the network of this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from connector.simulator import SimulatorConfig, serve

from .conftest import APP

PATIENCE = 10


class Taker(BaseHTTPRequestHandler):
    """Takes pushes and remembers them."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.changed:
            self.server.taken += 1
            self.server.changed.notify_all()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"message":"ok"}')

    def log_message(self, *args):
        pass


@pytest.fixture
def taker():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    server.taken, server.changed = 0, threading.Condition()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_orders_placed_over_the_network_are_pushed_by_themselves(taker, capfd):
    url = f"http://127.0.0.1:{taker.server_port}/hooks/eleme"
    config = SimulatorConfig(apps=[APP], push_url=url, push_threads=2)
    with serve(config) as server, httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
        played = client.post("/sim/scenarios/delivered", json={"shop": 155000001}).json()
        with taker.changed:
            assert taker.changed.wait_for(lambda: taker.taken == 9, PATIENCE)
            world = server.world
        assert client.get("/").status_code == 200
        row = client.get(f"/sim/orders/{played['orderId']}").json()
        assert row["status"] == "settled"
        with world.pusher.changed:
            assert world.pusher.changed.wait_for(lambda: len(world.pusher.log) == 9, PATIENCE)
        assert all(sent.ok for sent in world.pusher.log)
    assert not any(thread.is_alive() for thread in server._threads)
    assert capfd.readouterr().err == ""


def test_the_agenda_runs_by_itself():
    config = SimulatorConfig(apps=[APP], push_url="http://127.0.0.1:9/", accept_seconds=0)
    with serve(config) as server:
        happened = threading.Event()
        server.world.later(0, lambda _at: happened.set())
        assert happened.wait(PATIENCE)


def test_many_hands_at_once_neither_lose_nor_double(taker):
    url = f"http://127.0.0.1:{taker.server_port}/hooks/eleme"
    with serve(SimulatorConfig(apps=[APP], push_url=url, push_threads=2)) as server:
        address = f"http://127.0.0.1:{server.port}"

        def order():
            with httpx.Client(base_url=address) as client:
                for _ in range(10):
                    row = client.post("/sim/orders", json={"shop": 155000001}).json()
                    client.post(f"/sim/orders/{row['orderId']}/accept")

        hands = [threading.Thread(target=order) for _ in range(4)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        with taker.changed:
            assert taker.changed.wait_for(lambda: taker.taken == 80, PATIENCE)
        assert sorted(one.day_sn for one in server.world.orders.values()) == list(range(1, 41))
        with server.world.pusher.changed:
            pusher = server.world.pusher
            assert pusher.changed.wait_for(lambda: len(pusher.log) == 80, PATIENCE)
        assert len({sent.request_id for sent in server.world.pusher.log}) == 80
