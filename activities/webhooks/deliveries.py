"""Webhooks delivered: signed, sent, and every attempt logged."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity

import rules
from activities.errors import UnknownDelivery
from activities.webhooks.client import Attempt, WebhookClient
from database import Database, Transaction
from loyalty.ids import new_id
from loyalty.references import DeliveryAttempt, DeliveryRef
from loyalty.store.rows import Row
from loyalty.webhooks.messages import with_request_id
from loyalty.webhooks.outbox import CALL
from loyalty.webhooks.retries import is_dead, next_attempt
from loyalty.webhooks.signing import sign

log = structlog.get_logger()

QUICK = timedelta(seconds=4)
"""How long a first attempt may take: it holds up a workflow task, which may last ten seconds."""

PATIENT = timedelta(seconds=15)
"""How long every other attempt may take."""


class DeliveryActivities:
    """Attempts to deliver. The receiver knows a repetition by its `webhook-id`."""

    def __init__(self, database: Database, client: WebhookClient) -> None:
        self._database = database
        self._client = client

    @activity.defn
    async def deliver_webhook(self, delivery: DeliveryRef, number: int) -> DeliveryAttempt:
        """Attempt for the `number`th time, and log what came of it. A failure is an answer, never an error."""
        store = self._database.store(delivery.store)
        packed = await store.read(lambda tx: tx.webhooks.packed(delivery.id))
        if packed is None:
            raise UnknownDelivery(delivery.store, delivery.id)
        if packed["subscription"] is not None and not packed["is_live"]:
            return DeliveryAttempt(False, None, "its subscription is no more")
        at = datetime.now(UTC)
        body = _body(packed)
        secret = packed["store_secret"] if packed["subscription"] is None else packed["secret"]
        headers = _headers(packed) | sign([secret], packed["message"], at, body)
        timeout = QUICK if activity.info().is_local else PATIENT
        attempt = await self._client.post(packed["url"], headers=headers, body=body, timeout=timeout)
        wait = None
        if not attempt.delivered and not attempt.gone:
            wait = next_attempt(number, retry_after=attempt.retry_after, luck=random.random())  # noqa: S311 - jitter
        made = _Made(delivery.id, number, at, attempt, wait)
        if await store.write(lambda tx: _keep(tx, made, packed)):
            wait = None
        if wait is None and not attempt.delivered:
            log.warning("webhook given up", delivery=delivery.id, url=packed["url"], because=attempt.error)
        return DeliveryAttempt(attempt.delivered, wait.total_seconds() if wait else None, attempt.error or "")


@dataclass(frozen=True, slots=True)
class _Made:
    """One attempt that was made."""

    delivery: str
    number: int
    at: datetime
    attempt: Attempt
    wait: timedelta | None


def _headers(packed: Row) -> dict[str, str]:
    given = {each["headerName"]: each["headerValue"] for each in packed["headers"]}
    return given | {"content-type": "application/json", "user-agent": "Laurel"}


def _body(packed: Row) -> bytes:
    """The message in the format that its subscription asks for, or as its reactor wrote it."""
    if packed["subscription"] is None:
        return rules.exact.dumps(packed["data"][CALL]).encode()
    message: Any = with_request_id(packed["data"][packed["form"]], new_id())
    return rules.exact.dumps(message).encode()


def _keep(tx: Transaction, made: _Made, packed: Row) -> bool:
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
    disabled = packed["subscription"] is not None and _judge(tx, made, packed)
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


def _judge(tx: Transaction, made: _Made, packed: Row) -> bool:
    """Note how an endpoint answers; answer whether it is disabled now."""
    since, subscription = packed["failing_since"], packed["subscription"]
    if made.attempt.delivered:
        if since is not None:
            tx.subscriptions.change(subscription, failing_since=None)
        return False
    if made.attempt.gone or is_dead(since, now=made.at):
        because = (
            "it answered 410 Gone" if made.attempt.gone else f"it has been failing since {since:%Y-%m-%d %H:%M} UTC"
        )
        tx.subscriptions.change(subscription, disabled_at=made.at, disabled_because=because)
        log.warning("webhook subscription disabled", subscription=subscription, because=because)
        return True
    if since is None:
        tx.subscriptions.change(subscription, failing_since=made.at)
    return False
