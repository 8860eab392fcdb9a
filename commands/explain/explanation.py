"""What is stored of one event, wherever it is stored: asked of a running Laurel, or read from a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx2
from sqlalchemy import Connection

import rules
from api.events.views import event_details_view
from commands.shared import data_folder
from commands.shared.data_folder import EmbeddedError, RunningAt
from commands.shared.database_reader import Events, program_files, read_only
from commands.shared.lookup import Source, event_meant
from commands.shared.settings import Settings
from program_files import read_revision

Details: TypeAlias = dict[str, Any]
"""An event as `GET /api/{storeCode}/customEvent/{id}` shows it."""

_PATIENCE = 60


def explanation(event_id: str, *, data: Path, store: str | None) -> Details:
    """All that is stored of an event; without a store, of the first that has it.

    Raise NotFound, SettingError or EmbeddedError.
    """
    with _source(data) as source:
        return event_meant(source, event_id, store)


@contextmanager
def _source(data: Path) -> Iterator[Source[Details]]:
    """The database of LAUREL_DATABASE_URL, or that of a data folder, whether its Laurel runs or not."""
    settings = Settings.read()
    if settings.database_url is None and (running := data_folder.running_at(data)):
        headers = {"X-AUTH-TOKEN": running.key}
        with httpx2.Client(base_url=running.url, headers=headers, timeout=_PATIENCE) as client:
            yield _Running(client, running)
        return
    with read_only(data) as connection:
        yield _Database(connection, settings.temporal_ui)


class _Running:
    """A running Laurel."""

    def __init__(self, client: httpx2.Client, running: RunningAt) -> None:
        self._client = client
        self._url = running.url

    def stores(self) -> list[str]:
        return [each["code"] for each in self._get("/api/store")["items"]]

    def event(self, store: str, event_id: str) -> Details | None:
        path = f"/api/{quote(store, safe='')}/customEvent"
        details: Details | None = self._get(f"{path}/{quote(event_id, safe='')}")
        if details is None:
            for named in self._get(f"{path}?eventId={quote(event_id, safe='')}")["items"]:
                details = self._get(f"{path}/{named['customEventId']}")
        return details

    def _get(self, path: str) -> Any:
        """What it answers; None where it knows nothing of the kind."""
        try:
            answer = self._client.get(path)
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
        self._events = Events(connection)
        self._temporal_ui = temporal_ui

    def stores(self) -> list[str]:
        return self._events.stores()

    def event(self, store: str, event_id: str) -> Details | None:
        stored = self._events.event(store, event_id)
        if stored is None:
            return None
        tx, row = stored
        program = read_revision(program_files(tx, row["revision"]))
        return event_details_view(tx, row, program, temporal_ui=self._temporal_ui)
