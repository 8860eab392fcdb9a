"""The activity that delivers a webhook: sign, send, log the attempt."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

import structlog
from temporalio import activity

import rules
from activities.retries import is_given_up
from activities.webhooks.client import Attempt, WebhookClient
from database import Database, Transaction
from loyalty.ids import new_id
from loyalty.masking import masked_url
from loyalty.references import DeliveryAttempt, DeliveryRef
from loyalty.store.webhooks import WEBHOOK_FORMATS, DeliveryStatus, LoggedAttempt, OutboundDelivery
from loyalty.webhooks.messages import as_sent
from loyalty.webhooks.messages.text import utc_instant
from loyalty.webhooks.outbox import CALL
from loyalty.webhooks.retries import is_dead, next_attempt
from loyalty.webhooks.signing import sign
from rules.storable import storable_text
from telemetry.metrics import count_attempt
from telemetry.tracing import trace_headers

log = structlog.get_logger()

FIRST_TIMEOUT = timedelta(seconds=4)
"""Timeout of a first attempt: it is a local activity, part of a workflow task, which must end within ten seconds."""

LATER_TIMEOUT = timedelta(seconds=15)
"""Timeout of every other attempt."""


GONE = "its subscription is disabled or removed"

ERASED = "its member was anonymised, and the message erased"


class DeliveryActivities:
    """Delivery attempts, at least once: a receiver recognizes a repeated message by its `webhook-id`.

    An attempt whose result is stored is not made again, whichever workflow asks for it.
    """

    def __init__(self, database: Database, client: WebhookClient) -> None:
        self._database = database
        self._client = client

    @activity.defn(name="deliver_webhook")
    async def deliver_webhook(self, delivery: DeliveryRef, number: int) -> DeliveryAttempt:
        """Make attempt `number` and log its result.

        A failed delivery is a result, and so is an erased one. What cannot be sent at all, such as an unreadable
        message, is given up with the reason.
        """
        try:
            return await self._attempt(delivery, number)
        except Exception as error:
            if not is_given_up(error, activity.info().attempt):
                raise
            log.exception("webhook cannot be sent", delivery=delivery.id, store=delivery.store)
            return await self._give_up(delivery, number, storable_text(f"{type(error).__name__}: {error}"[:500]))

    async def _give_up(self, delivery: DeliveryRef, number: int, reason: str) -> DeliveryAttempt:
        now = datetime.now(UTC)
        logged = LoggedAttempt(number=number, at=now, status=None, latency_ms=0, answer="", error=reason)

        def store(tx: Transaction) -> None:
            if not tx.webhooks.lock_delivery(delivery.id):
                return
            tx.webhooks.log_attempt(delivery.id, logged)
            tx.webhooks.set_delivery(
                delivery.id, status="failed", attempts=number, next_attempt_at=None, finished_at=now
            )

        await self._database.store(delivery.store).write(store)
        return DeliveryAttempt(False, None, reason)

    async def _attempt(self, delivery: DeliveryRef, number: int) -> DeliveryAttempt:
        store = self._database.store(delivery.store)
        outbound = await store.read(lambda tx: tx.webhooks.outbound(delivery.id))
        if outbound is None:
            return DeliveryAttempt(False, None, ERASED)
        at = datetime.now(UTC)
        if outbound.status != "pending" or outbound.attempts >= number:
            return _stored_result(outbound, at)
        if outbound.subscription is not None and not outbound.is_live:
            await store.write(lambda tx: _skip(tx, delivery.id, outbound, at))
            return DeliveryAttempt(False, None, GONE)
        body = message_body(outbound)
        signature = sign(outbound.secrets(now=at), outbound.message, at, body)
        headers = {**_headers(outbound), **trace_headers(), **signature, **order_headers(outbound)}
        timeout = FIRST_TIMEOUT if activity.info().is_local else LATER_TIMEOUT
        attempt = await self._client.post(outbound.url, headers=headers, body=body, timeout=timeout)
        wait = None
        if not attempt.delivered and not attempt.gone:
            tried = number - outbound.earlier_attempts
            wait = next_attempt(tried, retry_after=attempt.retry_after, luck=random.random())  # noqa: S311 - jitter
        made = _MadeAttempt(delivery.id, number, at, attempt, wait)
        if await store.write(lambda tx: _store(tx, made, outbound)):
            wait = None
        count_attempt(is_delivered=attempt.delivered, goes_on=wait is not None, seconds=attempt.latency_ms / 1000)
        if wait is None and not attempt.delivered:
            log.warning("webhook given up", delivery=delivery.id, url=masked_url(outbound.url), because=attempt.error)
        return DeliveryAttempt(attempt.delivered, wait.total_seconds() if wait else None, _reason_in_history(attempt))


@dataclass(frozen=True, slots=True)
class _MadeAttempt:
    """One attempt, its result, and the wait before the next."""

    delivery: str
    number: int
    at: datetime
    attempt: Attempt
    wait: timedelta | None


def _reason_in_history(attempt: Attempt) -> str:
    """Return why an attempt failed, without the parts of an error that show the URL: more people can read histories."""
    if attempt.delivered:
        return ""
    return "no answer; the delivery's attempts say why" if attempt.status is None else f"answered {attempt.status}"


def _stored_result(outbound: OutboundDelivery, now: datetime) -> DeliveryAttempt:
    """Return the result of an earlier attempt, for a workflow that started again behind the state of the database."""
    match outbound.status:
        case "delivered":
            return DeliveryAttempt(True)
        case "failed":
            return DeliveryAttempt(False, None, "it was given up")
        case "skipped":
            return DeliveryAttempt(False, None, GONE)
        case "pending":
            wait = (outbound.next_attempt_at or now) - now
            return DeliveryAttempt(False, max(wait.total_seconds(), 1.0), "the next attempt is due later")
        case _:
            assert_never(outbound.status)


def _skip(tx: Transaction, delivery_id: str, outbound: OutboundDelivery, now: datetime) -> None:
    tx.webhooks.set_delivery(
        delivery_id, status="skipped", attempts=outbound.attempts, next_attempt_at=None, finished_at=now
    )


def _headers(outbound: OutboundDelivery) -> dict[str, str]:
    given = {each["headerName"]: each["headerValue"] for each in outbound.headers}
    return given | {"content-type": "application/json", "user-agent": "Laurel"}


def order_headers(outbound: OutboundDelivery) -> dict[str, str]:
    """Return the headers by which receivers order messages, in every format."""
    number = {} if outbound.number is None else {"laurel-sequence": str(outbound.number)}
    return number | {"laurel-created-at": utc_instant(outbound.created_at)}


def message_body(outbound: OutboundDelivery) -> bytes:
    """Return the message in its subscription's format, or the body that `call_webhook` rendered.

    A message from before its subscription had that format is in one of those in which it was made.
    """
    if outbound.format is None:
        return rules.exact.dumps(outbound.bodies[CALL]).encode()
    made = outbound.bodies
    form = outbound.format if outbound.format in made else next(each for each in WEBHOOK_FORMATS if each in made)
    message: Any = as_sent(made[form], new_id(), number=outbound.number)
    return rules.exact.dumps(message).encode()


def _store(tx: Transaction, made: _MadeAttempt, outbound: OutboundDelivery) -> bool:
    """Store an attempt and its delivery's state; return whether its subscription is disabled now, or it was erased."""
    attempt = made.attempt
    logged = LoggedAttempt(
        number=made.number,
        at=made.at,
        status=attempt.status,
        latency_ms=attempt.latency_ms,
        answer=attempt.answer,
        error=attempt.error,
    )
    if not tx.webhooks.lock_delivery(made.delivery):  # it was erased meanwhile: it is not attempted again
        return True
    tx.webhooks.log_attempt(made.delivery, logged)
    subscription = outbound.subscription
    disabled = subscription is not None and _update_health(tx, made, subscription, outbound.failing_since)
    wait = None if disabled else made.wait
    status: DeliveryStatus = "delivered" if attempt.delivered else "pending" if wait else "failed"
    tx.webhooks.set_delivery(
        made.delivery,
        status=status,
        attempts=made.number,
        next_attempt_at=made.at + wait if wait else None,
        finished_at=None if wait else made.at,
        url=outbound.url,
    )
    return disabled


def _update_health(tx: Transaction, made: _MadeAttempt, subscription: str, since: datetime | None) -> bool:
    """Store whether an endpoint fails (`since`: it failed before); return whether its subscription is disabled now."""
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
