"""Webhooks delivered: signed, sent, and every attempt logged."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import RowMapping
from temporalio import activity

import rules
from activities.failures import UnknownDelivery
from activities.outbound import Attempt, WebhookClient
from activities.outbox import CALL
from activities.references import Attempted, DeliveryRef
from database import Database, Transaction
from loyalty.ids import new_id
from loyalty.messages import with_request_id
from loyalty.retries import is_dead, next_attempt
from loyalty.signing import sign

log = structlog.get_logger()

QUICK = timedelta(seconds=4)
"""How long a first attempt may take: it holds up a workflow task, which may last ten seconds."""

PATIENT = timedelta(seconds=15)
"""How long every other attempt may take."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is to be sent, and where."""

    url: str
    headers: dict[str, str]
    body: bytes
    secret: str
    message_id: str
    subscription: RowMapping | None


class Deliveries:
    """Attempts to deliver. The receiver knows a repetition by its `webhook-id`."""

    def __init__(self, database: Database, client: WebhookClient) -> None:
        self._database = database
        self._client = client

    @activity.defn
    async def deliver_webhook(self, delivery: DeliveryRef, number: int) -> Attempted:
        """Attempt for the `number`th time, and log what came of it. A failure is an answer, never an error."""
        store = self._database.store(delivery.store)
        envelope = await store.read(lambda tx: _pack(tx, delivery))
        if envelope is None:
            return Attempted(False, None, "its subscription is no more")
        at = datetime.now(UTC)
        signed = sign([envelope.secret], envelope.message_id, at, envelope.body)
        timeout = QUICK if activity.info().is_local else PATIENT
        attempt = await self._client.post(
            envelope.url, headers=envelope.headers | signed, body=envelope.body, timeout=timeout
        )
        wait = None
        if not attempt.delivered and not attempt.gone:
            wait = next_attempt(number, retry_after=attempt.retry_after, luck=random.random())  # noqa: S311 - jitter
        made = _Made(delivery.id, number, at, attempt, wait)
        if await store.write(lambda tx: _keep(tx, made, envelope.subscription)):
            wait = None
        if wait is None and not attempt.delivered:
            log.warning("webhook given up", delivery=delivery.id, url=envelope.url, because=attempt.error)
        return Attempted(attempt.delivered, wait.total_seconds() if wait else None, attempt.error or "")


@dataclass(frozen=True, slots=True)
class _Made:
    """One attempt that was made."""

    delivery: str
    number: int
    at: datetime
    attempt: Attempt
    wait: timedelta | None


def _pack(tx: Transaction, delivery: DeliveryRef) -> Envelope | None:
    """What to send; None where nobody is to hear it any more."""
    row = tx.webhooks.delivery(delivery.id)
    if row is None:
        raise UnknownDelivery(delivery.store, delivery.id)
    headers = {each["headerName"]: each["headerValue"] for each in row["headers"]}
    headers |= {"content-type": "application/json", "user-agent": "Laurel"}
    if row["subscription"] is None:
        body = rules.exact.dumps(row["data"][CALL]).encode()
        return Envelope(row["url"], headers, body, tx.subscriptions.store_secret(), row["message"], None)
    subscription = tx.subscriptions.get(row["subscription"])
    if subscription is None or subscription["disabled_at"] is not None:
        return None
    message: Any = with_request_id(row["data"][subscription["format"]], new_id())
    body = rules.exact.dumps(message).encode()
    return Envelope(row["url"], headers, body, subscription["secret"], row["message"], subscription)


def _keep(tx: Transaction, made: _Made, subscription: RowMapping | None) -> bool:
    """Log an attempt, move its delivery and its endpoint on; answer whether the endpoint was disabled by it."""
    attempt = made.attempt
    tx.webhooks.log_attempt(
        made.delivery,
        number=made.number,
        at=made.at,
        status=attempt.status,
        latency_ms=attempt.latency_ms,
        answer=attempt.answer,
        error=attempt.error,
    )
    disabled = subscription is not None and _judge(tx, made, subscription)
    wait = None if disabled else made.wait
    status = "delivered" if attempt.delivered else "pending" if wait else "failed"
    tx.webhooks.set_delivery(
        made.delivery,
        status=status,
        attempts=made.number,
        next_attempt_at=made.at + wait if wait else None,
        finished_at=None if wait else made.at,
    )
    return disabled


def _judge(tx: Transaction, made: _Made, subscription: RowMapping) -> bool:
    """Note how an endpoint answers; answer whether it is disabled now."""
    since = subscription["failing_since"]
    if made.attempt.delivered:
        if since is not None:
            tx.subscriptions.change(subscription["id"], failing_since=None)
        return False
    if made.attempt.gone or is_dead(since, now=made.at):
        because = (
            "it answered 410 Gone" if made.attempt.gone else f"it has been failing since {since:%Y-%m-%d %H:%M} UTC"
        )
        tx.subscriptions.change(subscription["id"], disabled_at=made.at, disabled_because=because)
        log.warning("webhook subscription disabled", subscription=subscription["id"], because=because)
        return True
    if since is None:
        tx.subscriptions.change(subscription["id"], failing_since=made.at)
    return False
