"""Messages, their deliveries, and a log of every attempt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from database.queries import Queries
from database.tables import attempt, delivery, message


class Webhooks(Queries):
    """What one store sends."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> bool:
        """Keep a message; False where it is there already."""
        row = {
            "id": message_id,
            "store": self.store,
            "event": event_id,
            "name": name,
            "data": data,
            "created_at": now,
        }
        return self.insert_once(message, row)

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
        self.connection.execute(
            delivery.insert().values(
                id=delivery_id,
                store=self.store,
                message=message_id,
                event=event_id,
                subscription=subscription_id,
                url=url,
                headers=list(headers),
                status="pending",
                attempts=0,
            )
        )

    def delivery(self, delivery_id: str) -> RowMapping | None:
        """One delivery with its message's name, data and date."""
        here = (
            select(delivery, message.c.name, message.c.data, message.c.created_at)
            .join(message, message.c.id == delivery.c.message)
            .where(delivery.c.store == self.store, delivery.c.id == delivery_id)
        )
        return self.connection.execute(here).mappings().first()

    def of_event(self, event_id: str) -> list[RowMapping]:
        """Every delivery an event led to, with its message's name."""
        here = (
            select(delivery, message.c.name)
            .join(message, message.c.id == delivery.c.message)
            .where(delivery.c.store == self.store, delivery.c.event == event_id)
            .order_by(delivery.c.id)
        )
        return list(self.connection.execute(here).mappings())

    def attempts(self, delivery_id: str) -> list[RowMapping]:
        """Every attempt of a delivery."""
        here = select(attempt).where(attempt.c.store == self.store, attempt.c.delivery == delivery_id)
        return list(self.connection.execute(here.order_by(attempt.c.number)).mappings())

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
        row = {"delivery": delivery_id, "store": self.store, "number": number, "at": at, "status": status}
        self.connection.execute(
            self.insert(attempt)
            .values(**row, latency_ms=latency_ms, answer=answer, error=error)
            .on_conflict_do_nothing()
        )

    def set_delivery(self, delivery_id: str, **values: Any) -> None:
        """Move a delivery on."""
        here = update(delivery).where(delivery.c.store == self.store, delivery.c.id == delivery_id)
        self.connection.execute(here.values(values))
