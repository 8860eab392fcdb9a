"""Jobs that resend many deliveries: count first, show the progress, cancel."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput, InputFault, NotFound
from api.http.paging import ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Change, Changed, Operation
from api.state.dependencies import AdminRequest
from api.webhooks.delivery_filters import criteria_of, read_moment
from api.webhooks.delivery_schemas import PostRecovery, PostResend, ResendCount, ResendList, ResendView
from api.webhooks.delivery_views import resend_view
from api.webhooks.routes import SubscriptionInPath, unknown_subscription
from database import Transaction
from loyalty.ids import new_id
from loyalty.store.resends import ResendCriteria
from loyalty.webhooks.resending import begin_resend, cancel_resend

router = APIRouter(prefix="/api/{storeCode}/webhook", tags=["Webhook delivery"])

ResendInPath = Annotated[str, Path(alias="webhookResend")]

_LIST_QUERY = ListQuery({})
_EXAMPLE = {"resend": {"eventName": "CustomerUpdated", "createdFrom": "2026-05-01T00:00:00+02:00", "countOnly": True}}


@router.post(
    "/resend",
    summary="Resend many deliveries",
    response_model=ResendCount,
    openapi_extra=request_body(PostResend, _EXAMPLE),
)
async def resend_many(request: Request, change: AdminChange) -> Response:
    """Count the matching deliveries, and resend each of them, 200 every two seconds.

    By default those that were given up or skipped, each to its own subscription; `targetSubscriptionId` names another
    one, such as one that replaces a removed one. `countOnly: true` only counts.
    """
    content = await read_body(request, PostResend)
    asked = content.resend
    criteria = criteria_of(asked, change.store_request.program.zone)
    target = None if asked.target_subscription_id is None else asked.target_subscription_id.lower()
    return await _begin(change, content, lambda _tx: criteria, target=target, count_only=asked.count_only)


@router.post(
    "/subscription/{webhookSubscription}/recover",
    summary="Resend the deliveries that failed since a time",
    response_model=ResendCount,
    openapi_extra=request_body(PostRecovery, {"recover": {"since": "2026-05-01T00:00:00+02:00"}}),
)
async def recover(request: Request, subscription_id: SubscriptionInPath, change: AdminChange) -> Response:
    """Resend everything that was given up or skipped since a moment, for one subscription."""
    content = await read_body(request, PostRecovery)
    faults: list[InputFault] = []
    since = read_moment(content.recover.since, change.store_request.program.zone, "recover.since", faults)
    if faults:
        raise BadInput.of(faults)

    def criteria(tx: Transaction) -> ResendCriteria:
        if tx.subscriptions.get(subscription_id.lower()) is None:
            raise unknown_subscription(subscription_id)
        return ResendCriteria(subscription=subscription_id.lower(), finished_from=since)

    return await _begin(change, content, criteria)


@router.get(
    "/resend", summary="List resends", response_model=ResendList, openapi_extra=_LIST_QUERY.openapi_parameters()
)
async def list_resends(request: Request, store_request: AdminRequest) -> Response:
    """List the resend jobs, the newest first."""
    zone, store = store_request.program.zone, store_request.store
    page, _ = _LIST_QUERY.parse(request.query_params, zone)
    found = await store_request.database.read(
        lambda tx: tx.deliveries.resends(limit=page.limit, offset=page.offset, newest_first=page.newest_first)
    )
    return ExactJson(page_of_records(found, lambda each: resend_view(each, store, zone)))


@router.get("/resend/{webhookResend}", summary="Show a resend", response_model=ResendView)
async def show_resend(resend_id: ResendInPath, store_request: AdminRequest) -> Response:
    """Return a job, and its progress."""
    found = await store_request.database.read(lambda tx: tx.deliveries.resend(resend_id.lower()))
    if found is None:
        raise _unknown(resend_id)
    return ExactJson(resend_view(found, store_request.store, store_request.program.zone))


@router.post("/resend/{webhookResend}/cancel", summary="Cancel a resend", status_code=204, response_class=Response)
async def cancel(resend_id: ResendInPath, change: AdminChange) -> Response:
    """Cancel a job. What it resent stays sent; a cancelled one stays cancelled."""

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            if not cancel_resend(tx.deliveries, resend_id.lower(), now=change.store_request.now):
                raise _unknown(resend_id)
            return Changed(None)

        return operation

    return await change.respond(None, prepare)


async def _begin(
    change: Change,
    content: BaseModel,
    criteria: Callable[[Transaction], ResendCriteria],
    *,
    target: str | None = None,
    count_only: bool = False,
) -> Response:
    asked = change.store_request
    if count_only:  # counting changes nothing, so the audit log has no entry of it
        change = replace(change, store_request=replace(asked, audited=None))

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            wanted = criteria(tx)
            if count_only:
                return Changed({"webhookResendId": None, "total": tx.deliveries.count(wanted, until=asked.now)})
            by = asked.caller.id
            job = begin_resend(tx.deliveries, new_id(), wanted, target=target, by=by, now=asked.now)
            return Changed({"webhookResendId": job.id, "total": job.total})

        return operation

    return await change.respond(content, prepare)


def _unknown(resend_id: str) -> NotFound:
    return NotFound(f"no resend {resend_id[:80]}")
