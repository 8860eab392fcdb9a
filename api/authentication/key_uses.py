"""The last use of API keys: kept in memory, and stored once a minute, independent of the requests."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from database import Database

INTERVAL = 60.0
"""Seconds between two writes; a process that is killed loses the uses since the last one."""

log = structlog.get_logger(__name__)


class KeyUses:
    """The uses of keys that this process has not stored yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def pending(self) -> Mapping[str, datetime]:
        """The last use of each key that is not stored yet."""
        return self._pending

    def note(self, key_id: str) -> None:
        """Record that a key is used now."""
        self._pending[key_id] = datetime.now(UTC)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store_later(), name="uses of API keys")

    async def store(self) -> None:
        """Store pending uses; if the database is unavailable, they stay pending."""
        uses = dict(self._pending)
        try:
            await self._database.access_write(lambda access: access.api_keys.mark_used(uses))
        except SQLAlchemyError as error:
            log.warning("uses of API keys are not stored yet", because=str(error.__cause__ or error)[:200])
            return
        for key_id, at in uses.items():
            if self._pending.get(key_id) == at:
                del self._pending[key_id]

    async def _store_later(self) -> None:
        while self._pending:
            await asyncio.sleep(INTERVAL)
            await self.store()
