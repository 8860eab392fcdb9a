"""Laurel in a process of its own, as `laurel up` runs it, with two workflows beside it to be compared with."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
import uvloop
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from activities.events import EventActivities
from activities.temporal_names import clock_id
from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from commands.shared import serving, temporal_server
from commands.shared.admin import renew_command_line_key, set_admin_password
from database import Database, Transaction
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.postings import add_lots
from loyalty.program.wallets import ONE, Points
from loyalty.references import DeliveryRef, EventRef, StepResult
from loyalty.store.events import NewEvent
from loyalty.store.members import Balance, Identity
from loyalty.store.points import Lot, NewTransfer
from loyalty.webhooks.signing import new_secret
from program_files import read_program
from workflows.starter import wake_clocks
from workflows.system_state import SystemMonitor

IN_FLIGHT = 48
MEMBERS = 500
LOT = 12
"""The points of a lot; a coffee takes as many."""
QUEUE = "benchmark"
HOOKED = ("AvailablePointsAmountChanged", "MemberAchievementProgressWasChanged")
"""What the two subscriptions hear: every purchase gives points, and moves the achievement on."""
LOOPBACK = (ip_network("127.0.0.0/8"),)

PLAIN, HOOKS, CROWD = "PLAIN", "HOOKS", "CROWD"
"""Stores: nobody subscribes; two subscriptions; a thousand reactors on other event types."""
OTHERS = 1000

_PROGRAM = """
store: {store}
title: A shop
timezone: Europe/Warsaw
wallets: {{points: {{default: true, expires: {{after: 90d}}}}}}
"""
_BODY = "body: {type: object, required: [total], properties: {total: {type: number, minimum: 0}}}"
_PURCHASE = f"event: purchase\n{_BODY}\n"
_POINTS = "reactor: points\non: purchase\nthen: [{award_points: {points: {var: event.body.total}}}]\n"
_REGULAR = "achievement: regular\non: purchase\ngoal: 1000000\n"
_COFFEE = f"reactor: coffee\non: coffee\nthen: [{{deduct_points: {{points: {LOT}}}}}]\n"
_OTHER = """
reactor: other-{number}
on: other-{event}
when: {{">=": [{{var: event.body.total}}, {number}]}}
then: [{{award_points: {{points: 1}}}}]
"""


@dataclass(frozen=True)
class Place:
    """Where the Laurel under test is to be found."""

    port: int
    key: str
    database: str
    """The URL of its database, to be read only."""


class _Ended:
    """Workflows that have ended, as counted by the worker: asking the server would disturb the measurement."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = {}

    def expect(self, workflow_id: str) -> "asyncio.Future[None]":
        """What is done when a workflow ends."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting[workflow_id] = loop, done
        return done

    def tell(self) -> None:
        """Called by a workflow as the last thing it does, from its own thread."""
        loop, done = self._waiting.pop(workflow.info().workflow_id)
        loop.call_soon_threadsafe(done.set_result, None)


ended = _Ended()


@workflow.defn
class Empty:
    """A workflow that returns at once."""

    @workflow.run
    async def run(self) -> None:
        ended.tell()


class Log:
    """The last of the database's steps where each is an activity of its own: the event is marked as applied."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def log(self, event: EventRef, now: datetime) -> None:
        """Mark an event as applied."""
        await self._database.store(event.store).write(lambda tx: tx.events.set_applied(event.id, now=now))


@workflow.defn
class SixActivities:
    """An event answered by six regular activities, one after the other: the same steps, nothing local."""

    @workflow.run
    async def run(self, event: EventRef) -> None:
        deliveries: list[DeliveryRef] = []
        steps: list[tuple[Any, list[Any]]] = [
            (EventActivities.decide, [""]),
            (EventActivities.award_points, [False, ""]),
            (EventActivities.update_achievements, [False, ""]),
        ]
        for step, more in steps:
            applied: StepResult = await _regular(step, [event, workflow.now(), *more])
            deliveries += applied.deliveries
        await _regular(Log.log, [event, workflow.now()])
        assert len(deliveries) == len(HOOKED), deliveries
        for delivery in deliveries:
            await _regular(DeliveryActivities.deliver_webhook, [delivery, 1])
        ended.tell()


async def _regular(step: Any, args: list[Any]) -> Any:
    return await workflow.execute_activity_method(step, args=args, start_to_close_timeout=timedelta(seconds=30))


@dataclass(frozen=True)
class UnderTest:
    """What the child process measures itself."""

    client: Client
    database: Database
    members: Sequence[str]

    async def empty(self, count: int) -> float:
        """Seconds for so many empty workflows, started eagerly, until all have run."""

        async def start(_number: int, workflow_id: str) -> WorkflowHandle[Any, Any]:
            return await self.client.start_workflow(
                Empty.run, id=workflow_id, task_queue=QUEUE, request_eager_start=True
            )

        return await _timed(count, start)

    async def sequential(self, count: int) -> float:
        """Seconds for so many events answered by six regular activities; the events are stored before."""
        events = await self._store_events(count)

        async def start(number: int, workflow_id: str) -> WorkflowHandle[Any, Any]:
            return await self.client.start_workflow(SixActivities.run, events[number], id=workflow_id, task_queue=QUEUE)

        return await _timed(count, start)

    async def hold(self, email: str) -> None:
        """Register a member, whose first event seems to be run by a workflow that does not end."""

        def add(tx: Transaction) -> None:
            now = datetime.now(UTC)
            _register_one(tx, email, new_id())
            (member,) = tx.members.identities_matching(Identity(email=email))
            held = NewEvent(new_id(), "purchase", str(member.id), now, {"total": LOT}, 1)
            tx.events.add(held, now=now)
            tx.events.set_owner(held.id, clock_id(PLAIN), now=now)

        await self.database.store(PLAIN).write(add)

    async def give_lots(self, asked: tuple[str, int]) -> None:
        """Register a member by e-mail address, with so many lots that expire one after the other."""
        email, count = asked
        program = read_program(_files(PLAIN))

        def give(tx: Transaction) -> None:
            now = datetime.now(UTC)
            operation = OperationContext(tx, program, 1, now, "admin")
            member_id = _register_one(tx, email, new_id())
            points = Points(LOT * ONE)
            for number in range(count):
                expires = now + timedelta(days=1 + 80 * number / count)
                lot = Lot(new_id(), "points", points, points, None, expires)
                change = Balance(active=points, earned=points)
                new = NewTransfer(lot.id, member_id, "points", "add", points, change, "", "admin", lot=lot.id)
                add_lots(operation, member_id, [lot], new)

        await self.database.store(PLAIN).write(give)

    async def let_go(self, email: str) -> None:
        """Let the relay have the event that `hold` made."""

        def head(tx: Transaction) -> str:
            (member,) = tx.members.identities_matching(Identity(email=email))
            found = tx.events.queue_head(str(member.id))
            assert found is not None
            return found.id

        held = await self.database.store(PLAIN).write(head)
        await self.database.leave_to_relay(PLAIN, [held], owners=[clock_id(PLAIN)], now=datetime.now(UTC))

    async def leave(self, count: int) -> None:
        """Store so many events that no workflow is started for."""

        def add(tx: Transaction) -> None:
            past = datetime.now(UTC) - timedelta(minutes=1)
            for number in range(count):
                (member,) = tx.members.identities_matching(Identity(email=email_of(number)))
                new = NewEvent(new_id(), "purchase", str(member.id), past, {"total": 12}, 1)
                tx.events.add(new, now=past)

        await self.database.store(PLAIN).write(add)

    async def _store_events(self, count: int) -> list[EventRef]:
        later = datetime.now(UTC) + timedelta(days=1)  # so that the relay leaves them alone
        events = [EventRef(HOOKS, new_id(), "purchase", self.members[n % MEMBERS], 1) for n in range(count)]

        def add(tx: Transaction) -> None:
            for event in events:
                new = NewEvent(event.id, event.type, event.member, datetime.now(UTC), {"total": 12}, 1)
                tx.events.add(new, now=later)

        await self.database.store(HOOKS).write(add)
        return events


def run(pipe: Connection, folder: str, receiver_port: int, database_url: str | None = None) -> None:
    """The child process: come up, say where, then measure what is asked until it is asked to end.

    `database_url` None: SQLite, in the folder.
    """
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
    )
    uvloop.run(_run(pipe, Path(folder), receiver_port, database_url or f"sqlite:///{folder}/laurel.db"))


async def _run(pipe: Connection, folder: Path, receiver_port: int, database_url: str) -> None:
    async with _laurel(folder, receiver_port, database_url) as (place, under_test):
        pipe.send(place)
        while (asked := await asyncio.to_thread(pipe.recv)) is not None:
            name, count = asked
            pipe.send(await getattr(under_test, name)(count))


@asynccontextmanager
async def _laurel(folder: Path, receiver_port: int, database_url: str) -> AsyncIterator[tuple[Place, UnderTest]]:
    """The parts of `embedded.running`, and a second worker on the same client."""
    async with AsyncExitStack() as stack:
        database = Database.open(database_url)
        stack.callback(database.close)
        programs = Programs(database)
        members = await _prepare(database, programs, f"http://127.0.0.1:{receiver_port}/hook")
        server = await stack.enter_async_context(
            temporal_server.running(
                port=temporal_server.free_port(),
                ui_port=temporal_server.free_port(),
                file=folder / "temporal.db",
                log=folder / "temporal.log",
            )
        )
        client = await worker.connect_to(server.address)
        parts = worker.WorkerDependencies(database, programs, client, LOOPBACK)
        await stack.enter_async_context(worker.running(parts))
        webhooks = await stack.enter_async_context(WebhookClient(LOOPBACK))
        await stack.enter_async_context(_beside(client, database, programs, DeliveryActivities(database, webhooks)))
        needed = serving.services(
            database,
            programs,
            client,
            SystemMonitor(database, client),
            allow=LOOPBACK,
            temporal_ui=None,
            in_flight=parts.in_flight,
        )
        port = temporal_server.free_port()
        await stack.enter_async_context(serving.serving(needed, host="127.0.0.1", port=port))
        await wake_clocks(database, client)
        key = await renew_command_line_key(database)
        yield Place(port, key, database_url), UnderTest(client, database, members)


def _beside(client: Client, database: Database, programs: Programs, deliveries: DeliveryActivities) -> Worker:
    reactions = EventActivities(database, programs)
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Empty, SixActivities],
        activities=[
            reactions.decide,
            reactions.award_points,
            reactions.update_achievements,
            Log(database).log,
            deliveries.deliver_webhook,
        ],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


async def _prepare(database: Database, programs: Programs, url: str) -> list[str]:
    """Programs, members of each store, an admin, and the subscriptions; answer the members of `HOOKS`."""
    await set_admin_password(database, uuid4().hex)
    for store in (PLAIN, HOOKS, CROWD):
        await programs.deploy(_files(store), by="benchmark")
        members = [new_id() for _ in range(MEMBERS)]
        await database.store(store).write(partial(_register, ids=members))
        if store == HOOKS:
            hooked = members
            await database.store(store).write(lambda tx: _subscribe(tx, url))
    return hooked


def _files(store: str) -> dict[str, bytes]:
    texts = {
        "program.yaml": _PROGRAM.format(store=store),
        "events/purchase.yaml": _PURCHASE,
        "reactors/points.yaml": _POINTS,
        "achievements/regular.yaml": _REGULAR,
        "events/coffee.yaml": "event: coffee\n",
        "reactors/coffee.yaml": _COFFEE,
    }
    if store == CROWD:
        kinds = OTHERS // 10
        texts |= {f"events/other-{n}.yaml": f"event: other-{n}\n{_BODY}\n" for n in range(kinds)}
        texts |= {f"reactors/other-{n}.yaml": _OTHER.format(number=n, event=n % kinds) for n in range(OTHERS)}
    return {name: text.encode() for name, text in texts.items()}


def _register(tx: Transaction, ids: Sequence[str]) -> None:
    for number, member_id in enumerate(ids):
        _register_one(tx, email_of(number), member_id)


def _register_one(tx: Transaction, email: str, member_id: str) -> str:
    now = datetime.now(UTC)
    tx.members.register(
        Identity(email=email),
        member_id=member_id,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=now,
        now=now,
    )
    return member_id


def email_of(number: int) -> str:
    """Who a store's members are."""
    return f"member-{number % MEMBERS}@example.com"


def _subscribe(tx: Transaction, url: str) -> None:
    for name in HOOKED:
        tx.subscriptions.add(
            new_id(),
            event_name=name,
            url=url,
            headers=[],
            format="current",
            secret=new_secret(),
            now=datetime.now(UTC),
        )


async def _timed(count: int, start: Callable[[int, str], Awaitable[WorkflowHandle[Any, Any]]]) -> float:
    """Seconds for so many workflows, `IN_FLIGHT` at a time, until the last are closed on the server, too."""
    began, turns, batch = perf_counter(), asyncio.Semaphore(IN_FLIGHT), uuid4().hex
    handles: list[WorkflowHandle[Any, Any]] = []

    async def one(number: int) -> None:
        async with turns:
            workflow_id = f"{batch}/{number}"
            done = ended.expect(workflow_id)
            handles.append(await start(number, workflow_id))
            await done

    await asyncio.gather(*(one(number) for number in range(count)))
    await asyncio.gather(*(handle.result() for handle in handles[-IN_FLIGHT:]))
    return perf_counter() - began
