"""Backtests of rollbacks beside requests: begin, watch and cancel them."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.drafts.checks import encoded
from api.drafts.routes import admin_of
from api.drafts.schemas import PostDraftBacktest
from api.http.errors import NotFound
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.plans.backtests import Backtest, backtest_view, begin_backtest_of
from api.plans.rollbacks import files_of_rollback
from api.programs.routes import RevisionNumber
from api.state.dependencies import AdminRequest
from program_files import revision_hash

router = APIRouter(prefix="/api/{storeCode}/program/{revision}", tags=["Program"])


@router.post(
    "/backtest",
    summary="Start a backtest of a rollback",
    response_model=Backtest,
    openapi_extra=request_body(PostDraftBacktest, {"days": 30}),
)
async def begin_rollback_backtest(request: Request, number: RevisionNumber, store_request: AdminRequest) -> Response:
    """Replay the events of the last `days` under the revision in force and an earlier one, without waiting for it.

    It replaces your last backtest, also that of your draft; one that already runs for the same revision and days
    continues.
    """
    posted = await read_body(request, PostDraftBacktest)
    texts, in_force = await files_of_rollback(store_request, number)
    return ExactJson(await begin_backtest_of(store_request, texts, in_force, days=posted.days))


@router.get("/backtest", summary="Show the backtest of a rollback", response_model=Backtest)
async def show_rollback_backtest(number: RevisionNumber, store_request: AdminRequest) -> Response:
    """Return the progress of your last backtest, and its result, if it is of rolling back to this revision."""
    texts, (in_force, _) = await files_of_rollback(store_request, number)
    fingerprint = await asyncio.to_thread(revision_hash, encoded(texts))
    admin = admin_of(store_request)
    stored = await store_request.database.read(lambda tx: tx.backtests.get(admin))
    if stored is None or stored.fingerprint != fingerprint:
        raise NotFound(f"no backtest of a rollback to revision {number} was begun")
    return ExactJson(backtest_view(stored, store_request.program.zone, is_current=stored.in_force == in_force))


@router.delete("/backtest", summary="Cancel the backtest of a rollback", status_code=204)
async def cancel_rollback_backtest(number: RevisionNumber, store_request: AdminRequest) -> Response:
    """Cancel your running backtest of rolling back to this revision. An ended one stays as it is."""
    texts, _ = await files_of_rollback(store_request, number)
    fingerprint = await asyncio.to_thread(revision_hash, encoded(texts))
    admin, now = admin_of(store_request), datetime.now(UTC)
    await store_request.database.write(lambda tx: tx.backtests.cancel(admin, fingerprint=fingerprint, now=now))
    return Response(status_code=204)
