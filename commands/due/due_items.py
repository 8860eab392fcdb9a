"""The due items of a store that need somebody: set aside or overdue, behind the API or in a database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx2

from commands.shared.api_registry import ApiRegistry, request_api
from commands.shared.errors import CommandError
from commands.shared.registry_access import open_laurel
from database import Database, Transaction
from database.pages import Condition, PageRequest
from loyalty.engine.due_items import retry_due_item
from loyalty.refusals import DueItemNotFailed
from loyalty.store.due_items import StoredDueItem

_PAGE_SIZE = 50


class NoSuchDueItem(CommandError):
    """There is no such due item."""

    def __init__(self, store: str, subject: str, kind: str) -> None:
        super().__init__(f"no due item {kind[:80]} of {subject[:80]} in store {store}: see `laurel due`")


@dataclass(frozen=True, slots=True)
class Found:
    """The first due items of a kind of list, and how many there are."""

    items: list[StoredDueItem]
    total: int


class DueItems(Protocol):
    """The due items of all stores."""

    async def stores(self) -> list[str]:
        """The codes of all stores."""

    async def failed(self, store: str, most: int) -> Found:
        """Those that are set aside, the first due first."""

    async def overdue(self, store: str, most: int, *, before: datetime) -> Found:
        """Those that were due before a moment and are not set aside, the first due first."""

    async def retry(self, store: str, subject: str, kind: str, *, now: datetime) -> bool:
        """Make an item that is set aside due now; return False if it is not set aside, raise NoSuchDueItem."""


@asynccontextmanager
async def open_due_items(data: Path) -> AsyncIterator[DueItems]:
    """The due items of LAUREL_DATABASE_URL, or of a data folder, through the API if Laurel runs on it.

    Raise SettingError or DataFolderError.
    """
    async with open_laurel(data) as laurel:
        yield DatabaseDueItems(laurel) if isinstance(laurel, Database) else ApiDueItems(laurel)


class DatabaseDueItems:
    """The due items in a database that this process may write to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def failed(self, store: str, most: int) -> Found:
        return await self._find(store, most, Condition("failed_at", "is_given", True))

    async def overdue(self, store: str, most: int, *, before: datetime) -> Found:
        return await self._find(
            store, most, Condition("failed_at", "is_given", False), Condition("due_at", "lt", before)
        )

    async def retry(self, store: str, subject: str, kind: str, *, now: datetime) -> bool:
        def run(tx: Transaction) -> bool:
            return retry_due_item(tx.due_items, subject, kind, now=now)

        try:
            is_known = await self._database.store(store).write(run)
        except DueItemNotFailed:
            return False
        if not is_known:
            raise NoSuchDueItem(store, subject, kind)
        return True

    async def _find(self, store: str, most: int, *conditions: Condition) -> Found:
        page = PageRequest(most, newest_first=False, conditions=conditions)
        found = await self._database.store(store).read(lambda tx: tx.due_items.page(page))
        return Found(found.records, found.filtered)


class ApiDueItems:
    """The due items behind the API of a running Laurel: only its process may write to its SQLite file."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return await ApiRegistry(self._client).stores()

    async def failed(self, store: str, most: int) -> Found:
        return await self._find(store, most, {"failed": "true"})

    async def overdue(self, store: str, most: int, *, before: datetime) -> Found:
        return await self._find(store, most, {"failed": "false", "dueAt[lt]": before.isoformat()})

    async def retry(self, store: str, subject: str, kind: str, *, now: datetime) -> bool:  # noqa: ARG002 - the API's clock says when
        path = f"/api/{quote(store, safe='')}/dueItem/{quote(subject, safe='')}/{quote(kind, safe='')}/retry"
        answer = await request_api(self._client, "POST", path, accepts=(204, 400, 404))
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise NoSuchDueItem(store, subject, kind)
        return answer.status_code != httpx2.codes.BAD_REQUEST

    async def _find(self, store: str, most: int, filters: Mapping[str, str]) -> Found:
        items: list[StoredDueItem] = []
        total = 0
        while len(items) < most:
            paging = {"_itemsOnPage": _PAGE_SIZE, "_page": len(items) // _PAGE_SIZE + 1, "_orderBy[dueAt]": "asc"}
            path = f"/api/{quote(store, safe='')}/dueItem?{urlencode({**filters, **paging})}"
            body = (await request_api(self._client, "GET", path)).json()
            total = body["total"]["filtered"]
            items += map(_item, body["items"])
            if len(body["items"]) < _PAGE_SIZE:
                break
        return Found(items[:most], total)


def _item(body: Mapping[str, Any]) -> StoredDueItem:
    failed_at = body["failedAt"]
    return StoredDueItem(
        body["subject"],
        body["kind"],
        datetime.fromisoformat(body["dueAt"]),
        body["customerId"],
        None if failed_at is None else datetime.fromisoformat(failed_at),
        body["error"],
    )
