"""The activity of retention: remove old entries of the audit log, and the details of old events, page by page."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from temporalio import activity

from database import Database
from database.retention import Place
from loyalty.references import RetentionPass
from telemetry.metrics import count_removed_details

PAGE = 200
"""Events in one transaction, so that none holds the database for long."""

SECONDS = 4.0
"""After this time an activity starts no further page, so that it ends long before its timeout."""

PAUSE = 0.05
"""Seconds between two pages, during which other transactions run."""

log = structlog.get_logger(__name__)


class RetentionActivities:
    """Removes the details of events that were applied longer ago than `keep`; None: they are kept for ever.

    `keep_audit_log`: how long entries of the audit log are kept; None: for ever.
    """

    def __init__(self, database: Database, keep: timedelta | None, keep_audit_log: timedelta | None = None) -> None:
        self._database = database
        self._keep = keep
        self._keep_audit_log = keep_audit_log

    @activity.defn(name="remove_details")
    async def remove_details(self, done: RetentionPass, now: datetime) -> RetentionPass:
        """Continue a pass for a few seconds, and return the progress; what is removed already is skipped."""
        if self._keep is None and self._keep_audit_log is None:
            return replace(done, is_done=True, is_off=True)
        until = asyncio.get_running_loop().time() + SECONDS
        if self._keep_audit_log is not None:
            while removed := await self._remove_audit_entries(done.store, now - self._keep_audit_log):
                log.info("old entries of the audit log removed", store=done.store, entries=removed)
                if asyncio.get_running_loop().time() >= until:
                    return done  # the next call continues with the oldest that are left
        if self._keep is None:
            return replace(done, is_done=True)
        while not done.is_done and asyncio.get_running_loop().time() < until:
            done = await self._next_page(done, now - self._keep, now)
            await asyncio.sleep(PAUSE)
        return done

    async def _remove_audit_entries(self, store: str, before: datetime) -> int:
        removed = await self._database.remove_audit_entries(store, before=before, limit=PAGE)
        await asyncio.sleep(PAUSE)
        return removed

    async def _next_page(self, done: RetentionPass, settled_before: datetime, now: datetime) -> RetentionPass:
        begin = done.after_at or done.begin_at
        page = await self._database.remove_details(
            done.store,
            settled_before=settled_before,
            after=None if begin is None else Place(begin, done.after_id),
            limit=PAGE,
            now=now,
        )
        if page.last is None:
            return replace(done, is_done=True)
        if page.removed:
            count_removed_details(done.store, page.removed)
            log.info("details of old events removed", store=done.store, events=page.removed)
        kept = done.first_kept_at or (page.first_kept.received_at if page.first_kept else None)
        return replace(
            done,
            after_at=page.last.received_at,
            after_id=page.last.event_id,
            removed=done.removed + page.removed,
            first_kept_at=kept,
        )
