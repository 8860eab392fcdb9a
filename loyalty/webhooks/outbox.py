"""Match messages with subscriptions, in the unit of work that causes them.

Each matching subscription gets a delivery. Deliveries are sent at least once: a receiver recognizes a repeated one by
its `webhook-id`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json, written_out
from loyalty.ids import new_id
from loyalty.program.effects import CallWebhook
from loyalty.program.program import Program
from loyalty.references import DeliveryRef
from loyalty.store.events import EventState
from loyalty.store.repositories import StoreRepositories
from loyalty.store.webhooks import ReceivingSubscription
from loyalty.webhooks.messages import Message, Origin, body

CALL = "call_webhook"
"""The name of a message that a reactor sends by itself."""


class Outbox:
    """The messages of one unit of work."""

    def __init__(
        self, tx: StoreRepositories, program: Program, event: EventState, now: datetime, *, is_reported: bool
    ) -> None:
        self._tx = tx
        self._program = program
        self._event = event
        self._now = now
        self._is_reported = is_reported
        self.decision: Decision | None = None
        """The decision, if this unit of work made it."""
        self.deliveries: list[DeliveryRef] = []
        self.has_subscribers = event.has_subscribers
        """Whether the store has any subscription."""

    def send(self, message_type: type[Message], make: Callable[[], Message]) -> None:
        """Send a message to every subscription to its name; without one, do not even create it."""
        name = message_type.__name__
        subscriptions = self._to_send(name) if self.has_subscribers else None
        if not subscriptions:
            return
        message = make()
        message_id = new_id()
        bodies: dict[str, Any] = {
            form: body(
                message,
                format=form,
                message_id=message_id,
                request_id=message_id,
                store=self._tx.store,
                created_at=self._now,
                origin=self._origin if form == "envelope" else Origin(self._event.id),
                zone=self._program.zone,
            )
            for form in {subscription.format for subscription in subscriptions}
        }
        self._add_message(message_id, name, bodies)
        for each in subscriptions:
            slow, is_skipped = each.failing_since is not None, each.disabled_at is not None
            self._add_delivery(message_id, name, each.id, each.url, each.headers, slow=slow, is_skipped=is_skipped)

    def call(self, call: CallWebhook) -> None:
        """Send the request of a reactor to its URL."""
        message_id = new_id()
        self._add_message(message_id, CALL, {CALL: call.body})
        headers = [{"headerName": name, "headerValue": value} for name, value in call.headers]
        self._add_delivery(message_id, CALL, None, call.url, headers, slow=False)

    def _to_send(self, name: str) -> list[ReceivingSubscription]:
        """Return the subscriptions to a name that include the time of the event."""
        named = self._by_event_name.get(name, [])
        return [each for each in named if each.wants(self._event.time, now=self._now)]

    @cached_property
    def _by_event_name(self) -> dict[str, list[ReceivingSubscription]]:
        found: dict[str, list[ReceivingSubscription]] = {}
        for subscription in self._tx.subscriptions.receiving():
            found.setdefault(subscription.event_name, []).append(subscription)
        return found

    @cached_property
    def _origin(self) -> Origin:
        """Return what only the envelope shows; for other formats the decision is not rendered."""
        event = self._event
        stored = event.decision if self.decision is None else to_json(self.decision)
        outcomes = None if stored is None else written_out(stored, self._program.wallets)
        return Origin(event.id, event.time if self._is_reported else None, event.external_id, outcomes)

    def _add_message(self, message_id: str, name: str, bodies: dict[str, Any]) -> None:
        self._tx.webhooks.add_message(message_id, event_id=self._event.id, name=name, data=bodies, now=self._now)

    def _add_delivery(
        self,
        message_id: str,
        name: str,
        subscription: str | None,
        url: str,
        headers: Any,
        *,
        slow: bool,
        is_skipped: bool = False,
    ) -> None:
        delivery_id = new_id()
        self._tx.webhooks.add_delivery(
            delivery_id,
            message_id=message_id,
            event_id=self._event.id,
            name=name,
            subscription_id=subscription,
            url=url,
            headers=headers,
            now=self._now,
            is_skipped=is_skipped,
        )
        if not is_skipped:
            self.deliveries.append(DeliveryRef(self._tx.store, delivery_id, name, slow))
