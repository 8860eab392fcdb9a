"""Messages, their deliveries, and a log of every attempt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from database.queries import Queries, prepared
from database.tables import attempt, delivery, message, store, subscription
from loyalty.store.rows import Row

_PACKED = (
    select(
        delivery,
        message.c.data,
        store.c.secret.label("store_secret"),
        subscription.c.format.label("form"),
        subscription.c.secret,
        subscription.c.failing_since,
        and_(subscription.c.id.is_not(None), subscription.c.disabled_at.is_(None)).label("is_live"),
    )
    .join(message, message.c.id == delivery.c.message)
    .join(store, store.c.code == delivery.c.store)
    .outerjoin(subscription, subscription.c.id == delivery.c.subscription)
    .where(delivery.c.store == bindparam("in_store"), delivery.c.id == bindparam("the_delivery"))
)
_OF_EVENT = (
    select(delivery, message.c.name)
    .join(message, message.c.id == delivery.c.message)
    .where(delivery.c.store == bindparam("in_store"), delivery.c.event == bindparam("the_event"))
    .order_by(delivery.c.id)
)


class Webhooks(Queries):
    """What one store sends."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:
        """Keep a message."""
        self.insert(message, {"id": message_id, "event": event_id, "name": name, "data": data, "created_at": now})

    def add_delivery(
        self,
        delivery_id: str,
        *,
        message_id: str,
        event_id: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],
    ) -> None:
        """A message is to go to a URL."""
        row = {"id": delivery_id, "message": message_id, "event": event_id, "subscription": subscription_id}
        self.insert(delivery, row | {"url": url, "headers": list(headers), "status": "pending", "attempts": 0})

    def packed(self, delivery_id: str) -> Row | None:
        """What to send for a delivery, and what signs it.

        The delivery with its message's `data`, the store's `store_secret`, and of the subscription, if it is one's,
        `form`, `secret`, `failing_since` and `is_live`.
        """
        return prepared(_PACKED).first(self.connection, {"in_store": self.store, "the_delivery": delivery_id})

    def of_event(self, event_id: str) -> list[Row]:
        """Every delivery an event led to, with its message's name."""
        return prepared(_OF_EVENT).all(self.connection, {"in_store": self.store, "the_event": event_id})

    def attempts(self, delivery_id: str) -> list[Row]:
        """Every attempt of a delivery."""
        return self.rows(attempt, ("number",), delivery=delivery_id)

    def log_attempt(
        self,
        delivery_id: str,
        *,
        number: int,
        at: datetime,
        status: int | None,
        latency_ms: int,
        answer: str,
        error: str | None,
    ) -> None:
        """Keep what one attempt met."""
        row = {"delivery": delivery_id, "number": number, "at": at, "status": status}
        self.insert_once(attempt, row | {"latency_ms": latency_ms, "answer": answer, "error": error})

    def set_delivery(self, delivery_id: str, **values: Any) -> None:
        """Move a delivery on."""
        self.alter(delivery, {"id": delivery_id}, **values)
