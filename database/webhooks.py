"""Messages, their deliveries, and a log of every attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, insert, select, update

from database.codes import CodeQueries
from database.queries import Queries, WriteQueries, first_column
from database.sealed_webhooks import opened_headers, opened_secret, sealed_headers
from database.sqlite_fast_path import Prepared
from database.tables import MESSAGE_NUMBERS, attempt, delivery, message, store, subscription
from loyalty.store.webhooks import Delivery, DeliveryStatus, LoggedAttempt, OutboundDelivery
from loyalty.webhooks.messages import with_codes

OVERDUE_AFTER = timedelta(seconds=30)
"""How long an attempt may be overdue before the relay checks whether a workflow makes it: longer than one takes."""


def _signing(column: str) -> ColumnElement[Any]:
    """Return a column with the secrets that sign a delivery: of its subscription, else of the store."""
    return case((subscription.c.id.is_not(None), subscription.c[column]), else_=store.c[column]).label(column)


def _target(column: str) -> ColumnElement[Any]:
    """Return a column with the target of a delivery: as its subscription has it now, else as it was stored."""
    return case((subscription.c.id.is_not(None), subscription.c[column]), else_=delivery.c[column]).label(column)


_OUTBOUND = Prepared(
    select(
        delivery.c.message,
        delivery.c.subscription,
        _target("url"),
        _target("headers"),
        message.c.data,
        subscription.c.format,
        subscription.c.failing_since,
        and_(subscription.c.id.is_not(None), subscription.c.disabled_at.is_(None)).label("is_live"),
        func.coalesce(subscription.c.secret, store.c.secret).label("secret"),
        _signing("previous_secret"),
        _signing("previous_secret_until"),
        delivery.c.status,
        delivery.c.attempts,
        delivery.c.earlier_attempts,
        delivery.c.next_attempt_at,
        message.c.number,
        message.c.created_at,
        message.c.name,
    )
    .join(message, message.c.id == delivery.c.message)
    .join(store, store.c.code == delivery.c.store)
    .outerjoin(subscription, subscription.c.id == delivery.c.subscription)
    .where(delivery.c.store == bindparam("in_store"), delivery.c.id == bindparam("the_delivery")),
    OutboundDelivery,
)
_COUNT: Prepared[int] = Prepared(
    update(store)
    .where(store.c.code == bindparam("in_store"))
    .values(last_message=store.c.last_message + 1)
    .returning(store.c.last_message),
    first_column,
)
_NUMBERED = insert(message).values(number=MESSAGE_NUMBERS.next_value())
_OF_EVENT = Prepared(
    select(
        delivery.c.id,
        delivery.c.message,
        delivery.c.event,
        delivery.c.subscription,
        delivery.c.url,
        delivery.c.status,
        delivery.c.attempts,
        delivery.c.next_attempt_at,
        message.c.name,
    )
    .join(message, message.c.id == delivery.c.message)
    .where(delivery.c.store == bindparam("in_store"), delivery.c.event == bindparam("the_event"))
    .order_by(delivery.c.id),
    Delivery,
)


class WebhookQueries(Queries):
    """Reads the deliveries of one store."""

    def outbound(self, delivery_id: str) -> OutboundDelivery | None:
        """Return the input of an attempt of a delivery."""
        found = _OUTBOUND.first(self.connection, {"in_store": self.store, "the_delivery": delivery_id})
        if found is None:
            return None
        headers, secret = opened_headers(self, found.headers), opened_secret(self, found.secret)
        previous = None if found.previous_secret is None else opened_secret(self, found.previous_secret)
        bodies = found.bodies
        if found.format is not None:  # not what a reactor rendered: its texts are not ours
            plain = CodeQueries(self.connection, self.store).plain
            bodies = {form: with_codes(each, plain) for form, each in bodies.items()}
        return replace(found, headers=headers, secret=secret, previous_secret=previous, bodies=bodies)

    def of_event(self, event_id: str) -> list[Delivery]:
        """Return the deliveries of an event's messages, in the order of their ids."""
        return _OF_EVENT.all(self.connection, {"in_store": self.store, "the_event": event_id})

    def attempts(self, delivery_id: str) -> list[LoggedAttempt]:
        """Return the attempts of a delivery, in order."""
        return self.find_all(LoggedAttempt, attempt, ("number",), delivery=delivery_id)


class Webhooks(WebhookQueries, WriteQueries):
    """The messages and deliveries of one store."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:
        """Store a message, and number it; `data` has its body by format.

        The number is taken while the member is locked, so a later message about a member has a higher one.
        """
        row = {"id": message_id, "event": event_id, "name": name, "data": data, "created_at": now}
        if self._dialect == "sqlite":
            number = _COUNT.first(self.connection, {"in_store": self.store})
            self.insert(message, row | {"number": number})
        else:
            self.connection.execute(_NUMBERED, {"store": self.store, **row})

    def add_delivery(
        self,
        delivery_id: str,
        *,
        message_id: str,
        event_id: str,
        name: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],
        now: datetime,
        is_skipped: bool = False,
    ) -> None:
        """Store that a message is to be sent to a URL; `subscription_id` None: a reactor caused it.

        `is_skipped`: its subscription is disabled; the delivery is stored, and sent on request.
        """
        row: dict[str, Any] = {"id": delivery_id, "message": message_id, "event": event_id}
        row |= {"subscription": subscription_id}
        row |= {"name": name, "created_at": now, "url": url, "headers": sealed_headers(self, headers), "attempts": 0}
        state: dict[str, Any] = {"status": "skipped", "next_attempt_at": None, "start_after": None, "finished_at": now}
        if not is_skipped:
            due = {"next_attempt_at": now, "start_after": now + OVERDUE_AFTER}
            state = {"status": "pending", "finished_at": None} | due
        self.insert(delivery, row | state)

    def lock_delivery(self, delivery_id: str) -> bool:
        """Lock a delivery until the transaction ends; return False if it was erased."""
        here = select(delivery.c.id).where(delivery.c.store == self.store, delivery.c.id == delivery_id)
        return self.connection.execute(here.with_for_update()).first() is not None

    def log_attempt(self, delivery_id: str, made: LoggedAttempt) -> None:
        """Store the result of an attempt, unless it is logged already."""
        self.insert_if_absent(
            attempt,
            {
                "delivery": delivery_id,
                "number": made.number,
                "at": made.at,
                "status": made.status,
                "latency_ms": made.latency_ms,
                "answer": made.answer,
                "error": made.error,
            },
        )

    def retry(self, delivery_id: str, *, now: datetime, delivered_too: bool = False) -> bool:
        """Make a failed or skipped delivery pending and due now; return False if it is neither.

        `delivered_too`: also a delivered one.
        """
        statuses = ("failed", "skipped", *(("delivered",) if delivered_too else ()))
        is_this = (delivery.c.store == self.store, delivery.c.id == delivery_id)
        values = {"status": "pending", "next_attempt_at": now, "start_after": now, "finished_at": None}
        again = update(delivery).where(*is_this, delivery.c.status.in_(statuses))
        changed = again.values(earlier_attempts=delivery.c.attempts, **values).returning(delivery.c.id)
        return self.connection.execute(changed).first() is not None

    def leave_to_relay(self, delivery_id: str, *, now: datetime) -> None:
        """Let the relay check a pending delivery now."""
        self.update(delivery, {"id": delivery_id, "status": "pending"}, start_after=now)

    def set_delivery(
        self,
        delivery_id: str,
        *,
        status: DeliveryStatus,
        attempts: int,
        next_attempt_at: datetime | None,
        finished_at: datetime | None,
        url: str | None = None,
    ) -> None:
        """Store the progress of a pending delivery; a finished one stays unchanged. `url`: where it was sent."""
        self.update(
            delivery,
            {"id": delivery_id, "status": "pending"},
            status=status,
            attempts=attempts,
            next_attempt_at=next_attempt_at,
            finished_at=finished_at,
            start_after=None if next_attempt_at is None else next_attempt_at + OVERDUE_AFTER,
            **({} if url is None else {"url": url}),
        )
