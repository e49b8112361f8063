"""Downloads are what their digests say, whatever happens on the way."""

import hashlib
import http.server
import threading
from collections.abc import Iterator

import pytest
from bare import fetch
from bare.fetch import File
from bare.report import Trouble

CONTENT = bytes(range(256)) * 500
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Mirror(http.server.ThreadingHTTPServer):
    """Serves CONTENT at every path; `answers` go first: a status, or how many bytes it sends before it ends."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests = [], []

    def file(self, sha256=SHA256):
        return File(url=f"http://127.0.0.1:{self.server_port}/a.deb", name="a.deb", sha256=sha256, size=len(CONTENT))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.requests.append(wanted)
        answer = self.server.answers.pop(0) if self.server.answers else len(CONTENT)
        if 400 <= answer < 600:
            return self.send_error(answer)
        begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(CONTENT) - begin))
        self.end_headers()
        self.wfile.write(CONTENT[begin : begin + answer])
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(monkeypatch) -> Iterator[Mirror]:
    monkeypatch.setattr(fetch, "PAUSE_SECONDS", 0)
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_file_comes_and_is_not_asked_for_again(mirror, tmp_path):
    for _ in range(2):
        assert fetch.fetch_all("x", [mirror.file()], tmp_path)[0].read_bytes() == CONTENT
    assert mirror.requests == [None]


def test_an_interrupted_file_goes_on_where_it_stopped(mirror, tmp_path):
    mirror.answers = [1000]
    assert fetch.fetch_all("x", [mirror.file()], tmp_path)[0].read_bytes() == CONTENT
    assert mirror.requests == [None, "bytes=1000-"]


def test_a_mirror_that_is_away_for_a_moment_is_asked_again(mirror, tmp_path):
    mirror.answers = [503, 429]
    assert fetch.fetch_all("x", [mirror.file()], tmp_path)[0].read_bytes() == CONTENT


def test_a_file_that_is_not_there_is_asked_for_once(mirror, tmp_path):
    mirror.answers = [404]
    with pytest.raises(Trouble, match="404"):
        fetch.fetch_all("x", [mirror.file()], tmp_path)
    assert mirror.requests == [None]


def test_a_file_with_another_digest_is_never_used(mirror, tmp_path):
    with pytest.raises(Trouble, match="SHA-256"):
        fetch.fetch_all("x", [mirror.file(sha256="0" * 64)], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_spoilt_beginning_is_thrown_away(mirror, tmp_path):
    (tmp_path / "a.deb.part").write_bytes(b"x" * 1000)
    assert fetch.fetch_all("x", [mirror.file()], tmp_path)[0].read_bytes() == CONTENT
    assert mirror.requests == ["bytes=1000-", None]


def test_a_spoilt_file_is_fetched_anew(mirror, tmp_path):
    (tmp_path / "a.deb").write_bytes(b"x" * len(CONTENT))
    assert fetch.fetch_all("x", [mirror.file()], tmp_path)[0].read_bytes() == CONTENT
