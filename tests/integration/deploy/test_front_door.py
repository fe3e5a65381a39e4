"""The real Caddy with our Caddyfile before three small web servers: who gets what, how, and what is said when one is down."""

import http.client
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.local import caddy
from deploy.local.ports import SERVICES, Ports, answers
from deploy.local.progress import Silent

MIB = 1 << 20


class _Upstream(BaseHTTPRequestHandler):
    """Says its name; `…/who` says from where one comes; `…/stream` sends one event and then waits until it may send the second."""

    protocol_version = "HTTP/1.1"
    go_on = threading.Event()

    def do_GET(self) -> None:
        if self.path.endswith("/stream"):
            self._stream()
        elif self.path.endswith("/who"):
            self._say(str(self.headers.get_all("X-Forwarded-For")).encode())
        else:
            self._say(f"{self.server.name} {self.path}".encode())  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        wanted = int(self.headers["Content-Length"])
        while wanted and (chunk := self.rfile.read(min(wanted, MIB))):
            wanted -= len(chunk)
        self._say(b"received" if not wanted else b"cut short")

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: one\n\n")
        self.wfile.flush()
        self.go_on.wait(30)
        self.wfile.write(b"data: two\n\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="module")
def upstreams(ports: Ports) -> Iterator[dict[str, ThreadingHTTPServer]]:
    servers = {}
    for service in SERVICES:
        server = ThreadingHTTPServer(("127.0.0.1", ports.web[service]), _Upstream)
        server.name = service  # type: ignore[attr-defined]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[service] = server
    yield servers
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def door(
    ports: Ports, upstreams: dict[str, ThreadingHTTPServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("door")
    program = caddy.program(folder, ports, Silent())
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(program.command, env=program.environment, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while not answers(ports.front):
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            with httpx.Client(base_url=caddy.url(ports), timeout=60, trust_env=False) as client:
                yield client
        finally:
            process.terminate()
            process.wait()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "submissions"),
        ("/cuoc-thi/abc", "submissions"),
        ("/bai-du-thi/1/nop", "submissions"),
        ("/api/health", "submissions"),
        ("/api/submissions/v1/entries", "submissions"),
        ("/static/dist/site.css", "submissions"),
        ("/cham-thi", "judging"),
        ("/chung-khao/1/san-khau", "judging"),
        ("/ket-qua/1", "judging"),
        ("/ket-qua-khac", "submissions"),
        ("/khieu-nai", "judging"),
        ("/api/judging/v1/openapi.json", "judging"),
        ("/static/judging/stage.css", "judging"),
        ("/thong-bao", "notifications"),
        ("/hop-thu/1", "notifications"),
        ("/api/notifications/v1/inbox", "notifications"),
    ],
)
def test_an_address_leads_to_the_service_that_owns_it(door: httpx.Client, path: str, service: str):
    assert door.get(path).text == f"{service} {path}"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_is_for_operators_is_not_on_the_public_address(door: httpx.Client, path: str):
    assert door.get(path).status_code == 404


def test_the_other_name_of_this_machine_leads_to_the_one_address(door: httpx.Client, ports: Ports):
    answer = door.get("/cuoc-thi?x=1", headers={"Host": f"localhost:{ports.front}"})
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{caddy.url(ports)}/cuoc-thi?x=1"


def test_a_service_is_told_the_real_address_of_a_visitor_whatever_the_visitor_says(door: httpx.Client):
    forged = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Real-IP": "203.0.113.7"}
    with httpx.HTTPTransport(local_address="127.0.0.9") as wire:
        request = httpx.Request("GET", door.base_url.join("/who"), headers=forged)
        assert wire.handle_request(request).read() == b"['127.0.0.9']"


def test_an_event_passes_while_its_stream_goes_on(door: httpx.Client):
    _Upstream.go_on.clear()
    with door.stream("GET", "/chung-khao/stream", headers={"Accept-Encoding": "gzip"}) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: one"
        _Upstream.go_on.set()
        assert [line for line in lines if line] == ["data: two"]


def test_twenty_mebibytes_pass_and_thirty_are_refused_with_their_reason(door: httpx.Client, ports: Ports):
    assert door.post("/bai-du-thi/1/tep", content=bytes(20 * MIB)).text == "received"
    connection = http.client.HTTPConnection("127.0.0.1", ports.front, timeout=60)
    connection.putrequest("POST", "/bai-du-thi/1/tep")
    connection.putheader("Content-Length", str(30 * MIB))
    connection.endheaders()
    with suppress(OSError):  # the door may close before it has read all of it
        connection.send(bytes(30 * MIB))
    answer = connection.getresponse()
    assert answer.status == 413
    assert "Tệp gửi lên quá lớn" in answer.read().decode()
    connection.close()


def test_a_service_that_is_down_is_said_to_be_down_in_vietnamese(
    door: httpx.Client, upstreams: dict[str, ThreadingHTTPServer]
):
    server = upstreams["notifications"]
    server.shutdown()
    server.server_close()
    page = door.get("/thong-bao")
    assert page.status_code in {502, 503}
    assert "Trang này tạm thời chưa mở được" in page.text
    assert page.headers["Retry-After"] == "10"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    data = door.get("/api/notifications/v1/inbox")
    assert data.status_code in {502, 503}
    assert data.json()["status"] == data.status_code
    assert door.get("/ket-qua").text == "judging /ket-qua", "the others go on"
