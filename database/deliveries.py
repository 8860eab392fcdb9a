"""Deliveries as lists show them, and the jobs that resend many of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from database.locks import resend_lock
from database.pages import Condition, PageResult, count
from database.queries import Queries, WriteQueries
from database.sealed_webhooks import sealed_headers
from database.subscriptions import Subscriptions
from database.tables import attempt, delivery, event, message, resend, subscription
from database.webhooks import Webhooks
from loyalty.references import ResendRef
from loyalty.store.resends import Resend, ResendCriteria, ResendPage, criteria_from_json
from loyalty.store.webhooks import DeliveryStatus, OutboundDelivery, Subscription

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "subscription": delivery.c.subscription,
    "name": delivery.c.name,
    "status": delivery.c.status,
    "member": event.c.member,
    "event": delivery.c.event,
    "message": delivery.c.message,
    "created_at": delivery.c.created_at,
    "finished_at": delivery.c.finished_at,
}
_IS_LIVE = and_(subscription.c.id.is_not(None), subscription.c.disabled_at.is_(None))
_UNDELIVERED = literal_column("delivery.status IN ('failed', 'skipped')", Boolean)  # as in partial indexes
_LISTED: Select[Any] = (
    select(
        delivery.c.id,
        delivery.c.message,
        message.c.number,
        delivery.c.event,
        event.c.member,
        delivery.c.subscription,
        delivery.c.name,
        delivery.c.url,
        delivery.c.status,
        delivery.c.attempts,
        delivery.c.created_at,
        delivery.c.next_attempt_at,
        delivery.c.finished_at,
        attempt.c.status.label("last_status"),
        attempt.c.error.label("last_error"),
    )
    .select_from(delivery)
    .join(message, message.c.id == delivery.c.message)
    .join(event, event.c.id == delivery.c.event)
    .outerjoin(attempt, and_(attempt.c.delivery == delivery.c.id, attempt.c.number == delivery.c.attempts))
)


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery as lists show it, with the result of its last attempt."""

    id: str
    message: str
    number: int | None
    event: str
    member: str
    subscription: str | None
    name: str
    url: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """The position of a delivery in lists, which are ordered by its creation, then by its id."""

    created_at: datetime
    id: str


class DeliveryQueries(Queries):
    """Reads the deliveries of one store, and its resend jobs."""

    def page(
        self,
        conditions: Sequence[Condition],
        *,
        limit: int,
        offset: int = 0,
        after: DeliveryKey | None = None,
        newest_first: bool = True,
    ) -> PageResult[ListedDelivery]:
        """Return a page of the deliveries; `after`: the page begins behind this position."""
        where = self._where(conditions)
        keys = tuple_(delivery.c.created_at, delivery.c.id)
        here = list(where)
        if after is not None:
            place = tuple_(after.created_at, after.id)
            here.append(keys < place if newest_first else keys > place)
        columns = (delivery.c.created_at, delivery.c.id)
        order = tuple(column.desc() for column in columns) if newest_first else columns
        wanted = _LISTED.where(*here).order_by(*order).limit(limit).offset(offset)
        records = [ListedDelivery(*tuple(row)) for row in self.connection.execute(wanted)]
        filtered = self._count(where)
        return PageResult(records, filtered, self._count(self._where(())) if conditions else filtered)

    def get(self, delivery_id: str) -> ListedDelivery | None:
        """Return one delivery."""
        row = self.connection.execute(_LISTED.where(*self._where(()), delivery.c.id == delivery_id)).first()
        return None if row is None else ListedDelivery(*tuple(row))

    def count(self, criteria: ResendCriteria, *, until: datetime) -> int:
        """Return how many deliveries that were created up to a moment match the criteria."""
        found = select(func.count()).select_from(_joined(criteria)).where(*self._fitting(criteria, until))
        return self.connection.execute(found).scalar_one()

    def resend(self, resend_id: str) -> Resend | None:
        """Return a resend job."""
        return self.find_one(Resend, resend, id=resend_id)

    def resends(self, *, limit: int, offset: int, newest_first: bool) -> PageResult[Resend]:
        """Return a page of resend jobs, in the order they were requested."""
        here = resend.c.store == self.store
        columns = (resend.c.created_at, resend.c.id)
        order = tuple(column.desc() for column in columns) if newest_first else columns
        names = [resend.c[name] for name in Resend.__dataclass_fields__]
        wanted = select(*names).where(here).order_by(*order).limit(limit).offset(offset)
        total = self.connection.execute(select(func.count()).select_from(resend).where(here)).scalar_one()
        return PageResult([Resend(*row) for row in self.connection.execute(wanted)], total, total)

    def _where(self, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
        where = [delivery.c.store == self.store, *(each.on(_COLUMNS[each.column]) for each in conditions)]
        if any(each.column == "status" and each.value in ("failed", "skipped") for each in conditions):
            where.append(_UNDELIVERED)
        return [*where, *(narrowed for each in conditions for narrowed in _narrowing(each))]

    def _count(self, where: Sequence[ColumnElement[bool]]) -> int:
        return count(self.connection, delivery.join(event, event.c.id == delivery.c.event), where)

    def _fitting(self, criteria: ResendCriteria, until: datetime) -> list[ColumnElement[bool]]:
        where = [
            delivery.c.store == self.store,
            delivery.c.created_at <= until,
            delivery.c.status.in_(criteria.statuses),
        ]
        if "delivered" not in criteria.statuses:
            where.append(_UNDELIVERED)
        equal = {"subscription": criteria.subscription, "name": criteria.name, "member": criteria.member}
        where += [_COLUMNS[name] == value for name, value in equal.items() if value is not None]
        if criteria.created_from is not None:
            where.append(delivery.c.created_at >= criteria.created_from)
        if criteria.created_until is not None:
            where.append(delivery.c.created_at < criteria.created_until)
        if criteria.finished_from is not None:
            where.append(delivery.c.finished_at >= criteria.finished_from)
        return where


class Deliveries(DeliveryQueries, WriteQueries):
    """Resends deliveries of one store."""

    def subscription(self, subscription_id: str) -> Subscription | None:
        """Return a subscription."""
        return Subscriptions(self.connection, self.store).get(subscription_id)

    def outbound(self, delivery_id: str) -> OutboundDelivery | None:
        """Return the input of an attempt of a delivery."""
        return Webhooks(self.connection, self.store).outbound(delivery_id)

    def retry(self, delivery_id: str, *, now: datetime, delivered_too: bool = False) -> bool:
        """Make a delivery pending and due now; return False if it is pending, or delivered and not to be repeated."""
        return Webhooks(self.connection, self.store).retry(delivery_id, now=now, delivered_too=delivered_too)

    def leave_to_relay(self, delivery_id: str, *, now: datetime) -> None:
        """Let the relay check a pending delivery now."""
        Webhooks(self.connection, self.store).leave_to_relay(delivery_id, now=now)

    def copy(self, delivery_id: str, copy_id: str, target: Subscription, *, now: datetime) -> bool:
        """Store a delivery of the same message to a subscription, due now; return False if it was copied before."""
        kept = select(delivery.c.message, delivery.c.event, delivery.c.name).where(delivery.c.id == delivery_id)
        row = self.connection.execute(kept).mappings().one()
        due = {"status": "pending", "attempts": 0, "next_attempt_at": now, "start_after": now, "created_at": now}
        sent = {"subscription": target.id, "url": target.url, "headers": sealed_headers(self, target.headers)}
        return self.insert_if_absent(delivery, {"id": copy_id, **row, **sent, **due})

    def next_page(self, job: Resend, limit: int) -> ResendPage:
        """Return the deliveries that a job examines next."""
        criteria = criteria_from_json(job.criteria)
        where = self._fitting(criteria, job.created_at)
        if job.after_at is not None:
            where.append(tuple_(delivery.c.created_at, delivery.c.id) > tuple_(job.after_at, job.after_id))
        is_own = or_(delivery.c.subscription.is_(None), _IS_LIVE)
        source = _joined(criteria).outerjoin(subscription, subscription.c.id == delivery.c.subscription)
        wanted = (
            select(delivery.c.id, delivery.c.created_at, cast(is_own, Boolean))
            .select_from(source)
            .where(*where)
            .order_by(delivery.c.created_at, delivery.c.id)
            .limit(limit)
        )
        rows = self.connection.execute(wanted).all()
        own = [row[0] for row in rows if row[2]]
        return ResendPage([row[0] for row in rows], own, rows[-1][1] if rows else None)

    def add(self, new: Resend) -> None:
        """Store a job; a worker starts its workflow."""
        self.insert(resend, _row(new) | {"start_after": new.created_at})

    def get_to_change(self, resend_id: str) -> Resend | None:
        """Return a job, locked until the transaction ends."""
        self.lock(resend_lock(resend_id))
        return self.resend(resend_id)

    def change(self, changed: Resend) -> None:
        """Store the progress of a job."""
        row = _row(changed)
        if changed.status != "running":
            row["start_after"] = None
        self.update(resend, {"id": row.pop("id")}, **row)


def _row(job: Resend) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Resend.__dataclass_fields__}


def _joined(criteria: ResendCriteria) -> Any:
    """Return the tables that criteria refer to."""
    return delivery if criteria.member is None else delivery.join(event, event.c.id == delivery.c.event)


def take_waiting_resends(connection: Connection, *, now: datetime, again_after: timedelta) -> list[ResendRef]:
    """Return the running jobs of any store whose workflow should be checked, and hide them for a while."""
    taken = update(resend).where(resend.c.start_after <= now).values(start_after=now + again_after)
    return [ResendRef(row[0], row[1]) for row in connection.execute(taken.returning(resend.c.store, resend.c.id))]


def _narrowing(condition: Condition) -> Iterator[ColumnElement[bool]]:
    """Yield what follows of a condition whose column has no index, for a column that has one."""
    match condition.column, condition.operator:
        case "message", "eq":
            kept = message.alias()
            yield delivery.c.event == select(kept.c.event).where(kept.c.id == condition.value).scalar_subquery()
        case "finished_at", "lt" | "lte":
            yield condition.on(delivery.c.created_at)  # nothing is finished before it is created
