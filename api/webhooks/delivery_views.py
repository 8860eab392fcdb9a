"""Deliveries, and resend jobs, as responses show them."""

from datetime import datetime, tzinfo
from typing import Any

from api.http.responses import format_instant
from database.deliveries import ListedDelivery
from loyalty.masking import masked_url
from loyalty.references import ResendRef
from loyalty.store.resends import Resend
from loyalty.store.webhooks import LoggedAttempt


def delivery_view(found: ListedDelivery, zone: tzinfo) -> dict[str, Any]:
    """Return a delivery with the result of its last attempt."""
    last = {"status": found.last_status, "error": found.last_error}
    return {
        "webhookDeliveryId": found.id,
        "messageId": found.message,
        "sequence": found.number,
        "eventName": found.name,
        "customEventId": found.event,
        "customerId": found.member,
        "webhookSubscriptionId": found.subscription,
        "url": masked_url(found.url),
        "status": found.status,
        "attempts": found.attempts,
        "createdAt": format_instant(found.created_at, zone),
        "nextAttemptAt": _optional(found.next_attempt_at, zone),
        "finishedAt": _optional(found.finished_at, zone),
        "lastAttempt": last if found.attempts else None,
    }


def attempt_view(made: LoggedAttempt, zone: tzinfo) -> dict[str, Any]:
    """Return one attempt."""
    return {
        "number": made.number,
        "at": format_instant(made.at, zone),
        "status": made.status,
        "latencyMs": made.latency_ms,
        "answer": made.answer,
        "error": made.error,
    }


def resend_view(job: Resend, store: str, zone: tzinfo) -> dict[str, Any]:
    """Return a job, and its progress."""
    return {
        "webhookResendId": job.id,
        "status": job.status,
        "total": job.total,
        "lookedAt": job.looked_at,
        "resent": job.resent,
        "criteria": _criteria_view(job),
        "targetSubscriptionId": job.target,
        "createdAt": format_instant(job.created_at, zone),
        "createdBy": job.created_by,
        "finishedAt": _optional(job.finished_at, zone),
        "workflowId": ResendRef(store, job.id).workflow_id,
    }


_NAMES = {
    "statuses": "status",
    "subscription": "webhookSubscriptionId",
    "name": "eventName",
    "member": "customerId",
    "created_from": "createdFrom",
    "created_until": "createdUntil",
    "finished_from": "finishedFrom",
}


def _criteria_view(job: Resend) -> dict[str, Any]:
    return {_NAMES[name]: value for name, value in job.criteria.items()}


def _optional(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else format_instant(moment, zone)
