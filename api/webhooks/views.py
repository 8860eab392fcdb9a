"""Webhook subscriptions as answers show them."""

from datetime import tzinfo
from typing import Any

from api.http.responses import format_instant, omit_none
from loyalty.masking import MASK, masked_url
from loyalty.store.webhooks import Subscription


def subscription_view(subscription: Subscription, zone: tzinfo) -> dict[str, Any]:
    """A subscription in the documented fields; what is secret of it is masked."""
    headers = [{**each, "headerValue": MASK} for each in subscription.headers]
    first = headers[0] if headers else {}
    return {
        "webhookSubscriptionId": subscription.id,
        "eventName": subscription.event_name,
        "url": masked_url(subscription.url),
        "headers": headers,
        "legacy": subscription.format == "legacy",
        "format": subscription.format,
        "createdAt": format_instant(subscription.created_at, zone),
        "destinationType": "rest",
        "disabledAt": subscription.disabled_at and format_instant(subscription.disabled_at, zone),
        "disabledBecause": subscription.disabled_because,
    } | omit_none(headerName=first.get("headerName"), headerValue=first.get("headerValue"))
