"""A store on a real database whose webhooks are sent to a receiver by the activity of production."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from database import Database, Transaction
from database.tables import delivery, message
from loyalty.ids import new_id
from loyalty.references import DeliveryAttempt, DeliveryRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from loyalty.store.webhooks import DeliveryStatus
from loyalty.webhooks.signing import new_secret
from tests.kit.running import LOOPBACK


async def subscribe(
    database: Database, url: str, event_name: str = "CustomerRegistered", *, store: str = "DEFAULT", **fields: Any
) -> str:
    """Subscribe a URL; return the id of the subscription."""
    subscription_id = new_id()
    given: dict[str, Any] = {"headers": [], "format": "current", "secret": new_secret(), "now": datetime.now(UTC)}
    given |= {"event_name": event_name, "url": url} | fields
    await database.store(store).write(lambda tx: tx.subscriptions.add(subscription_id, **given))
    return subscription_id


async def deliveries(database: Database, *statuses: str) -> list[DeliveryRef]:
    """The deliveries of the store DEFAULT in the order they were made; `statuses`: only those with one of these."""
    wanted = select(delivery.c.id, message.c.name).join(message, message.c.id == delivery.c.message)
    if statuses:
        wanted = wanted.where(delivery.c.status.in_(statuses))
    rows = await database.access_read(lambda access: access.connection.execute(wanted.order_by(delivery.c.id)).all())
    return [DeliveryRef("DEFAULT", *row) for row in rows]


@dataclass
class Sender:
    """Makes attempts of deliveries."""

    database: Database
    activities: DeliveryActivities

    async def send(self, refs: Sequence[DeliveryRef] | None = None, *, number: int = 1) -> list[DeliveryAttempt]:
        """Make attempt `number` of these deliveries, by default of all that are pending."""
        pending = await deliveries(self.database, "pending") if refs is None else refs
        environment = ActivityEnvironment()
        return [await environment.run(self.activities.deliver_webhook, each, number) for each in pending]


@asynccontextmanager
async def sender(database: Database) -> AsyncIterator[Sender]:
    """What sends the webhooks of a database, to loopback, too."""
    async with WebhookClient(LOOPBACK) as client:
        yield Sender(database, DeliveryActivities(database, client))


@dataclass(frozen=True, slots=True)
class Delivered:
    """Deliveries that a test has stored, in the order they were made, a second apart."""

    subscription: str
    member: str
    event: str
    now: datetime
    ids: list[str]

    @property
    def created(self) -> list[str]:
        """When each was made."""
        return [(self.now + timedelta(seconds=n)).isoformat() for n in range(len(self.ids))]

    @property
    def in_an_hour(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)


async def add_deliveries(
    database: Database,
    *statuses: DeliveryStatus,
    other: int = 0,
    ago: timedelta = timedelta(minutes=1),
    store: str = "DEFAULT",
) -> Delivered:
    """Store deliveries of a member's CustomerRegistered to a new subscription, and so many `other` ones, pending."""
    names = ["CustomerRegistered"] * len(statuses) + ["CustomerUpdated"] * other
    first = await subscribe(database, "https://partner.example/hook", store=store)
    second = await subscribe(database, "https://other.example/", "CustomerUpdated", store=store) if other else first
    now = datetime.now(UTC) - ago
    added = Delivered(first, new_id(), new_id(), now, [new_id() for _ in names])

    def add(tx: Transaction) -> None:
        add_member(tx, added.member, now)
        tx.events.add(NewEvent(added.event, "purchase", added.member, now, {}, 1), now=now)
        everything = zip(added.ids, names, [*statuses, *["pending"] * other], strict=True)
        for number, (delivery_id, name, status) in enumerate(everything):
            at = now + timedelta(seconds=number)
            target = first if name == "CustomerRegistered" else second
            add_delivery(tx, delivery_id, added.event, name, target, at)
            if status != "pending":
                ended: DeliveryStatus = status  # type: ignore[assignment]  # one of those given
                tx.webhooks.set_delivery(delivery_id, status=ended, attempts=0, next_attempt_at=None, finished_at=at)

    await database.store(store).write(add)
    return added


def add_member(tx: Transaction, member_id: str, now: datetime) -> None:
    """Store a member whom nothing else is known of."""
    tx.members.register(
        Identity(email=f"{member_id}@example.com"),
        member_id=member_id,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=now,
        now=now,
    )


def add_delivery(tx: Transaction, delivery_id: str, event_id: str, name: str, subscription: str, at: datetime) -> None:
    """Store a message in the current format, and its delivery to a subscription."""
    message_id, url = new_id(), "https://partner.example/hook"
    body = {"current": {"requestId": message_id, "eventName": name}}
    tx.webhooks.add_message(message_id, event_id=event_id, name=name, data=body, now=at)
    tx.webhooks.add_delivery(
        delivery_id,
        message_id=message_id,
        event_id=event_id,
        name=name,
        subscription_id=subscription,
        url=url,
        headers=[],
        now=at,
    )
