"""A real HTTP server on loopback for tests: it keeps every request, and answers what the test says.

    with Receiver() as receiver:
        receiver.answer("/hook", Answer(status=500), Answer())        # first 500, then 200 for ever
        ...post something to receiver.url + "/hook"...
        receiver.wait_for(lambda requests: len(requests) == 2)

It runs in threads of its own. An async test awaits `receiver.arrival(...)`, which leaves the event loop free.
"""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; header names are in lower case, the body is raw."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """The caller's port: requests of one connection share it."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver says, `delay` seconds after it has read the request."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Receiver:
    """An HTTP server, up inside its `with` block; paths without an answer of their own get an empty 200."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._answers: dict[str, list[Answer]] = {}
        self._requests: list[Request] = []
        self._news = threading.Condition()
        self._closing = threading.Event()
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(self._take, self._closing)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """Everything received so far, in order of arrival."""
        with self._news:
            return list(self._requests)

    def answer(self, path: str, *answers: Answer) -> None:
        """Answer requests to a path with these, one after the other; the last one stays."""
        with self._news:
            self._answers[path] = list(answers)

    def wait_for(self, predicate: Callable[[Sequence[Request]], bool], timeout: float = 60.0) -> list[Request]:
        """All requests, once the predicate holds for them; AssertionError with what came in `timeout` s."""
        with self._news:
            if not self._news.wait_for(lambda: predicate(self._requests), timeout):
                came = [f"{request.method} {request.path} {request.body[:200]!r}" for request in self._requests]
                raise AssertionError(f"not received within {timeout:g} s; what came: {came}")
            return list(self._requests)

    async def arrival(self, predicate: Callable[[Sequence[Request]], bool]) -> list[Request]:
        """`wait_for` that leaves the event loop free."""
        return await asyncio.to_thread(self.wait_for, predicate)

    def _take(self, request: Request) -> Answer:
        with self._news:
            self._requests.append(request)
            self._news.notify_all()
            answers = self._answers.get(request.path, [Answer()])
            return answers.pop(0) if len(answers) > 1 else answers[0]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, take: Callable[[Request], Answer], closing: threading.Event) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.take = take
        self.closing = closing
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up in the middle is nothing to print."""

    def hang_up(self) -> None:
        """Close the listening socket and every connection still kept alive."""
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the caller was quicker


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet an answer
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body, self.client_address[1])
        answer = self.server.take(request)
        if answer.delay:
            self.server.closing.wait(answer.delay)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  (the names http.server calls)

    def log_message(self, *args: Any) -> None:
        """Tests read the requests, not a log."""
