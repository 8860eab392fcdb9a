"""What an API tells its subscribers: the events that it accepted are answered by the activities of production."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from activities.events import EventActivities
from database import ReadTransaction, Transaction
from database.tables import delivery
from loyalty.ids import new_id
from loyalty.webhooks.signing import new_secret
from tests.kit.api import Api
from tests.kit.shapes import faults
from tests.kit.webhook_shapes import CURRENT


async def subscribe(api: Api, names: Iterable[str]) -> None:
    """Subscribe to messages of these names, in the current format."""

    def add(tx: Transaction) -> None:
        for name in names:
            tx.subscriptions.add(
                new_id(),
                event_name=name,
                url="https://partner.example/",
                headers=[],
                format="current",
                secret=new_secret(),
                now=datetime.now(UTC),
            )

    await api.write(add)


async def answer_events(api: Api) -> None:
    """Answer the events that the API accepted since the last call, with all that they cause."""
    if api.started:
        await EventActivities(api.database, api.programs).react_to_events(list(api.started), datetime.now(UTC))
        api.started.clear()


async def sent(api: Api) -> list[tuple[str, Any]]:
    """Answer what was accepted, and return name and data of every message as it is sent, in order, as documented."""
    await answer_events(api)

    def read(tx: ReadTransaction) -> list[tuple[str, Any]]:
        found = []
        for delivery_id in tx.connection.execute(select(delivery.c.id).order_by(delivery.c.id)).scalars().all():
            outbound = tx.webhooks.outbound(delivery_id)
            assert outbound is not None
            body = outbound.bodies["current"]
            found.append((body["eventName"], body["data"]))
        return found

    found = await api.database.store("DEFAULT").read(read)
    assert [(name, wrong) for name, data in found if (wrong := faults(CURRENT[name], data))] == []
    return found
