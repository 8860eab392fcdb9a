"""What work costs in two checkouts of Laurel, measured in turn: `.venv/bin/python benchmarks/alternate.py A B`.

Each checkout has its own `.venv` (`make setup`) and is driven from outside, by its `laurel` command and its API, with
the same programs, events and tests. All numbers are processor time, user and system, children included: a busy machine
stretches it less than the time on the clock. In each round A is measured, then B; a ratio is the median of the rounds'.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.processor_time import tree_seconds
from benchmarks.traffic import post, receiving, send
from commands.shared.temporal_server import free_port

PASSWORD = "measured-" + uuid4().hex
PATIENCE = 120.0
EVENT_TYPES = 10
HOOKED = ("AvailablePointsAmountChanged", "MemberAchievementProgressWasChanged")
"""What is subscribed to: each sale of `write_hooked_program` sends one message of each."""
IGNORED_SETTINGS = ("LAUREL_", "PYTHONDONTWRITEBYTECODE")  # modules are compiled once, as they are for users

PROGRAM = """\
store: DEFAULT
title: Two checkouts
timezone: Europe/Warsaw
unknown_members: register
wallets: {points: {default: true, expires: {after: 90d}}}
tiers: [{tier: bronze, from: 0}, {tier: silver, from: 500}, {tier: gold, from: 5000}]
"""
BODY = "{type: object, required: [total, channel], properties: {total: {type: number}, channel: {enum: [web, store]}}}"
EVENT = f"event: sale-%d\nbody: {BODY}\n"
REACTOR = """\
reactor: reactor-%d
on: sale-%d
when: {and: [{">=": [{var: event.body.total}, %d]}, {"==": [{var: event.body.channel}, web]}]}
then: [{award_points: {points: {"*": [{var: event.body.total}, %d]}}}]
"""
ACHIEVEMENT = "achievement: regular\non: sale-0\ngoal: 1000000\n"
TEST = """\
  - test: sale %d
    steps:
      - {event: sale-%d, body: {total: 500, channel: web}, repeat: 5, every: 1d}
      - expect: {fired: [reactor-%d]}
"""


@dataclass(frozen=True)
class Checkout:
    """A folder of Laurel, with its environment."""

    name: str
    folder: Path

    @property
    def laurel(self) -> str:
        return str(self.folder / ".venv" / "bin" / "laurel")


def write_program(folder: Path, reactors: int, *, times: int = 1, tests: int = 0) -> Path:
    """A program of so many reactors and tests, over ten event types; reactor 0 multiplies by `times`."""
    files = {"program.yaml": PROGRAM, "achievements/regular.yaml": ACHIEVEMENT}
    files |= {f"events/sale-{n}.yaml": EVENT % n for n in range(EVENT_TYPES)}
    for n in range(reactors):
        files[f"reactors/reactor-{n}.yaml"] = REACTOR % (n, n % EVENT_TYPES, n % 300, 1 if n else times)
    if tests:
        stories = (TEST % (n, n % EVENT_TYPES, n % EVENT_TYPES) for n in range(tests))
        files["tests/sales.yaml"] = "at: 2026-01-01T09:00:00\ntests:\n" + "".join(stories)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def write_hooked_program(folder: Path) -> Path:
    """A program by which every sale gives points, and moves an achievement on."""
    write_program(folder, 0)
    (folder / "reactors").mkdir()
    (folder / "achievements" / "regular.yaml").unlink()
    for n in range(EVENT_TYPES):
        points = f"reactor: points-{n}\non: sale-{n}\nthen: [{{award_points: {{points: 1}}}}]\n"
        (folder / "reactors" / f"points-{n}.yaml").write_text(points)
        (folder / "achievements" / f"regular-{n}.yaml").write_text(
            f"achievement: regular-{n}\non: sale-{n}\ngoal: 1000000\n"
        )
    return folder


def sale(number: int) -> dict[str, Any]:
    """An event as it is reported, of one of 500 members; every tenth moves the achievement on."""
    return {
        "type": f"sale-{number % EVENT_TYPES}",
        "eventDate": f"2026-01-{1 + number % 28:02}T{number % 24:02}:00:00+00:00",
        "eventId": uuid4().hex,
        "customerData": {"email": f"member-{number % 500}@example.com"},
        "body": {"total": number % 300, "channel": "web" if number % 2 else "store"},
    }


def command_seconds(checkout: Checkout, folder: Path, *arguments: str | Path) -> float:
    """What one `laurel ...` and its children use; RuntimeError where it does not end with 0."""
    log = folder / "log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(IGNORED_SETTINGS)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [checkout.laurel, *arguments], cwd=folder, env=environment, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{checkout.name}: laurel {arguments[0]} ended with {process.returncode}: {log.read_text()}")
    return usage.ru_utime + usage.ru_stime


class Server:
    """A running `laurel up`, and a client of its API."""

    def __init__(self, checkout: Checkout, pid: int, port: int, in_flight: int) -> None:
        self._checkout, self._pid, self._port, self._in_flight = checkout, pid, port, in_flight
        self._headers = {"Content-Type": "application/json"}
        self._key = ""
        self._reported = 0
        self._receiver_port = free_port()

    def log_in(self) -> None:
        """Wait until it is up, log in as its admin, and get an API key."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                token = self._call("/api/admin/login_check", {"username": "admin", "password": PASSWORD})["token"]
                break
            except OSError:
                if time.monotonic() > until:
                    raise RuntimeError(f"{self._checkout.name}: laurel up does not answer") from None
                time.sleep(0.2)
        self._headers["Authorization"] = f"Bearer {token}"
        self._key = self._call("/api/admin/admin/api-key", {"apiKey": {"name": "benchmark"}})["token"]

    def subscribe(self) -> None:
        """Subscribe the receiver that listens during each measurement."""
        for name in HOOKED:
            wanted = {"eventName": name, "url": f"http://127.0.0.1:{self._receiver_port}/hook"}
            self._call("/api/DEFAULT/webhook/subscription", {"webhookSubscription": wanted})

    def milliseconds_of_an_event(self, count: int, *, webhooks: int = 0) -> float:
        """What API, worker and Temporal server use for an event, until all are applied and their webhooks received."""
        bodies = [json.dumps({"event": sale(number)}).encode() for number in range(count)]
        calls = [post("/api/DEFAULT/customEvent", self._key, body) for body in bodies]
        before = sum(tree_seconds(self._pid))
        asyncio.run(self._report(calls, webhooks=webhooks))
        self._reported += count
        until = time.monotonic() + PATIENCE
        while self._applied() < self._reported:
            if time.monotonic() > until:
                raise RuntimeError(f"{self._checkout.name}: {self._applied()} of {self._reported} events are applied")
            time.sleep(0.5)
        return 1000 * (sum(tree_seconds(self._pid)) - before) / count

    async def _report(self, calls: Sequence[bytes], *, webhooks: int) -> None:
        async with asyncio.timeout(PATIENCE), receiving(self._receiver_port) as receiver:
            await send(self._port, calls, in_flight=self._in_flight)
            await receiver.wait(webhooks * len(calls))

    def _applied(self) -> int:
        return int(self._call("/api/DEFAULT/customEvent?status=applied&_itemsOnPage=1")["total"]["filtered"])

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", content, self._headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def server(checkout: Checkout, folder: Path, program: Path, in_flight: int) -> Iterator[Server]:
    """A `laurel up` of a checkout that lasts as long as the block."""
    port, temporal, ui = (free_port() for _ in range(3))
    command = [checkout.laurel, "up", "--program", program, "--data", folder / "data"]
    ports = ["--port", port, "--temporal-port", temporal, "--ui-port", ui]
    environment = {**os.environ, "LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, *map(str, ports)], env=environment, stdout=log, stderr=log)
    try:
        running = Server(checkout, process.pid, port, in_flight)
        running.log_in()
        yield running
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def measures(
    checkout: Checkout, folder: Path, events: int, in_flight: int
) -> Iterator[Mapping[str, Callable[[], float]]]:
    """What can be measured of a checkout, by name, each ready to be run again and again."""
    folder.mkdir()
    big = write_program(folder / "big", 500)
    tested = write_program(folder / "tested", 50, tests=200)
    planned = write_program(folder / "planned", 50, times=2)
    history = folder / "events.jsonl"
    history.write_text("".join(json.dumps({"event": sale(number)}) + "\n" for number in range(10_000)))
    hooked = write_hooked_program(folder / "hooked")
    plan = ("plan", planned, "--against", tested, "--events", history, "--jobs", "1")
    with ExitStack() as stack:
        running: dict[Path, Server] = {}

        def up(program: Path, *, subscribed: bool = False) -> Server:
            if program not in running:
                (place := folder / f"up-{program.name}").mkdir()
                running[program] = stack.enter_context(server(checkout, place, program, in_flight))
                if subscribed:
                    running[program].subscribe()
            return running[program]

        yield {
            "event": lambda: up(tested).milliseconds_of_an_event(events),
            "hooked": lambda: up(hooked, subscribed=True).milliseconds_of_an_event(events, webhooks=len(HOOKED)),
            "check": lambda: 1000 * command_seconds(checkout, folder, "check", big),
            "test": lambda: 1000 * command_seconds(checkout, folder, "test", tested, "--no-coverage"),
            "plan": lambda: 1000 * command_seconds(checkout, folder, *plan),
        }


NAMES = {
    "event": "an event over HTTP, until applied: API, worker and Temporal server",
    "hooked": "an event whose two webhooks are received, likewise",
    "check": "laurel check, 500 reactors",
    "test": "laurel test, 200 tests of 50 reactors",
    "plan": "laurel plan, 10,000 events under two programs of 50 reactors",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path, help="a checkout with its .venv: the one to compare with")
    parser.add_argument("b", type=Path, help="another")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--events", type=int, default=600, help="of one round")
    parser.add_argument("--in-flight", type=int, default=48, help="events at once; a busy machine needs fewer")
    parser.add_argument("--only", action="append", choices=list(NAMES), help="this one; may be given several times")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    names = asked.only or list(NAMES)
    checkouts = [Checkout("A", asked.a.resolve()), Checkout("B", asked.b.resolve())]
    found: dict[str, list[list[float]]] = {name: [[], []] for name in names}
    with tempfile.TemporaryDirectory(prefix="laurel-alternate-") as temporary, ExitStack() as stack:
        both = [
            stack.enter_context(measures(each, Path(temporary) / each.name, asked.events, asked.in_flight))
            for each in checkouts
        ]
        for number in range(asked.rounds + 1):  # the first warms up: caches of bytecode, connections, databases
            for name in names:
                taken = [each[name]() for each in both]
                print(f"round {number}: {name} A {taken[0]:.2f} ms, B {taken[1]:.2f} ms", file=sys.stderr)
                for milliseconds, each in zip(taken, found[name], strict=True):
                    each.extend([milliseconds] if number else [])
    summary = {
        name: {"a": median(a), "b": median(b), "ratio": median(of_b / of_a for of_a, of_b in zip(a, b, strict=True))}
        for name, (a, b) in found.items()
    }
    print(f"{'':8}{'A ms':>10}{'B ms':>10}{'B / A':>8}")
    for name, each in summary.items():
        print(f"{name:8}{each['a']:10.2f}{each['b']:10.2f}{each['ratio']:8.3f}   {NAMES[name]}")
    if asked.json:
        print(json.dumps(summary))


if __name__ == "__main__":
    main()
