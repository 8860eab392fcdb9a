"""The API in this process, on real databases; Temporal is a fake that records which workflows should start."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import httpx2
from fastapi import FastAPI

from access import ADMINISTRATOR
from activities.member_queue import MemberQueue
from api.app import create_app
from api.authentication.passwords import hash_password
from api.authentication.tokens import digest
from api.state.services import Services
from console.app import add_console
from database import Access, Database, ReadTransaction
from database.administrators import Admin
from database.api_keys import ApiKey
from database.backlog import Backlog
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.references import EventRef
from tests.kit.programs import files
from workflows.clock_state import ClockFault
from workflows.system_state import SystemState

KEY = "lrl_a-key-for-tests"
ADMIN_ID = "0190f2a0-0000-7000-8000-000000000001"
PASSWORD = "password"
PASSWORD_HASH = hash_password(PASSWORD)
UI = "http://127.0.0.1:8233"
ALL_IS_WELL = SystemState(
    is_readable=True,
    is_writable=True,
    backlog={"DEFAULT": Backlog()},
    has_temporal=True,
    workers=1,
    clocks={"DEFAULT": True},
)

TEXT_EVENT = "event: text\ntitle: Some text\nbody: {type: object, properties: {key: {type: string}}}\n"


@dataclass
class FakeClocks:
    """Clocks that run, but for one with a fault; `failure` is raised in place of waking one."""

    found: ClockFault | None = None
    woken: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def fault(self, store: str) -> ClockFault | None:
        return self.found if store == "DEFAULT" else None

    async def wake(self, store: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.woken.append(store)


@dataclass
class Api:
    """A running API, a client of it, and the workflows it started."""

    database: Database
    programs: Programs
    app: FastAPI = field(init=False)
    http: httpx2.AsyncClient = field(init=False)
    started: list[EventRef] = field(default_factory=list)
    batches: dict[str, list[EventRef]] = field(default_factory=dict)
    """The batches that were started, by the ids of their workflows."""
    queue: MemberQueue = field(default_factory=MemberQueue)
    system_state: SystemState = field(default_factory=lambda: ALL_IS_WELL)
    clocks: FakeClocks = field(default_factory=FakeClocks)
    failure: Exception | None = None

    async def start(self, event: EventRef) -> None:
        if self.failure:
            raise self.failure
        self.started.append(event)

    async def start_batch(self, batch_id: str, events: Sequence[EventRef]) -> None:
        if self.failure:
            raise self.failure
        self.batches[batch_id] = list(events)

    async def post(self, path: str, content: Any, **options: Any) -> httpx2.Response:
        return await self.http.post(path, json=content, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.http.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def report(self, **changed: Any) -> httpx2.Response:
        """Report an app login of Anna with changed fields; a field that is None is left out."""
        event = {
            "type": "app_login",
            "eventDate": "2024-05-01T00:00:00",
            "customerData": {"email": "anna@example.com"},
        } | changed
        event = {name: value for name, value in event.items() if value is not None}
        return await self.post("/api/DEFAULT/customEvent", {"event": event})

    async def deploy(self, **changed: str) -> None:
        """Put the program of a small coffee shop in force, with changed files."""
        await self.programs.deploy(files(events__text=TEXT_EVENT, **changed), by="test")
        self.programs._in_force.clear()

    async def write(self, work: Any) -> Any:
        """Write to the database of the store what workflows would."""
        return await self.database.store("DEFAULT").write(work)

    async def count(self) -> tuple[int, int]:
        """The numbers of members and of events."""

        def read(tx: ReadTransaction) -> tuple[int, int]:
            tables = [tx.connection.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar() for t in ("member", "event")]
            return tables[0], tables[1]

        return await self.database.store("DEFAULT").read(read)


@asynccontextmanager
async def running(database: Database) -> AsyncIterator[Api]:
    """An API on a database, with the store DEFAULT, an admin and an API key."""
    programs = Programs(database)
    api = Api(database, programs)

    async def system_state() -> SystemState:
        return api.system_state

    async def start(event: EventRef) -> None:
        await api.start(event)

    services = Services(
        database=database,
        programs=programs,
        start_event=start,
        start_batch=api.start_batch,
        allow=(ip_network("127.0.0.0/8"),),
        system_state=system_state,
        clocks=api.clocks,
        queue=api.queue,
        temporal_ui=UI,
    )
    api.app = add_console(create_app(services))
    await database.access_write(_add_admin)
    await api.deploy()
    transport = httpx2.ASGITransport(api.app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://laurel", headers={"Authorization": KEY}
    ) as api.http:
        yield api


def _add_admin(access: Access) -> None:
    now = datetime.now(UTC)
    access.admins.add(Admin(ADMIN_ID, "admin", PASSWORD_HASH, None, ADMINISTRATOR.id, None, True, now))
    key = ApiKey(new_id(), ADMIN_ID, "tests", ADMINISTRATOR.id, None, now, None)
    access.api_keys.add(key, key_hash=digest(KEY))


def fault(answer: httpx2.Response, path: str) -> dict[str, Any]:
    """The one fault at a path in an answer with status 400."""
    assert answer.status_code == 400, answer.text
    content = answer.json()
    assert (content["code"], content["message"]) == (400, "Validation failed")
    (found,) = [each for each in content["errors"] if each["path"] == path]
    return found
