"""A `laurel up` in a process of its own, and calls of its API."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from commands.shared.temporal_server import free_port

START_SECONDS = 120.0
CALL_SECONDS = 60.0


@dataclass
class Served:
    """A running Laurel, and the token of its administrator."""

    url: str
    password: str
    token: str = ""

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        timeout: float = CALL_SECONDS,
        prefer: str = "",
        text: str | None = None,
    ) -> tuple[int, Any]:
        """Call as the administrator, with JSON or a text; return the status and the answer, None if it has no JSON."""
        content = json.dumps(body).encode() if body is not None else None if text is None else text.encode()
        headers = {"Content-Type": "application/json"} | ({"X-AUTH-TOKEN": self.token} if self.token else {})
        headers |= {"Prefer": prefer} if prefer else {}
        request = urllib.request.Request(self.url + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, _json(refused.read())

    def log_in(self) -> None:
        """Wait until it is up, and get an API key of the administrator, which does not expire."""
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                _, login = self.call("POST", "/api/admin/login_check", {"username": "admin", "password": self.password})
                break
            except OSError:
                if time.monotonic() > until:
                    raise RuntimeError("laurel up does not answer") from None
                time.sleep(0.2)
        self.token = login["token"]
        self.token = self.call("POST", "/api/admin/admin/api-key", {"apiKey": {"name": "benchmark"}})[1]["token"]


@contextmanager
def served(folder: Path, program: Path) -> Iterator[Served]:
    """A `laurel up` with its data in a folder, that lasts as long as the block."""
    laurel = str(Path(sys.executable).with_name("laurel"))
    port, temporal, ui = (free_port() for _ in range(3))
    ports = ["--port", port, "--temporal-port", temporal, "--ui-port", ui]
    command = [laurel, "up", "--program", program, "--data", folder / "data", *ports]
    running = Served(f"http://127.0.0.1:{port}", "benchmark-" + uuid4().hex)
    environment = {**os.environ, "LAUREL_ADMIN_PASSWORD": running.password}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(part) for part in command], env=environment, stdout=log, stderr=log)
    try:
        running.log_in()
        yield running
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
