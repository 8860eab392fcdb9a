"""Laurel's commands as processes: run to their end, or started, watched from outside and ended by signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx2

from commands.shared.temporal_server import free_port
from tests.kit import forked

T = TypeVar("T")

LAUREL = Path(sys.executable).with_name("laurel")
PATIENCE = 60.0


@dataclass(frozen=True)
class Process:
    """A running command and the file it writes to."""

    popen: subprocess.Popen[bytes]
    output_file: Path

    @property
    def output(self) -> str:
        """What it has printed so far, errors included."""
        return self.output_file.read_text()

    def children(self) -> list[int]:
        """The processes it has started."""
        pid = self.popen.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def end(self, how: signal.Signals) -> int:
        """Send a signal; the exit code."""
        self.popen.send_signal(how)
        return self.popen.wait(PATIENCE)


@contextmanager
def started(log: Path, *arguments: str | Path, **environment: str) -> Iterator[Process]:
    """Run `laurel ...` inside the block; kill it where it has not ended by then."""
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [LAUREL, *arguments],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        yield Process(popen, log)
    finally:
        if popen.poll() is None:
            popen.kill()
            popen.wait(PATIENCE)


def laurel(
    *arguments: str | Path, stdin: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `laurel ...` to its end, in a process of its own."""
    return forked.laurel(
        list(map(str, arguments)), stdin=stdin, cwd=cwd or Path.cwd(), environment={**os.environ, **environment}
    )


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files of a program into a folder, which is returned."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def eventually(ask: Callable[[], T], is_it: Callable[[T], bool], *, process: Process | None = None) -> T:
    """Ask until the answer is right, and return it; AssertionError after a minute, or once the process has ended."""
    until = time.monotonic() + PATIENCE
    while not is_it(answer := ask()):
        if process is not None and process.popen.poll() is not None:
            raise AssertionError(f"it ended with {process.popen.returncode}: {process.output}")
        assert time.monotonic() < until, f"within {PATIENCE:.0f} s, only: {answer!r}"
        time.sleep(0.1)
    return answer


def status(url: str) -> int:
    """The status that a GET answers with; 0 where nothing listens."""
    try:
        return httpx2.get(url, timeout=30).status_code
    except httpx2.TransportError:
        return 0


def is_alive(pid: int) -> bool:
    """Whether a process still runs."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(") ")[2][0] != "Z"


class AdminClient:
    """A client of the API, logged in as the admin."""

    def __init__(self, url: str, password: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=60)
        login = self.post("/api/admin/login_check", {"username": "admin", "password": password})
        self._client.headers["Authorization"] = f"Bearer {login['token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str) -> Any:
        return self._answer(self._client.get(path))

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        return self._answer(self._client.post(path, json=body, headers=headers))

    def upload(self, path: str, content: str) -> Any:
        return self._answer(self._client.post(path, content=content))

    def report(
        self,
        type_: str,
        body: Mapping[str, Any] | None = None,
        *,
        on: str = "2026-03-01",
        email: str = "ann@example.com",
        **headers: str,
    ) -> str:
        """Report an event of a member, Ann if it is of no other; its id."""
        customer = {"email": email}
        event = {"type": type_, "eventDate": f"{on}T08:00:00", "customerData": customer, "body": body or {}}
        return str(self.post("/api/DEFAULT/customEvent", {"event": event}, **headers)["customEventId"])

    def applied(self, event_id: str) -> Any:
        """An event, once it is applied."""
        return eventually(
            lambda: self.get(f"/api/DEFAULT/customEvent/{event_id}"), lambda it: it["status"] == "applied"
        )

    def points(self) -> int:
        """Ann's points."""
        members = self.get("/api/DEFAULT/member?email=ann@example.com")["items"]
        return int(members[0]["defaultAccount"]["activePoints"])

    def _answer(self, answer: httpx2.Response) -> Any:
        assert answer.status_code == 200, f"{answer.request.url} answered {answer.status_code}: {answer.text}"
        return answer.json()


@dataclass(frozen=True)
class Ports:
    """Free ports for a `laurel up`."""

    api: int
    temporal: int
    ui: int

    @classmethod
    def free(cls) -> "Ports":
        return cls(free_port(), free_port(), free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api}"

    @property
    def options(self) -> list[str]:
        return ["--port", str(self.api), "--temporal-port", str(self.temporal), "--ui-port", str(self.ui)]
