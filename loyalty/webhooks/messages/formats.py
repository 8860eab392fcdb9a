"""The body of a webhook, in the format of its subscription."""

from datetime import datetime, tzinfo
from typing import assert_never

from loyalty.store.webhooks import WebhookFormat
from loyalty.webhooks.messages.current import data_of
from loyalty.webhooks.messages.envelope import Origin, envelope_body
from loyalty.webhooks.messages.legacy import legacy_body
from loyalty.webhooks.messages.model import Message, event_name
from loyalty.webhooks.messages.text import Json, exact_instant


def body(
    message: Message,
    *,
    format: WebhookFormat,  # noqa: A002  (the word that subscriptions use)
    message_id: str,
    request_id: str,
    store: str,
    created_at: datetime,
    origin: Origin,
    zone: tzinfo,
) -> Json:
    """Return the body to send. `message_id` is the same in all attempts, `request_id` belongs to one."""
    match format:
        case "current":
            return {
                "messageId": message_id,
                "requestId": request_id,
                "eventName": event_name(message),
                "storeCode": store,
                "createdAt": exact_instant(created_at, zone),
                "data": data_of(message, zone),
            }
        case "legacy":
            return legacy_body(message, zone)
        case "envelope":
            return envelope_body(message, origin, message_id=message_id, created_at=created_at, zone=zone)
        case _:
            assert_never(format)


def as_sent(kept: Json, request_id: str, *, number: int | None) -> Json:
    """Return a body for an attempt; only the current format has the id of the request, and the message's number."""
    if "requestId" not in kept:
        return kept
    return kept | {"requestId": request_id} | ({} if number is None else {"sequence": number})
