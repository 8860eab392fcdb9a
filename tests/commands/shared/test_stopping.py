"""Commands that stay up stop within ten seconds, whatever they are at, and go on with it at the next start."""

import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.kit import programs
from tests.kit.processes import AdminClient, Ports, Process, eventually, is_alive, started, status, write
from tests.kit.receiver import Answer, Receiver

PRODUCT = (
    "{reduce: [{var: event.body.n}, {'+': [{var: accumulator},"
    f" {{reduce: [{[1] * 100}, {{'+': [{{var: accumulator}}, 1]}}, 0]}}]}}, 0]}}"
)
HEAVY = {
    "events__counted": "event: counted\nbody: {type: object, required: [n], "
    "properties: {n: {type: array, items: {type: integer}}}}\n",
    **{
        f"reactors__counting-{n}": f"reactor: counting-{n}\non: counted\nwhen: {{'>': [{PRODUCT}, 0]}}\n"
        "then: [{grant_badge: counted}]\n"
        for n in range(2)
    },
}
"""Two rules that need nearly all the steps of an event for 2,300 numbers."""

PASSWORD = "given-by-the-environment"
NAME = "AvailablePointsAmountChanged"


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let no other connection write to a SQLite database: its transactions wait for half a minute, again and again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def half_a_request(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST /api/DEFAULT/customEvent HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{")
        yield connection


def seconds_to_end(process: Process, *signals: signal.Signals) -> tuple[float, int]:
    """Send signals, a moment between them; how long the process took to end, and its exit code."""
    begun = time.monotonic()
    for number in signals[:-1]:
        process.popen.send_signal(number)
        time.sleep(0.5)
    code = process.end(signals[-1])
    return time.monotonic() - begun, code


def deciding(process: Process) -> list[int]:
    """The processes that evaluate its slow rules."""
    return [child for child in process.children() if b"rules_process" in Path(f"/proc/{child}/cmdline").read_bytes()]


def wait_until_up(process: Process, ports: Ports) -> None:
    eventually(lambda: status(f"{ports.url}/health/live"), lambda code: code == 200, process=process)
    eventually(lambda: process.output, lambda output: "Ctrl-C ends it" in output, process=process)


@pytest.mark.timeout(240)
def test_a_laurel_with_work_in_every_state_stops_within_ten_seconds_and_goes_on_at_the_next_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    ports, data = Ports.free(), tmp_path / "data"
    program = write(tmp_path / "program", programs.files(**HEAVY))
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    environment = {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
    receiver.answer("/hook", Answer(delay=60.0))

    with started(tmp_path / "first", *command, **environment) as first, ThreadPoolExecutor(2) as clients:
        wait_until_up(first, ports)
        with AdminClient(ports.url, PASSWORD) as admin:
            hook = {"webhookSubscription": {"eventName": NAME, "url": f"{receiver.url}/hook"}}
            admin.post("/api/DEFAULT/webhook/subscription", hook)
            hanging = admin.report("purchase", {"total": 1})
            receiver.wait_for(lambda requests: bool(requests))
            slow = [admin.report("counted", {"n": [1] * 2300}, email=f"{n}@example.com") for n in range(4)]
            (decider,) = eventually(lambda: deciding(first), bool)
            with half_a_request(ports.api), locked(data / "laurel.db"):
                waiting = clients.submit(admin.report, "purchase", {"total": 1000}, prefer="wait=30")
                time.sleep(1)
                took, code = seconds_to_end(first, signal.SIGTERM)
            assert waiting.exception() is not None
            eventually(lambda: is_alive(decider), lambda alive: not alive)
    receiver.answer("/hook", Answer())
    with started(tmp_path / "second", *command, **environment) as second:
        wait_until_up(second, ports)
        with AdminClient(ports.url, PASSWORD) as admin:
            applied = admin.applied(hanging)
            decided = [admin.applied(event)["status"] for event in slow]
            receiver.wait_for(lambda requests: len(requests) > 1, timeout=60)
            admin.applied(admin.report("purchase", {"total": 2}))
            points = admin.points()
        with locked(data / "laurel.db"):
            at_once, killed = seconds_to_end(second, signal.SIGINT, signal.SIGINT)

    assert took < 10
    assert code == 0
    assert applied["status"] == "applied"
    assert set(decided) == {"applied"}
    assert points == 3
    assert (at_once < 8, killed) == (True, 128 + signal.SIGINT)
    assert "it goes on at the next start" in first.output
    assert "Traceback" not in second.output
