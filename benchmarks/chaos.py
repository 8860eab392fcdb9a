"""Reports events while worker, API and Temporal are killed, and then looks whether anything was lost or paid twice.

`.venv/bin/python benchmarks/chaos.py [--apart] [--events N] [--kills N] [--seed N]`: exit 0 when everything is right.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))  # `rules` is the package, not the benchmark

import httpx2
import uvloop
from rich.console import Console
from sqlalchemy import create_engine

from benchmarks import postgres
from benchmarks.audit import PROGRAM, Purchase, faults, unapplied
from benchmarks.point_requests import PointRequests
from commands.shared import temporal_server

LAUREL = str(Path(sys.executable).with_name("laurel"))
PASSWORD = "chaos-" + uuid4().hex
IN_FLIGHT = 8
MEMBERS = 5
COFFEES, MOVES = 0.2, 0.8
"""How often a coffee and a movement of points follow a purchase."""
UP_SECONDS = 90.0
SETTLED_SECONDS = 180.0
"""The relay offers an event that was under way when it was killed once more after a minute."""

console = Console(highlight=False, soft_wrap=True)


class ChaosError(Exception):
    """The run itself could not go on; the message says why."""


@dataclass
class Running:
    """A process that is started again whenever it ends, as a service is."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    _away: float = 0.0
    _was_killed: bool = False

    async def keep(self) -> None:
        """Start it, for ever."""
        while True:
            await self._start()
            assert self.process is not None
            code = await self.process.wait()
            if not self._was_killed:
                console.print(f"  {self.name} gave up with {code}, and is started again")
            await asyncio.sleep(self._away)
            self._was_killed, self._away = False, 0.5

    def kill(self, *, away: float) -> None:
        """Kill it as a power cut does; it stays away for so many seconds."""
        self._was_killed, self._away = True, away
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def end(self) -> None:
        """Ask it to end, and wait."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()

    async def run_once(self) -> int:
        """Start it and wait; the exit code."""
        await self._start()
        assert self.process is not None
        return await self.process.wait()

    async def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )

    def last_words(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"    {self.name}: {line[:300]}" for line in lines[-15:])


@dataclass(frozen=True)
class Installation:
    """A Laurel to be killed: its processes, and what killing means for each part."""

    url: str
    database: str
    processes: list[Running]
    kills: Mapping[str, Callable[[float], Awaitable[None]]]
    """Kills a part, which stays away for so many seconds."""


@asynccontextmanager
async def together(folder: Path) -> AsyncIterator[Installation]:
    """`laurel up`: API and worker in one process, which keeps a Temporal server."""
    port, temporal_port, ui_port = (temporal_server.free_port() for _ in range(3))
    ports = ["--port", str(port), "--temporal-port", str(temporal_port), "--ui-port", str(ui_port)]
    command = [LAUREL, "up", "--program", str(_program(folder)), "--data", str(folder / "data"), *ports]
    laurel = Running("laurel", command, {"LAUREL_ADMIN_PASSWORD": PASSWORD}, folder / "laurel.log")

    async def kill_temporal(_away: float) -> None:
        os.kill(await _child(laurel), signal.SIGKILL)  # `laurel up` starts it again

    kills = {"API and worker": _killer(laurel), "Temporal": kill_temporal}
    async with _processes(laurel):
        yield Installation(f"http://127.0.0.1:{port}", f"sqlite:///{folder}/data/laurel.db", [laurel], kills)


@asynccontextmanager
async def apart(folder: Path, database: str) -> AsyncIterator[Installation]:
    """`laurel api`, `laurel worker` and a Temporal server, each by itself, on PostgreSQL."""
    port, temporal_port = temporal_server.free_port(), temporal_server.free_port()
    environment = {
        "LAUREL_DATABASE_URL": database,
        "LAUREL_ADMIN_PASSWORD": PASSWORD,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal_port}",
    }
    listen = temporal_server.arguments(port=temporal_port, ui_port=None, file=folder / "temporal.db")
    temporal = Running("temporal", [temporal_server.binary(), *listen], {}, folder / "temporal.log")
    api = Running("api", [LAUREL, "api", "--port", str(port)], environment, folder / "api.log")
    worker = Running("worker", [LAUREL, "worker"], environment, folder / "worker.log")
    deploy = Running("deploy", [LAUREL, "deploy", str(_program(folder))], environment, folder / "deploy.log")
    if await deploy.run_once() != 0:
        raise ChaosError(f"the program could not be deployed\n{deploy.last_words()}")
    kills = {
        "API": _killer(api),
        "worker": _killer(worker),
        "Temporal": _killer(temporal),
    }
    async with _processes(temporal, api, worker):
        yield Installation(f"http://127.0.0.1:{port}", database, [temporal, api, worker], kills)


@asynccontextmanager
async def _processes(*processes: Running) -> AsyncIterator[None]:
    """Processes, kept running inside the block; ended politely, the last one first."""
    keepers = [asyncio.create_task(each.keep()) for each in processes]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for each in reversed(processes):
            await each.end()


def _killer(victim: Running) -> Callable[[float], Awaitable[None]]:
    async def kill(away: float) -> None:
        victim.kill(away=away)

    return kill


async def _child(parent: Running) -> int:
    """The process that a process has started, once there is one."""
    async with asyncio.timeout(UP_SECONDS):
        while parent.process is None or not (children := _children(parent.process.pid)):
            await asyncio.sleep(0.1)
    return children[0]


def _program(folder: Path) -> Path:
    program = folder / "program"
    for name, text in PROGRAM.items():
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(text)
    return program


def _children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@dataclass
class Reporter:
    """A client that reports purchases, and repeats a call until it is answered."""

    client: httpx2.AsyncClient
    luck: random.Random
    points: PointRequests = field(init=False)
    accepted: list[Purchase] = field(default_factory=list)
    repeated: int = 0

    def __post_init__(self) -> None:
        self.points = PointRequests(self._until_done, self.luck, MEMBERS)

    async def log_in(self) -> None:
        """Get an API key, which outlives every restart."""
        login = await self._until_answered("/api/admin/login_check", {"username": "admin", "password": PASSWORD})
        self.client.headers["Authorization"] = f"Bearer {login['token']}"
        key = await self._until_answered("/api/admin/admin/api-key", {"apiKey": {"name": "chaos"}})
        self.client.headers["Authorization"] = key["token"]

    async def report(self, count: int) -> None:
        """Report so many purchases, a few at a time."""
        numbers = iter(range(1, count + 1))
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(self._report_some(numbers))

    async def _report_some(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            external_id, email = f"purchase-{number}", f"member-{self.luck.randrange(MEMBERS)}@example.com"
            event = {
                "type": "purchase",
                "eventDate": datetime.now(UTC).isoformat(),
                "eventId": external_id,
                "customerData": {"email": email},
                "body": {"total": number},
            }
            sent_at = time.monotonic()
            answer = await self._until_answered("/api/DEFAULT/customEvent", {"event": event})
            purchase = Purchase(answer["customEventId"], external_id, email, number, sent_at, time.monotonic())
            self.accepted.append(purchase)
            if self.luck.random() < COFFEES:
                coffee = {"type": "coffee", "eventId": f"coffee-{number}", "body": {}}
                await self._until_answered("/api/DEFAULT/customEvent", {"event": {**event, **coffee}})
            if self.luck.random() < MOVES:
                await self.points.one()

    async def _until_done(self, path: str, body: Mapping[str, object], key: str) -> Mapping[str, str] | None:
        """Post until it is answered, with a key, so that a repetition moves nothing; None: it was refused."""
        answer = await self._answer(path, body, {"Idempotency-Key": key})
        if answer.status_code in (400, 404):  # members who have reported nothing yet are unknown
            return None
        if answer.status_code not in (200, 204):
            raise ChaosError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        done: Mapping[str, str] = answer.json() if answer.content else {}
        return done

    async def _until_answered(self, path: str, body: Mapping[str, object]) -> Mapping[str, str]:
        answer = await self._answer(path, body, {})
        if answer.status_code != 200:
            raise ChaosError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        said: Mapping[str, str] = answer.json()
        return said

    async def _answer(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> httpx2.Response:
        until = time.monotonic() + UP_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(httpx2.TransportError):
                answer = await self.client.post(path, json=body, headers=dict(headers))
                if answer.status_code != 503:  # then a repetition may succeed
                    return answer
            self.repeated += 1
            await asyncio.sleep(0.2)
        raise ChaosError(f"{path} was not answered within {UP_SECONDS:.0f} s")


async def kill_at_random(
    installation: Installation, reporter: Reporter, *, events: int, kills: int, luck: random.Random
) -> None:
    """Kill one part after the other, each when some more events have been accepted."""
    moments = sorted(luck.uniform(0.05, 0.9) * events for _ in range(kills))
    victims: list[str] = []
    while len(victims) < kills:
        victims += luck.sample(list(installation.kills), len(installation.kills))
    for moment, victim in zip(moments, victims, strict=False):
        while len(reporter.accepted) < moment:
            await asyncio.sleep(0.02)
        await asyncio.sleep(luck.uniform(0, 0.3))
        console.print(f"  after {len(reporter.accepted)} events: SIGKILL {victim}")
        await installation.kills[victim](luck.uniform(0, 2))


async def run(installation: Installation, *, events: int, kills: int, seed: int) -> list[str]:
    """Report, kill, wait; answer what is wrong."""
    luck = random.Random(seed)
    began = time.monotonic()
    async with httpx2.AsyncClient(base_url=installation.url, timeout=15) as client:
        reporter = Reporter(client, random.Random(seed + 1))
        await reporter.log_in()
        async with asyncio.TaskGroup() as group:
            group.create_task(reporter.report(events))
            group.create_task(kill_at_random(installation, reporter, events=events, kills=kills, luck=luck))
    seconds = time.monotonic() - began
    points = reporter.points
    console.print(f"  {len(points.moved)} requests moved points or undid that, {points.refused} were refused")
    console.print(f"  {len(reporter.accepted)} events accepted in {seconds:.0f} s, {reporter.repeated} calls repeated")
    engine = create_engine(installation.database.replace("postgresql:", "postgresql+psycopg:"))
    try:
        await _settled(lambda: unapplied(engine))
        console.print(f"  everything applied after {time.monotonic() - began:.0f} s")
        return faults(engine, reporter.accepted, reporter.points.moved)
    finally:
        engine.dispose()


async def _settled(left: Callable[[], int]) -> None:
    until = time.monotonic() + SETTLED_SECONDS
    while waiting := left():
        if time.monotonic() > until:
            raise ChaosError(f"{waiting} events are not applied after {SETTLED_SECONDS:.0f} s")
        await asyncio.sleep(0.2)


async def chaos(*, is_apart: bool, events: int, kills: int, seed: int) -> int:
    """One run; the exit code."""
    given = os.environ.get("LAUREL_DATABASE_URL") if is_apart else None
    console.print(f"{events} events, {kills} kills, seed {seed}, {'apart' if is_apart else 'together'}")
    server = postgres.serving() if is_apart and given is None else nullcontext(given)
    with tempfile.TemporaryDirectory(prefix="laurel-chaos-") as name, server as database:
        folder = Path(name)
        async with apart(folder, database) if database else together(folder) as installation:
            try:
                wrong = await run(installation, events=events, kills=kills, seed=seed)
            except* ChaosError as errors:
                wrong = [str(error) for error in _leaves(errors)]
            if wrong:
                console.print(*(each.last_words() for each in installation.processes), sep="\n")
    for line in wrong:
        console.print(f"  [red]WRONG[/] {line}")
    console.print("[red]something is wrong[/]" if wrong else "[green]nothing lost, nothing paid twice[/]")
    return 1 if wrong else 0


def _leaves(group: BaseExceptionGroup[ChaosError]) -> Iterator[BaseException]:
    for error in group.exceptions:
        yield from _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apart", action="store_true", help="API and worker apart, on PostgreSQL")
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--kills", type=int, default=9)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    asked = parser.parse_args()
    return uvloop.run(chaos(is_apart=asked.apart, events=asked.events, kills=asked.kills, seed=asked.seed))


if __name__ == "__main__":
    sys.exit(main())
