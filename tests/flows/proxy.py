"""A way to Odoo that can be cut: it forwards requests, and does to them what a test asks for."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Proxy:
    """Between the connector and Odoo.

    ``away`` breaks every connection; ``failing`` many calls of ``sync`` still reach Odoo, which commits them, and are
    answered 500 all the same. ``calls`` counts what reached Odoo.
    """

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.away = False
        self.failing = 0
        self.failed = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=120)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def spoils(self, body: bytes) -> bool:
        with self._lock:
            spoilt = self.failing > 0 and b'"sync"' in body
            self.failing -= spoilt
            self.failed += spoilt
            return spoilt

    def _handler(proxy):  # noqa: N805 - the handler below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if proxy.away:
                    self.close_connection = True
                    return
                headers = {"Content-Type": self.headers["Content-Type"]}
                status, answer = proxy.forward(self.path, body, headers)
                if proxy.spoils(body):
                    status, answer = 500, b"<html>Internal Server Error</html>"
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments):
                pass

        return Handler
