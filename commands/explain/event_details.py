"""Everything stored about one event: through the API of a running Laurel, or read from its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from sqlalchemy import Connection

import rules
from api.events.views import event_details_view
from commands.shared.api_registry import PAGE_SIZE, stores_page
from commands.shared.data_folder import DataFolderError, RunningLaurel, running_on
from commands.shared.database_reader import DatabaseEvents, read_only, revision_files
from commands.shared.event_text import Details
from commands.shared.lookup import EventSource, find_event
from commands.shared.settings import Settings
from program_files import read_revision

_TIMEOUT = 60
"""Timeout in seconds of a response of a running Laurel."""


def event_details(event_id: str, *, data: Path, store: str | None) -> Details:
    """Return an event as the API shows it; without a store, from the first store that has it.

    Raise NotFound, SettingError or DataFolderError.
    """
    with _source(data) as source:
        return find_event(source, event_id, store)


@contextmanager
def _source(data: Path) -> Iterator[EventSource[Details]]:
    """Return the API of the Laurel on the data folder; if none runs or LAUREL_DATABASE_URL is set, the database."""
    settings = Settings.read()
    if settings.database_url is None and (running := running_on(data)):
        headers = {"X-AUTH-TOKEN": running.key}
        with httpx2.Client(base_url=running.url, headers=headers, timeout=_TIMEOUT) as client:
            yield _ApiEvents(client, running)
        return
    with read_only(data) as connection:
        yield _StoredEvents(connection, settings.temporal_ui)


class _ApiEvents:
    """The events of a running Laurel."""

    def __init__(self, client: httpx2.Client, running: RunningLaurel) -> None:
        self._client = client
        self._url = running.url

    def stores(self) -> list[str]:
        codes: list[str] = []
        for number in count(1):
            items = self._get(stores_page(number))["items"]
            codes += [each["code"] for each in items]
            if len(items) < PAGE_SIZE:
                break
        return sorted(codes)

    def event(self, store: str, event_id: str) -> Details | None:
        path = f"/api/{quote(store, safe='')}/customEvent"
        details: Details | None = self._get(f"{path}/{quote(event_id, safe='')}")
        if details is None:
            for named in self._get(f"{path}?eventId={quote(event_id, safe='')}")["items"]:
                details = self._get(f"{path}/{named['customEventId']}")
        return details

    def _get(self, path: str) -> Any:
        """Return the response to a GET; None for a 404."""
        try:
            answer = self._client.get(path)
        except httpx2.HTTPError as error:
            raise DataFolderError(f"{self._url} does not answer: {error or type(error).__name__}") from None
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx2.codes.OK:
            raise DataFolderError(f"{self._url}{path} answered {answer.status_code}: {answer.text[:500]}")
        return rules.exact.loads(answer.content)


class _StoredEvents:
    """The events of a database."""

    def __init__(self, connection: Connection, temporal_ui: str | None) -> None:
        self._events = DatabaseEvents(connection)
        self._temporal_ui = temporal_ui

    def stores(self) -> list[str]:
        return self._events.stores()

    def event(self, store: str, event_id: str) -> Details | None:
        found = self._events.event(store, event_id)
        if found is None:
            return None
        tx, stored = found
        program = read_revision(revision_files(tx, stored.revision))
        return event_details_view(tx, stored, program, temporal_ui=self._temporal_ui)
