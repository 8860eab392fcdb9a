"""A receiver of webhooks that refuses those of one path for a while, and remembers what it has taken."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What was sent to each path."""

    refused: set[str]
    """Paths that are answered by 500 for now."""
    url: str = ""
    taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The `webhook-id`s that were answered by 204, by path."""

    def answer(self, path: str, message: str) -> int:
        """Return the status for a message."""
        if path in self.refused:
            return 500
        self.taken[path].add(message)
        return 204


@contextmanager
def receiving(refused: str) -> Iterator[Receiver]:
    """A receiver that listens as long as the block lasts, and refuses a path at first."""
    receiver = Receiver({refused})

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(receiver.answer(self.path, self.headers["webhook-id"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
            """Nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Nothing: a sender that is killed resets its connections."""

    server = Quiet(("127.0.0.1", 0), Answering)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
