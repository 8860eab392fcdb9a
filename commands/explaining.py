"""What is stored of one event, wherever it is stored: asked of a running Laurel, or read from a database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote

import httpx2
from sqlalchemy import Connection, select

import rules
from api.event_details import event_details
from commands import data_folder
from commands.data_folder import EmbeddedError, RunningAt
from commands.settings import Settings
from database import Transaction
from database.reading import reading
from database.tables import store as stores
from loyalty.files import read_program

Details: TypeAlias = dict[str, Any]
"""An event as `GET /api/{storeCode}/customEvent/{id}` shows it."""

_PATIENCE = 60


class UnknownEvent(LookupError):
    """Nothing is known of an event, or of the store it is looked for in; the message says what there is."""


class Source(Protocol):
    """Where events are stored."""

    async def stores(self) -> list[str]:
        """The codes of all stores."""

    async def event(self, store: str, event_id: str) -> Details | None:
        """An event by its id or by its reporter's own."""


async def explanation(event_id: str, *, data: Path, store: str | None) -> Details:
    """All that is stored of an event; without a store, of the first that has it.

    Raise UnknownEvent, SettingError or EmbeddedError.
    """
    event_id = event_id.encode(errors="replace").decode()  # a terminal may hand over what is no text
    async with _source(data) as source:
        known = await source.stores()
        if store is not None and store not in known:
            raise UnknownEvent(f"store {store} is unknown: {_listed(known)}")
        asked = known if store is None else [store]
        for code in asked if event_id else ():
            if details := await source.event(code, event_id):
                return details
    where = f"store {asked[0]}" if len(asked) == 1 else f"any store: {_listed(known)}"
    raise UnknownEvent(f"no event {event_id[:80] or 'without an id'} in {where}")


def _listed(codes: Sequence[str]) -> str:
    return f"there is {', '.join(codes)}" if codes else "no program was ever deployed"


@asynccontextmanager
async def _source(data: Path) -> AsyncIterator[Source]:
    """The database of LAUREL_DATABASE_URL, or that of a data folder, whether its Laurel runs or not."""
    settings = Settings.read()
    if settings.database_url is None and (running := data_folder.running_at(data)):
        headers = {"X-AUTH-TOKEN": running.key}
        async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=_PATIENCE) as client:
            yield _Running(client, running)
        return
    with reading(data_folder.address(data, settings)) as connection:
        yield _Database(connection, settings.temporal_ui)


class _Running:
    """A running Laurel."""

    def __init__(self, client: httpx2.AsyncClient, running: RunningAt) -> None:
        self._client = client
        self._url = running.url

    async def stores(self) -> list[str]:
        return [each["code"] for each in (await self._get("/api/store"))["items"]]

    async def event(self, store: str, event_id: str) -> Details | None:
        path = f"/api/{quote(store, safe='')}/customEvent"
        found: Details | None = await self._get(f"{path}/{quote(event_id, safe='')}")
        if found is None:
            for named in (await self._get(f"{path}?eventId={quote(event_id, safe='')}"))["items"]:
                found = await self._get(f"{path}/{named['customEventId']}")
        return found

    async def _get(self, path: str) -> Any:
        """What it answers; None where it knows nothing of the kind."""
        try:
            answer = await self._client.get(path)
        except httpx2.HTTPError as error:
            raise EmbeddedError(f"{self._url} does not answer: {error or type(error).__name__}") from None
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx2.codes.OK:
            raise EmbeddedError(f"{self._url}{path} answered {answer.status_code}: {answer.text[:500]}")
        return rules.exact.loads(answer.content)


class _Database:
    """A database that is read and never written."""

    def __init__(self, connection: Connection, temporal_ui: str | None) -> None:
        self._connection = connection
        self._temporal_ui = temporal_ui

    async def stores(self) -> list[str]:
        return list(self._connection.execute(select(stores.c.code).order_by(stores.c.code)).scalars())

    async def event(self, store: str, event_id: str) -> Details | None:
        tx = Transaction(self._connection, store)
        row = tx.events.get(event_id.lower()) or tx.events.by_external_id(event_id)
        if row is None:
            return None
        files = tx.revisions.files(row["revision"]) or {}
        program = read_program({name: text.encode() for name, text in files.items()})
        return event_details(tx, row, program, temporal_ui=self._temporal_ui)
