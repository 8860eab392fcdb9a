"""Webhook subscriptions: which URL gets which events."""

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput, NotFound
from api.http.paging import page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content, omit_none
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from api.webhooks.filters import LIST_QUERY, filtered_page
from api.webhooks.schemas import (
    DAY,
    PostSubscription,
    PutSubscription,
    Subscription,
    SubscriptionId,
    Subscriptions,
    WebhookEvents,
)
from api.webhooks.validation import ROOT, unmasked, validate_event_name, validate_target
from api.webhooks.views import subscription_view
from database import Transaction
from loyalty.engine.retries import retry_delivery
from loyalty.ids import new_id
from loyalty.refusals import SecretRotationUnderWay
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.secrets import rotate_secret
from loyalty.webhooks.signing import new_secret

router = APIRouter(prefix="/api/{storeCode}/webhook", tags=["Webhook subscription"])

SubscriptionInPath: TypeAlias = Annotated[str, Path(alias="webhookSubscription")]

_POST = {
    "webhookSubscription": {
        "name": "Loyalty app",
        "eventName": "MemberAchievementProgressWasChanged",
        "url": "https://partner.example/hook",
        "headers": [{"headerName": "X-Shop", "headerValue": "17"}],
    }
}
_PUT = {"webhookSubscription": {"url": "https://partner.example/other-hook"}}


@router.get("/event", summary="List event names", response_model=WebhookEvents)
async def list_event_names(_store_request: AdminRequest) -> Response:
    """List the webhook events for subscriptions."""
    return ExactJson({"items": list(EVENT_NAMES)})


@router.post(
    "/subscription",
    summary="Subscribe to a webhook",
    response_model=SubscriptionId,
    openapi_extra=request_body(PostSubscription, _POST),
)
async def subscribe(request: Request, store_request: AdminRequest) -> Response:
    """Subscribe a URL to a webhook event. Store the secret, which signs every request: it is not shown again."""
    new = (await read_body(request, PostSubscription)).webhook_subscription
    event_name = validate_event_name(new.event_name)
    target = validate_target(new, store_request.state.services.allow, store_request.program.zone)
    subscription_id, secret = new_id(), new.secret or new_secret()

    def add(tx: Transaction) -> bool:
        tx.subscriptions.add(
            subscription_id,
            name=new.name,
            active_from=target.active_from,
            event_name=event_name,
            url=target.url,
            headers=target.headers,
            format=target.format or "current",
            secret=secret,
            now=store_request.now,
        )
        return True

    await store_request.write(add, entity_id=subscription_id)
    return ExactJson({"webhookSubscriptionId": subscription_id, "secret": secret})


@router.get(
    "/subscription",
    summary="List subscriptions",
    response_model=Subscriptions,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_subscriptions(request: Request, store_request: AdminRequest) -> Response:
    """List the subscriptions of a store, the newest first."""
    zone = store_request.program.zone
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    found = await store_request.database.read(lambda tx: tx.subscriptions.page(filtered_page(page, filters)))
    return ExactJson(page_of_records(found, lambda each: subscription_view(each, zone, now=store_request.now)))


@router.get("/subscription/{webhookSubscription}", summary="Show a subscription", response_model=Subscription)
async def show_subscription(subscription_id: SubscriptionInPath, store_request: AdminRequest) -> Response:
    """Return one subscription, and whether and why Laurel disabled it."""
    subscription = await store_request.database.read(lambda tx: tx.subscriptions.get(subscription_id.lower()))
    if subscription is None:
        raise unknown_subscription(subscription_id)
    return ExactJson(subscription_view(subscription, store_request.program.zone, now=store_request.now))


@router.put(
    "/subscription/{webhookSubscription}",
    summary="Change a subscription",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutSubscription, _PUT),
)
async def change_subscription(
    request: Request,
    subscription_id: SubscriptionInPath,
    store_request: AdminRequest,
) -> Response:
    """Change the URL, headers or format of a subscription; a disabled one is enabled again.

    A URL or a header value that is sent masked, as it is shown, is left unchanged. A new `secret` signs from now on,
    and for a day the one before it does, too: `rotate` takes another time, and generates one.
    """
    changed = (await read_body(request, PutSubscription)).webhook_subscription
    target = validate_target(changed, store_request.state.services.allow, store_request.program.zone)
    values: dict[str, Any] = {"url": target.url, "headers": target.headers, "failing_since": None}
    values |= {"disabled_at": None, "disabled_because": None} | omit_none(format=target.format)
    sent = changed.model_fields_set
    values |= {"name": changed.name} if "name" in sent else {}
    values |= {"active_from": target.active_from} if "active_from" in sent else {}

    def change(tx: Transaction) -> bool:
        stored = tx.subscriptions.get_to_change(subscription_id.lower())
        if stored is None:
            return False
        if changed.secret is not None:
            _rotate(tx, stored.id, changed.secret, now=store_request.now)
        return tx.subscriptions.change(stored.id, **unmasked(values, stored))

    if not await store_request.write(change):
        raise unknown_subscription(subscription_id)
    return no_content()


@router.delete(
    "/subscription/{webhookSubscription}",
    summary="End a subscription",
    status_code=204,
    response_class=Response,
)
async def end_subscription(subscription_id: SubscriptionInPath, store_request: AdminRequest) -> Response:
    """End a subscription; what is not sent yet is stored as skipped, and can be sent to another one."""
    if not await store_request.write(lambda tx: tx.subscriptions.remove(subscription_id.lower())):
        raise unknown_subscription(subscription_id)
    return no_content()


def _rotate(tx: Transaction, subscription_id: str, secret: str, *, now: datetime) -> None:
    try:
        rotate_secret(tx.subscriptions, subscription_id, secret, overlap=timedelta(seconds=DAY), now=now)
    except SecretRotationUnderWay as error:
        raise BadInput.at(f"{ROOT}.secret", f"{error}; or leave the secret out", "rotationUnderWay") from error


def unknown_subscription(subscription_id: str) -> NotFound:
    """Return the error for an unknown subscription."""
    return NotFound(f"no webhook subscription {subscription_id[:80]}")


@router.post(
    "/delivery/{webhookDelivery}/retry",
    summary="Retry a delivery",
    status_code=204,
    response_class=Response,
)
async def retry(delivery_id: Annotated[str, Path(alias="webhookDelivery")], change: AdminChange) -> Response:
    """Retry a message that was given up or skipped, by a new schedule of attempts, under the same `webhook-id`."""
    asked = change.store_request

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            if not retry_delivery(tx.webhooks, delivery_id.lower(), now=asked.now):
                raise NotFound(f"no delivery {delivery_id[:80]} in {asked.store}")
            return Changed(None)

        return operation

    return await change.respond(None, prepare)
