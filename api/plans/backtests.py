"""Backtests of drafts beside requests: begin, watch and cancel them. Those of rollbacks begin and end alike."""

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

import rules
from api.backtests.process import BacktestRequest
from api.backtests.running import RunOfBacktest
from api.drafts.checks import encoded
from api.drafts.routes import admin_of, draft_of
from api.drafts.schemas import PostDraftBacktest
from api.http.errors import NotFound
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, Instant, format_instant
from api.programs.validation import validate_program
from api.state.dependencies import AdminRequest, StoreRequest
from database import Transaction
from database.backtests import BacktestStatus, StoredBacktest
from loyalty.ids import new_id
from program_files import revision_hash
from workbench.drafts.merging import Texts

LOST_AFTER = timedelta(minutes=1)
"""After this time without a report of its process, a backtest counts as ended with it."""

_LOST = "the process that ran it has ended: begin it again"


class Backtest(TypedDict):
    """A backtest of your draft, or of a rollback. `fingerprint` is that of the planned files when the backtest began.

    `isCurrent`: they are still the same, and so is the revision in force, `comparedWith`. `events` were replayed
    so far, of `eventsInAll`, null: not counted yet. `result` is that of `laurel plan --format json`; if there is none
    in the end, `because` says why.
    """

    backtestId: str
    status: BacktestStatus
    fingerprint: str
    comparedWith: int
    isCurrent: bool
    days: int
    begunAt: Instant
    events: int
    eventsInAll: int | None
    because: str | None
    result: dict[str, Any] | None


router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])


@router.post(
    "/backtest",
    summary="Start a backtest of your draft",
    response_model=Backtest,
    openapi_extra=request_body(PostDraftBacktest, {"days": 30}),
)
async def begin_backtest(request: Request, store_request: AdminRequest) -> Response:
    """Replay the events of the last `days` under the revision in force and under your draft, without waiting for it.

    It replaces your last one, also that of a rollback; one that already runs for the same draft and days continues.
    """
    posted = await read_body(request, PostDraftBacktest)
    draft = await draft_of(store_request)
    in_force = draft.in_force, draft.files_in_force
    return ExactJson(await begin_backtest_of(store_request, draft.texts, in_force, days=posted.days))


async def begin_backtest_of(
    store_request: StoreRequest, texts: Texts, in_force: tuple[int, Texts], *, days: int
) -> dict[str, Any]:
    """Begin to replay events under a revision in force and under other files; return the backtest as a response."""
    admin, now = admin_of(store_request), store_request.now
    number, present = in_force
    new, _ = await validate_program(texts, store_request.store)
    files = encoded(texts)
    fingerprint = await asyncio.to_thread(revision_hash, files)
    begun = StoredBacktest(new_id(), fingerprint, number, days, "running", now, now)

    def begin(tx: Transaction) -> StoredBacktest:
        tx.backtests.lock_of(admin)
        last = tx.backtests.get(admin)
        if last is not None and _is_same(last, begun):
            return last
        tx.backtests.begin(admin, begun)
        return begun

    stored = await store_request.database.write(begin)
    if stored is begun:
        state = store_request.state
        asked = BacktestRequest(state.services.database.url, encoded(present), files, days)
        state.backtests.begin(RunOfBacktest(store_request.database, admin, begun, asked, new))
    return backtest_view(stored, store_request.program.zone, is_current=True)


@router.get("/backtest", summary="Show the backtest of your draft", response_model=Backtest)
async def show_backtest(store_request: AdminRequest) -> Response:
    """Return the progress of your last backtest, and its result."""
    admin = admin_of(store_request)
    stored = await store_request.database.read(lambda tx: tx.backtests.get(admin))
    if stored is None:
        raise NotFound("no backtest of your draft was begun")
    draft = await draft_of(store_request)
    fingerprint = await asyncio.to_thread(revision_hash, encoded(draft.texts))
    is_current = (stored.fingerprint, stored.in_force) == (fingerprint, draft.in_force)
    return ExactJson(backtest_view(stored, store_request.program.zone, is_current=is_current))


@router.delete("/backtest", summary="Cancel the backtest of your draft", status_code=204)
async def cancel_backtest(store_request: AdminRequest) -> Response:
    """Cancel the running backtest. An ended one stays as it is."""
    admin, now = admin_of(store_request), datetime.now(UTC)
    await store_request.database.write(lambda tx: tx.backtests.cancel(admin, now=now))
    return Response(status_code=204)


def _is_same(last: StoredBacktest, begun: StoredBacktest) -> bool:
    """Return whether the last backtest runs, and equals the one to begin."""
    asked = [(each.fingerprint, each.in_force, each.days) for each in (last, begun)]
    return last.status == "running" and not _is_lost(last) and asked[0] == asked[1]


def _is_lost(stored: StoredBacktest) -> bool:
    return stored.status == "running" and datetime.now(UTC) - stored.seen_at > LOST_AFTER


def backtest_view(stored: StoredBacktest, zone: tzinfo, *, is_current: bool) -> dict[str, Any]:
    """Return a backtest in the documented fields."""
    lost = _is_lost(stored)
    return {
        "backtestId": stored.id,
        "status": "failed" if lost else stored.status,
        "fingerprint": stored.fingerprint,
        "comparedWith": stored.in_force,
        "isCurrent": is_current,
        "days": stored.days,
        "begunAt": format_instant(stored.begun_at, zone),
        "events": stored.events,
        "eventsInAll": stored.events_in_all,
        "because": _LOST if lost else stored.because,
        "result": None if stored.result is None else rules.exact.loads(stored.result),
    }
