"""What is stuck in a store, behind the API or in a database: list and retry it."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias, assert_never
from urllib.parse import quote, urlencode

import httpx2
from temporalio.service import RPCError

from commands.shared.api_registry import ApiRegistry, request_api
from commands.shared.errors import CommandError
from commands.shared.registry_access import open_laurel
from commands.shared.settings import Settings
from database import Database, Transaction
from loyalty.engine.due_items import retry_due_item
from loyalty.engine.retries import retry_delivery, retry_event
from loyalty.refusals import Refusal
from loyalty.store.stuck import StuckKind, StuckThing
from worker import connect_lazily
from workflows.clock_state import Clocks, TemporalClocks, stopped_clock

_PAGE_SIZE = 50

RetriedKind: TypeAlias = StuckKind
"""The kinds that can be retried."""

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
    "clock": "clock",
}


class NotStuck(CommandError):
    """It is unknown, or cannot be retried; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first stuck things, and their number."""

    things: list[StuckThing]
    total: int


class StuckThings(Protocol):
    """What is stuck in any store."""

    async def stores(self) -> list[str]:
        """Return the codes of all stores."""

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        """Return what is stuck, the longest first. `retryable`: only what needs a retry by request."""

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        """Retry something; `current`: undecided parts are decided by the revision in force. Raise NotStuck."""


@asynccontextmanager
async def open_stuck_things(data: Path) -> AsyncIterator[StuckThings]:
    """Open what is stuck in LAUREL_DATABASE_URL, or in a data folder, through the API if Laurel runs on it.

    Raise SettingError or DataFolderError.
    """
    async with open_laurel(data) as laurel:
        if isinstance(laurel, Database):
            yield DatabaseStuckThings(laurel, await _clocks())
        else:
            yield ApiStuckThings(laurel)


async def _clocks() -> Clocks | None:
    """Return the clocks of separate workers; None: a SQLite file has them in the one process that may use it."""
    url = Settings.read().database_url
    return TemporalClocks(await connect_lazily()) if url is not None and url.startswith("postgres") else None


class DatabaseStuckThings:
    """What is stuck in a database that this process may write to. The relay of a worker runs retried things."""

    def __init__(self, database: Database, clocks: Clocks | None = None) -> None:
        self._database = database
        self._clocks = clocks

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        now, wanted = datetime.now(UTC), True if retryable else None
        clock = None if self._clocks is None else await stopped_clock(self._database, self._clocks, store, now=now)
        found = await self._database.store(store).read(
            lambda tx: tx.stuck.page(now=now, limit=most, retryable=wanted, clock=clock)
        )
        return Found(found.records, found.filtered)

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        if kind == "clock":
            await self._wake_clock(store)
            return
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

    async def _wake_clock(self, store: str) -> None:
        if self._clocks is None:
            raise NotStuck("a clock runs in the process of `laurel up`: start it")
        try:
            await self._clocks.wake(store)
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise NotStuck(f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS") from None


class ApiStuckThings:
    """What is stuck, behind the API of a running Laurel: only its process may write to its SQLite file."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return await ApiRegistry(self._client).stores()

    async def find(self, store: str, most: int, *, retryable: bool = False) -> Found:
        things: list[StuckThing] = []
        filters = {"retryable": "true"} if retryable else {}
        for page in itertools.count(1):
            paging = {"_itemsOnPage": _PAGE_SIZE, "_page": page, "_orderBy[since]": "asc"}
            path = f"/api/{quote(store, safe='')}/stuck?{urlencode({**filters, **paging})}"
            body = (await request_api(self._client, "GET", path)).json()
            total = body["total"]["filtered"]
            things += [_thing(item) for item in body["items"] if "unreadable" not in item]
            if len(body["items"]) < _PAGE_SIZE or len(things) >= most:
                break
        return Found(things[:most], total)

    async def retry(self, store: str, kind: RetriedKind, thing_id: str, *, current: bool) -> None:
        thing = "" if kind == "clock" else f"/{quote(thing_id)}"
        path = f"/api/{quote(store, safe='')}/{_API_PATHS[kind]}{thing}/retry"
        content = {"revision": "current"} if current and kind == "event" else None
        answer = await request_api(self._client, "POST", path, content, accepts=(204, 400, 404, 503))
        if answer.status_code == httpx2.codes.NO_CONTENT:
            return
        body = answer.json()
        if isinstance(body, list):  # the database does not answer
            raise NotStuck(str(body[0]["message"]))
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
