"""A store in which something of each kind is stuck."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from database import Transaction
from loyalty.ids import new_id
from loyalty.store.due_items import DueItem
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stuck:
    """The ids of what is stuck."""

    member: str
    failed: str
    overdue: str
    given_up: str
    skipped: str
    lot: str
    late_lot: str


def add_stuck(tx: Transaction, *, now: datetime | None = None) -> Stuck:
    """Add what is stuck, each kind an hour longer than the one before, and beside it what is not."""
    now = now or datetime.now(UTC)
    ids = Stuck(*(new_id() for _ in range(7)))
    tx.members.register(
        Identity(email=f"{ids.member}@example.com"),
        member_id=ids.member,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=now,
        now=now,
    )
    _add_events(tx, ids, now)
    for delivery_id in (ids.given_up, ids.skipped, new_id()):
        message_id = new_id()
        tx.webhooks.add_message(message_id, event_id=ids.failed, name="CustomerUpdated", data={}, now=now)
        url, headers = "https://a.example", list[dict[str, str]]()
        subscription = ids.skipped if delivery_id == ids.skipped else None
        tx.webhooks.add_delivery(
            delivery_id,
            message_id=message_id,
            event_id=ids.failed,
            name="CustomerUpdated",
            subscription_id=subscription,
            url=url,
            headers=headers,
            now=now,
        )
    for delivery_id, status, hours in ((ids.given_up, "failed", 3), (ids.skipped, "skipped", 4)):
        tx.webhooks.set_delivery(
            delivery_id,
            status=status,  # type: ignore[arg-type]  # one of them
            attempts=0,
            next_attempt_at=None,
            finished_at=now - hours * HOUR,
        )
    tx.due_items.set(ids.lot, "expire", now - 6 * HOUR, member=ids.member)
    tx.due_items.set_aside(DueItem(ids.lot, "expire", now - 6 * HOUR, ids.member), "KeyError: 'x'", now=now - 5 * HOUR)
    tx.due_items.set(ids.late_lot, "warn", now - 6 * HOUR, member=None)
    tx.due_items.set(new_id(), "warn", now + HOUR, member=None)
    return ids


def _add_events(tx: Transaction, ids: Stuck, now: datetime) -> None:
    for event_id, received_at in ((ids.failed, now - 9 * HOUR), (ids.overdue, now - 2 * HOUR), (new_id(), now)):
        tx.events.add(NewEvent(event_id, "purchase", ids.member, received_at, {"total": 80}, 1), now=received_at)
    tx.events.set_failed(ids.failed, "KeyError was raised", now=now - HOUR)
