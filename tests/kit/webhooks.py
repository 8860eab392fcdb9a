"""A store on a real database whose webhooks are sent to a receiver by the activity of production."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from database import Database
from database.tables import delivery, message
from loyalty.ids import new_id
from loyalty.references import DeliveryAttempt, DeliveryRef
from loyalty.webhooks.signing import new_secret
from tests.kit.running import LOOPBACK


async def subscribe(database: Database, url: str, event_name: str = "CustomerRegistered", **fields: Any) -> str:
    """Subscribe a URL in the store DEFAULT; return the id."""
    subscription_id = new_id()
    given: dict[str, Any] = {"headers": [], "format": "current", "secret": new_secret(), "now": datetime.now(UTC)}
    given |= {"event_name": event_name, "url": url} | fields
    await database.store("DEFAULT").write(lambda tx: tx.subscriptions.add(subscription_id, **given))
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
