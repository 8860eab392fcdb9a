"""Subscriptions, messages and deliveries, and their repositories."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from rules.frozen import frozen_at_type_check

WebhookFormat: TypeAlias = Literal["current", "legacy", "envelope"]


@frozen_at_type_check
class LiveSubscription:
    """A subscription that is not disabled, as far as sending needs it."""

    id: str
    event_name: str
    url: str
    headers: Sequence[Mapping[str, str]]
    format: WebhookFormat
    failing_since: datetime | None
    """When its endpoint began to fail without a success since; None: it works."""


class SubscriptionRepository(Protocol):
    """Webhook subscriptions of a store."""

    def live(self) -> Sequence[LiveSubscription]:
        """Return the subscriptions that are not disabled."""


class WebhookRepository(Protocol):
    """Messages and deliveries of a store."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:
        """Store a message; `data` has its body by format."""

    def add_delivery(
        self,
        delivery_id: str,
        *,
        message_id: str,
        event_id: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],
    ) -> None:
        """Store that a message is to be sent to a URL; `subscription_id` None: a reactor asked for it."""
