"""What is stuck in a store, behind the API or in a database: listed, and tried again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, assert_never
from urllib.parse import quote, urlencode

import httpx2

from commands.shared.api_registry import ApiRegistry, request_api
from commands.shared.errors import CommandError
from commands.shared.registry_access import open_laurel
from database import Database, Transaction
from loyalty.engine.due_items import retry_due_item
from loyalty.engine.retries import retry_delivery, retry_event
from loyalty.refusals import Refusal
from loyalty.store.stuck import StuckKind, StuckThing

_PAGE_SIZE = 50

RetriedKind: TypeAlias = Literal["event", "due_item", "delivery", "import", "export"]
"""What can be tried again; a clock is brought back by the worker."""

_API_KINDS: Mapping[str, StuckKind] = {
    "event": "event",
    "dueItem": "due_item",
    "delivery": "delivery",
    "clock": "clock",
    "import": "import",
    "export": "export",
}
_API_PATHS: Mapping[RetriedKind, str] = {
    "event": "customEvent",
    "due_item": "dueItem",
    "delivery": "webhook/delivery",
    "import": "import",
    "export": "export",
}


class NotStuck(CommandError):
    """It is unknown, or cannot be tried again; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first of what is stuck, and how much there is."""

    things: list[StuckThing]
    total: int


class StuckThings(Protocol):
    """What is stuck in any store."""

    async def stores(self) -> list[str]:
        """The codes of all stores."""

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        """What is stuck, the longest first. `retryable`: only what somebody must try again for it to go on."""

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        """Try something again; `current`: what is not decided yet by the revision in force. Raise NotStuck."""


@asynccontextmanager
async def open_stuck_things(data: Path) -> AsyncIterator[StuckThings]:
    """What is stuck in LAUREL_DATABASE_URL, or in a data folder, through the API if Laurel runs on it.

    Raise SettingError or DataFolderError.
    """
    async with open_laurel(data) as laurel:
        yield DatabaseStuckThings(laurel) if isinstance(laurel, Database) else ApiStuckThings(laurel)


class DatabaseStuckThings:
    """What is stuck in a database that this process may write to. The relay of a worker runs what is tried again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        now, wanted = datetime.now(UTC), True if retryable else None
        found = await self._database.store(store).read(lambda tx: tx.stuck.page(now=now, limit=most, retryable=wanted))
        return Found(found.records, found.filtered)

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        now = datetime.now(UTC)

        def run(tx: Transaction) -> bool:
            match kind:
                case "event":
                    latest = tx.revisions.latest() if current else None
                    revision = None if latest is None else latest.number
                    return retry_event(tx.members, tx.events, thing_id, revision=revision, now=now)
                case "due_item":
                    subject, _, due_kind = thing_id.rpartition("/")
                    return retry_due_item(tx.due_items, subject, due_kind, now=now)
                case "delivery":
                    return retry_delivery(tx.webhooks, thing_id, now=now)
                case "import":
                    return tx.imports.change(thing_id, "queued", since=("failed",), now=now)
                case "export":
                    return tx.exports.change(thing_id, "pending", now=now)
                case _:
                    assert_never(kind)

        try:
            is_known = await self._database.store(store).write(run)
        except Refusal as refusal:
            raise NotStuck(str(refusal)) from None
        if not is_known:
            raise NotStuck(f"no {kind.replace('_', '-')} {thing_id[:80]} in store {store}: see `laurel stuck`")


class ApiStuckThings:
    """What is stuck, behind the API of a running Laurel: only its process may write to its SQLite file."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return await ApiRegistry(self._client).stores()

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        things: list[StuckThing] = []
        total = 0
        filters = {"retryable": "true"} if retryable else {}
        while len(things) < most:
            paging = {"_itemsOnPage": _PAGE_SIZE, "_page": len(things) // _PAGE_SIZE + 1, "_orderBy[since]": "asc"}
            path = f"/api/{quote(store, safe='')}/stuck?{urlencode({**filters, **paging})}"
            body = (await request_api(self._client, "GET", path)).json()
            total = body["total"]["filtered"]
            things += map(_thing, body["items"])
            if len(body["items"]) < _PAGE_SIZE:
                break
        return Found(things[:most], total)

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        path = f"/api/{quote(store, safe='')}/{_API_PATHS[kind]}/{quote(thing_id)}/retry"
        content = {"revision": "current"} if current and kind == "event" else None
        answer = await request_api(self._client, "POST", path, content, accepts=(204, 400, 404))
        if answer.status_code == httpx2.codes.NO_CONTENT:
            return
        body = answer.json()
        raise NotStuck(next((fault["message"] for fault in body.get("errors", ())), body["message"]))


def _thing(body: Mapping[str, Any]) -> StuckThing:
    return StuckThing(
        _API_KINDS[body["kind"]],
        body["state"],
        body["id"],
        body["name"],
        body["customerId"],
        body["customEventId"],
        datetime.fromisoformat(body["since"]),
        body["reason"],
    )
