"""Webhook subscriptions as answers show them."""

from datetime import tzinfo
from typing import Any

from api.responses import format_instant, omit_none


def subscription_view(row: Any, zone: tzinfo) -> dict[str, Any]:
    """A subscription in the documented fields, without its secret."""
    headers = row["headers"]
    first = headers[0] if headers else {}
    return {
        "webhookSubscriptionId": row["id"],
        "eventName": row["event_name"],
        "url": row["url"],
        "headers": headers,
        "legacy": row["format"] == "legacy",
        "format": row["format"],
        "createdAt": format_instant(row["created_at"], zone),
        "destinationType": "rest",
        "disabledAt": row["disabled_at"] and format_instant(row["disabled_at"], zone),
        "disabledBecause": row["disabled_because"],
    } | omit_none(headerName=first.get("headerName"), headerValue=first.get("headerValue"))
