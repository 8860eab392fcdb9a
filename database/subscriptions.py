"""Webhook subscriptions: which URL gets which messages, and how long its endpoint has been failing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, select, update

from database.locks import STORE_SECRET, subscription_lock
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.sealed_webhooks import opened_headers, opened_secret, sealed_headers
from database.secret_keys import SecretChanged, SecretKeyError, keys_of
from database.sqlite_fast_path import Prepared
from database.stored_secrets import signing_secret_of
from database.tables import store, subscription
from database.unreadable import Unreadable, shown_columns_of, unreadable_reason
from loyalty.masking import masked_url
from loyalty.store.webhooks import ReceivingSubscription, SecretState, Subscription, WebhookFormat

_RECEIVING = Prepared(
    select(*shown_columns_of(ReceivingSubscription, subscription))
    .where(subscription.c.store == bindparam("in_store"))
    .order_by(subscription.c.id),
    ReceivingSubscription,
)


class SubscriptionQueries(Queries):
    """Reads the subscriptions of one store."""

    def get(self, subscription_id: str) -> Subscription | None:
        """Return one subscription."""
        found = self.find_one(Subscription, subscription, id=subscription_id)
        return None if found is None else self._opened(found)

    def page(self, page: PageRequest) -> PageResult[Subscription]:
        """Return a page of the subscriptions, in the order of creation."""
        within = subscription.c.store == self.store
        found = find_page(
            self.connection, Subscription, subscription, page, within=within, order_by=subscription.c.created_at
        )
        return replace(found, records=[self._shown(each) for each in found.records])

    def receiving(self) -> list[ReceivingSubscription]:
        """Return the subscriptions, including disabled ones, without unreadable ones."""
        found: list[ReceivingSubscription] = []
        for each in _RECEIVING.all(self.connection, {"in_store": self.store}):
            if unreadable_reason(each):
                continue
            with suppress(SecretChanged):
                opened = replace(each, headers=opened_headers(self, each.headers)) if each.headers else each
                found.append(opened)
        return found

    def store_secret_until(self) -> datetime | None:
        """Return until when the store's previous secret signs, too; None: it has not been rotated."""
        until: datetime | None = self.connection.execute(
            select(store.c.previous_secret_until).where(store.c.code == self.store)
        ).scalar_one()
        return until

    def store_secret(self) -> str:
        """Return the secret that signs the requests of `call_webhook`."""
        stored = self.connection.execute(select(store.c.secret).where(store.c.code == self.store)).scalar_one()
        return opened_secret(self, stored)

    def _shown(self, stored: Subscription) -> Subscription:
        """Return a subscription with its secrets decrypted, for display; undecryptable ones are unreadable."""
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
        """Return one subscription, locked until the transaction ends."""
        self.lock(subscription_lock(subscription_id))
        return self.get(subscription_id)

    def secret_to_change(self, subscription_id: str | None) -> SecretState | None:
        """Return a subscription's secret, or the store's, locked until the transaction ends."""
        self.lock(STORE_SECRET if subscription_id is None else subscription_lock(subscription_id))
        table, here = self._signed_by(subscription_id)
        found = self.connection.execute(select(table.c.secret, table.c.previous_secret_until).where(here)).first()
        return None if found is None else SecretState(opened_secret(self, found[0]), found[1])

    def set_secret(self, subscription_id: str | None, secret: str, *, previous_until: datetime | None) -> None:
        """Replace a secret; the present one keeps signing until a moment, or not at all (None)."""
        table, here = self._signed_by(subscription_id)
        previous = None if previous_until is None else table.c.secret
        values = {"previous_secret": previous, "previous_secret_until": previous_until}
        sealed = keys_of(self.connection).encrypt(secret, of=signing_secret_of(self.store))
        self.connection.execute(update(table).where(here).values(secret=sealed, **values))

    def _signed_by(self, subscription_id: str | None) -> tuple[Table, ColumnElement[bool]]:
        """Return the table and the row with the secret of a subscription, or of the store."""
        if subscription_id is None:
            return store, store.c.code == self.store
        return subscription, and_(subscription.c.store == self.store, subscription.c.id == subscription_id)

    def add(
        self,
        subscription_id: str,
        *,
        name: str | None = None,
        active_from: datetime | None = None,
        event_name: str,
        url: str,
        headers: Sequence[Mapping[str, str]],
        format: WebhookFormat,  # noqa: A002 - the API's own word
        secret: str,
        now: datetime,
    ) -> None:
        """Store a new subscription."""
        row = {"id": subscription_id, "event_name": event_name, "url": url, "headers": sealed_headers(self, headers)}
        row |= {"name": name, "active_from": active_from} | _found_by(name, event_name, url)
        sealed = keys_of(self.connection).encrypt(secret, of=signing_secret_of(self.store))
        self.insert(subscription, row | {"format": format, "secret": sealed, "created_at": now})

    def change(self, subscription_id: str, **values: Any) -> bool:
        """Change columns of a subscription; return False if there is none. Lock it before changing its name or URL."""
        if "headers" in values:
            values["headers"] = sealed_headers(self, values["headers"])
        if "name" in values or "url" in values:
            stored = self.find_one(_Named, subscription, id=subscription_id)
            if stored is None:
                return False
            stored = replace(stored, **{key: values[key] for key in ("name", "url") if key in values})
            values |= _found_by(stored.name, stored.event_name, stored.url)
        return self.update(subscription, {"id": subscription_id}, **values)

    def remove(self, subscription_id: str) -> bool:
        """Remove a subscription; return False if there is none. Its deliveries stay in the log."""
        here = delete(subscription).where(subscription.c.store == self.store, subscription.c.id == subscription_id)
        return self.connection.execute(here.returning(subscription.c.id)).first() is not None


@dataclass(frozen=True, slots=True)
class _Named:
    """The searchable texts of a subscription."""

    name: str | None
    event_name: str
    url: str


def _found_by(name: str | None, event_name: str, url: str) -> dict[str, str]:
    """Return the columns by which a subscription is found, without secret parts of its URL."""
    shown = masked_url(url)
    return {"shown_url": shown, "searchable": "\n".join((name or "", event_name, shown)).casefold()}
