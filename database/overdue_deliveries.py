"""Overdue deliveries of any store, and the events that they belong to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from database.tables import delivery, event, message
from loyalty.references import DeliveryRef
from loyalty.store.events import EventStatus


@dataclass(frozen=True, slots=True)
class OverdueDelivery:
    """A pending delivery whose next attempt is overdue, and the number of attempts so far."""

    delivery: DeliveryRef
    attempts: int
    is_settled: bool
    """Whether its reported event is applied or failed: the workflow of an open event delivers it, too."""
    owner: str | None
    """The workflow that ran that event; it makes the attempts of the first minute."""


def take_overdue_deliveries(
    connection: Connection, *, now: datetime, limit: int, again_after: timedelta
) -> list[OverdueDelivery]:
    """Return overdue deliveries of any store, the longest first, and hide them for a while.

    Those that another process takes at the same time are skipped.
    """
    due = (
        select(delivery.c.id)
        .where(delivery.c.start_after <= now)
        .order_by(delivery.c.start_after)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    name = select(message.c.name).where(message.c.id == delivery.c.message).scalar_subquery()
    taken = connection.execute(
        update(delivery)
        .where(delivery.c.id.in_(due.scalar_subquery()))
        .values(start_after=now + again_after)
        .returning(delivery.c.store, delivery.c.id, name, delivery.c.attempts, delivery.c.event)
    ).all()
    roots = {root.caused: root for root in _roots(connection, {row[4] for row in taken})}
    return [
        OverdueDelivery(DeliveryRef(store, delivery_id, of), attempts, roots[cause].is_settled, roots[cause].owner)
        for store, delivery_id, of, attempts, cause in taken
    ]


@dataclass(frozen=True, slots=True)
class _Root:
    """The root event of an event: the one without a parent that led to it, or itself."""

    caused: str
    status: EventStatus
    owner: str | None

    @property
    def is_settled(self) -> bool:
        return self.status in ("applied", "failed")


def _roots(connection: Connection, event_ids: Iterable[str]) -> list[_Root]:
    columns = (event.c.id, event.c.parent, event.c.status, event.c.owner)
    first = select(event.c.id.label("caused"), *columns).where(event.c.id.in_(list(event_ids)))
    chain = first.cte("chain", recursive=True)
    chain = chain.union_all(select(chain.c.caused, *columns).join(chain, event.c.id == chain.c.parent))
    found = select(chain.c.caused, chain.c.status, chain.c.owner).where(chain.c.parent.is_(None))
    return [_Root(*row) for row in connection.execute(found)]
