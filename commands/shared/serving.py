"""The API as a process serves it: uvicorn in the event loop that everything else runs in."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from temporalio.client import Client

from activities.in_flight import InFlightLimiter
from api.app import create_app
from api.authentication.passwords import Passwords
from api.authentication.tokens import digest
from api.services import Services
from commands.shared.errors import CannotDo
from database import Access, Database
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.webhooks.addresses import Network
from workflows.starter import limited_start

ADMIN = "admin"
"""The name of the admin that every installation has."""


class ServingError(CannotDo):
    """The API could not be served; the message says why and what to do."""


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: whoever runs it decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def services(
    database: Database,
    programs: Programs,
    client: Client,
    *,
    allow: tuple[Network, ...],
    temporal_ui: str | None,
    in_flight: InFlightLimiter | None = None,
) -> Services:
    """What the API needs. `in_flight`: the limiter of a worker in this process, so that workflows start eagerly."""

    async def ready() -> dict[str, bool]:
        return {"database": await database.answers(), "temporal": await _answers(client)}

    return Services(
        database=database,
        programs=programs,
        start_event=limited_start(client, in_flight),
        allow=allow,
        ready=ready,
        temporal_ui=temporal_ui,
    )


@asynccontextmanager
async def serving(needed: Services, *, host: str, port: int) -> AsyncIterator[None]:
    """The API at an address, until the block ends."""
    async with serving_app(create_app(needed), host=host, port=port):
        yield


@asynccontextmanager
async def serving_app(app: Any, *, host: str, port: int) -> AsyncIterator[None]:
    """Any ASGI app at an address, until the block ends; requests under way are finished."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    serve = asyncio.create_task(_serve(server, port), name="api")
    try:
        while not server.started and not serve.done():
            await asyncio.sleep(0.02)
        if serve.done():
            await serve
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serve, return_exceptions=True)


async def set_admin_password(database: Database, password: str) -> None:
    """Give the admin a password, and make the admin if there is none."""
    password_hash = await Passwords().hash(password)
    now = datetime.now(UTC)
    await database.access_write(lambda access: access.set_admin(new_id(), ADMIN, password_hash, now=now))


COMMAND_LINE = "laurel command line"


async def make_command_line_key(database: Database) -> str:
    """A new API key for the command line on this machine; the one before ends."""
    key = f"lrl_{secrets.token_urlsafe(32)}"

    def renew(access: Access) -> None:
        admin = access.admin(ADMIN)
        assert admin is not None, "the admin is made before anything is served"
        for old in access.api_keys(admin["id"]):
            if old["name"] == COMMAND_LINE:
                access.remove_api_key(admin["id"], old["id"])
        now = datetime.now(UTC)
        access.add_api_key(
            new_id(), admin_id=admin["id"], name=COMMAND_LINE, key_hash=digest(key), expires_at=None, now=now
        )

    await database.access_write(renew)
    return key


async def _serve(server: uvicorn.Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit:  # how uvicorn says that it could not listen
        raise ServingError(f"port {port} is taken: choose another with --port") from None


async def _answers(client: Client) -> bool:
    try:
        async with asyncio.timeout(1):
            return await client.service_client.check_health()
    except Exception:  # noqa: BLE001 - whatever keeps it from answering, the answer is no
        return False
