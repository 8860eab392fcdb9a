"""Webhook subscriptions as responses show them."""

from datetime import datetime, tzinfo
from typing import Any

from api.http.responses import format_instant, omit_none
from loyalty.masking import MASK, masked_url
from loyalty.store.webhooks import Subscription


def subscription_view(subscription: Subscription, zone: tzinfo, *, now: datetime) -> dict[str, Any]:
    """Return a subscription in the documented fields and ours, with its secrets masked."""
    headers = [{**each, "headerValue": MASK} for each in subscription.headers]
    first = headers[0] if headers else {}
    return {
        "webhookSubscriptionId": subscription.id,
        "name": subscription.name,
        "activeFrom": subscription.active_from and format_instant(subscription.active_from, zone),
        "eventName": subscription.event_name,
        "url": masked_url(subscription.url),
        "headers": headers,
        "legacy": subscription.format == "legacy",
        "format": subscription.format,
        "createdAt": format_instant(subscription.created_at, zone),
        "destinationType": "rest",
        "disabledAt": subscription.disabled_at and format_instant(subscription.disabled_at, zone),
        "disabledBecause": subscription.disabled_because,
        "previousSecretUntil": overlap_view(subscription.previous_secret_until, zone, now=now),
    } | omit_none(headerName=first.get("headerName"), headerValue=first.get("headerValue"))


def overlap_view(until: datetime | None, zone: tzinfo, *, now: datetime) -> str | None:
    """Return until when the previous secret signs, too; None: it does not."""
    return None if until is None or until <= now else format_instant(until, zone)
