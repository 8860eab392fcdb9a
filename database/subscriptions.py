"""Webhook subscriptions: which URL gets which messages, and how long its endpoint has been failing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from database.locks import subscription_lock
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.sealed_webhooks import opened_headers, opened_secret, sealed_headers
from database.secret_keys import SecretChanged, SecretKeyError, keys_of
from database.sqlite_fast_path import Prepared
from database.stored_secrets import signing_secret_of
from database.tables import store, subscription
from database.unreadable import Unreadable, shown_columns_of, unreadable_reason
from loyalty.store.webhooks import LiveSubscription, Subscription, WebhookFormat

_LIVE = Prepared(
    select(*shown_columns_of(LiveSubscription, subscription))
    .where(subscription.c.store == bindparam("in_store"), subscription.c.disabled_at.is_(None))
    .order_by(subscription.c.id),
    LiveSubscription,
)


class SubscriptionQueries(Queries):
    """Reads the subscriptions of one store."""

    def get(self, subscription_id: str) -> Subscription | None:
        """Return one subscription."""
        found = self.find_one(Subscription, subscription, id=subscription_id)
        return None if found is None else self._opened(found)

    def page(self, page: PageRequest) -> PageResult[Subscription]:
        """Return a page of the subscriptions, in the order they were made."""
        within = subscription.c.store == self.store
        found = find_page(
            self.connection, Subscription, subscription, page, within=within, order_by=subscription.c.created_at
        )
        return replace(found, records=[self._shown(each) for each in found.records])

    def live(self) -> list[LiveSubscription]:
        """Return the subscriptions that are not disabled, without those that cannot be read."""
        found: list[LiveSubscription] = []
        for each in _LIVE.all(self.connection, {"in_store": self.store}):
            if unreadable_reason(each):
                continue
            with suppress(SecretChanged):
                opened = replace(each, headers=opened_headers(self, each.headers)) if each.headers else each
                found.append(opened)
        return found

    def store_secret(self) -> str:
        """Return the secret that signs the requests of `call_webhook`."""
        stored = self.connection.execute(select(store.c.secret).where(store.c.code == self.store)).scalar_one()
        return opened_secret(self, stored)

    def _shown(self, stored: Subscription) -> Subscription:
        """Return a subscription with its secrets decrypted, to show it; what cannot be decrypted is unreadable."""
        if unreadable_reason(stored):
            return stored
        try:
            return self._opened(stored)
        except (SecretKeyError, ValueError) as error:
            unreadable: Any = Unreadable(str(error))
            return replace(stored, headers=unreadable)

    def _opened(self, stored: Subscription) -> Subscription:
        """Return a subscription with its secrets decrypted."""
        return replace(stored, secret=opened_secret(self, stored.secret), headers=opened_headers(self, stored.headers))


class Subscriptions(SubscriptionQueries, WriteQueries):
    """The subscriptions of one store."""

    def get_to_change(self, subscription_id: str) -> Subscription | None:
        """Return one subscription, which nobody else changes until the transaction ends."""
        self.lock(subscription_lock(subscription_id))
        return self.get(subscription_id)

    def add(
        self,
        subscription_id: str,
        *,
        event_name: str,
        url: str,
        headers: Sequence[Mapping[str, str]],
        format: WebhookFormat,  # noqa: A002 - the API's own word
        secret: str,
        now: datetime,
    ) -> None:
        """Store a new subscription."""
        row = {"id": subscription_id, "event_name": event_name, "url": url, "headers": sealed_headers(self, headers)}
        sealed = keys_of(self.connection).encrypt(secret, of=signing_secret_of(self.store))
        self.insert(subscription, row | {"format": format, "secret": sealed, "created_at": now})

    def change(self, subscription_id: str, **values: Any) -> bool:
        """Change columns of a subscription; return False if there is none."""
        if "headers" in values:
            values["headers"] = sealed_headers(self, values["headers"])
        return self.update(subscription, {"id": subscription_id}, **values)

    def remove(self, subscription_id: str) -> bool:
        """Remove a subscription; return False if there is none. Its deliveries stay in the log."""
        here = delete(subscription).where(subscription.c.store == self.store, subscription.c.id == subscription_id)
        return self.connection.execute(here.returning(subscription.c.id)).first() is not None
