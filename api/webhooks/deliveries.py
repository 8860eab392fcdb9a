"""Deliveries of webhooks: list them, show their attempts, resend single ones; test a subscription."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from activities.webhooks.client import WebhookClient
from api.http.errors import NotFound
from api.http.paging import page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.http.scrolling import without_scroll
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from api.webhooks.delivery_filters import (
    LIST_QUERY,
    conditions_of,
    openapi_parameters,
    read_cursor,
    write_cursor,
)
from api.webhooks.delivery_schemas import DeliveryDetails, DeliveryId, DeliveryList, PostResendOne, TestResult
from api.webhooks.delivery_views import attempt_view, delivery_view
from api.webhooks.example import example_request
from api.webhooks.routes import SubscriptionInPath, unknown_subscription
from database import ReadTransaction, Transaction
from database.deliveries import DeliveryKey
from loyalty.webhooks.resending import resend_delivery

router = APIRouter(prefix="/api/{storeCode}/webhook", tags=["Webhook delivery"])

DeliveryInPath = Annotated[str, Path(alias="webhookDelivery")]


@router.get("/delivery", summary="List deliveries", response_model=DeliveryList, openapi_extra=openapi_parameters())
async def list_deliveries(request: Request, store_request: AdminRequest) -> Response:
    """List the deliveries of a store, the newest first, including those skipped as a subscription is disabled."""
    zone = store_request.program.zone
    query, scroll = without_scroll(request.query_params)
    page, filters = LIST_QUERY.parse(query, zone)
    conditions = conditions_of(filters)
    after, offset = (None, page.offset) if scroll is None else (read_cursor(scroll), 0)
    found = await store_request.database.read(
        lambda tx: tx.deliveries.page(
            conditions, limit=page.limit, offset=offset, after=after, newest_first=page.newest_first
        )
    )
    answer = page_of_records(found, lambda each: delivery_view(each, zone))
    if scroll is None:
        return ExactJson(answer)
    last = found.records[-1] if len(found.records) == page.limit else None
    following = None if last is None else write_cursor(DeliveryKey(last.created_at, last.id))
    return ExactJson({"items": answer["items"], "scroll": {"next": following}})


@router.get("/delivery/{webhookDelivery}", summary="Show a delivery", response_model=DeliveryDetails)
async def show_delivery(delivery_id: DeliveryInPath, store_request: AdminRequest) -> Response:
    """Return a delivery with every attempt, and when the next one is made."""
    zone = store_request.program.zone

    def read(tx: ReadTransaction) -> dict[str, Any] | None:
        found = tx.deliveries.get(delivery_id.lower())
        if found is None:
            return None
        log = [attempt_view(each, zone) for each in tx.webhooks.attempts(found.id)]
        return delivery_view(found, zone) | {"log": log}

    shown = await store_request.database.read(read)
    if shown is None:
        raise _unknown(delivery_id)
    return ExactJson(shown)


@router.post(
    "/delivery/{webhookDelivery}/resend",
    summary="Resend a delivery",
    response_model=DeliveryId,
    openapi_extra=request_body(PostResendOne, {"resend": {}}),
)
async def resend(request: Request, delivery_id: DeliveryInPath, change: AdminChange) -> Response:
    """Resend a message, whatever its result, by a new schedule of attempts and under the same `webhook-id`.

    With `webhookSubscriptionId` it is sent to that subscription, such as one that replaces a removed one.
    """
    content = await read_body(request, PostResendOne)
    target, asked = content.resend.webhook_subscription_id, change.store_request

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            wanted = None if target is None else target.lower()
            sent = resend_delivery(tx.deliveries, delivery_id.lower(), target=wanted, now=asked.now)
            if sent is None:
                raise _unknown(delivery_id)
            return Changed({"webhookDeliveryId": sent})

        return operation

    return await change.respond(content, prepare)


@router.post("/subscription/{webhookSubscription}/test", summary="Test a subscription", response_model=TestResult)
async def send_example(subscription_id: SubscriptionInPath, store_request: AdminRequest) -> Response:
    """Send an example of its message to a subscription now, and return the response of its receiver.

    It is signed as any other, has the header `laurel-test: true`, contains invented values, and is not retried.
    """
    found = await store_request.database.read(lambda tx: tx.subscriptions.get(subscription_id.lower()))
    if found is None:
        raise unknown_subscription(subscription_id)
    await store_request.write(lambda _: True, entity_id=found.id)
    headers, body = example_request(found, store_request.store, store_request.program.zone, now=store_request.now)
    async with WebhookClient(store_request.state.services.allow) as client:
        made = await client.post(found.url, headers=headers, body=body)
    return ExactJson(
        {
            "delivered": made.delivered,
            "status": made.status,
            "latencyMs": made.latency_ms,
            "answer": made.answer,
            "error": made.error,
        }
    )


def _unknown(delivery_id: str) -> NotFound:
    return NotFound(f"no webhook delivery {delivery_id[:80]}")
