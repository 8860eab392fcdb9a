"""The activity that delivers a webhook: sign, send, log the attempt."""

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

FIRST_TIMEOUT = timedelta(seconds=4)
"""Timeout of a first attempt: it is a local activity, part of a workflow task, which must end within ten seconds."""

LATER_TIMEOUT = timedelta(seconds=15)
"""Timeout of every other attempt."""


class DeliveryActivities:
    """Delivery attempts, at least once: a receiver recognizes a repeated message by its `webhook-id`."""

    def __init__(self, database: Database, client: WebhookClient) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_webhook")
    async def deliver_webhook(self, delivery: DeliveryRef, number: int) -> DeliveryAttempt:
        """Make attempt `number` and log its result. A failed delivery is a result; raise UnknownDelivery."""
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
        timeout = FIRST_TIMEOUT if activity.info().is_local else LATER_TIMEOUT
        attempt = await self._client.post(packed["url"], headers=headers, body=body, timeout=timeout)
        wait = None
        if not attempt.delivered and not attempt.gone:
            wait = next_attempt(number, retry_after=attempt.retry_after, luck=random.random())  # noqa: S311 - jitter
        logged = _LoggedAttempt(delivery.id, number, at, attempt, wait)
        if await store.write(lambda tx: _store(tx, logged, packed)):
            wait = None
        if wait is None and not attempt.delivered:
            log.warning("webhook given up", delivery=delivery.id, url=packed["url"], because=attempt.error)
        return DeliveryAttempt(attempt.delivered, wait.total_seconds() if wait else None, attempt.error or "")


@dataclass(frozen=True, slots=True)
class _LoggedAttempt:
    """One attempt, its result, and the wait before the next."""

    delivery: str
    number: int
    at: datetime
    attempt: Attempt
    wait: timedelta | None


def _headers(packed: Row) -> dict[str, str]:
    given = {each["headerName"]: each["headerValue"] for each in packed["headers"]}
    return given | {"content-type": "application/json", "user-agent": "Laurel"}


def _body(packed: Row) -> bytes:
    """The message in its subscription's format, or the body that `call_webhook` rendered."""
    if packed["subscription"] is None:
        return rules.exact.dumps(packed["data"][CALL]).encode()
    message: Any = with_request_id(packed["data"][packed["form"]], new_id())
    return rules.exact.dumps(message).encode()


def _store(tx: Transaction, logged: _LoggedAttempt, packed: Row) -> bool:
    """Store an attempt and its delivery's new state; return whether its subscription is disabled by it."""
    attempt = logged.attempt
    tx.webhooks.log_attempt(
        logged.delivery,
        number=logged.number,
        at=logged.at,
        status=attempt.status,
        latency_ms=attempt.latency_ms,
        answer=attempt.answer,
        error=attempt.error,
    )
    disabled = packed["subscription"] is not None and _update_health(tx, logged, packed)
    wait = None if disabled else logged.wait
    status = "delivered" if attempt.delivered else "pending" if wait else "failed"
    tx.webhooks.set_delivery(
        logged.delivery,
        status=status,
        attempts=logged.number,
        next_attempt_at=logged.at + wait if wait else None,
        finished_at=None if wait else logged.at,
    )
    return disabled


def _update_health(tx: Transaction, logged: _LoggedAttempt, packed: Row) -> bool:
    """Update the subscription's health; return whether the subscription is disabled now."""
    since, subscription = packed["failing_since"], packed["subscription"]
    if logged.attempt.delivered:
        if since is not None:
            tx.subscriptions.change(subscription, failing_since=None)
        return False
    if logged.attempt.gone or is_dead(since, now=logged.at):
        because = (
            "it answered 410 Gone" if logged.attempt.gone else f"it has been failing since {since:%Y-%m-%d %H:%M} UTC"
        )
        tx.subscriptions.change(subscription, disabled_at=logged.at, disabled_because=because)
        log.warning("webhook subscription disabled", subscription=subscription, because=because)
        return True
    if since is None:
        tx.subscriptions.change(subscription, failing_since=logged.at)
    return False
