"""Webhook subscriptions: which URL hears of which events."""

from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import AdminCall, StoreCall
from api.errors import NotFound
from api.paging import Listing, Wanted, listed
from api.requests import read_body, takes
from api.responses import ExactJson, no_content, present, shown
from api.webhooks.schemas import (
    PostSubscription,
    PutSubscription,
    Subscription,
    SubscriptionId,
    Subscriptions,
    WebhookEvents,
    checked_event_name,
    checked_target,
)
from database.pages import Condition, Page
from loyalty.ids import new_id
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.signing import new_secret

router = APIRouter(prefix="/api/{storeCode}/webhook", tags=["Webhook subscription"])
LISTING = Listing({"url": "text", "legacy": "boolean", "eventName": "text", "createdAt": "instant"})

SubscriptionName: TypeAlias = Annotated[str, Path(alias="webhookSubscription")]

_COLUMNS = {"url": "url", "eventName": "event_name", "createdAt": "created_at"}
_POST = {
    "webhookSubscription": {
        "eventName": "MemberAchievementProgressWasChanged",
        "url": "https://partner.example/hook",
        "headers": [{"headerName": "X-Shop", "headerValue": "17"}],
    }
}
_PUT = {"webhookSubscription": {"url": "https://partner.example/other-hook"}}


@router.get("/event", summary="List event names", response_model=WebhookEvents)
async def list_event_names(_call: AdminCall) -> Response:
    """The names a subscription can be made to."""
    return ExactJson({"items": list(EVENT_NAMES)})


@router.post(
    "/subscription",
    summary="Subscribe to a webhook",
    response_model=SubscriptionId,
    openapi_extra=takes(PostSubscription, _POST),
)
async def subscribe(request: Request, call: AdminCall) -> Response:
    """Let a URL hear of an event. Keep the secret, which signs every request: it is not shown again."""
    new = (await read_body(request, PostSubscription)).webhook_subscription
    event_name = checked_event_name(new.event_name)
    target = checked_target(new, call.desk.services.allow)
    subscription_id, secret = new_id(), new.secret or new_secret()
    await call.database.write(
        lambda tx: tx.subscriptions.add(
            subscription_id,
            event_name=event_name,
            url=target.url,
            headers=target.headers,
            format=target.format or "current",
            secret=secret,
            now=call.now,
        )
    )
    return ExactJson({"webhookSubscriptionId": subscription_id, "secret": secret})


@router.get(
    "/subscription",
    summary="List subscriptions",
    response_model=Subscriptions,
    openapi_extra=LISTING.parameters(),
)
async def list_subscriptions(request: Request, call: AdminCall) -> Response:
    """The subscriptions of a store, the newest first."""
    page, wanted = LISTING.read(request.query_params, call.program.zone)
    chosen = Page(page.limit, page.offset, page.newest_first, [_condition(each) for each in wanted])
    found = await call.database.read(lambda tx: tx.subscriptions.page(chosen))
    return ExactJson(listed([_shown(row, call) for row in found.rows], found))


@router.get("/subscription/{webhookSubscription}", summary="Show a subscription", response_model=Subscription)
async def show_subscription(subscription_id: SubscriptionName, call: AdminCall) -> Response:
    """One subscription, and whether its endpoint has been given up."""
    row = await call.database.read(lambda tx: tx.subscriptions.get(subscription_id.lower()))
    if row is None:
        raise _unknown(subscription_id)
    return ExactJson(_shown(row, call))


@router.put(
    "/subscription/{webhookSubscription}",
    summary="Change a subscription",
    status_code=204,
    response_class=Response,
    openapi_extra=takes(PutSubscription, _PUT),
)
async def change_subscription(
    request: Request,
    subscription_id: SubscriptionName,
    call: AdminCall,
) -> Response:
    """Give a subscription another URL, headers or format; a disabled one is enabled again."""
    target = checked_target((await read_body(request, PutSubscription)).webhook_subscription, call.desk.services.allow)
    values: dict[str, Any] = {"url": target.url, "headers": target.headers, "failing_since": None}
    values |= {"disabled_at": None, "disabled_because": None} | present(format=target.format)
    is_known = await call.database.write(lambda tx: tx.subscriptions.change(subscription_id.lower(), **values))
    if not is_known:
        raise _unknown(subscription_id)
    return no_content()


@router.delete(
    "/subscription/{webhookSubscription}",
    summary="End a subscription",
    status_code=204,
    response_class=Response,
)
async def end_subscription(subscription_id: SubscriptionName, call: AdminCall) -> Response:
    """Send nothing new to its URL; what is on its way is still delivered."""
    if not await call.database.write(lambda tx: tx.subscriptions.remove(subscription_id.lower())):
        raise _unknown(subscription_id)
    return no_content()


def _unknown(subscription_id: str) -> NotFound:
    return NotFound(f"no webhook subscription {subscription_id[:80]}")


def _condition(wanted: Wanted) -> Condition:
    if wanted.field == "legacy":
        return Condition("format", "in", ["legacy"] if wanted.value else ["current", "envelope"])
    return wanted.on(_COLUMNS[wanted.field])


def _shown(row: Any, call: StoreCall) -> dict[str, Any]:
    zone = call.program.zone
    headers = row["headers"]
    first = headers[0] if headers else {}
    return {
        "webhookSubscriptionId": row["id"],
        "eventName": row["event_name"],
        "url": row["url"],
        "headers": headers,
        "legacy": row["format"] == "legacy",
        "format": row["format"],
        "createdAt": shown(row["created_at"], zone),
        "destinationType": "rest",
        "disabledAt": row["disabled_at"] and shown(row["disabled_at"], zone),
        "disabledBecause": row["disabled_because"],
    } | present(headerName=first.get("headerName"), headerValue=first.get("headerValue"))
