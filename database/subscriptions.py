"""Webhook subscriptions: which URL hears of which events, and how it has been answering."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from database.pages import Found, Page, find
from database.queries import Queries, prepared
from database.tables import store, subscription
from loyalty.store.rows import Row
from loyalty.store.webhooks import LiveSubscription

_LIVE_COLUMNS = tuple(field.name for field in fields(LiveSubscription))
_LIVE = (
    select(subscription)
    .where(subscription.c.store == bindparam("in_store"), subscription.c.disabled_at.is_(None))
    .order_by(subscription.c.id)
)


class Subscriptions(Queries):
    """Subscriptions of one store."""

    def add(
        self,
        subscription_id: str,
        *,
        event_name: str,
        url: str,
        headers: Sequence[Mapping[str, str]],
        format: str,  # noqa: A002 - the API's own word
        secret: str,
        now: datetime,
    ) -> None:
        """Subscribe a URL."""
        row = {"id": subscription_id, "event_name": event_name, "url": url, "headers": list(headers)}
        self.insert(subscription, row | {"format": format, "secret": secret, "created_at": now})

    def get(self, subscription_id: str) -> Row | None:
        """One subscription."""
        return self.first(subscription, id=subscription_id)

    def page(self, page: Page) -> Found:
        """Subscriptions, in the order they were made."""
        within = subscription.c.store == self.store
        return find(self.connection, subscription, page, within=within, by=subscription.c.created_at)

    def change(self, subscription_id: str, **values: Any) -> bool:
        """Change a subscription; False where there is none."""
        return self.alter(subscription, {"id": subscription_id}, **values)

    def remove(self, subscription_id: str) -> bool:
        """End a subscription; False where there is none. What was sent stays in the log."""
        here = delete(subscription).where(subscription.c.store == self.store, subscription.c.id == subscription_id)
        return self.connection.execute(here.returning(subscription.c.id)).first() is not None

    def live(self) -> list[LiveSubscription]:
        """Return the subscriptions that are not disabled."""
        rows = prepared(_LIVE).all(self.connection, {"in_store": self.store})
        return [LiveSubscription(*[row[name] for name in _LIVE_COLUMNS]) for row in rows]

    def store_secret(self) -> str:
        """What signs the calls of reactors' own."""
        return str(self.connection.execute(select(store.c.secret).where(store.c.code == self.store)).scalar_one())
